//! Arrays of a host, in place: instances of functions in which some parameters are *views*, the address of the first element and a
//! length, in place of a block of our own.
//!
//! A body can have such an instance if all that it does with the array is to count its elements, look at them, write them through a `mut`
//! parameter, and lend it to others of which the same holds. An array that is kept, handed to the runtime as a whole or changed in its length needs
//! a block, and the diagnostic that says so ([`NOT_IN_PLACE`]) is for the host that asked. Nothing else pays for it.

use rustc_hash::FxHashSet;
use syntax::{Diagnostic, Span};

use super::{Instantiation, Key};
use crate::env::{DefId, FnOrigin};
use crate::mir::{
    Arg, Base, Body, Callee, Check, Local, LocalKind, Old, Operand, ParamMode, Place, Projection,
    Rvalue, Statement, StatementKind,
};
use crate::own;
use crate::types::{Ty, TyKind};

/// The code of what is said of a function that needs an array of our own, to the host that lends it another one.
pub const NOT_IN_PLACE: &str = "not-in-place";

/// An instance that a host asks for.
#[derive(Clone)]
pub struct Viewing {
    pub function: DefId,
    /// Which of the parameters are views.
    pub params: Vec<bool>,
}

impl Instantiation<'_> {
    /// Registers the instance with views for these parameters. Its key has the types of all parameters behind the type arguments.
    pub(super) fn viewing(
        &mut self,
        (def, args): (DefId, &[Ty]),
        viewed: &[bool],
        span: Option<Span>,
    ) -> Option<Key> {
        let body = self.generic_body(def);
        let params = self.signature(body.body(), args).params;
        let mut key = args.to_vec();
        for (index, ((mode, ty), is_viewed)) in params.iter().zip(viewed).enumerate() {
            key.push(match (is_viewed, ty.kind()) {
                (false, _) => *ty,
                (true, TyKind::Array(elem)) if *mode != ParamMode::Own => Ty::view(*elem),
                (true, _) => {
                    let name = &self.env.function(def).params[index].name;
                    let span = span.unwrap_or(body.body().span);
                    self.refuse_view(span, Need::Kept, format!("keeps its `{name}`"));
                    return None;
                }
            });
        }
        let key = (def, key);
        self.callee(key.0, key.1.clone(), span);
        Some(key)
    }

    /// The types of the parameters of an instance with views.
    pub(super) fn view_types<'k>(&self, (def, args): &'k Key) -> Option<&'k [Ty]> {
        let types = args.get(self.env.function(*def).generics.len()..)?;
        types
            .iter()
            .any(|ty| ty.view_of().is_some())
            .then_some(types)
    }

    /// Has the body of such an instance use its views.
    pub(super) fn use_views(&mut self, body: &mut Body, params: &[Ty]) {
        let mut views = Views::default();
        for (index, ty) in params.iter().enumerate() {
            if ty.view_of().is_some() {
                let local = Local::from_u32(index as u32 + 1);
                views.add(body, local, *ty);
            }
        }
        // What leads to a view is one; blocks come in any order.
        loop {
            let statements = body.blocks.values().flat_map(|block| &block.statements);
            let mut aliases = statements.filter_map(|statement| views.alias(body, statement));
            let Some((local, ty)) = aliases.find(|(local, _)| !views.locals.contains(local)) else {
                break;
            };
            views.add(body, local, ty);
        }
        for block in body.blocks.values_mut() {
            for statement in &mut block.statements {
                if self.failure.is_none() {
                    self.view_statement(&views, statement);
                }
            }
        }
    }

    fn view_statement(&mut self, views: &Views, statement: &mut Statement) {
        let span = statement.span;
        let mut wholes = 0;
        own::each_place(&statement.kind, &mut |_, place| {
            wholes += usize::from(views.is_whole(place));
        });
        if wholes == 0 {
            return;
        }
        let allowed = match &mut statement.kind {
            StatementKind::MakeUnique(_) => {
                statement.kind = StatementKind::Nop;
                return;
            }
            StatementKind::Open { .. }
            | StatementKind::Check(Check::Index { .. } | Check::Disjoint { .. })
            | StatementKind::Assign {
                value: Rvalue::Len(_),
                ..
            } => return,
            StatementKind::Assign { place, value, old } => {
                let is_alias = |local| views.locals.contains(&local);
                match (place.base, &*value, old) {
                    (
                        Base::Local(local),
                        Rvalue::Use(Operand::Borrow(_)),
                        Old::Nothing | Old::Unknown,
                    ) if is_alias(local) => {
                        return;
                    }
                    _ => 0,
                }
            }
            StatementKind::Call {
                dest,
                callee: Callee::Fn(def, types),
                args,
                old,
                ..
            } => {
                let viewed: Vec<bool> = args.iter().map(|arg| views.lends(arg)).collect();
                match &self.env.function(*def).origin {
                    FnOrigin::Sumi => {
                        if let Some(key) = self.viewing((*def, types), &viewed, Some(span)) {
                            *types = key.1;
                        }
                        viewed.iter().filter(|is_viewed| **is_viewed).count()
                    }
                    FnOrigin::Intrinsic(name) if name == "array_len" => {
                        if let Arg::Value(Operand::Borrow(place)) = &args[0] {
                            statement.kind = StatementKind::Assign {
                                place: dest.clone(),
                                value: Rvalue::Len(place.clone()),
                                old: *old,
                            };
                        }
                        return;
                    }
                    FnOrigin::Intrinsic(_) | FnOrigin::C { .. } | FnOrigin::Host => 0,
                }
            }
            _ => 0,
        };
        if wholes > allowed {
            let (need, what) = self.need(views, statement);
            self.refuse_view(span, need, what.to_owned());
        }
    }

    /// For what a statement needs a whole array of our own, and in words what it does.
    fn need(&self, views: &Views, statement: &Statement) -> (Need, &'static str) {
        match &statement.kind {
            StatementKind::Call {
                callee: Callee::Fn(def, _),
                args,
                ..
            } => {
                let is_changed =
                    |arg: &Arg| matches!(arg, Arg::Mut(place) if views.is_whole(place));
                let is_changed = args.iter().any(is_changed);
                match &self.env.function(*def).origin {
                    FnOrigin::Intrinsic(name)
                        if is_changed && CHANGES_LENGTH.contains(&name.as_str()) =>
                    {
                        (Need::Length, "changes how many elements there are")
                    }
                    FnOrigin::Intrinsic(_) | FnOrigin::C { .. } | FnOrigin::Host => {
                        (Need::Whole, "is made for arrays of Sumi's own")
                    }
                    FnOrigin::Sumi => (Need::Kept, "may keep the array"),
                }
            }
            StatementKind::Assign { place, .. } if views.is_whole(place) => (
                Need::Length,
                "puts another array in its place, of any length",
            ),
            StatementKind::Assign { .. } => (Need::Kept, "keeps the array beyond this line"),
            _ => (Need::Whole, "needs the array as a whole"),
        }
    }

    /// At the line of the program, of what goes wrong in the library.
    fn refuse_view(&mut self, span: Span, need: Need, what: String) {
        if self.failure.is_some() {
            return;
        }
        let mut at = (span, "this".to_owned());
        let mut caller = self.current;
        while let Some(index) = caller {
            let instance = &self.program.functions[index];
            let def = instance.key.0;
            let Some(used) = instance.needed_at.filter(|_| self.is_library(def)) else {
                break;
            };
            at = (used, format!("`{}`", self.env.def(def).name));
            caller = instance.needed_by;
        }
        let message = match need {
            Need::Length => "a slice of the host cannot grow, shrink or be exchanged",
            Need::Kept => "a slice of the host cannot be kept: it is lent for one call",
            Need::Whole => "a slice of the host cannot be used as a whole",
        };
        let (span, who) = at;
        let report = Diagnostic::error(NOT_IN_PLACE, message).at(span, format!("{who} {what}"));
        self.failure = Some(Box::new(report));
    }
}

/// For what a view is not enough.
#[derive(Clone, Copy)]
enum Need {
    /// The array may have more or fewer elements afterwards.
    Length,
    /// It is there when the call is over.
    Kept,
    /// The runtime or others take it as a whole.
    Whole,
}

/// Of the primitives that are given an array to change it, those that change how many elements it has.
const CHANGES_LENGTH: [&str; 7] = [
    "array_reserve",
    "array_push",
    "array_pop",
    "array_truncate",
    "array_insert",
    "array_remove",
    "array_extend",
];

/// The locals of a body that are views, or lead to one.
#[derive(Default)]
struct Views {
    locals: FxHashSet<Local>,
}

impl Views {
    fn add(&mut self, body: &mut Body, local: Local, ty: Ty) {
        body.locals[local].ty = ty;
        self.locals.insert(local);
    }

    /// Whether the place is a view as a whole, not an element.
    fn is_whole(&self, place: &Place) -> bool {
        let is_deref = |step: &Projection| matches!(step, Projection::Deref);
        match place.base {
            Base::Local(local) => {
                self.locals.contains(&local) && place.projections.iter().all(is_deref)
            }
            Base::Global(_) => false,
        }
    }

    fn lends(&self, arg: &Arg) -> bool {
        match arg {
            Arg::Value(Operand::Borrow(place)) | Arg::Mut(place) => self.is_whole(place),
            Arg::Value(Operand::Copy(_) | Operand::Move(_) | Operand::Const(_)) => false,
        }
    }

    /// A local that stands for a view from here on.
    fn alias(&self, body: &Body, statement: &Statement) -> Option<(Local, Ty)> {
        let (local, place) = match &statement.kind {
            StatementKind::Open { reference, place } => (*reference, place),
            StatementKind::Assign {
                place: to,
                value: Rvalue::Use(Operand::Borrow(place)),
                ..
            } if to.projections.is_empty() => match to.base {
                Base::Local(local) if body.locals[local].kind == LocalKind::Borrowed => {
                    (local, place)
                }
                _ => return None,
            },
            _ => return None,
        };
        let Base::Local(of) = place.base else {
            return None;
        };
        self.is_whole(place).then(|| (local, body.locals[of].ty))
    }
}
