//! Values of variables whose type changes: those of the new type are made from them, by name, at any depth.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use compiler::env::{Def, DefId, DefKind, Env, Head, ModuleId};
use compiler::own::Reach;
use compiler::types::{Ty, TyKind};
use indexmap::IndexSet;
use rustc_hash::FxHashMap;
use stdlib::convert::{Advice, Migration, Mismatch, NewFunction, Reason, head_of};
use stdlib::portable::Changes;
use stdlib::{Kind, Root, TypeDesc, value};

use crate::linked::{FunctionPlace, GlobalPlace, Linked};
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
    guide: &Guide<'_>,
) -> Result<Vec<Mismatch>, Failure> {
    let from = (former.desc.get(), former.address.cast_const());
    let to = (place.desc(), place.address);
    // SAFETY: the former variable is bound, and the new one's place is free; the units of both stay in memory.
    unsafe { convert_value(machine, from, to, guide, &mut Changes::default()) }
}

/// As [`convert`], of any value.
///
/// # Safety
/// `from` is a valid value, `to` a place for one of its type that holds none; the descriptors stay as long as both.
pub(crate) unsafe fn convert_value(
    machine: &Machine,
    from: Root,
    to: (&TypeDesc, *mut u8),
    guide: &Guide<'_>,
    changes: &mut Changes,
) -> Result<Vec<Mismatch>, Failure> {
    let mut converted = Ok(Vec::new());
    // SAFETY: the caller's promise.
    let result = unsafe {
        machine.run(|| {
            converted = stdlib::convert::convert((&*from.0, from.1), to, guide, changes);
        })
    };
    match result {
        Ok(()) => {
            if !matches!(&converted, Ok(lost) if lost.is_empty()) {
                machine.leave_to_sweep();
            }
            converted.map_err(|mismatch| Failure::Mismatch(Box::new(mismatch)))
        }
        Err(trap) => Err(Failure::Run(trap)),
    }
}

/// Where the functions are that compute defaults and migrate values.
pub(crate) type Advisers = FxHashMap<DefId, FunctionPlace>;

/// The definition of the type that a descriptor is of; what is meant where modules have some of the same name is that of `home`.
fn described_def<'e>(env: &'e Env, home: ModuleId, ty: &TypeDesc) -> Option<&'e Def> {
    let name = head_of(ty.name());
    let of_home = env.module(home).names.get(name).copied();
    let found = of_home.or_else(|| {
        let mut others = env.defs().filter(|def| def.name == name);
        let found = others.find(|def| matches!(def.kind, DefKind::Struct(_) | DefKind::Enum(_)))?;
        Some(found.id)
    });
    Some(env.def(found?))
}

/// The types that values of these lead to, as far as a program has declared them, and what they were before.
pub(crate) fn declared_types<'d>(
    env: &Env,
    home: ModuleId,
    roots: impl Iterator<Item = &'d TypeDesc>,
) -> Vec<DefId> {
    let reached = roots.flat_map(TypeDesc::reached);
    let declared = reached.filter(|desc| matches!(desc.kind, Kind::Struct | Kind::Enum));
    let declared = declared.filter_map(|desc| described_def(env, home, desc));
    let mut found: IndexSet<DefId> = declared.map(|def| def.id).collect();
    let mut at = 0;
    while let Some(&def) = found.get_index(at) {
        at += 1;
        for migration in env.methods(&Head::Adt(def), "migrate") {
            let former = env.function(migration).params.first();
            former
                .into_iter()
                .for_each(|former| add_types(env, former.ty, &mut found));
        }
    }
    found.into_iter().collect()
}

/// The structs and enums in a type.
fn add_types(env: &Env, ty: Ty, found: &mut IndexSet<DefId>) {
    if let TyKind::Adt(def, _) = ty.kind()
        && found.insert(*def)
    {
        let fields: Vec<Ty> = env.all_fields(*def).map(|field| field.ty).collect();
        fields.into_iter().for_each(|ty| add_types(env, ty, found));
    }
    ty.map_parts(&mut |part| {
        add_types(env, part, found);
        part
    });
}

/// The functions that compute the defaults of types and migrate their values.
pub(crate) fn advising_functions(env: &Env, types: &[DefId]) -> Vec<DefId> {
    let of_type = |def: &DefId| {
        let defaults = env.all_fields(*def).filter_map(|field| field.default);
        let migrations = env.methods(&Head::Adt(*def), "migrate");
        defaults.chain(migrations).collect::<Vec<DefId>>()
    };
    types.iter().flat_map(of_type).collect()
}

/// What `any`s and functions have by now that are from before.
#[derive(Default)]
pub(crate) struct NewCode {
    /// By what the type of the value in the `any` was called, and that of the `any`.
    tables: FxHashMap<(String, String), *const *const TypeDesc>,
    /// By the code that they have.
    functions: FxHashMap<usize, NewFunction>,
    /// Code that some values have on.
    pub(crate) stayed: RefCell<BTreeSet<usize>>,
    /// What those functions may touch.
    pub(crate) reach: Reach,
    /// Have all that.
    units: Vec<Rc<Linked>>,
}

impl NewCode {
    /// Takes the tables of a unit, in the order of the names.
    pub(crate) fn add_tables(&mut self, names: Vec<(String, String)>, unit: Rc<Linked>) {
        self.tables.extend(names.into_iter().zip(unit.tables()));
        self.units.push(unit);
    }

    /// Takes the functions of a unit, in the order of the former ones, of which each may stay or not.
    pub(crate) fn add_functions(
        &mut self,
        former: impl Iterator<Item = (usize, bool)>,
        unit: Rc<Linked>,
    ) {
        for ((former, may_stay), (code, ty, kept)) in former.zip(unit.values()) {
            let newer = NewFunction {
                code,
                ty,
                kept,
                may_stay,
            };
            if code != former {
                self.functions.insert(former, newer);
            }
        }
        self.units.push(unit);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.functions.is_empty()
    }

    /// The types that the values become.
    pub(crate) fn types(&self) -> Vec<*const TypeDesc> {
        // SAFETY: a table begins with a descriptor.
        let first = |table: &*const *const TypeDesc| unsafe { **table };
        let functions = self.functions.values();
        let tables = self.tables.values().map(first);
        tables.chain(functions.map(|newer| newer.kept)).collect()
    }
}

/// A type that a former descriptor is of, as it is now; none if it is generic, or gone.
pub(crate) fn type_of(env: &Env, home: ModuleId, desc: &TypeDesc) -> Option<Ty> {
    Some(match desc.kind {
        Kind::Struct | Kind::Enum | Kind::Any => {
            let is_any = desc.kind == Kind::Any;
            let name = desc.name();
            let name = if is_any {
                name.strip_prefix("any ")?
            } else {
                name
            };
            let is_meant = |def: &Def| match &def.kind {
                DefKind::Trait(found) => is_any && found.generics.is_empty(),
                DefKind::Struct(found) => !is_any && found.generics.is_empty(),
                DefKind::Enum(found) => !is_any && found.generics.is_empty(),
                _ => false,
            };
            let of_home = env.module(home).names.get(name).copied();
            let of_home = of_home.filter(|def| is_meant(env.def(*def)));
            let def = of_home.or_else(|| {
                let named = env.defs().find(|def| is_meant(def) && def.name == name);
                let is_heir = |def: &&Arc<Def>| is_meant(def) && def.was.as_deref() == Some(name);
                Some(named.or_else(|| env.defs().find(is_heir))?.id)
            })?;
            match is_any {
                true => Ty::new(TyKind::Any(def, Vec::new())),
                false => Ty::new(TyKind::Adt(def, Vec::new())),
            }
        }
        Kind::I64 => Ty::i64(),
        Kind::F64 => Ty::f64(),
        Kind::Bool => Ty::bool(),
        Kind::Char => Ty::char(),
        Kind::Str => Ty::str(),
        _ => return None,
    })
}

/// What the new text says of its types: former names, functions that migrate, and the values of new fields, each computed once.
pub(crate) struct Guide<'a> {
    env: &'a Env,
    /// Whose types are meant where modules have some of the same name.
    home: ModuleId,
    functions: &'a Advisers,
    newer: &'a NewCode,
    /// By the function that computes it.
    made: RefCell<FxHashMap<DefId, Made>>,
}

/// A value with its type.
type Made = (*const TypeDesc, Box<[u128]>);

impl<'a> Guide<'a> {
    pub(crate) fn new(
        env: &'a Env,
        home: ModuleId,
        functions: &'a Advisers,
        newer: &'a NewCode,
    ) -> Guide<'a> {
        Guide {
            env,
            home,
            functions,
            newer,
            made: RefCell::default(),
        }
    }

    fn def(&self, ty: &TypeDesc) -> Option<&'a Def> {
        described_def(self.env, self.home, ty)
    }

    /// What was filled with them has shares of its own.
    pub(crate) fn give_up(self, machine: &Machine) {
        for (desc, bytes) in self.made.into_inner().into_values() {
            // SAFETY: the value was made for us alone.
            let _ = unsafe { machine.run(|| value::drop_value(&*desc, bytes.as_ptr().cast())) };
        }
    }
}

impl Advice for Guide<'_> {
    fn default(&self, owner: &TypeDesc, field: &str) -> Option<*const u8> {
        let DefKind::Struct(found) = &self.def(owner)?.kind else {
            return None;
        };
        let function = found.fields.iter().find(|f| f.name == field)?.default?;
        if let Some((_, bytes)) = self.made.borrow().get(&function) {
            return Some(bytes.as_ptr().cast());
        }
        let code = self.functions.get(&function)?.address;
        let part = owner.fields().iter().find(|f| f.name() == Some(field))?;
        let is_boxed = part.ty().kind == Kind::Box;
        let given = match is_boxed {
            // SAFETY: a box has the descriptor of what it holds, a constant.
            true => unsafe { &*part.ty().elem },
            false => part.ty(),
        };
        if given.kind == Kind::Simd {
            return None; // comes in a register that Rust cannot name
        }
        // SAFETY: a function without parameters whose result is of this type.
        let mut bytes = unsafe { call(code, given) };
        if is_boxed {
            // SAFETY: within a run; the value moves into the box.
            let block = unsafe {
                value::new_array(given, 1, |_, place| {
                    place.copy_from(bytes.as_ptr().cast(), given.size as usize);
                })
            };
            bytes = vec![block.addr() as u128].into_boxed_slice();
        }
        let place = bytes.as_ptr().cast();
        self.made
            .borrow_mut()
            .insert(function, (std::ptr::from_ref(part.ty()), bytes));
        Some(place)
    }

    fn former_type(&self, ty: &TypeDesc) -> Option<&str> {
        self.def(ty)?.was.as_deref()
    }

    fn table(&self, inside: &TypeDesc, any: &TypeDesc) -> Option<*const *const TypeDesc> {
        let names = (inside.name().to_owned(), any.name().to_owned());
        self.newer.tables.get(&names).copied()
    }

    fn function(&self, code: usize) -> Option<NewFunction> {
        self.newer.functions.get(&code).copied()
    }

    fn stays(&self, code: usize) {
        self.newer.stayed.borrow_mut().insert(code);
    }

    fn renews_code(&self) -> bool {
        !self.newer.is_empty()
    }

    fn former_part(&self, owner: &TypeDesc, part: &str) -> Option<&str> {
        let was = match &self.def(owner)?.kind {
            DefKind::Struct(found) => &found.fields.iter().find(|f| f.name == part)?.was,
            DefKind::Enum(found) => &found.variants.iter().find(|v| v.name == part)?.was,
            _ => return None,
        };
        was.as_deref()
    }

    fn migration(&self, ty: &TypeDesc) -> Option<Migration<'_>> {
        let head = Head::Adt(self.def(ty)?.id);
        let function = self.env.methods(&head, "migrate").next()?;
        let place = self.functions.get(&function)?;
        let (former, owns) = place.former?;
        // SAFETY: the unit that has the function stays while its values are migrated; structs and enums are passed and returned by
        // address.
        unsafe {
            Some(Migration {
                former: &*former,
                owns,
                code: std::mem::transmute::<usize, unsafe extern "C" fn(*mut u8, *const u8)>(
                    place.address,
                ),
            })
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
        Reason::SameKeys => format!("two keys of `{part}` would be the same"),
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
