//! The module of one unit: declares everything, then fills in every function.

use std::cell::{Cell as StdCell, RefCell};

use compiler::env::{DefId, DefKind, FnOrigin, GlobalOrigin};
use compiler::layout::Layouts;
use compiler::mir::{Body, ParamMode, Statement, StatementKind};
use compiler::mono::{BodyOf, Instance, Mode, Target, slot_symbol};
use compiler::types::Ty;
use inkwell::builder::{Builder, BuilderError};
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::values::{FunctionValue, GlobalValue};
use rustc_hash::FxHashMap;

use crate::attributes::Attributes;
use crate::debug::Debug;
use crate::emit;
use crate::function::{self, Of};
use crate::operand::Value;
use crate::relation::Relation;
use crate::runtime::Runtime;
use crate::steps::Step;
use crate::tbaa::Tbaa;
use crate::{Exports, FunctionExport, GlobalExport, Input, Need};

/// An instruction that LLVM refuses is a bug of ours.
pub(crate) trait Built<T> {
    fn built(self) -> T;
}

impl<T> Built<T> for Result<T, BuilderError> {
    fn built(self) -> T {
        self.unwrap_or_else(|error| panic!("compiler bug: LLVM refused an instruction: {error}"))
    }
}

/// What all functions of a module share.
pub(crate) struct Unit<'a, 'ctx> {
    pub(crate) input: Input<'a>,
    pub(crate) context: &'ctx Context,
    pub(crate) module: Module<'ctx>,
    pub(crate) layouts: Layouts<'a>,
    pub(crate) attributes: Attributes,
    pub(crate) tbaa: Tbaa<'ctx>,
    pub(crate) debug: Debug<'a, 'ctx>,
    pub(crate) runtime: Runtime<'ctx>,
    pub(crate) functions: Vec<FunctionValue<'ctx>>,
    pub(crate) imports: RefCell<FxHashMap<usize, FunctionValue<'ctx>>>,
    pub(crate) slots: RefCell<FxHashMap<usize, GlobalValue<'ctx>>>,
    pub(crate) globals: FxHashMap<DefId, GlobalValue<'ctx>>,
    pub(crate) descs: RefCell<FxHashMap<Ty, GlobalValue<'ctx>>>,
    /// Of what closures keep.
    pub(crate) kept_descs: RefCell<FxHashMap<Target, GlobalValue<'ctx>>>,
    /// What the blocks of an `extern type` hold.
    pub(crate) handles: RefCell<FxHashMap<Ty, GlobalValue<'ctx>>>,
    pub(crate) texts: RefCell<FxHashMap<Vec<u8>, GlobalValue<'ctx>>>,
    pub(crate) constants: RefCell<FxHashMap<DefId, Value<'ctx>>>,
    /// None for a type that the runtime compares.
    pub(crate) relations: RefCell<FxHashMap<(Ty, Relation), Option<FunctionValue<'ctx>>>>,
    /// None for a type that the runtime hashes.
    pub(crate) hashes: RefCell<FxHashMap<Ty, Option<FunctionValue<'ctx>>>>,
    pub(crate) thunks: RefCell<FxHashMap<Target, FunctionValue<'ctx>>>,
    /// What C calls.
    pub(crate) callbacks: RefCell<FxHashMap<Target, FunctionValue<'ctx>>>,
    pub(crate) overrides: RefCell<FxHashMap<(Target, &'static str), FunctionValue<'ctx>>>,
    /// By the type inside and the type of the `any`.
    pub(crate) tables: RefCell<FxHashMap<(Ty, Ty), GlobalValue<'ctx>>>,
    pub(crate) counter: StdCell<u32>,
}

/// The module of a unit before optimisation, and what it exports.
pub(crate) fn build<'ctx>(
    context: &'ctx Context,
    module: Module<'ctx>,
    input: Input<'_>,
) -> (Module<'ctx>, Exports) {
    let mut unit = Unit {
        context,
        layouts: Layouts::new(input.env),
        attributes: Attributes::new(),
        tbaa: Tbaa::new(context, input.program.takes_fuel),
        debug: Debug::new(
            &module,
            input.sources,
            input.options.lines_by_function.then_some(input.env),
            input.options.optimise,
        ),
        runtime: Runtime::new(context),
        functions: Vec::new(),
        imports: RefCell::default(),
        slots: RefCell::default(),
        globals: FxHashMap::default(),
        descs: RefCell::default(),
        kept_descs: RefCell::default(),
        handles: RefCell::default(),
        texts: RefCell::default(),
        constants: RefCell::default(),
        relations: RefCell::default(),
        hashes: RefCell::default(),
        thunks: RefCell::default(),
        callbacks: RefCell::default(),
        overrides: RefCell::default(),
        tables: RefCell::default(),
        counter: StdCell::new(0),
        module,
        input,
    };
    let exports = unit.fill();
    unit.tbaa.set_apart(&unit.module);
    unit.debug.finish();
    (unit.module, exports)
}

/// From here on, what each cell inlines costs LLVM more than calls cost the program: 4,000 lines of `xs.push(…)` took 13 s, and take 2.6 s.
const MOST_INLINED_CELLS: usize = 100;

/// From here on, what runs once is not worth being optimised.
const MOST_OPTIMISED_CELLS: usize = 1000;

/// A cell that calls something, and each thing once. One that does not call only binds values, which later cells profit from seeing.
fn runs_calls_once(cell: &Body) -> bool {
    let mut statements = cell.blocks.values().flat_map(|block| &block.statements);
    let is_call = |statement: &Statement| matches!(statement.kind, StatementKind::Call { .. });
    cell.is_straight() && statements.any(is_call)
}

impl<'ctx> Unit<'_, 'ctx> {
    fn fill(&mut self) -> Exports {
        let program = self.input.program;
        let mut exports = Exports::default();
        let step = self.input.step;
        for (index, instance) in program.functions.iter().enumerate() {
            let value = self.declare(&instance.symbol, &instance.signature);
            let is_own = matches!(step, Step::Whole | Step::Plain(_)) && step.has_function(index);
            if is_own && !instance.exported {
                value.set_linkage(Linkage::Internal);
            }
            self.functions.push(value);
        }
        self.declare_globals(&mut exports);
        if self.input.options.optimise {
            self.keep_endless_recursion();
        }
        if let Step::Loops(steps, which) = step {
            return self.loops(steps, which);
        }
        self.begin_plain();
        let functions = program.functions.iter().zip(self.functions.clone());
        let functions = functions.enumerate();
        for (index, (instance, value)) in functions.filter(|(index, _)| step.has_function(*index)) {
            let of = Of {
                body: Some(BodyOf::Function(index)),
                runs_once: false,
            };
            function::emit(self, value, &instance.body, &instance.name, of);
            if instance.exported {
                let slot = self.define_slot(&instance.symbol, value);
                exports.functions.push(FunctionExport {
                    def: instance.key.0,
                    symbol: instance.symbol.clone(),
                    slot,
                    former: self.former(instance),
                });
            }
        }
        if step.has_cells() {
            self.cells(&mut exports);
        }
        for (index, key) in program.exported_values.iter().enumerate() {
            exports.values.push(self.export_value(key, index));
        }
        self.needs(&mut exports);
        exports.callbacks = self.callback_symbols();
        let thunks = self.thunks.borrow();
        exports.value_code = thunks
            .iter()
            .map(|(target, thunk)| {
                let symbol = thunk.get_name().to_string_lossy().into_owned();
                (symbol, program.key(*target).clone())
            })
            .collect();
        exports
    }

    /// It ends by overflowing the stack, and not never: LLVM makes loops of calls after which nothing happens.
    fn keep_endless_recursion(&self) {
        let may_come_back = self.input.program.may_come_back();
        for (function, _) in self
            .functions
            .iter()
            .zip(may_come_back)
            .filter(|(_, may)| !may)
        {
            self.attributes.keep_frame(self.context, *function);
        }
    }

    fn former(&self, instance: &Instance) -> Option<(String, bool)> {
        let def = self.input.env.def(instance.key.0);
        let DefKind::Fn(function) = &def.kind else {
            return None;
        };
        let (mode, ty) = *instance.signature.params.first()?;
        let desc = || self.exported_desc(ty, &instance.symbol);
        function
            .is_migration(&def.name)
            .then(|| (desc(), mode == ParamMode::Own))
    }

    fn declare_globals(&mut self, exports: &mut Exports) {
        for global in &self.input.program.globals {
            let layout = self.layouts.of(global.ty);
            let storage = self.context.i8_type().array_type(layout.size as u32);
            let value = self.module.add_global(storage, None, &global.symbol);
            value.set_alignment(layout.align.max(8) as u32);
            if global.is_defined && self.input.step.has_globals() {
                if !self.input.options.state_outside {
                    value.set_initializer(&storage.const_zero());
                }
                let desc = self.exported_desc(global.ty, &global.symbol);
                exports.globals.push(GlobalExport {
                    def: global.def,
                    symbol: global.symbol.clone(),
                    desc,
                });
            }
            debug_assert!(global.origin != GlobalOrigin::Host || !global.is_defined);
            self.globals.insert(global.def, value);
        }
    }

    fn cells(&self, exports: &mut Exports) {
        let is_script = self.input.program.mode == Mode::Script;
        let cell_type = self.context.void_type().fn_type(&[], false);
        let mut cells = Vec::new();
        let all = &self.input.program.cells;
        let calling = all
            .iter()
            .filter(|cell| runs_calls_once(&cell.body))
            .count();
        let is_long = calling > MOST_INLINED_CELLS;
        for (index, cell) in all.iter().enumerate() {
            let value = self.module.add_function(&cell.symbol, cell_type, None);
            self.attributes.define(self.context, value);
            self.attributes.keep_frame(self.context, value);
            let runs_once = is_long && runs_calls_once(&cell.body);
            if runs_once {
                self.attributes.never_inline(self.context, value);
            }
            if all.len() > MOST_OPTIMISED_CELLS && cell.body.is_straight() {
                emit::size::leave(self.context, value);
            }
            let name = format!("cell {}", index + 1);
            let of = Of {
                body: Some(BodyOf::Cell(index)),
                runs_once,
            };
            function::emit(self, value, &cell.body, &name, of);
            if is_script {
                value.set_linkage(Linkage::Internal);
            } else {
                exports.cells.push(cell.symbol.clone());
            }
            cells.push(value);
        }
        for (index, (inside, any)) in self.input.program.exported_tables.iter().enumerate() {
            exports.tables.push(self.export_table(*inside, *any, index));
        }
        if is_script {
            exports.main = Some(self.main(&cells));
        }
    }

    /// Runs every cell, one after another.
    fn main(&self, cells: &[FunctionValue<'ctx>]) -> String {
        let name = "sumi_main";
        let value =
            self.module
                .add_function(name, self.context.void_type().fn_type(&[], false), None);
        self.attributes.define(self.context, value);
        self.attributes.keep_frame(self.context, value);
        let builder = self.builder_at(value);
        let bodies = self.input.program.cells.iter().map(|cell| &cell.body);
        let mut scope = None;
        for (cell, body) in cells.iter().zip(bodies) {
            // Without a place of its own the places of what is inlined into it would be lost.
            scope = scope.or_else(|| self.debug.function(value, name, body));
            if let Some(scope) = &scope {
                self.debug.locate(&builder, scope, body.span);
            }
            builder.build_call(*cell, &[], "").built();
        }
        builder.build_return(None).built();
        name.to_string()
    }

    pub(crate) fn builder_at(&self, function: FunctionValue<'ctx>) -> Builder<'ctx> {
        let builder = self.context.create_builder();
        builder.position_at_end(self.context.append_basic_block(function, "entry"));
        builder
    }

    fn define_slot(&self, symbol: &str, function: FunctionValue<'ctx>) -> Option<String> {
        if !self.input.options.reloadable {
            return None;
        }
        let name = slot_symbol(symbol);
        let slot = self.slot_of(&name);
        if !self.input.options.state_outside {
            slot.set_initializer(&function.as_global_value().as_pointer_value());
        }
        Some(name)
    }

    pub(crate) fn slot_of(&self, name: &str) -> GlobalValue<'ctx> {
        let found = self.module.get_global(name);
        found.unwrap_or_else(|| self.module.add_global(self.runtime.pointer, None, name))
    }

    pub(crate) fn needs(&self, exports: &mut Exports) {
        let imports = self.imports.borrow();
        let mut used: Vec<usize> = imports.keys().copied().collect();
        used.sort_unstable();
        for index in used {
            let import = &self.input.program.imports[index];
            match import.origin {
                FnOrigin::Sumi | FnOrigin::Intrinsic(_) => {}
                FnOrigin::C { .. } | FnOrigin::Host => exports.needs.push(Need {
                    def: import.key.0,
                    name: self.input.env.def(import.key.0).name.to_string(),
                    symbol: import.symbol.clone(),
                    origin: import.origin.clone(),
                    span: import.span,
                }),
            }
        }
    }

    /// A number that is used once in this module.
    pub(crate) fn fresh(&self) -> u32 {
        let next = self.counter.get();
        self.counter.set(next + 1);
        next
    }
}
