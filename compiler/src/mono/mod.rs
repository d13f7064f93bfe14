//! Concrete instances: from the bodies of a unit, and of the library and earlier units where they are generic, to a
//! [`Program`] in which no type variable, trait method or named constant is left.
//!
//! What runs by itself (cells) and, in a session, the unit's functions without type parameters are the roots; everything they call is
//! found from there. A function of an earlier unit is either *imported* by its symbol, so that a redefinition can take
//! its place, or *instantiated* anew as a private copy, when it is generic or belongs to the prelude.

mod fuel;
mod matching;
mod rewrite;
mod steps;
mod symbol;
mod views;
mod way_out;

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use syntax::{Diagnostic, Span};

use crate::any;
use crate::boxes::fields_of;
use crate::budget;
use crate::env::{DefId, DefKind, Env, FnOrigin, GlobalOrigin, ModuleId};
use crate::layout::Layouts;
use crate::mir::{Body, Const, Elaborated, Local, ParamMode};
use crate::own;
use crate::types::{self, MOST_PARTS, Ty, TyKind};

pub use steps::{BodyOf, LoopSite, Steps};
pub use symbol::{global_symbol, slot_symbol, type_identity};
pub use views::{NOT_IN_PLACE, Viewing};

/// How deep type arguments may nest, and how many instances one item may have.
const DEPTH_LIMIT: usize = 32;
const INSTANCE_LIMIT: usize = 10_000;
/// What an instance takes of the budget: for itself, for each of its statements, and how many parts of the types of its variables count as one.
/// LLVM's time for a function grows faster than the function (measured by `cargo dev compile`): from so many statements on it is twice as much
/// for each.
const INSTANCE_STEPS: u64 = 8;
const STATEMENT_STEPS: u64 = 2;
const PARTS_PER_STEP: u64 = 16;
const TWICE_FROM: u64 = 1 << 15;
/// Of the name of an instance so many characters are shown.
const LONGEST_NAME: usize = 200;

/// How many statements and ends of blocks a function has at most that other units may copy.
const MOST_COPIED: usize = 60;

/// The most bytes that one value in place may have.
const LARGEST_VALUE: u64 = 256 << 20;

/// What of a unit is to be compiled.
#[derive(Clone, Default)]
pub struct Unit {
    /// Its functions, generic ones included; their bodies are in the `Env`.
    pub functions: Vec<DefId>,
    pub cells: Vec<Arc<Elaborated>>,
    /// The globals that it defines, hidden ones included.
    pub globals: Vec<DefId>,
    /// Instances that a host calls with arrays of its own.
    pub viewings: Vec<Viewing>,
    /// The types of values and of the `any`s that they are in: tables that values get which are there already.
    pub tables: Vec<(Ty, Ty)>,
    /// Functions and closures whose code values get which are there already.
    pub values: Vec<Key>,
}

impl Unit {
    /// A function, with those that are written in it.
    pub fn of_function(env: &Env, def: DefId) -> Unit {
        Unit::of(env, vec![def], Vec::new(), Vec::new())
    }

    /// What function values get that are there already, closures with what is written in them.
    pub fn of_values(env: &Env, values: Vec<Key>) -> Unit {
        let defs = values.iter().map(|(def, _)| *def);
        let closures = defs.filter(|def| env.function(*def).captures.is_some());
        Unit {
            values: values.clone(),
            ..Unit::of(env, closures.collect(), Vec::new(), Vec::new())
        }
    }

    /// One of its cells, with the functions that are written in it; `globals` are those that it binds.
    pub fn of_cell(&self, env: &Env, index: usize, globals: Vec<DefId>) -> Unit {
        Unit::of(
            env,
            Vec::new(),
            vec![Arc::clone(&self.cells[index])],
            globals,
        )
    }

    fn of(
        env: &Env,
        mut functions: Vec<DefId>,
        cells: Vec<Arc<Elaborated>>,
        globals: Vec<DefId>,
    ) -> Unit {
        let mut seen: FxHashSet<DefId> = functions.iter().copied().collect();
        let mut inner = |body: &Body, functions: &mut Vec<DefId>| {
            own::each_function(env, body, &mut |def, _| {
                if env.function(def).captures.is_some() && seen.insert(def) {
                    functions.push(def);
                }
            });
        };
        cells
            .iter()
            .for_each(|cell| inner(cell.body(), &mut functions));
        let mut at = 0;
        while let Some(def) = functions.get(at).copied() {
            at += 1;
            if let Some(body) = env.function(def).body() {
                inner(body.body(), &mut functions);
            }
        }
        Unit {
            functions,
            cells,
            globals,
            ..Unit::default()
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing comes after this unit: functions are private, and those that nothing calls are left out.
    Script,
    /// Later units may use and replace what this one defines.
    Session,
    /// As `Session`, and small functions of other units are copied, to be inlined: whoever replaces one compiles those again that have a copy.
    Inlined,
    /// For the interpreter, which compares and hashes maps by the library's functions; the runtime does so itself.
    Interpreted { is_last: bool },
}

impl Mode {
    /// Whether later units may use what this one defines.
    fn stays_open(self) -> bool {
        match self {
            Mode::Script => false,
            Mode::Session | Mode::Inlined => true,
            Mode::Interpreted { is_last } => !is_last,
        }
    }
}

pub struct Program {
    pub mode: Mode,
    pub functions: Vec<Instance>,
    pub cells: Vec<Cell>,
    /// Those that the bodies use or the unit defines.
    pub globals: Vec<Global>,
    /// Functions of earlier units and of C or the host.
    pub imports: Vec<Import>,
    /// What a function that a body names is here.
    pub callees: FxHashMap<Key, Target>,
    /// What a function is here that the table of an `any` or a descriptor names.
    pub kept: FxHashMap<Key, Target>,
    /// The user's own relations and text of types that occur.
    pub overrides: FxHashMap<Ty, Overrides>,
    /// By the type of a value that is put into an `any` and the type of that `any`: the functions in its table.
    pub tables: FxHashMap<(Ty, Ty), Vec<Key>>,
    /// Those of them that are handed out.
    pub exported_tables: Vec<(Ty, Ty)>,
    /// What is handed out as function values.
    pub exported_values: Vec<Key>,
    /// See [`Program::charge_fuel`].
    pub takes_fuel: bool,
}

impl Program {
    /// Whether it runs once, from top to bottom, and leaves no code that others call: then it is not worth optimising.
    pub fn is_straight(&self, env: &Env) -> bool {
        let is_library = |key: &Key| env.is_library(env.def(key.0).module);
        let mut functions = self.functions.iter();
        let is_helper = |each: &Instance| !each.exported && is_library(&each.key);
        self.tables.is_empty()
            && functions.all(|each| is_helper(each) && own::has_no_loops(&each.body))
            && self.cells.iter().all(|cell| own::has_no_loops(&cell.body))
    }
}

/// A definition and its type arguments.
pub type Key = (DefId, Vec<Ty>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The position in [`Program::functions`].
    Defined(usize),
    /// The position in [`Program::imports`].
    Imported(usize),
}

pub struct Instance {
    pub key: Key,
    pub symbol: String,
    /// As a user would name it in a stack trace.
    pub name: String,
    pub signature: Signature,
    pub body: Body,
    /// Other units may call it.
    pub exported: bool,
    /// Who needed it first; for the chain of an instance that never ends.
    needed_by: Option<usize>,
    /// Where.
    needed_at: Option<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub params: Vec<(ParamMode, Ty)>,
    pub ret: Ty,
}

pub struct Cell {
    pub symbol: String,
    pub body: Body,
}

pub struct Global {
    pub def: DefId,
    pub symbol: String,
    pub ty: Ty,
    pub origin: GlobalOrigin,
    /// Defined by this unit; otherwise found by its symbol.
    pub is_defined: bool,
}

pub struct Import {
    pub key: Key,
    pub symbol: String,
    pub signature: Signature,
    pub origin: FnOrigin,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    pub show: Option<Target>,
    pub eq: Option<Target>,
    pub lt: Option<Target>,
    pub hash: Option<Target>,
}

/// The function that a method of a trait is for the type of the value in an `any`; `args` are those of the call, the `any` first.
pub fn dynamic_method(env: &Env, method: DefId, inside: Ty, args: &[Ty]) -> Key {
    let args: Vec<Ty> = std::iter::once(inside)
        .chain(args.iter().skip(1).copied())
        .collect();
    matching::trait_method(env, method, &args)
}

/// Makes the program of a unit, or says which instances never end. `constants` gives the value of a `const` as a literal where it has
/// one; others are computed where they are used.
pub fn instantiate(
    env: &Env,
    unit: &Unit,
    mode: Mode,
    constants: &dyn Fn(DefId) -> Option<Const>,
) -> Result<Program, Box<Diagnostic>> {
    let mut ctx = Instantiation {
        env,
        own_functions: unit.functions.iter().copied().collect(),
        constants,
        queue: VecDeque::new(),
        counts: FxHashMap::default(),
        steps: FxHashMap::default(),
        types: FxHashSet::default(),
        current: None,
        failure: None,
        layouts: Layouts::new(env),
        known_globals: FxHashSet::default(),
        in_values: match mode {
            Mode::Inlined => held_by_values(env, unit),
            Mode::Script | Mode::Session | Mode::Interpreted { .. } => FxHashSet::default(),
        },
        weights: FxHashMap::default(),
        program: Program {
            mode,
            functions: Vec::new(),
            cells: Vec::new(),
            globals: Vec::new(),
            imports: Vec::new(),
            callees: FxHashMap::default(),
            kept: FxHashMap::default(),
            overrides: FxHashMap::default(),
            tables: FxHashMap::default(),
            exported_tables: unit.tables.clone(),
            exported_values: unit.values.clone(),
            takes_fuel: false,
        },
    };
    for def in &unit.globals {
        ctx.global(*def, true);
    }
    for (index, cell) in unit.cells.iter().enumerate() {
        let body = ctx.concrete_body(cell.body(), &[]);
        ctx.take(&body, cell.body().span);
        if ctx.failure.is_some() {
            break;
        }
        let symbol = symbol::cell_symbol(index, body.def);
        ctx.program.cells.push(Cell { symbol, body });
    }
    if mode.stays_open() {
        for def in &unit.functions {
            let function = env.function(*def);
            let is_root = function.generics.is_empty() && function.captures.is_none();
            if is_root && function.stored.is_some() {
                ctx.root(*def);
            }
        }
    }
    for Viewing { function, params } in &unit.viewings {
        if let Some(key) = ctx.viewing((*function, &[]), params, None)
            && let Target::Defined(index) = ctx.program.callees[&key]
        {
            ctx.program.functions[index].exported = true;
        }
    }
    for (inside, any) in &unit.tables {
        ctx.table(*inside, *any, None);
    }
    for (def, args) in &unit.values {
        ctx.callee(*def, args.clone(), None);
    }
    while ctx.failure.is_none()
        && let Some(index) = ctx.queue.pop_front()
    {
        ctx.fill(index);
    }
    match ctx.failure {
        Some(failure) => Err(failure),
        None => Ok(ctx.program),
    }
}

/// What closures call, and what is a value itself.
fn held_by_values(env: &Env, unit: &Unit) -> FxHashSet<DefId> {
    let stored = |def: DefId| env.function(def).body().cloned();
    let own = unit.functions.iter().filter_map(|def| stored(*def));
    let mut waiting: Vec<(Arc<Elaborated>, bool)> = own.map(|body| (body, false)).collect();
    waiting.extend(unit.cells.iter().map(|cell| (Arc::clone(cell), false)));
    let (mut held, mut closures) = (FxHashSet::default(), FxHashSet::default());
    for (def, _) in &unit.values {
        match env.function(*def).captures {
            Some(_) => waiting.extend(stored(*def).map(|body| (body, true))),
            None => drop(held.insert(*def)),
        }
    }
    while let Some((body, is_closure)) = waiting.pop() {
        own::each_constant(body.body(), &mut |constant| {
            if let Const::Fn(def, _) = constant {
                held.insert(*def);
            }
        });
        own::each_function(env, body.body(), &mut |def, _| {
            if env.function(def).captures.is_some() {
                let body = stored(def).filter(|_| closures.insert(def));
                waiting.extend(body.map(|body| (body, true)));
            } else if is_closure {
                held.insert(def);
            }
        });
    }
    held
}

struct Instantiation<'a> {
    env: &'a Env,
    own_functions: FxHashSet<DefId>,
    constants: &'a dyn Fn(DefId) -> Option<Const>,
    /// Instances whose body is still generic.
    queue: VecDeque<usize>,
    counts: FxHashMap<DefId, usize>,
    /// What the instances of each item take of the budget.
    steps: FxHashMap<DefId, u64>,
    /// Types that were searched for overrides.
    types: FxHashSet<Ty>,
    current: Option<usize>,
    failure: Option<Box<Diagnostic>>,
    layouts: Layouts<'a>,
    known_globals: FxHashSet<DefId>,
    /// What the closures of the unit call, and functions that it has as values. A value may keep code for long, so that has no copies of them.
    in_values: FxHashSet<DefId>,
    /// Of functions that other units may copy.
    weights: FxHashMap<DefId, usize>,
    program: Program,
}

impl Instantiation<'_> {
    /// Makes the body of an instance concrete, which may ask for further instances.
    fn fill(&mut self, index: usize) {
        self.current = Some(index);
        let instance = &self.program.functions[index];
        let args = instance.key.1.clone();
        let views = self.view_types(&instance.key).map(<[Ty]>::to_vec);
        let generic = self.generic_body(instance.key.0);
        let mut body = self.concrete_body(generic.body(), &args);
        if let Some(views) = views {
            self.use_views(&mut body, &views);
        }
        if types::refused_one() && self.failure.is_none() {
            let key = self.program.functions[index].key.clone();
            let span = generic.body().span;
            self.failure = Some(Box::new(self.endless(&key, span, true)));
        }
        self.take(&body, generic.body().span);
        self.program.functions[index].body = body;
    }

    /// Takes what a body costs from the budget.
    fn take(&mut self, body: &Body, span: Span) {
        let parts: u64 = body.locals.values().map(|decl| decl.ty.parts()).sum();
        let statements = budget::statements(body) as u64;
        let grown = statements.saturating_mul(statements) / TWICE_FROM;
        let steps =
            INSTANCE_STEPS + STATEMENT_STEPS * (statements + grown) + parts / PARTS_PER_STEP;
        *self.steps.entry(body.def).or_default() += steps;
        if !self.env.budget().take(steps) && self.failure.is_none() {
            self.failure = Some(Box::new(self.too_much(span)));
        }
    }

    /// Names what takes most of what there is.
    fn too_much(&self, span: Span) -> Diagnostic {
        let budget = self.env.budget();
        let is_known = |(def, _): &(&DefId, &u64)| self.counts.contains_key(def);
        let instantiated = self.steps.iter().filter(is_known);
        let most = instantiated.max_by_key(|(def, steps)| (**steps, std::cmp::Reverse(**def)));
        let Some((def, steps)) = most else {
            return budget.exceeded("from here on", span);
        };
        let def = self.env.def(*def);
        let count = self.counts[&def.id];
        let label = match count {
            1 => format!("`{}` takes most of it: {steps} steps", def.name),
            _ => format!(
                "`{}` takes most of it: {steps} steps, for {count} instances with other types each",
                def.name
            ),
        };
        self.with_chain(budget.exceeded(label, def.span))
    }

    fn generic_body(&self, def: DefId) -> Arc<Elaborated> {
        match self.env.function(def).body() {
            Some(body) => body.clone(),
            None => panic!("compiler bug: {def} has no body"),
        }
    }

    /// What a call of `def` calls here; registers it. Intrinsics are imports that codegen expands.
    fn callee(&mut self, def: DefId, args: Vec<Ty>, span: Option<Span>) -> Target {
        let key = (def, args);
        if let Some(found) = self.program.callees.get(&key) {
            return *found;
        }
        let target = if self.is_imported(def, &key.1) {
            self.import(key.clone())
        } else {
            self.instance(key.clone(), span)
        };
        self.program.callees.insert(key, target);
        target
    }

    /// A function that is there for others.
    fn root(&mut self, def: DefId) {
        let key = (def, Vec::new());
        let target = self.instance(key.clone(), None);
        if !self.in_values.contains(&def) {
            self.program.callees.insert(key, target);
        }
    }

    /// What a table or a descriptor names, which a value may keep for long: the newest code, through its slot.
    fn kept(&mut self, def: DefId, args: Vec<Ty>, span: Option<Span>) -> Target {
        let key = (def, args);
        if let Some(found) = self.program.kept.get(&key) {
            return *found;
        }
        let target = match self.program.mode == Mode::Inlined && self.has_slot(def, &key.1) {
            true => self.import(key.clone()),
            false => self.callee(def, key.1.clone(), span),
        };
        self.program.kept.insert(key, target);
        target
    }

    /// Whether it is a function of the program that others call through a slot where they cannot copy it.
    fn has_slot(&self, def: DefId, args: &[Ty]) -> bool {
        let function = self.env.function(def);
        matches!(function.origin, FnOrigin::Sumi)
            && self.program.mode.stays_open()
            && args.is_empty()
            && function.captures.is_none()
            && !self.is_library(def)
    }

    fn is_imported(&mut self, def: DefId, args: &[Ty]) -> bool {
        let function = self.env.function(def);
        match function.origin {
            FnOrigin::Intrinsic(_) | FnOrigin::C { .. } | FnOrigin::Host => true,
            FnOrigin::Sumi => {
                let is_copied = |ctx: &mut Self| {
                    ctx.own_functions.contains(&def)
                        || ctx.program.mode == Mode::Inlined && ctx.is_small(def)
                };
                self.has_slot(def, args) && (self.in_values.contains(&def) || !is_copied(self))
            }
        }
    }

    /// Whether it is short with all that it calls: LLVM decides whether it inlines a copy, and what is longer hardly ever is.
    fn is_small(&mut self, def: DefId) -> bool {
        self.weight(def) <= MOST_COPIED
    }

    /// How many statements and ends of blocks it has, with those of what it calls; endless if that is itself.
    fn weight(&mut self, def: DefId) -> usize {
        const ENDLESS: usize = usize::MAX / 2;
        if let Some(weight) = self.weights.get(&def) {
            return *weight;
        }
        let Some(body) = self.env.function(def).body() else {
            return 1;
        };
        let blocks = body.body().blocks.values();
        let mut weight: usize = blocks.map(|block| block.statements.len() + 1).sum();
        self.weights.insert(def, ENDLESS);
        if weight <= MOST_COPIED && !self.is_library(def) {
            let mut called = Vec::new();
            own::each_function(self.env, body.body(), &mut |def, _| called.push(def));
            for def in called {
                // What makes closures has none: see `in_values`.
                weight += match self.env.function(def).captures {
                    Some(_) => ENDLESS,
                    None => self.weight(def),
                };
                weight = weight.min(ENDLESS);
            }
        }
        self.weights.insert(def, weight);
        weight
    }

    /// The library never changes, so that each unit may have its own copy and inline it.
    fn is_library(&self, def: DefId) -> bool {
        self.env.is_library(self.env.def(def).module)
    }

    fn import(&mut self, key: Key) -> Target {
        let function = self.env.function(key.0);
        let signature = match function.body() {
            Some(body) => self.signature(body.body(), &key.1),
            None => self.declared_signature(key.0, &key.1),
        };
        for ty in signature.types() {
            self.note_type(ty);
        }
        for ty in key.1.iter() {
            self.note_type(*ty);
        }
        self.program.imports.push(Import {
            symbol: symbol::function_symbol(self.env, key.0, &key.1),
            signature,
            origin: self.env.function(key.0).origin.clone(),
            span: self.env.def(key.0).span,
            key,
        });
        Target::Imported(self.program.imports.len() - 1)
    }

    fn instance(&mut self, key: Key, span: Option<Span>) -> Target {
        let (def, args) = &key;
        let generic = self.generic_body(*def);
        let count = self.counts.entry(*def).or_default();
        *count += 1;
        let endless = *count > INSTANCE_LIMIT || args.iter().any(|arg| arg.nesting() > DEPTH_LIMIT);
        let is_large = types::refused_one();
        if (endless || is_large) && self.failure.is_none() {
            let span = span.unwrap_or(generic.body().span);
            self.failure = Some(Box::new(self.endless(&key, span, is_large)));
        }
        let exported = self.program.mode.stays_open()
            && self.own_functions.contains(def)
            && self.env.function(*def).captures.is_none()
            && args.is_empty();
        let mut signature = self.signature(generic.body(), args);
        let views = self.view_types(&key).unwrap_or_default();
        for (param, ty) in signature.params.iter_mut().zip(views) {
            param.1 = *ty;
        }
        let instance = Instance {
            symbol: symbol::function_symbol(self.env, *def, args),
            name: symbol::shown_name(self.env, *def, args),
            signature,
            body: generic.body().clone(),
            exported,
            needed_by: self.current,
            needed_at: span,
            key,
        };
        self.program.functions.push(instance);
        let index = self.program.functions.len() - 1;
        self.queue.push_back(index);
        Target::Defined(index)
    }

    fn signature(&self, body: &Body, args: &[Ty]) -> Signature {
        let params = body
            .params
            .iter()
            .zip(body.locals.values().skip(1))
            .map(|(mode, decl)| (*mode, decl.ty.subst(args)))
            .collect();
        Signature {
            params,
            ret: body.locals[Local::RESULT].ty.subst(args),
        }
    }

    /// Of a function without a body: arguments are borrowed, but for those that an intrinsic takes over.
    fn declared_signature(&self, def: DefId, args: &[Ty]) -> Signature {
        let function = self.env.function(def);
        let params = function
            .params
            .iter()
            .map(|param| {
                let mode = if param.is_mut {
                    ParamMode::Mut
                } else if param.name.starts_with("owned_") {
                    ParamMode::Own
                } else {
                    ParamMode::Borrow
                };
                (mode, param.ty.subst(args))
            })
            .collect();
        Signature {
            params,
            ret: function.result().subst(args),
        }
    }

    fn global(&mut self, def: DefId, is_defined: bool) {
        if !self.known_globals.insert(def) {
            return;
        }
        let DefKind::Global(global) = &self.env.def(def).kind else {
            panic!("compiler bug: {def} is not a global");
        };
        self.program.globals.push(Global {
            def,
            symbol: global_symbol(self.env, def),
            ty: global.ty(),
            origin: global.origin.clone(),
            is_defined: is_defined && global.origin != GlobalOrigin::Host,
        });
        self.note_type(global.ty());
        self.refuse_huge(global.ty(), self.env.def(def).span);
    }

    /// Registers the user's own functions for a type and its parts, which descriptors name.
    fn note_type(&mut self, ty: Ty) {
        if !self.types.insert(ty) {
            return;
        }
        ty.map_parts(&mut |part| {
            self.note_type(part);
            part
        });
        let TyKind::Adt(def, args) = ty.kind() else {
            return;
        };
        let env = self.env;
        let variants = match &env.def(*def).kind {
            DefKind::Enum(found) => found.variants.len() as u32,
            DefKind::Struct(_) => 1,
            DefKind::ExternType { drop } => {
                if let Some(drop) = drop {
                    self.callee(*drop, Vec::new(), None);
                }
                0
            }
            DefKind::Fn(_) | DefKind::Trait(_) | DefKind::Global(_) | DefKind::Const(_) => 0,
        };
        for variant in 0..variants {
            for field in fields_of(env, *def, variant).unwrap_or_default() {
                self.note_type(field.ty.subst(args));
            }
        }
        let overrides = if *def == DefId::MAP {
            if !matches!(self.program.mode, Mode::Interpreted { .. }) {
                return;
            }
            Overrides {
                eq: self.of_library("map_equal", args),
                hash: self.of_library("map_hash", args),
                ..Overrides::default()
            }
        } else {
            Overrides {
                show: self.override_of(matching::show_method(env, ty)),
                eq: self.override_of(env.find_operator("==", &[ty, ty])),
                lt: self.override_of(env.find_operator("<", &[ty, ty])),
                hash: self.override_of(matching::own_hash(env, ty)),
            }
        };
        if overrides != Overrides::default() {
            self.program.overrides.insert(ty, overrides);
        }
    }

    /// Registers the functions of a table, and the tables that it leads to. One of an `any` takes over a value that is in another.
    fn table(&mut self, inside: Ty, any: Ty, span: Option<Span>) {
        if matches!(inside.kind(), TyKind::Any(..))
            || self.program.tables.contains_key(&(inside, any))
        {
            return;
        }
        self.note_type(inside);
        let mut keys = Vec::new();
        for (method, args) in any::table(self.env, any) {
            let args: Vec<Ty> = std::iter::once(inside).chain(args).collect();
            keys.push(matching::trait_method(self.env, method, &args));
        }
        self.program.tables.insert((inside, any), keys.clone());
        for (def, args) in keys {
            self.kept(def, args, span);
        }
        for above in any::above(self.env, any) {
            self.table(inside, above, span);
        }
    }

    fn override_of(&mut self, found: Option<Key>) -> Option<Target> {
        found.map(|(def, args)| self.kept(def, args, None))
    }

    /// For the interpreter, equality and hashing of maps are the library's.
    fn of_library(&mut self, name: &str, args: &[Ty]) -> Option<Target> {
        let names = &self.env.module(ModuleId::PRELUDE).names;
        let found = names.get(name).map(|def| (*def, args.to_vec()));
        self.override_of(found)
    }

    /// Generic code over `Num` may also divide, which not every type that implements it does.
    fn no_operator(&mut self, symbol: &str, ty: Ty, span: Span) {
        if self.failure.is_some() {
            return;
        }
        let ty = ty.display(self.env);
        let report = Diagnostic::error("no-operator", format!("`{ty}` has no `{symbol}`"));
        let here = format!("here a `T: Num` is a `{ty}`");
        let report = self.at_use(report, span, here).help(format!(
            "define it: `fn {symbol}(a: {ty}, b: {ty}) -> {ty} = …`"
        ));
        self.failure = Some(Box::new(self.with_chain(report)));
    }

    /// Numbers convert to one another, but a type that implements `Num` may be anything.
    fn no_conversion(&mut self, from: Ty, to: Ty, span: Span) {
        if self.failure.is_some() {
            return;
        }
        let (from, to) = (from.display(self.env), to.display(self.env));
        let text = format!("no conversion from `{from}` to `{to}`");
        let report = Diagnostic::error("no-conversion", text);
        let here = "not for a type that implements `Num`".to_string();
        let diagnostic = self.at_use(report, span, here).help("`T.from_int(n)` gives a `T` of an integer; `T: Int` and `T: Float` are the built-in numbers, which convert");
        self.failure = Some(Box::new(self.with_chain(diagnostic)));
    }

    /// A mistake in generic code shows where that is used for types that it does not fit; the code itself if it is no library's.
    fn at_use(&self, report: Diagnostic, span: Span, here: String) -> Diagnostic {
        let mut outermost = None;
        let mut caller = self.current;
        while let Some(index) = caller {
            let instance = &self.program.functions[index];
            if self.env.function(instance.key.0).generics.is_empty() {
                break;
            }
            outermost = instance.needed_at.map(|used| (used, instance));
            caller = instance.needed_by;
        }
        let Some((used, instance)) = outermost else {
            return report.at(span, here);
        };
        let name = &self.env.def(instance.key.0).name;
        let report = report.at(used, format!("`{name}` needs it for what it is given here"));
        match self
            .current
            .map(|index| self.program.functions[index].key.0)
        {
            Some(def) if self.is_library(def) => report,
            _ => report.also(span, here),
        }
    }

    /// Says which instances led to where we are.
    fn with_chain(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let mut caller = self.current;
        for _ in 0..6 {
            let Some(index) = caller else { break };
            let instance = &self.program.functions[index];
            diagnostic = diagnostic.note(format!("in `{}`", instance.name));
            caller = instance.needed_by;
        }
        diagnostic
    }

    /// A value that lies in place, in a frame or a global, has a limit.
    pub(super) fn refuse_huge(&mut self, ty: Ty, span: Span) {
        let is_large = matches!(
            ty.kind(),
            TyKind::FixedArray(..) | TyKind::Adt(..) | TyKind::Tuple(..)
        );
        if !is_large || self.failure.is_some() {
            return;
        }
        let size = self.layouts.of(ty).size;
        if size > LARGEST_VALUE {
            let shown = ty.display(self.env).to_string();
            let bytes = match size >> 60 {
                0 => format!("{} MiB", size >> 20),
                _ => "more than a machine can address".to_string(),
            };
            let error = Diagnostic::error(
                "value-too-large",
                format!("a value of type `{shown}` is too large to lie in place"),
            )
            .at(span, format!("it would take {bytes}"))
            .help(format!(
                "at most {} MiB do; an array that grows, `[T]`, has its elements on the heap",
                LARGEST_VALUE >> 20
            ));
            self.failure = Some(Box::new(error));
        }
    }

    /// `is_large` if it is a type that grew too large.
    fn endless(&self, key: &Key, span: Span, is_large: bool) -> Diagnostic {
        let shown = |key: &Key| shortened(symbol::shown_name(self.env, key.0, &key.1));
        let mut chain = vec![shown(key)];
        let mut caller = self.current;
        while let Some(index) = caller {
            let instance = &self.program.functions[index];
            if chain.len() < 6 {
                chain.push(shown(&instance.key));
            }
            caller = instance.needed_by;
        }
        let name = self.env.def(key.0).name.clone();
        let message = match is_large {
            true => format!(
                "the types that the instances of `{name}` have grow beyond {MOST_PARTS} parts"
            ),
            false => format!("the instances of `{name}` never end"),
        };
        chain.into_iter().fold(
            Diagnostic::error("endless-instances", message)
                .at(span, "each asks for another one here"),
            |diagnostic, link| diagnostic.note(format!("through `{link}`")),
        )
    }
}

impl Signature {
    pub fn types(&self) -> impl Iterator<Item = Ty> + use<> {
        let types: Vec<Ty> = self
            .params
            .iter()
            .map(|(_, ty)| *ty)
            .chain([self.ret])
            .collect();
        types.into_iter()
    }
}

impl Program {
    pub fn target(&self, def: DefId, args: &[Ty]) -> Target {
        match self.callees.get(&(def, args.to_vec())) {
            Some(found) => *found,
            None => panic!("compiler bug: {def} was not instantiated"),
        }
    }

    /// Of what stands in the table of an `any`.
    pub fn kept(&self, def: DefId, args: &[Ty]) -> Target {
        match self.kept.get(&(def, args.to_vec())) {
            Some(found) => *found,
            None => panic!("compiler bug: {def} was not instantiated for a table"),
        }
    }

    pub fn key(&self, target: Target) -> &Key {
        match target {
            Target::Defined(index) => &self.functions[index].key,
            Target::Imported(index) => &self.imports[index].key,
        }
    }

    pub fn signature(&self, target: Target) -> &Signature {
        match target {
            Target::Defined(index) => &self.functions[index].signature,
            Target::Imported(index) => &self.imports[index].signature,
        }
    }

    /// The intrinsic's name, if the target is one.
    pub fn intrinsic(&self, target: Target) -> Option<&SmolStr> {
        match target {
            Target::Imported(index) => match &self.imports[index].origin {
                FnOrigin::Intrinsic(name) => Some(name),
                FnOrigin::Sumi | FnOrigin::C { .. } | FnOrigin::Host => None,
            },
            Target::Defined(_) => None,
        }
    }
}

/// The beginning of a name that fills a screen.
fn shortened(name: String) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}
