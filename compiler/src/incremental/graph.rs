//! Which pieces are compiled together, and in which order: an edge leads from each piece to those that may give it something, and what is on a
//! circle is one unit.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::piece::{Name, Names};

pub(super) struct Graph<'n> {
    names: &'n [&'n Names],
    /// Who gives a name.
    givers: FxHashMap<&'n Name, Vec<usize>>,
    broad: Vec<usize>,
}

impl<'n> Graph<'n> {
    pub(super) fn new(names: &'n [&'n Names]) -> Graph<'n> {
        let mut givers: FxHashMap<&Name, Vec<usize>> = FxHashMap::default();
        for (index, piece) in names.iter().enumerate() {
            for name in &piece.gives {
                givers.entry(name).or_default().push(index);
            }
        }
        let is_declared = |of: &SmolStr| givers.contains_key(&Name::Top(of.clone()));
        let is_broad = |piece: &Names| piece.is_broad || !piece.impl_of.iter().all(is_declared);
        let broad = (0..names.len()).filter(|index| is_broad(names[*index]));
        Graph {
            broad: broad.collect(),
            names,
            givers,
        }
    }

    /// Those that may give it, in the order of the text.
    pub(super) fn givers(&self, name: &Name) -> &[usize] {
        self.givers.get(name).map_or(&[], Vec::as_slice)
    }

    /// Those that may change what others mean that do not name them.
    pub(super) fn broad(&self) -> &[usize] {
        &self.broad
    }

    /// The units, each after those that it needs; their pieces in the order of the text.
    pub(super) fn units(&self) -> Vec<Vec<usize>> {
        let mut graph: DiGraph<(), ()> = DiGraph::new();
        let nodes: Vec<NodeIndex> = self.names.iter().map(|_| graph.add_node(())).collect();
        let everything = graph.add_node(());
        for index in &self.broad {
            graph.add_edge(everything, nodes[*index], ());
        }
        let mut groups: FxHashMap<&SmolStr, usize> = FxHashMap::default();
        let mut givers: FxHashSet<usize> = FxHashSet::default();
        for (index, piece) in self.names.iter().enumerate() {
            givers.clear();
            for need in &piece.needs {
                givers.extend(self.givers(need));
                // Whoever knows a member of a trait may mean any of its implementations.
                if let Name::Member(_) = need {
                    let traits = self
                        .givers(need)
                        .iter()
                        .flat_map(|giver| &self.names[*giver].traits);
                    let impls = traits.map(|of| self.givers(of));
                    givers.extend(impls.flatten());
                }
            }
            // Of several that define one name no one is right.
            for name in &piece.defines {
                let others = self.givers(&Name::Top(name.clone())).iter();
                givers.extend(others.filter(|giver| self.names[**giver].defines.contains(name)));
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
        let units = kosaraju_scc(&graph).into_iter().map(|nodes| {
            let mut pieces: Vec<usize> = nodes
                .into_iter()
                .filter(|node| *node != everything)
                .map(NodeIndex::index)
                .collect();
            pieces.sort_unstable();
            pieces
        });
        units.filter(|pieces| !pieces.is_empty()).collect()
    }
}
