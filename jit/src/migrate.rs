//! Values of variables whose type changes: those of the new type are made from them, by name, at any depth.

use std::cell::RefCell;

use compiler::env::{DefId, DefKind, Env, ModuleId};
use rustc_hash::FxHashMap;
use stdlib::convert::{Mismatch, Reason};
use stdlib::{Kind, TypeDesc, value};

use crate::linked::GlobalPlace;
use crate::machine::Machine;
use crate::trap::Trap;

pub(crate) enum Failure {
    Mismatch(Box<Mismatch>),
    /// Of a default, or for want of memory.
    Run(Trap),
}

/// Gives a place that holds nothing the value of a former one, which stays as it is. It is not bound yet. What a failure leaves is for the next
/// sweep.
pub(crate) fn convert(
    machine: &Machine,
    former: &GlobalPlace,
    place: &GlobalPlace,
    defaults: &Defaults<'_>,
) -> Result<(), Failure> {
    let value = |owner: &TypeDesc, field: &str| defaults.value(owner, field);
    let mut converted = Ok(());
    // SAFETY: the former variable is bound, and the new one's place is free; the units of both stay in memory.
    let result = unsafe {
        machine.run(|| {
            let (old, new) = (former.desc(), place.desc());
            let to = (new, place.address);
            converted = stdlib::convert::convert((old, former.address), to, &value);
        })
    };
    match result {
        Ok(()) => converted.map_err(|mismatch| Failure::Mismatch(Box::new(mismatch))),
        Err(trap) => Err(Failure::Run(trap)),
    }
}

/// The values of new fields, each computed once.
pub(crate) struct Defaults<'a> {
    env: &'a Env,
    /// Whose types are meant where modules have some of the same name.
    home: ModuleId,
    /// The address of a function.
    code: &'a dyn Fn(DefId) -> Option<usize>,
    /// By the function that computes it.
    made: RefCell<FxHashMap<DefId, Made>>,
}

/// A value with its type.
type Made = (*const TypeDesc, Box<[u128]>);

impl<'a> Defaults<'a> {
    pub(crate) fn new(
        env: &'a Env,
        home: ModuleId,
        code: &'a dyn Fn(DefId) -> Option<usize>,
    ) -> Defaults<'a> {
        Defaults {
            env,
            home,
            code,
            made: RefCell::default(),
        }
    }

    fn value(&self, owner: &TypeDesc, field: &str) -> Option<*const u8> {
        let name = owner.name().split('<').next()?;
        let DefKind::Struct(found) = &self.env.def(self.named(name)?).kind else {
            return None;
        };
        let function = found.fields.iter().find(|f| f.name == field)?.default?;
        if let Some((_, bytes)) = self.made.borrow().get(&function) {
            return Some(bytes.as_ptr().cast());
        }
        let code = (self.code)(function)?;
        let part = owner.fields().iter().find(|f| f.name() == Some(field))?;
        if part.ty().kind == Kind::Simd {
            return None; // comes in a register that Rust cannot name
        }
        // SAFETY: a function without parameters whose result is of this type.
        let bytes = unsafe { call(code, part.ty()) };
        let place = bytes.as_ptr().cast();
        self.made
            .borrow_mut()
            .insert(function, (std::ptr::from_ref(part.ty()), bytes));
        Some(place)
    }

    fn named(&self, name: &str) -> Option<DefId> {
        let home = self.env.module(self.home).names.get(name).copied();
        home.or_else(|| {
            let mut others = self.env.defs().filter(|def| def.name == name);
            let found = others.find(|def| matches!(def.kind, DefKind::Struct(_)))?;
            Some(found.id)
        })
    }

    /// What was filled with them has shares of its own.
    pub(crate) fn give_up(self, machine: &Machine) {
        for (desc, bytes) in self.made.into_inner().into_values() {
            // SAFETY: the value was made for us alone.
            let _ = unsafe { machine.run(|| value::drop_value(&*desc, bytes.as_ptr().cast())) };
        }
    }
}

pub(crate) fn why_not(name: &str, mismatch: &Mismatch) -> String {
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
