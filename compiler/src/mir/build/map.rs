//! Maps: literals, and entries as places. The value of a key is a part of the library's struct, so that whatever works on places of
//! arrays works on it: `m[k]` is `m.entries[i]`, its pair, its second field, where `i` is what a function of the library finds.

use syntax::Span;

use super::Builder;
use super::expr::int;
use super::place::Access;
use crate::env::DefId;
use crate::hir::{BinaryOp, ExprId};
use crate::mir::{
    Arg, Base, FormatPart, Local, Operand, PanicKind, Place, Projection, Rvalue, Terminator,
};
use crate::types::{Ty, TyKind};

/// Fields of the library's structs, in the order of `env::language`.
const SET_MAP: u32 = 0;
const MAP_ENTRIES: u32 = 1;

/// The search for a key, done when all indices of a place have been evaluated.
#[derive(Clone)]
pub(super) struct Lookup {
    map: Place,
    key: Operand,
    missing: Missing,
    dest: Local,
}

/// What to do where the key is not there.
#[derive(Clone)]
pub(super) enum Missing {
    Fail,
    /// Add an entry with this value.
    Add(Operand),
    /// Take this value instead; `dest` is the value, and not the number of the entry.
    Instead(Operand),
}

impl Builder<'_> {
    pub(super) fn map_literal(
        &mut self,
        entries: &[(ExprId, ExprId)],
        ty: Ty,
        span: Span,
    ) -> Rvalue {
        let pair = Ty::tuple(map_args(ty).to_vec());
        if entries.is_empty() {
            let (index, slots) = (Ty::map_slot(), Ty::option(pair));
            let empty = |elem| {
                let items = Vec::new();
                Rvalue::Array { elem, items }
            };
            let parts = vec![
                self.keep(empty(index), span),
                self.keep(empty(slots), span),
                int(0),
            ];
            return Rvalue::Aggregate(ty, parts);
        }
        let items = match self.pairs_known(entries, pair) {
            Some(items) => items,
            None => self.pairs(entries, pair, span),
        };
        let pairs = self.keep(Rvalue::Array { elem: pair, items }, span);
        let made = self.temp(ty, span);
        self.call_map("map_from", ty, Some(made), vec![Arg::Value(pairs)], span);
        Rvalue::Use(Operand::Copy(Place::local(made)))
    }

    fn pairs(&mut self, entries: &[(ExprId, ExprId)], pair: Ty, span: Span) -> Vec<Operand> {
        let flat: Vec<ExprId> = entries.iter().flat_map(|(k, v)| [*k, *v]).collect();
        let flat = self.operands(&flat);
        let pairs = flat.chunks_exact(2);
        let pairs = pairs.map(|entry| Rvalue::Aggregate(pair, entry.to_vec()));
        pairs.map(|value| self.keep(value, span)).collect()
    }

    pub(super) fn missing(&mut self, default: Option<ExprId>, access: Access) -> Missing {
        match (default, access) {
            (None, _) => Missing::Fail,
            (Some(default), Access::Write) => Missing::Add(self.kept_operand(default)),
            (Some(default), Access::Read) => Missing::Instead(self.kept_operand(default)),
        }
    }

    /// The value of a key in `map`, to be looked up when the place is accessed.
    pub(super) fn lookup(
        &mut self,
        map: &Place,
        key: Operand,
        missing: Missing,
        span: Span,
    ) -> (Lookup, Place) {
        let (dest, place) = match missing {
            Missing::Fail | Missing::Add(_) => {
                let dest = self.temp(Ty::i64(), span);
                (dest, entry_of(map, dest).then(Projection::Field(1)))
            }
            Missing::Instead(_) => {
                let dest = self.temp(map_args(self.place_ty(map))[1], span);
                (dest, Place::local(dest))
            }
        };
        let lookup = Lookup {
            map: map.clone(),
            key,
            missing,
            dest,
        };
        (lookup, place)
    }

    /// A value that stays what it is.
    pub(super) fn kept_operand(&mut self, expr: ExprId) -> Operand {
        let span = self.hir.exprs[expr].span;
        let operand = self.operand(expr);
        let is_kept = match &operand {
            Operand::Const(_) => true,
            Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => {
                matches!(place.base, Base::Local(local) if !self.is_var(local))
            }
        };
        if is_kept {
            operand
        } else {
            self.keep(Rvalue::Use(operand), span)
        }
    }

    pub(super) fn look_up(&mut self, lookup: Lookup, span: Span) {
        let Lookup {
            map,
            key,
            missing,
            dest,
        } = lookup;
        let ty = self.place_ty(&map);
        let read = Arg::Value(Operand::Copy(map.clone()));
        let key_arg = Arg::Value(key.clone());
        match missing {
            Missing::Add(value) => {
                // A key that is there is only looked at, and not shared.
                self.call_map("map_find", ty, Some(dest), vec![read, key_arg], span);
                let absent = self.is_negative(dest, span);
                let (add, next) = (self.new_block(), self.new_block());
                self.branch_on(absent, add, next);
                self.switch_to(add);
                let found = Arg::Value(Operand::Copy(Place::local(dest)));
                let args = vec![Arg::Mut(map), Arg::Value(key), Arg::Value(value), found];
                self.call_map("map_add", ty, Some(dest), args, span);
                self.goto(next);
                self.switch_to(next);
            }
            Missing::Instead(value) => {
                let args = vec![read, key_arg, Arg::Value(value)];
                self.call_map("map_get_or", ty, Some(dest), args, span);
            }
            Missing::Fail => {
                self.call_map("map_find", ty, Some(dest), vec![read, key_arg], span);
                self.fail_without_key(dest, key, span);
            }
        }
    }

    fn fail_without_key(&mut self, found: Local, key: Operand, span: Span) {
        let absent = self.is_negative(found, span);
        let (good, bad) = (self.new_block(), self.new_block());
        self.branch_on(absent, bad, good);
        self.switch_to(bad);
        let parts = vec![
            FormatPart::Text("the map has no key ".into()),
            FormatPart::Value {
                operand: key,
                spec: None,
                literal: true,
            },
        ];
        let message = Some(self.keep(Rvalue::Format(parts), span));
        let kind = PanicKind::Key;
        self.terminate(Terminator::Panic {
            kind,
            message,
            span,
        });
        self.switch_to(good);
    }

    fn is_negative(&mut self, found: Local, span: Span) -> Operand {
        let found = Operand::Copy(Place::local(found));
        self.compare(BinaryOp::Lt, found, int(0), span)
    }

    /// Whether an expression is a map whose elements are places.
    pub(super) fn is_map(&self, expr: ExprId) -> bool {
        let ty = match self.evaluated.get(&expr) {
            Some(place) => self.place_ty(place),
            None => self.expr_ty(expr),
        };
        matches!(ty.kind(), TyKind::Adt(DefId::MAP, _))
    }

    /// `m[k] = v`
    pub(super) fn store_entry(&mut self, map: ExprId, key: ExprId, value: Operand, span: Span) {
        let map = self.unchecked(map, Access::Write);
        let key = self.kept_operand(key);
        let map = self.checked(map);
        let ty = self.place_ty(&map);
        // A part of the map itself is taken out before it is overwritten.
        let value = self.apart_from(value, &[map.base], span);
        let args = vec![Arg::Mut(map), Arg::Value(key), Arg::Value(value)];
        self.call_map("map_set", ty, None, args, span);
    }

    fn call_map(&mut self, name: &str, ty: Ty, dest: Option<Local>, args: Vec<Arg>, span: Span) {
        let callee = self.intrinsic(name);
        self.call_fn(dest, callee, map_args(ty).to_vec(), args, span);
    }

    /// What a loop over a map or set walks: the array of its entries.
    pub(super) fn entries_of(&self, walked: &Place) -> Place {
        let map = match self.place_ty(walked).kind() {
            TyKind::Adt(DefId::SET, _) => walked.then(Projection::Field(SET_MAP)),
            _ => walked.clone(),
        };
        map.then(Projection::Field(MAP_ENTRIES))
    }
}

/// The pair at a position in the entries of a map.
fn entry_of(map: &Place, at: Local) -> Place {
    let entries = map.then(Projection::Field(MAP_ENTRIES));
    pair_in(&entries.then(Projection::Index(at)))
}

/// The pair in an entry that is there.
pub(super) fn pair_in(entry: &Place) -> Place {
    entry.then(Projection::Payload {
        variant: 1,
        field: 0,
    })
}

fn map_args(ty: Ty) -> &'static [Ty] {
    match ty.kind() {
        TyKind::Adt(DefId::MAP, args) => args,
        other => panic!("compiler bug: {other:?} is not a map"),
    }
}
