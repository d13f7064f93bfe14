//! Variables that hold values of a type that changes: the entry gets them anew, of the new type, and their values are converted
//! before anything of it runs. The old variables stay as they are, so that the entry can be taken back.

use std::cell::RefCell;

use compiler::env::{DefId, DefKind, Env, GlobalOrigin, Plain};
use compiler::types::TyKind;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use stdlib::convert::{Mismatch, Reason, convert};
use stdlib::{Kind, TypeDesc, value};
use syntax::{Diagnostic, Span, ast};

use super::definitions::names_of;
use super::{Loaded, Session};
use crate::front::Ready;
use crate::linked::{GlobalPlace, Linked};
use crate::report::{Error, Kept};

/// A variable whose value is to be converted.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) name: SmolStr,
    pub(super) former: DefId,
}

/// What a conversion came to.
pub(super) enum Converting {
    /// The variables that have their values.
    Done(FxHashSet<DefId>),
    /// One keeps the type that it had, for this reason; the error says so at length.
    Kept(SmolStr, String, Error),
}

/// What the declarations of converted variables stand in.
pub(super) const VARIABLES: &str = "<variables>";

/// The values of new fields, by the function that computes them.
type Made = FxHashMap<DefId, (*const TypeDesc, Box<[u128]>)>;

impl Session {
    /// The variables that hold values of types which these names or items define anew, except those that the entry binds itself.
    pub(super) fn holders(
        &self,
        before: &Env,
        changed: &[SmolStr],
        entered: &[SmolStr],
        items: &[ast::Item],
        kept: &[Kept],
    ) -> Vec<Held> {
        let scope = before.module(self.front.home);
        let mut redefined = changed.to_vec();
        redefined.extend(names_of(&self.front.sources, items));
        let types: FxHashSet<DefId> = redefined
            .iter()
            .filter_map(|name| scope.names.get(name).copied())
            .filter(|def| {
                let kind = &before.def(*def).kind;
                matches!(
                    kind,
                    DefKind::Struct(_) | DefKind::Enum(_) | DefKind::Trait(_)
                )
            })
            .collect();
        let mut holders: Vec<Held> = scope
            .names
            .iter()
            .filter(|(name, _)| kept.iter().all(|kept| kept.name != name.as_str()))
            .filter(|(name, def)| {
                !entered.contains(name) && holds(before, **def, &types, &redefined)
            })
            .map(|(name, def)| Held {
                name: name.clone(),
                former: *def,
            })
            .collect();
        holders.sort_by_key(|held| held.former);
        holders
    }

    /// Declarations of the variables under the new types. Their initial values never run: they are converted instead.
    pub(super) fn declarations(&mut self, before: &Env, held: &[Held]) -> Vec<ast::Item> {
        let mut text = String::new();
        for Held { name, former } in held {
            if let DefKind::Global(global) = &before.def(*former).kind {
                let word = if global.is_var { "var" } else { "let" };
                let ty = global.ty().display(&Plain(before));
                text += &format!("{word} {name}: {ty} = panic(\"\")\n");
            }
        }
        let file = self.front.sources.add(VARIABLES, text);
        syntax::parse(self.front.sources.file(file)).module.items
    }

    /// Gives the new variables the values of the former ones. An error leaves those as they are.
    pub(super) fn convert_held(
        &self,
        held: &[Held],
        line: &Ready,
        loaded: &Loaded,
    ) -> Result<Converting, Error> {
        let after = &line.compiled.env;
        let scope = after.module(self.front.home);
        let units = self.machine.units();
        let mut done = FxHashSet::default();
        let mut filled = Vec::new();
        let made: RefCell<Made> = RefCell::default();
        for each in held {
            let def = scope.names[&each.name];
            done.insert(def);
            let owner = units.iter().find(|unit| unit.global(each.former).is_some());
            let former = owner.and_then(|unit| unit.global(each.former));
            // What is shared with the former value may be described, or be code, of that unit.
            owner.into_iter().for_each(|unit| loaded.unit.keep(unit));
            let place = loaded.unit.global(def);
            let (Some(former), Some(place)) = (former.filter(|f| f.is_bound.get()), place) else {
                continue;
            };
            let converted = self.convert_one(former, place, (after, &loaded.unit), &made);
            if let Err(failure) = converted {
                self.machine.leave_to_sweep();
                self.sweep();
                return match failure {
                    Failure::Mismatch(mismatch) => {
                        let error = self.not_converted(line, each, &mismatch);
                        let why = why_not(&each.name, &mismatch);
                        Ok(Converting::Kept(each.name.clone(), why, error))
                    }
                    Failure::Run(error) => Err(error),
                };
            }
            filled.push(place);
        }
        for place in filled {
            place.is_bound.set(true);
        }
        for (desc, bytes) in made.into_inner().into_values() {
            // SAFETY: the value was made for us alone, and what was filled with it has shares of its own.
            let _ = unsafe {
                self.machine
                    .run(|| value::drop_value(&*desc, bytes.as_ptr().cast()))
            };
        }
        Ok(Converting::Done(done))
    }

    fn convert_one(
        &self,
        former: &GlobalPlace,
        place: &GlobalPlace,
        (after, unit): (&Env, &Linked),
        made: &RefCell<Made>,
    ) -> Result<(), Failure> {
        let defaults =
            |owner: &TypeDesc, field: &str| self.default(after, unit, owner, field, made);
        let mut converted = Ok(());
        // SAFETY: the former variable is bound, and the new one's place is free; both units stay in memory.
        let result = unsafe {
            self.machine.run(|| {
                let (old, new) = (former.desc(), place.desc());
                converted = convert((old, former.address), (new, place.address), &defaults);
            })
        };
        match result {
            Ok(()) => converted.map_err(|mismatch| Failure::Mismatch(Box::new(mismatch))),
            Err(trap) => Err(Failure::Run(Error::Runtime(self.describe(&trap)))),
        }
    }

    /// The value of a field's default, computed once.
    fn default(
        &self,
        after: &Env,
        unit: &Linked,
        owner: &TypeDesc,
        field: &str,
        made: &RefCell<Made>,
    ) -> Option<*const u8> {
        let name = owner.name().split('<').next()?;
        let def = after.module(self.front.home).names.get(name)?;
        let DefKind::Struct(found) = &after.def(*def).kind else {
            return None;
        };
        let function = found.fields.iter().find(|f| f.name == field)?.default?;
        if let Some((_, bytes)) = made.borrow().get(&function) {
            return Some(bytes.as_ptr().cast());
        }
        let code = unit.function(function)?.address;
        let part = owner.fields().iter().find(|f| f.name() == Some(field))?;
        if part.ty().kind == Kind::Simd {
            return None; // comes in a register that Rust cannot name
        }
        // SAFETY: a function without parameters whose result is of this type.
        let bytes = unsafe { call(code, part.ty()) };
        let place = bytes.as_ptr().cast();
        made.borrow_mut()
            .insert(function, (std::ptr::from_ref(part.ty()), bytes));
        Some(place)
    }

    fn not_converted(&self, line: &Ready, held: &Held, mismatch: &Mismatch) -> Error {
        let name = &held.name;
        let (owner, field) = mismatch.owner.clone().unwrap_or_default();
        let why = why_not(name, mismatch);
        let message = format!("the value of `{name}` cannot be converted: {why}");
        let label = match &mismatch.reason {
            Reason::Types(old, new) if old == new => "other methods from now on".to_owned(),
            Reason::Types(_, new) => format!("`{new}` from now on"),
            Reason::NoDefault => "no value for it".to_owned(),
            Reason::NoVariant => format!("no `{field}` any more"),
        };
        let home = self.front.home;
        let place = |env: &Env| {
            let def = env.module(home).names.get(owner.as_str())?;
            Some(field_place(env, *def, &field))
        };
        let mut error = Diagnostic::error("live-values", message);
        if let Some(span) = place(&line.compiled.env) {
            error = error.at(span, label);
        }
        if let Some(span) = place(&line.before) {
            error = error.also(span, "as it was");
        }
        let variable = line.before.def(held.former).span;
        if self.front.sources.file(variable.file).name != VARIABLES {
            error = error.also(variable, format!("`{name}` holds a value of the old type"));
        }
        error = error.help(format!("give `{name}` a new value in the same entry, or take back the entry that made it with `:undo`"));
        self.front.rejected([&error].into_iter())
    }
}

fn why_not(name: &str, mismatch: &Mismatch) -> String {
    let part = format!("{name}{}", mismatch.path);
    let (owner, field) = mismatch.owner.clone().unwrap_or_default();
    match &mismatch.reason {
        Reason::Types(old, new) if old == new => format!(
            "`{part}` is `{old}`, and the methods of its value were chosen when it was put there"
        ),
        Reason::Types(old, new) => {
            format!("`{part}` is of type `{old}`, and is to become `{new}`")
        }
        Reason::NoDefault => format!("`{part}` is new and has no default"),
        Reason::NoVariant => {
            format!("`{part}` is `{field}`, which the new `{owner}` does not have")
        }
    }
}

enum Failure {
    Mismatch(Box<Mismatch>),
    Run(Error),
}

/// Where a field or variant is declared, or else its type.
fn field_place(env: &Env, def: DefId, name: &str) -> Span {
    let found = env.def(def);
    let part = match &found.kind {
        DefKind::Struct(found) => found.fields.iter().find(|f| f.name == name).map(|f| f.span),
        DefKind::Enum(found) => {
            let variant = found.variants.iter().find(|v| v.name == name);
            variant.map(|variant| variant.span)
        }
        DefKind::Fn(_)
        | DefKind::Trait(_)
        | DefKind::Global(_)
        | DefKind::Const(_)
        | DefKind::ExternType { .. } => None,
    };
    part.unwrap_or(found.span)
}

/// The result of a function without parameters, as bytes that are aligned for every type.
unsafe fn call(code: usize, ty: &TypeDesc) -> Box<[u128]> {
    let mut bytes = vec![0_u128; (ty.size as usize).div_ceil(16).max(1)].into_boxed_slice();
    let place = bytes.as_mut_ptr();
    // SAFETY: the caller's promise; see "Calls" in ARCHITECTURE.md for which results come in which way.
    unsafe {
        match ty.kind {
            Kind::Struct
            | Kind::Tuple
            | Kind::Enum
            | Kind::Option
            | Kind::Result
            | Kind::FixedArray
            | Kind::Fn
            | Kind::Any
            | Kind::Map
            | Kind::Set
            | Kind::Simd => {
                let code: extern "C" fn(*mut u128) = std::mem::transmute(code);
                code(place);
            }
            Kind::F32 => {
                let code: extern "C" fn() -> f32 = std::mem::transmute(code);
                place.cast::<f32>().write(code());
            }
            Kind::F64 => {
                let code: extern "C" fn() -> f64 = std::mem::transmute(code);
                place.cast::<f64>().write(code());
            }
            Kind::Unit => {
                let code: extern "C" fn() = std::mem::transmute(code);
                code();
            }
            Kind::I8
            | Kind::I16
            | Kind::I32
            | Kind::I64
            | Kind::U8
            | Kind::U16
            | Kind::U32
            | Kind::U64
            | Kind::Bool
            | Kind::Char
            | Kind::Str
            | Kind::Array
            | Kind::Box
            | Kind::Opaque
            | Kind::Ptr
            | Kind::CStr => {
                let code: extern "C" fn() -> u64 = std::mem::transmute(code);
                // What is narrower comes in the low bytes, which stand first.
                place.cast::<u64>().write(code());
            }
        }
    }
    bytes
}

/// Whether a variable holds values of one of the types, or of a former one that a type of these names may take back.
fn holds(env: &Env, def: DefId, types: &FxHashSet<DefId>, names: &[SmolStr]) -> bool {
    let is_changed = |def: &DefId| {
        types.contains(def) || env.is_former(*def) && names.contains(&env.def(*def).name)
    };
    match &env.def(def).kind {
        // Values of earlier entries stay what they were.
        DefKind::Global(global) if global.origin != GlobalOrigin::Hidden => {
            global.ty.is_some_and(|ty| {
                ty.any_part(&mut |part| match part.kind() {
                    TyKind::Adt(def, _) | TyKind::Any(def, _) => is_changed(def),
                    _ => false,
                })
            })
        }
        _ => false,
    }
}
