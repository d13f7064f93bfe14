//! One body: a slot on the stack for each local, a block for each block, and a small function for each statement.

use compiler::env::DefId;
use compiler::layout::{Layout, Pass};
use compiler::mir::{
    Block, BlockId, Body, Local, LocalKind, Old, Operand, ParamMode, Place, StatementKind,
    Terminator, TrapKind,
};
use compiler::mono::{BodyOf, LoopSite};
use compiler::types::Ty;
use cranelift_entity::PrimaryMap;
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::values::{BasicValueEnum, FunctionValue, IntValue, PointerValue};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;
use syntax::{FileId, Span};

use crate::debug::Scope;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::place::Located;
use crate::spare::{Shape, Spares};
use crate::steps::Step;

/// The state of one function while it is filled in.
pub(crate) struct Function<'u, 'a, 'ctx> {
    pub(crate) unit: &'u Unit<'a, 'ctx>,
    pub(crate) builder: Builder<'ctx>,
    pub(crate) value: FunctionValue<'ctx>,
    pub(crate) body: &'u Body,
    /// Where each local is. A `Ref` local's slot holds the address of its place.
    slots: FxHashMap<Local, PointerValue<'ctx>>,
    blocks: FxHashMap<BlockId, BasicBlock<'ctx>>,
    /// Slots are made here, before the first instruction proper.
    entry: BasicBlock<'ctx>,
    scope: Option<Scope<'ctx>>,
    pub(crate) span: Span,
    pub(crate) of: Of,
    /// In plain code, the loops that begin with a block.
    sites: FxHashMap<BlockId, usize>,
    /// By what a box holds.
    pub(crate) spares: BTreeMap<Shape, Spares<'ctx>>,
}

/// What is known of who runs a body.
#[derive(Clone, Copy)]
pub(crate) struct Of {
    pub(crate) body: Option<BodyOf>,
    /// Whether a statement here runs once in the life of the program: inlining a call gains nothing and takes LLVM long.
    pub(crate) runs_once: bool,
}

impl Of {
    /// Nothing is.
    pub(crate) const CALLED: Of = Of {
        body: None,
        runs_once: false,
    };
}

pub(crate) fn emit<'ctx>(
    unit: &Unit<'_, 'ctx>,
    value: FunctionValue<'ctx>,
    body: &Body,
    name: &str,
    of: Of,
) {
    let mut function = begin(unit, value, body, name, of);
    function.make_slots();
    function.spares = function.make_spares();
    for id in body.blocks.keys() {
        let block = unit.context.append_basic_block(value, &id.to_string());
        function.blocks.insert(id, block);
    }
    for (id, block) in body.blocks.iter() {
        function.block(id, block);
    }
    let first = body.blocks.keys().next();
    function.enter(first.expect("compiler bug: a body without blocks"));
}

/// A loop of a body, as better code: a function that is given the addresses of what it mentions and gives the number of its exit.
pub(crate) fn emit_loop<'ctx>(
    unit: &Unit<'_, 'ctx>,
    value: FunctionValue<'ctx>,
    body: &Body,
    name: &str,
    site: &LoopSite,
) {
    let mut function = begin(unit, value, body, name, Of::CALLED);
    let copied = function.take_over(site);
    function.spares = function.make_spares();
    let inside = || body.blocks.keys().filter(|id| site.blocks.contains(id));
    for id in inside().chain(site.exits.iter().copied()) {
        let block = unit.context.append_basic_block(value, &id.to_string());
        function.blocks.insert(id, block);
    }
    for id in inside() {
        function.block(id, &body.blocks[id]);
    }
    for (number, id) in (0..).zip(&site.exits) {
        function.builder.position_at_end(function.blocks[id]);
        function.free_spares();
        for (local, place) in &copied {
            function.copy_slot(*local, *place, function.slot(*local));
        }
        let number = unit.runtime.i64.const_int(number, false);
        function.builder.build_return(Some(&number)).built();
    }
    function.enter(site.header);
}

fn begin<'u, 'a, 'ctx>(
    unit: &'u Unit<'a, 'ctx>,
    value: FunctionValue<'ctx>,
    body: &'u Body,
    name: &str,
    of: Of,
) -> Function<'u, 'a, 'ctx> {
    let builder = unit.context.create_builder();
    let entry = unit.context.append_basic_block(value, "entry");
    builder.position_at_end(entry);
    let mut function = Function {
        unit,
        builder,
        value,
        body,
        slots: FxHashMap::default(),
        blocks: FxHashMap::default(),
        entry,
        scope: unit.debug.function(value, name, body),
        span: body.span,
        of,
        sites: of.body.map(|of| unit.sites_of(of)).unwrap_or_default(),
        spares: BTreeMap::new(),
    };
    function.locate(body.span);
    function
}

impl<'ctx> Unit<'_, 'ctx> {
    /// Fills in a function that no body of MIR stands behind.
    pub(crate) fn in_thunk(
        &self,
        value: FunctionValue<'ctx>,
        fill: impl FnOnce(&Function<'_, '_, 'ctx>),
    ) {
        let body = Body {
            def: DefId::from_u32(0),
            name: "thunk".into(),
            params: Vec::new(),
            locals: PrimaryMap::new(),
            blocks: PrimaryMap::new(),
            span: Span::new(FileId(u32::MAX), 0, 0),
        };
        let slots = self.context.append_basic_block(value, "slots");
        let entry = self.context.append_basic_block(value, "entry");
        let builder = self.context.create_builder();
        builder.position_at_end(entry);
        let function = Function {
            unit: self,
            builder,
            value,
            body: &body,
            slots: FxHashMap::default(),
            blocks: FxHashMap::default(),
            entry: slots,
            scope: None,
            span: body.span,
            of: Of::CALLED,
            sites: FxHashMap::default(),
            spares: BTreeMap::new(),
        };
        fill(&function);
        function.builder.position_at_end(slots);
        function.goto(entry);
    }
}

impl<'u, 'ctx> Function<'u, '_, 'ctx> {
    pub(crate) fn layout(&self, ty: Ty) -> Rc<Layout> {
        self.unit.layouts.of(ty)
    }

    pub(crate) fn pass(&self, ty: Ty) -> Pass {
        self.layout(ty).pass
    }

    pub(crate) fn locate(&mut self, span: Span) {
        self.span = span;
        if let Some(scope) = &self.scope {
            self.unit.debug.locate(&self.builder, scope, span);
        }
    }

    pub(crate) fn slot(&self, local: Local) -> PointerValue<'ctx> {
        self.slots[&local]
    }

    /// Where it is, or `none` if it takes no room.
    pub(crate) fn slot_or(&self, local: Local, none: PointerValue<'ctx>) -> PointerValue<'ctx> {
        self.slots.get(&local).copied().unwrap_or(none)
    }

    pub(crate) fn set_slot(&mut self, local: Local, slot: PointerValue<'ctx>) {
        self.slots.insert(local, slot);
    }

    pub(crate) fn block_of(&self, id: BlockId) -> BasicBlock<'ctx> {
        self.blocks[&id]
    }

    /// Whether a local holds the address of a place that was opened.
    pub(crate) fn is_reference(&self, local: Local) -> bool {
        self.body.locals[local].kind == LocalKind::Ref
    }

    /// Storage in the frame, made in the entry block so that LLVM can put it into registers.
    pub(crate) fn temp(&self, ty: Ty) -> PointerValue<'ctx> {
        let layout = self.layout(ty);
        self.storage(layout.size, layout.align)
    }

    pub(crate) fn storage(&self, size: u64, align: u64) -> PointerValue<'ctx> {
        let builder = self.unit.context.create_builder();
        match self.entry.get_first_instruction() {
            Some(first) => builder.position_before(&first),
            None => builder.position_at_end(self.entry),
        }
        let bytes = self.unit.runtime.i8.array_type(size as u32);
        let slot = builder.build_alloca(bytes, "").built();
        slot.as_instruction()
            .expect("compiler bug: an alloca is an instruction")
            .set_alignment(align.max(1) as u32)
            .expect("compiler bug: alignments are powers of two");
        slot
    }

    fn make_slots(&mut self) {
        let mut next_arg = 0;
        let result = self.body.locals[Local::RESULT].ty;
        if self.pass(result) == Pass::Memory {
            let address = self.argument(&mut next_arg).into_pointer_value();
            self.slots.insert(Local::RESULT, address);
        }
        for (mode, local) in self.body.params.iter().zip(self.body.locals.keys().skip(1)) {
            let ty = self.body.locals[local].ty;
            match (mode, self.pass(ty)) {
                (_, Pass::Nothing) => {}
                (ParamMode::Mut, _) => {
                    let address = self.argument(&mut next_arg);
                    let slot = self.storage(8, 8);
                    self.builder.build_store(slot, address).built();
                    self.slots.insert(local, slot);
                }
                (ParamMode::Borrow | ParamMode::Own, Pass::Memory) => {
                    let address = self.argument(&mut next_arg).into_pointer_value();
                    self.slots.insert(local, address);
                }
                (ParamMode::Borrow | ParamMode::Own, Pass::Value) => {
                    let value = self.argument(&mut next_arg);
                    let slot = self.temp(ty);
                    self.slots.insert(local, slot);
                    self.store_value(slot, ty, value, crate::tbaa::Memory::Any);
                }
            }
        }
        for (local, decl) in self.body.locals.iter() {
            if !self.slots.contains_key(&local) {
                let slot = match decl.kind {
                    LocalKind::Ref => self.storage(8, 8),
                    LocalKind::Owned | LocalKind::Borrowed | LocalKind::Flag => self.temp(decl.ty),
                };
                self.slots.insert(local, slot);
            }
        }
    }

    fn argument(&self, next: &mut u32) -> BasicValueEnum<'ctx> {
        let found = self
            .value
            .get_nth_param(*next)
            .unwrap_or_else(|| panic!("compiler bug: {} has no argument {next}", self.body.name));
        *next += 1;
        found
    }

    /// Leaves the entry for the block with which the code begins.
    fn enter(&self, first: BlockId) {
        self.builder.position_at_end(self.entry);
        self.goto(self.blocks[&first]);
    }

    fn block(&mut self, id: BlockId, block: &'u Block) {
        self.builder.position_at_end(self.blocks[&id]);
        if let (Some(index), Step::Plain(steps)) = (self.sites.get(&id), self.unit.input.step) {
            self.look_for_better(*index, &steps.loops[*index]);
        }
        self.free_left(id);
        for at in 0..block.statements.len() {
            self.statement(block, at);
            self.free_after(block, at);
        }
        self.terminator(&block.terminator);
    }

    fn statement(&mut self, block: &'u Block, at: usize) {
        let statement = &block.statements[at];
        self.locate(statement.span);
        match &statement.kind {
            StatementKind::Assign { place, value, old } => self.assign(place, value, *old),
            StatementKind::Call {
                dest,
                callee,
                args,
                old,
                open,
            } => {
                self.begin_accesses(open);
                self.call(dest, callee, args, *old);
                self.end_accesses(open.len());
            }
            StatementKind::Open { reference, place } => self.open(*reference, place),
            StatementKind::Check(check) => self.check(check),
            StatementKind::MakeUnique(place) => self.make_unique(place),
            StatementKind::Unpack {
                place,
                variant,
                moved,
            } => {
                let keeps = |shape| self.keeps_spare(block, at, shape);
                self.unpack(place, *variant, moved, keeps);
            }
            StatementKind::Drop { place, flag } => self.drop_place(place, *flag),
            StatementKind::Nop => {}
        }
    }

    fn open(&self, reference: Local, place: &Place) {
        let located = self.place(place);
        self.builder
            .build_store(self.slot(reference), located.address)
            .built();
    }

    fn drop_place(&self, place: &Place, flag: Option<Local>) {
        self.if_flag(flag, |f| {
            let located = f.place(place);
            f.release_at(&located);
        });
    }

    /// Does something if the drop flag is set, or always if there is none.
    fn if_flag(&self, flag: Option<Local>, what: impl FnOnce(&Self)) {
        let Some(flag) = flag else {
            return what(self);
        };
        let set = self.load_value(self.slot(flag), Ty::bool(), crate::tbaa::Memory::Any);
        self.when(set.into_int_value(), what);
    }

    /// Does something where the condition holds.
    pub(crate) fn when(&self, condition: IntValue<'ctx>, what: impl FnOnce(&Self)) {
        let (then, next) = (self.new_block("then"), self.new_block("next"));
        self.branch(condition, then, next);
        self.builder.position_at_end(then);
        what(self);
        self.goto(next);
        self.builder.position_at_end(next);
    }

    /// Stores by way of `fill`, and drops what was there only after the store.
    pub(crate) fn replace(&self, located: &Located<'ctx>, old: Old, fill: impl FnOnce(&Self)) {
        let flag = match old {
            Old::Unknown | Old::Nothing => return fill(self),
            Old::Drop => None,
            Old::DropIf(flag) => Some(flag),
        };
        if !self.layout(located.ty).has_heap && !located.is_box {
            return fill(self);
        }
        let kept = if located.is_box {
            self.storage(8, 8)
        } else {
            self.temp(located.ty)
        };
        let kept = Located {
            is_box: located.is_box,
            ..Located::local(kept, located.ty)
        };
        if located.is_box || self.pass(located.ty) == Pass::Value {
            let pointer =
                self.load_block(located.address, located.memory(crate::tbaa::Memory::Block));
            self.builder.build_store(kept.address, pointer).built();
        } else {
            self.copy_bytes(kept.address, located.address, located.ty);
        }
        fill(self);
        self.if_flag(flag, |f| f.release_at(&kept));
    }

    fn terminator(&mut self, terminator: &'u Terminator) {
        match terminator {
            Terminator::Goto(target) => self.goto(self.blocks[target]),
            Terminator::If {
                cond,
                then,
                otherwise,
            } => {
                let cond = self.read(cond).value().into_int_value();
                self.branch(cond, self.blocks[then], self.blocks[otherwise]);
            }
            Terminator::Switch {
                value,
                cases,
                default,
            } => self.switch(value, cases, *default),
            Terminator::Return => self.give_back(),
            Terminator::Panic {
                kind,
                message,
                span,
            } => {
                self.locate(*span);
                self.panic(TrapKind::from(*kind), message.as_ref());
            }
            Terminator::Unreachable => {
                self.builder.build_unreachable().built();
            }
        }
    }

    fn switch(&self, value: &Operand, cases: &[(i128, BlockId)], default: Option<BlockId>) {
        let value = self.read(value).value().into_int_value();
        let ty = value.get_type();
        let cases: Vec<(IntValue<'ctx>, BasicBlock<'ctx>)> = cases
            .iter()
            .map(|(case, target)| (ty.const_int(*case as u64, false), self.blocks[target]))
            .collect();
        let otherwise = match default {
            Some(target) => self.blocks[&target],
            None => {
                let here = self.current_block();
                let never = self.new_block("never");
                self.builder.position_at_end(never);
                self.builder.build_unreachable().built();
                self.builder.position_at_end(here);
                never
            }
        };
        self.builder.build_switch(value, otherwise, &cases).built();
    }

    fn give_back(&self) {
        let ty = self.body.locals[Local::RESULT].ty;
        match self.pass(ty) {
            Pass::Value => {
                let value = self.load_value(self.slot(Local::RESULT), ty, crate::tbaa::Memory::Any);
                self.builder.build_return(Some(&value)).built();
            }
            Pass::Memory | Pass::Nothing => {
                self.builder.build_return(None).built();
            }
        }
    }

    pub(crate) fn new_block(&self, name: &str) -> BasicBlock<'ctx> {
        self.unit.context.append_basic_block(self.value, name)
    }

    pub(crate) fn current_block(&self) -> BasicBlock<'ctx> {
        self.builder
            .get_insert_block()
            .expect("compiler bug: no block to write to")
    }

    pub(crate) fn goto(&self, block: BasicBlock<'ctx>) {
        self.builder.build_unconditional_branch(block).built();
    }

    pub(crate) fn branch(
        &self,
        cond: IntValue<'ctx>,
        then: BasicBlock<'ctx>,
        otherwise: BasicBlock<'ctx>,
    ) {
        self.builder
            .build_conditional_branch(cond, then, otherwise)
            .built();
    }

    /// The value of a runtime call that has one.
    pub(crate) fn result_of(&self, call: inkwell::values::CallSiteValue<'ctx>) -> Value<'ctx> {
        match call.try_as_basic_value().basic() {
            Some(value) => Value::Direct(value),
            None => Value::Nothing,
        }
    }
}
