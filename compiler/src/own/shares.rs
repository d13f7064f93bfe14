//! Where a value gets one more owner, and why it could not simply go there: what is left of copies when moves and borrows are found.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;
use syntax::Span;

use super::borrows::statements;
use super::exclusive::name_of_place;
use super::liveness::origins;
use super::needs::Needs;
use super::paths::{Path, paths};
use super::walk::{self, Access};
use crate::env::Env;
use crate::mir::{Base, BlockId, Body, Local, LocalKind, Operand, Place, StatementKind};

/// A value that is shared: the first write to it, or to what it came from, copies what both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The statement.
    pub span: Span,
    /// As it was written, more or less.
    pub name: String,
    pub why: WhyShared,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyShared {
    /// It is needed after that: there.
    UsedAgain(Span),
    /// It is a part of something that keeps it.
    PartOf(String),
    /// A global keeps its value.
    Global,
    /// The caller has it.
    Lent,
}

/// The values that a concrete body shares, in its order.
pub fn shares(body: &Body, env: &Env) -> Vec<Share> {
    let (needs, origins) = (Needs::new(env), origins(body));
    let mut found = Vec::new();
    for (id, block) in body.blocks.iter() {
        for (at, statement) in block.statements.iter().enumerate() {
            walk::operands(&statement.kind, &mut |operand| {
                let Operand::Copy(place) = operand else {
                    return;
                };
                if !needs.drop(body.place_ty(env, place)) {
                    return;
                }
                let why = match paths(body, env, &origins, place).first() {
                    Some(root) if !root.steps.is_empty() => {
                        let whole = Place {
                            base: root.base,
                            projections: Vec::new(),
                        };
                        WhyShared::PartOf(name_of_place(body, env, &origins, &whole))
                    }
                    Some(Path {
                        base: Base::Global(_),
                        ..
                    }) => WhyShared::Global,
                    Some(Path {
                        base: Base::Local(local),
                        ..
                    }) if body.locals[*local].kind == LocalKind::Owned => {
                        // Twice in one statement, if there is no next one.
                        let next = next_use(body, id, at, *local);
                        WhyShared::UsedAgain(next.unwrap_or(statement.span))
                    }
                    Some(_) | None => WhyShared::Lent,
                };
                found.push(Share {
                    span: statement.span,
                    name: name_of_place(body, env, &origins, place),
                    why,
                });
            });
        }
    }
    found
}

/// The places that a body makes unshared before it writes them, as they were written, and where that is done.
pub fn made_unique(body: &Body, env: &Env) -> Vec<(Span, String)> {
    let origins = origins(body);
    let made = statements(body).filter_map(|statement| {
        let StatementKind::MakeUnique(place) = &statement.kind else {
            return None;
        };
        Some((statement.span, name_of_place(body, env, &origins, place)))
    });
    made.collect()
}

/// Where the value that a local has after a statement is needed next, by one of the shortest ways.
fn next_use(body: &Body, block: BlockId, after: usize, local: Local) -> Option<Span> {
    let mut seen = FxHashSet::default();
    let mut pending = VecDeque::from([(block, after + 1)]);
    while let Some((block, from)) = pending.pop_front() {
        let statements = &body.blocks[block].statements[from..];
        let ends = statements.iter().find_map(|statement| {
            let mut is_used = false;
            walk::places(&statement.kind, &mut |access, place| {
                let is_written = access == Access::Write && place.projections.is_empty();
                is_used |=
                    place.base == Base::Local(local) && access != Access::Drop && !is_written;
            });
            let is_over = walk::defined(&statement.kind) == Some(local);
            (is_used || is_over).then_some(is_used.then_some(statement.span))
        });
        match ends {
            Some(Some(span)) => return Some(span),
            Some(None) => {}
            None => walk::each_successor(&body.blocks[block].terminator, &mut |next| {
                if seen.insert(next) {
                    pending.push_back((next, 0));
                }
            }),
        }
    }
    None
}
