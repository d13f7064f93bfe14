//! Whether two places can share memory. A place behind a reference or a borrowing local is traced back to where that came
//! from, so that places are compared from their roots.

use super::liveness::Origins;
use crate::env::{DefId, Env};
use crate::mir::{Base, Body, Local, LocalKind, Place, Projection, project};
use crate::types::TyKind;

/// A place from its root.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) base: Base,
    pub(super) steps: Vec<Step>,
    /// It stands for everything inside: it was reached through a chain without an end.
    open_ended: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) projection: Projection,
    /// The step goes through a block, which other values may share.
    pub(super) through_block: bool,
    /// The step picks an entry of a map. Two of one map always overlap.
    of_map: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    Disjoint,
    /// Unless the two indices differ; they are the `depth`-th steps.
    IfSame(Projection, Projection, usize),
    Always,
}

pub(super) fn paths(body: &Body, env: &Env, origins: &Origins, place: &Place) -> Vec<Path> {
    let mut out = Vec::new();
    trace(body, env, origins, place, &mut Vec::new(), &mut out);
    out
}

fn trace(
    body: &Body,
    env: &Env,
    origins: &Origins,
    place: &Place,
    visiting: &mut Vec<Local>,
    out: &mut Vec<Path>,
) {
    let steps = steps(body, env, place);
    let Base::Local(local) = place.base else {
        out.push(Path::new(place.base, steps));
        return;
    };
    if origins[local].is_empty() {
        out.push(Path::new(place.base, steps));
        return;
    }
    if visiting.contains(&local) {
        return;
    }
    visiting.push(local);
    let from = out.len();
    let cyclic = origins[local].iter().any(|origin| {
        matches!(origin.base, Base::Local(base) if reaches(origins, base, local, &mut Vec::new()))
    });
    for origin in &origins[local] {
        trace(body, env, origins, origin, visiting, out);
    }
    for path in &mut out[from..] {
        if cyclic || path.open_ended {
            path.open_ended = true;
        } else {
            path.steps.extend(steps.iter().cloned());
        }
    }
    visiting.pop();
}

fn reaches(origins: &Origins, from: Local, to: Local, seen: &mut Vec<Local>) -> bool {
    if from == to {
        return true;
    }
    if seen.contains(&from) {
        return false;
    }
    seen.push(from);
    origins[from]
        .iter()
        .any(|origin| matches!(origin.base, Base::Local(base) if reaches(origins, base, to, seen)))
}

/// The projections with what they go through; the `Deref` of a reference is no step.
pub(super) fn steps(body: &Body, env: &Env, place: &Place) -> Vec<Step> {
    let mut ty = body.place_ty(
        env,
        &Place {
            base: place.base,
            projections: Vec::new(),
        },
    );
    let mut steps = Vec::with_capacity(place.projections.len());
    let mut in_map = false;
    for (at, projection) in place.projections.iter().enumerate() {
        let of_reference = at == 0 && *projection == Projection::Deref && is_reference(body, place);
        if !of_reference {
            let through_block = match projection {
                Projection::Deref | Projection::Inside(_) => true,
                Projection::Index(_) | Projection::ConstIndex(_) => {
                    !matches!(ty.kind(), TyKind::FixedArray(..))
                }
                Projection::Field(_) | Projection::Payload { .. } => false,
            };
            steps.push(Step {
                projection: *projection,
                through_block,
                of_map: in_map,
            });
        }
        in_map = matches!(ty.kind(), TyKind::Adt(DefId::MAP, _));
        ty = project(env, ty, projection);
    }
    steps
}

fn is_reference(body: &Body, place: &Place) -> bool {
    matches!(place.base, Base::Local(local) if body.locals[local].kind == LocalKind::Ref)
}

/// The prefixes of `place` that are arrays, text or boxes it goes through, outermost first.
pub(super) fn containers(body: &Body, env: &Env, place: &Place) -> Vec<Place> {
    let skipped = usize::from(
        is_reference(body, place) && place.projections.first() == Some(&Projection::Deref),
    );
    steps(body, env, place)
        .iter()
        .enumerate()
        .filter(|(_, step)| step.through_block)
        .map(|(at, _)| Place {
            base: place.base,
            projections: place.projections[..at + skipped].to_vec(),
        })
        .collect()
}

impl Path {
    fn new(base: Base, steps: Vec<Step>) -> Path {
        Path {
            base,
            steps,
            open_ended: false,
        }
    }

    /// Whether this is `other` or contains it.
    pub(super) fn covers(&self, other: &Path) -> bool {
        self.base == other.base
            && (self.open_ended || self.steps.len() <= other.steps.len() || other.open_ended)
            && may_agree(&self.steps, &other.steps, false)
    }

    /// Whether a write here may change what a borrow of `source` sees, or free it: a write through a block may
    /// replace the whole block.
    pub(super) fn disturbs(&self, source: &Path) -> bool {
        self.base == source.base && may_agree(&self.steps, &source.steps, true)
    }

    pub(super) fn overlap(&self, other: &Path) -> Overlap {
        if self.base != other.base {
            return Overlap::Disjoint;
        }
        let mut if_same = None;
        for (depth, (mine, theirs)) in self.steps.iter().zip(&other.steps).enumerate() {
            match apart(mine.projection, theirs.projection) {
                Apart::No => {}
                // Other fields are other places, whatever the indices before them are.
                Apart::Yes => return Overlap::Disjoint,
                Apart::Perhaps if mine.of_map => return Overlap::Always,
                Apart::Perhaps if if_same.is_none() => {
                    if_same = Some(Overlap::IfSame(mine.projection, theirs.projection, depth));
                }
                Apart::Perhaps => {}
            }
        }
        if_same.unwrap_or(Overlap::Always)
    }
}

enum Apart {
    No,
    Perhaps,
    Yes,
}

fn apart(a: Projection, b: Projection) -> Apart {
    match (a, b) {
        (a, b) if a == b => Apart::No,
        // A type and a parameter that stands for it.
        (Projection::Inside(_), Projection::Inside(_)) => Apart::No,
        (Projection::Index(_), Projection::Index(_) | Projection::ConstIndex(_))
        | (Projection::ConstIndex(_), Projection::Index(_)) => Apart::Perhaps,
        _ => Apart::Yes,
    }
}

/// Whether one may be a prefix of the other. With `sharing`, difference counts only before the first block.
fn may_agree(a: &[Step], b: &[Step], sharing: bool) -> bool {
    for (mine, theirs) in a.iter().zip(b) {
        if sharing && mine.through_block {
            return true;
        }
        if matches!(apart(mine.projection, theirs.projection), Apart::Yes) {
            return false;
        }
    }
    true
}
