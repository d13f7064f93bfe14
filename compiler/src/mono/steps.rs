//! Programs that begin as plain code, which is made soon, while their loops go on in better code as soon as that is there: which functions plain
//! code will do for at first, and what a loop needs of the frame that it stands in to go on elsewhere.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashSet;

use super::{Overrides, Program, Target};
use crate::env::{DefKind, Env};
use crate::mir::{BlockId, Body, Const, Local};
use crate::own::{self, Loop, every_loop};

/// A body of a program: of a function, or of a cell, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyOf {
    Function(usize),
    Cell(usize),
}

/// A loop in plain code.
pub struct LoopSite {
    pub of: BodyOf,
    pub header: BlockId,
    pub blocks: FxHashSet<BlockId>,
    /// The blocks outside that it leads to.
    pub exits: Vec<BlockId>,
    /// The variables that it mentions.
    pub locals: Vec<Local>,
    /// Those of them whose address other variables may have.
    pub shared: FxHashSet<Local>,
    /// The loop around it.
    pub around: Option<usize>,
}

/// What is plain at first.
pub struct Steps {
    /// For each function, whether it is.
    pub plain: Vec<bool>,
    /// The loops of these and of the cells.
    pub loops: Vec<LoopSite>,
}

impl Program {
    pub fn body(&self, of: BodyOf) -> &Body {
        match of {
            BodyOf::Function(index) => &self.functions[index].body,
            BodyOf::Cell(index) => &self.cells[index].body,
        }
    }

    /// What better code of a loop, once it is there, can take the place of. A function that calls itself, or that is called by its address, runs
    /// for long without a loop in it: such are never plain, nor is what they call.
    pub fn steps(&self, env: &Env) -> Steps {
        let plain = self.plain(env);
        let functions = (0..plain.len()).filter(|index| plain[*index]);
        let functions = functions.map(BodyOf::Function);
        let bodies = functions.chain((0..self.cells.len()).map(BodyOf::Cell));
        let mut loops = Vec::new();
        for of in bodies {
            let body = self.body(of);
            let found = every_loop(body);
            if found.is_empty() {
                continue;
            }
            let shared = own::shared_locals(body);
            let first = loops.len();
            for each in found {
                let around = (first..loops.len()).rev();
                let mut around = around.filter(|at| {
                    let other: &LoopSite = &loops[*at];
                    other.blocks.contains(&each.header)
                });
                let around = around.next();
                loops.push(LoopSite::new(of, body, &each, &shared, around));
            }
        }
        Steps { plain, loops }
    }

    fn plain(&self, env: &Env) -> Vec<bool> {
        let mut graph: DiGraph<usize, ()> = DiGraph::new();
        let nodes: Vec<NodeIndex> = (0..self.functions.len())
            .map(|at| graph.add_node(at))
            .collect();
        let mut better: FxHashSet<usize> = FxHashSet::default();
        let mut by_address = |body: &Body| {
            own::each_constant(body, &mut |constant| {
                if let Const::Fn(def, args) = constant
                    && let Target::Defined(index) = self.target(*def, args)
                {
                    better.insert(index);
                }
            });
        };
        self.cells.iter().for_each(|cell| by_address(&cell.body));
        for (index, function) in self.functions.iter().enumerate() {
            by_address(&function.body);
            own::each_function(env, &function.body, &mut |def, args| {
                if let Some(Target::Defined(callee)) = self.callees.get(&(def, args.to_vec())) {
                    graph.add_edge(nodes[index], nodes[*callee], ());
                }
            });
        }
        let kept = self.kept.values().copied();
        let overrides = self.overrides.values().flat_map(Overrides::targets);
        better.extend(kept.chain(overrides).filter_map(|target| match target {
            Target::Defined(index) => Some(index),
            Target::Imported(_) => None,
        }));
        let is_inner = |def| match &env.def(def).kind {
            DefKind::Fn(function) => function.captures.is_some(),
            _ => false,
        };
        let functions = self.functions.iter().enumerate();
        let inner = functions.filter(|(_, function)| is_inner(function.key.0) || function.exported);
        better.extend(inner.map(|(index, _)| index));
        for circle in kosaraju_scc(&graph) {
            if circle.len() > 1 || graph.contains_edge(circle[0], circle[0]) {
                better.extend(circle.into_iter().map(|node| graph[node]));
            }
        }
        let mut open: Vec<usize> = better.iter().copied().collect();
        while let Some(index) = open.pop() {
            let callees = graph.neighbors(nodes[index]).map(|node| graph[node]);
            open.extend(callees.filter(|callee| better.insert(*callee)));
        }
        (0..self.functions.len())
            .map(|index| !better.contains(&index))
            .collect()
    }
}

impl Overrides {
    fn targets(&self) -> impl Iterator<Item = Target> + use<> {
        let all = [self.show, self.eq, self.lt, self.hash];
        all.into_iter().flatten()
    }
}

impl LoopSite {
    fn new(
        of: BodyOf,
        body: &Body,
        found: &Loop,
        shared: &FxHashSet<Local>,
        around: Option<usize>,
    ) -> LoopSite {
        let blocks: FxHashSet<BlockId> = found.blocks.iter().copied().collect();
        let mut exits: Vec<BlockId> = Vec::new();
        for id in body.blocks.keys().filter(|id| blocks.contains(id)) {
            for next in body.blocks[id].terminator.successors() {
                if !blocks.contains(&next) && !exits.contains(&next) {
                    exits.push(next);
                }
            }
        }
        let mentioned = own::mentioned(body, &blocks);
        let locals: Vec<Local> = body
            .locals
            .keys()
            .filter(|local| mentioned.contains(local))
            .collect();
        LoopSite {
            of,
            header: found.header,
            shared: locals
                .iter()
                .copied()
                .filter(|local| shared.contains(local))
                .collect(),
            locals,
            blocks,
            exits,
            around,
        }
    }
}
