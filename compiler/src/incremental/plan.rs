//! Which pieces are compiled together, and in which order: an edge leads from each piece to those that may give it something, and what is on a
//! circle is one unit. That follows from the names in the pieces alone, so it stays as long as those do.

use std::rc::Rc;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::piece::{Name, Names, Piece};

#[derive(Default)]
pub(super) struct Plan {
    /// Of each piece; of imports, which belong to the base, none.
    names: Vec<Option<Rc<Names>>>,
    /// Who gives a name.
    givers: FxHashMap<Name, Vec<usize>>,
    /// Those that may change what others mean that do not name them.
    broad: Vec<usize>,
    /// Each after those that it needs.
    pub(super) groups: Vec<Group>,
    group_of: Vec<Option<usize>>,
}

/// The pieces of a unit.
#[derive(Default)]
pub(super) struct Group {
    /// By their place in the text, in its order.
    pub(super) members: Vec<usize>,
    /// The groups that may give it something.
    pub(super) below: Vec<usize>,
    /// The groups to which it may give something.
    pub(super) above: Vec<usize>,
}

impl Plan {
    pub(super) fn new(names: Vec<Option<Rc<Names>>>) -> Plan {
        let mut plan = Plan {
            group_of: vec![None; names.len()],
            names,
            ..Plan::default()
        };
        for index in 0..plan.names.len() {
            if let Some(names) = plan.names[index].clone() {
                for name in &names.gives {
                    plan.givers.entry(name.clone()).or_default().push(index);
                }
            }
        }
        let is_declared = |of: &SmolStr| !plan.givers(&Name::Top(of.clone())).is_empty();
        let is_broad = |piece: &Names| piece.is_broad || !piece.impl_of.iter().all(is_declared);
        let broad = plan.all().filter(|(_, names)| is_broad(names));
        plan.broad = broad.map(|(index, _)| index).collect();
        plan.groups = plan.circles();
        for (group, found) in plan.groups.iter().enumerate() {
            for member in &found.members {
                plan.group_of[*member] = Some(group);
            }
        }
        for group in 0..plan.groups.len() {
            let below = plan.below(group);
            for giver in &below {
                plan.groups[*giver].above.push(group);
            }
            plan.groups[group].below = below;
        }
        plan
    }

    /// Whether it stays the same with another piece in that place.
    pub(super) fn fits(&self, at: usize, piece: &Piece) -> bool {
        match &self.names[at] {
            Some(known) => !piece.is_import() && *known == piece.names,
            None => piece.is_import(),
        }
    }

    fn all(&self) -> impl Iterator<Item = (usize, &Names)> {
        let all = self.names.iter().enumerate();
        all.filter_map(|(index, names)| Some((index, names.as_deref()?)))
    }

    /// Those that may give it, in the order of the text.
    pub(super) fn givers(&self, name: &Name) -> &[usize] {
        self.givers.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn broad(&self) -> &[usize] {
        &self.broad
    }

    /// None of an import.
    pub(super) fn group_of(&self, piece: usize) -> Option<usize> {
        self.group_of[piece]
    }

    fn below(&self, group: usize) -> Vec<usize> {
        let mut below: FxHashSet<usize> = FxHashSet::default();
        for member in &self.groups[group].members {
            let Some(names) = &self.names[*member] else {
                continue;
            };
            let needs = names.needs.iter();
            let givers = needs.flat_map(|need| self.givers(need));
            let broad: &[usize] = if names.has_code { &self.broad } else { &[] };
            below.extend(
                givers
                    .chain(broad)
                    .filter_map(|giver| self.group_of[*giver]),
            );
        }
        below.remove(&group);
        let mut below: Vec<usize> = below.into_iter().collect();
        below.sort_unstable();
        below
    }

    /// What cannot be without one another, each after what it needs.
    fn circles(&self) -> Vec<Group> {
        let mut graph: DiGraph<(), ()> = DiGraph::new();
        let nodes: Vec<NodeIndex> = self.names.iter().map(|_| graph.add_node(())).collect();
        let everything = graph.add_node(());
        for index in &self.broad {
            graph.add_edge(everything, nodes[*index], ());
        }
        let mut groups: FxHashMap<&SmolStr, usize> = FxHashMap::default();
        let mut givers: FxHashSet<usize> = FxHashSet::default();
        for (index, piece) in self.all() {
            givers.clear();
            for need in &piece.needs {
                givers.extend(self.givers(need));
                // Whoever knows a member of a trait may mean any of its implementations.
                if let Name::Member(_) = need {
                    let givers_of = self.givers(need).iter();
                    let declaring = givers_of.filter_map(|giver| self.names[*giver].as_ref());
                    let impls = declaring
                        .flat_map(|names| &names.traits)
                        .map(|of| self.givers(of));
                    givers.extend(impls.flatten());
                }
            }
            // Of several that define one name no one is right.
            for name in &piece.defines {
                let top = Name::Top(name.clone());
                let others = self.givers(&top).iter().filter(|giver| {
                    let names = self.names[**giver].as_ref();
                    names.is_some_and(|names| names.defines.contains(name))
                });
                givers.extend(others);
            }
            let mut sorted: Vec<usize> = givers.iter().copied().collect();
            sorted.sort_unstable();
            for giver in sorted.into_iter().filter(|giver| *giver != index) {
                graph.add_edge(nodes[index], nodes[giver], ());
            }
            if piece.has_code && !self.broad.is_empty() {
                graph.add_edge(nodes[index], everything, ());
            }
            for group in &piece.groups {
                let first = *groups.entry(group).or_insert(index);
                if first != index {
                    graph.add_edge(nodes[index], nodes[first], ());
                    graph.add_edge(nodes[first], nodes[index], ());
                }
            }
        }
        let is_piece = |node: &NodeIndex| {
            let names = self.names.get(node.index());
            names.is_some_and(Option::is_some)
        };
        let circles = kosaraju_scc(&graph).into_iter().map(|nodes| {
            let nodes = nodes.into_iter().filter(is_piece);
            let mut members: Vec<usize> = nodes.map(NodeIndex::index).collect();
            members.sort_unstable();
            Group {
                members,
                ..Group::default()
            }
        });
        circles.filter(|group| !group.members.is_empty()).collect()
    }
}
