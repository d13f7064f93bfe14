//! Takes apart what nobody needs as a whole any more: where the fields of an owned value are bound and the value is dead then, they are
//! moved out instead of being shared and the rest dropped.
//!
//! ```text
//! _4 = copy (*_1#1.0)         _4 = move (*_1#1.0)
//! _5 = _1#1.1                 _5 = _1#1.1
//! _6 = copy (*_1#1.2)         _6 = move (*_1#1.2)
//!                             unpack _1#1 without [0, 2]
//! ```

use super::liveness::{Liveness, LocalSet, Origins, origins, whole_local};
use super::needs::Needs;
use super::walk;
use crate::env::Env;
use crate::mir::{
    Base, BlockId, Body, Local, LocalKind, Operand, Place, Projection, Rvalue, Statement,
    StatementKind,
};

pub(super) fn take_apart(body: &mut Body, env: &Env, needs: &Needs) {
    let origins = origins(body);
    let liveness = Liveness::of(body, &origins);
    let blocks: Vec<BlockId> = body.blocks.keys().collect();
    for block in blocks {
        let points = liveness.through(body, block);
        let mut found = Vec::new();
        let mut at = 0;
        while at < body.blocks[block].statements.len() {
            let pass = Pass {
                body,
                env,
                needs,
                origins: &origins,
            };
            let run = pass.run_of_copies(&body.blocks[block].statements[at..]);
            let is_dead = |run: &Run| {
                let after: LocalSet = liveness.kept(&points[at + run.len]);
                !after.contains(run.whole)
            };
            match run.filter(is_dead) {
                Some(run) => {
                    let len = run.len;
                    found.push((at, run));
                    at += len;
                }
                None => at += 1,
            }
        }
        for (at, run) in found.into_iter().rev() {
            apply(&mut body.blocks[block].statements, at, run);
        }
    }
}

/// Copies of fields of one value, one after another.
struct Run {
    whole: Local,
    variant: u32,
    moved: Vec<u32>,
    /// Where the moves are, from the first statement.
    moves: Vec<usize>,
    len: usize,
}

struct Pass<'a> {
    body: &'a Body,
    env: &'a Env,
    needs: &'a Needs<'a>,
    origins: &'a Origins,
}

impl Pass<'_> {
    fn run_of_copies(&self, statements: &[Statement]) -> Option<Run> {
        let (whole, variant, _) = self.copied_field(&statements.first()?.kind)?;
        let mut run = Run {
            whole,
            variant,
            moved: Vec::new(),
            moves: Vec::new(),
            len: 0,
        };
        for (at, statement) in statements.iter().enumerate() {
            match self.copied_field(&statement.kind) {
                Some((local, same, field))
                    if local == whole && same == variant && !run.moved.contains(&field) =>
                {
                    run.moved.push(field);
                    run.moves.push(at);
                    run.len = at + 1;
                }
                Some(_) => break,
                None if self.copies_scalar(&statement.kind, whole) => run.len = at + 1,
                None => break,
            }
        }
        Some(run)
    }

    /// `_4 = copy _1#1.0`, where both own what they hold.
    fn copied_field(&self, kind: &StatementKind) -> Option<(Local, u32, u32)> {
        let StatementKind::Assign {
            place,
            value: Rvalue::Use(Operand::Copy(source)),
            ..
        } = kind
        else {
            return None;
        };
        let to = whole_local(place)?;
        let Base::Local(whole) = source.base else {
            return None;
        };
        let (variant, field) = match source.projections.as_slice() {
            [Projection::Field(field)] | [Projection::Field(field), Projection::Deref] => {
                (0, *field)
            }
            [Projection::Payload { variant, field }]
            | [Projection::Payload { variant, field }, Projection::Deref] => (*variant, *field),
            _ => return None,
        };
        let owns = |local: Local| {
            let decl = &self.body.locals[local];
            decl.kind == LocalKind::Owned && self.needs.drop(decl.ty)
        };
        // Such a local may be dropped by a flag.
        let referred = self.body.locals.iter().any(|(local, decl)| {
            let mut origins = self.origins[local].iter();
            decl.kind == LocalKind::Ref && origins.any(|o| o.base == Base::Local(whole))
        });
        let fits = to != whole && owns(to) && owns(whole) && !referred;
        fits.then_some((whole, variant, field))
    }

    fn copies_scalar(&self, kind: &StatementKind, whole: Local) -> bool {
        match kind {
            StatementKind::Assign {
                place,
                value: Rvalue::Use(Operand::Copy(source)),
                ..
            } => {
                whole_local(place).is_some_and(|to| to != whole)
                    && source.base == Base::Local(whole)
                    && self.body.place_ty(self.env, source).is_scalar()
            }
            _ => false,
        }
    }
}

fn apply(statements: &mut Vec<Statement>, at: usize, run: Run) {
    for offset in run.moves {
        let kind = &mut statements[at + offset].kind;
        walk::operands_mut(kind, &[], &mut |_, operand| {
            if let Operand::Copy(source) = operand {
                *operand = Operand::Move(source.clone());
            }
        });
    }
    let span = statements[at].span;
    let kind = StatementKind::Unpack {
        place: Place::local(run.whole),
        variant: run.variant,
        moved: run.moved,
    };
    statements.insert(at + run.len, Statement { kind, span });
}
