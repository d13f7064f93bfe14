//! Plain code whose loops go on in better code: where a loop of plain code begins anew it looks for a better one, which is a function of its
//! own, is given the addresses of the variables of the frame, and comes back with the number of the exit that it took. After Hölzle and
//! Ungar's replacement of code on the stack (1994), with the frame of the plain code kept for what comes after the loop.

use compiler::layout::Pass;
use compiler::mir::{BlockId, Body, Local, ParamMode};
use compiler::mono::{BodyOf, LoopSite, Steps};
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::{BasicMetadataTypeEnum, FunctionType};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValue, FunctionValue, GlobalValue, PointerValue,
};
use rustc_hash::FxHashMap;

use crate::Exports;
use crate::attributes::kind;
use crate::function::{self, Function, Of};
use crate::module::{Built, Unit};

/// What of a program is made.
#[derive(Clone, Copy)]
pub enum Step<'a> {
    /// All of it.
    Whole,
    /// What of it is never plain, and its globals.
    Base(&'a Steps),
    /// What is plain; the rest lies elsewhere.
    Plain(&'a Steps),
    /// These loops, by their positions, with what they call. What the program defines besides lies elsewhere.
    Loops(&'a Steps, &'a [usize]),
}

/// The words that say where the better code of each loop is, or null, in code that has a [`Step::Plain`].
pub const BETTER_WORDS: &str = "sumi_better_words";
/// A word of 32 bits that is not 0 while plain code is to say which loop it is in, and whom it tells: `(loop: u32)`.
pub const ASKED_WORD: &str = "sumi_asked";
pub const TELL_LOOP: &str = "sumi_tell_loop";

/// What is larger stays in the frame that it is in.
const LARGEST_COPY: u64 = 256;

/// Begins the symbol of better code of a loop; what follows is that of the function that it stands in, and the number of the loop.
pub const LOOP_IN: &str = "loop in ";

/// The symbol of the better code of a loop.
pub fn loop_symbol(of: &str, index: usize) -> String {
    format!("{LOOP_IN}{of}#{index}")
}

impl Step<'_> {
    pub(crate) fn has_globals(self) -> bool {
        matches!(self, Step::Whole | Step::Base(_))
    }

    pub(crate) fn has_cells(self) -> bool {
        matches!(self, Step::Whole | Step::Plain(_))
    }

    pub(crate) fn has_function(self, index: usize) -> bool {
        match self {
            Step::Whole => true,
            Step::Base(steps) => !steps.plain[index],
            Step::Plain(steps) => steps.plain[index],
            Step::Loops(..) => false,
        }
    }
}

impl<'ctx> Unit<'_, 'ctx> {
    /// The loops of a body of plain code, by the blocks that they begin with.
    pub(crate) fn sites_of(&self, of: BodyOf) -> FxHashMap<BlockId, usize> {
        match self.input.step {
            Step::Plain(steps) => {
                let sites = steps.loops.iter().enumerate();
                let own = sites.filter(|(_, site)| site.of == of);
                own.map(|(index, site)| (site.header, index)).collect()
            }
            Step::Whole | Step::Base(_) | Step::Loops(..) => FxHashMap::default(),
        }
    }

    /// Nothing is better yet.
    pub(crate) fn begin_plain(&self) {
        if let Step::Plain(steps) = self.input.step
            && !steps.loops.is_empty()
        {
            let words = self.runtime.pointer.array_type(steps.loops.len() as u32);
            self.better_words().set_initializer(&words.const_zero());
        }
    }

    fn better_words(&self) -> GlobalValue<'ctx> {
        let found = self.module.get_global(BETTER_WORDS);
        found.unwrap_or_else(|| {
            let count = match self.input.step {
                Step::Plain(steps) => steps.loops.len(),
                Step::Whole | Step::Base(_) | Step::Loops(..) => 0,
            };
            let words = self.runtime.pointer.array_type(count as u32);
            self.module.add_global(words, None, BETTER_WORDS)
        })
    }

    fn asked_word(&self) -> GlobalValue<'ctx> {
        let found = self.module.get_global(ASKED_WORD);
        found.unwrap_or_else(|| self.module.add_global(self.runtime.i32, None, ASKED_WORD))
    }

    fn tell_loop(&self) -> FunctionValue<'ctx> {
        let found = self.module.get_function(TELL_LOOP);
        found.unwrap_or_else(|| {
            let takes = [self.runtime.i32.into()];
            let ty = self.runtime.void.fn_type(&takes, false);
            self.module.add_function(TELL_LOOP, ty, None)
        })
    }

    fn loop_type(&self, site: &LoopSite) -> FunctionType<'ctx> {
        let pointer: BasicMetadataTypeEnum<'_> = self.runtime.pointer.into();
        let takes = vec![pointer; site.locals.len()];
        self.runtime.i64.fn_type(&takes, false)
    }

    /// The loops, and what they call.
    pub(crate) fn loops(&self, steps: &Steps, which: &[usize]) -> Exports {
        for index in which {
            self.better_loop(&steps.loops[*index], *index);
        }
        self.fill_what_is_used();
        let mut exports = Exports::default();
        self.needs(&mut exports);
        exports.callbacks = self.callback_symbols();
        exports
    }

    /// With copies of all functions that something here uses.
    fn fill_what_is_used(&self) {
        let instances = &self.input.program.functions;
        loop {
            let missing = instances.iter().zip(&self.functions).filter(|(_, value)| {
                let is_used = value.as_global_value().as_pointer_value().get_first_use();
                value.count_basic_blocks() == 0 && is_used.is_some()
            });
            let missing: Vec<_> = missing.collect();
            if missing.is_empty() {
                return;
            }
            for (instance, value) in missing {
                value.set_linkage(Linkage::Internal);
                function::emit(self, *value, &instance.body, &instance.name, Of::CALLED);
            }
        }
    }

    fn better_loop(&self, site: &LoopSite, index: usize) {
        let program = self.input.program;
        let body = program.body(site.of);
        let (symbol, name) = match site.of {
            BodyOf::Function(at) => (&program.functions[at].symbol, &program.functions[at].name),
            BodyOf::Cell(at) => (&program.cells[at].symbol, &program.cells[at].symbol),
        };
        let symbol = loop_symbol(symbol, index);
        let value = self
            .module
            .add_function(&symbol, self.loop_type(site), None);
        self.attributes.define(self.context, value);
        self.attributes.keep_frame(self.context, value);
        let flag = self.context.create_enum_attribute(kind("noalias"), 0);
        for (at, local) in (0..).zip(&site.locals) {
            if !site.shared.contains(local) {
                value.add_attribute(AttributeLoc::Param(at), flag);
            }
        }
        function::emit_loop(self, value, body, name, site);
    }
}

impl<'ctx> Function<'_, '_, 'ctx> {
    /// At the beginning of a loop of plain code.
    pub(crate) fn look_for_better(&self, index: usize, site: &LoopSite) {
        let unit = self.unit;
        let (pointer, i32, i64) = (unit.runtime.pointer, unit.runtime.i32, unit.runtime.i64);
        let words = unit.better_words().as_pointer_value();
        let asked = unit.asked_word().as_pointer_value();
        let word = self.offset(words, 8 * index as u64);
        let code = self.builder.build_load(i64, word, "").built();
        let asked = self.builder.build_load(i32, asked, "").built();
        let asked = self
            .builder
            .build_int_z_extend(asked.into_int_value(), i64, "");
        let either = self
            .builder
            .build_or(code.into_int_value(), asked.built(), "")
            .built();
        let (tell, enter, go) = (
            self.new_block("tell"),
            self.new_block("enter"),
            self.new_block("go"),
        );
        let is_nothing =
            self.builder
                .build_int_compare(IntPredicate::EQ, either, i64.const_zero(), "");
        self.branch(is_nothing.built(), go, tell);
        self.builder.position_at_end(tell);
        let number = i32.const_int(index as u64, false);
        self.builder
            .build_call(unit.tell_loop(), &[number.into()], "")
            .built();
        let code = self.builder.build_load(pointer, word, "").built();
        let code = code.into_pointer_value();
        let is_none = self.builder.build_is_null(code, "").built();
        self.branch(is_none, go, enter);
        self.builder.position_at_end(enter);
        let places: Vec<BasicMetadataValueEnum<'_>> = site
            .locals
            .iter()
            .map(|local| self.slot_or(*local, pointer.const_null()).into())
            .collect();
        let call = self
            .builder
            .build_indirect_call(unit.loop_type(site), code, &places, "")
            .built();
        let exit = self.result_of(call).value().into_int_value();
        let never = self.new_block("never");
        let exits: Vec<_> = (0..)
            .zip(&site.exits)
            .map(|(number, id)| (i64.const_int(number, false), self.block_of(*id)))
            .collect();
        self.builder.build_switch(exit, never, &exits).built();
        self.builder.position_at_end(never);
        self.builder.build_unreachable().built();
        self.builder.position_at_end(go);
    }

    /// Of better code of a loop: its own variables, and where those of the frame around it are that go back to it in the end.
    pub(crate) fn take_over(&mut self, site: &LoopSite) -> Vec<(Local, PointerValue<'ctx>)> {
        let mut copied = Vec::new();
        for (at, local) in (0..).zip(&site.locals) {
            let place = self.value.get_nth_param(at);
            let place = place.expect("compiler bug: a loop has an address for each variable");
            let place = place.into_pointer_value();
            if site.shared.contains(local) || self.stays(*local) {
                self.set_slot(*local, place);
            } else {
                let slot = self.own_slot(*local);
                self.copy_slot(*local, slot, place);
                self.set_slot(*local, slot);
                copied.push((*local, place));
            }
        }
        copied
    }

    /// Whether it stays where it is: it is the caller's, or large.
    fn stays(&self, local: Local) -> bool {
        if self.is_address(local) {
            return false;
        }
        let ty = self.body.locals[local].ty;
        let is_param = (local.as_u32() as usize) <= self.body.params.len();
        match self.pass(ty) {
            Pass::Memory => is_param || self.layout(ty).size > LARGEST_COPY,
            Pass::Value | Pass::Nothing => false,
        }
    }

    pub(crate) fn copy_slot(&self, local: Local, to: PointerValue<'ctx>, from: PointerValue<'ctx>) {
        if self.is_address(local) {
            let pointer = self.unit.runtime.pointer;
            let address = self.builder.build_load(pointer, from, "").built();
            self.builder.build_store(to, address).built();
        } else {
            self.copy_bytes(to, from, self.body.locals[local].ty);
        }
    }

    fn own_slot(&self, local: Local) -> PointerValue<'ctx> {
        match self.is_address(local) {
            true => self.storage(8, 8),
            false => self.temp(self.body.locals[local].ty),
        }
    }

    /// Whether what is in its slot is the address of a place.
    fn is_address(&self, local: Local) -> bool {
        is_mut(self.body, local) || self.is_reference(local)
    }
}

fn is_mut(body: &Body, local: Local) -> bool {
    let at = (local.as_u32() as usize).checked_sub(1);
    at.is_some_and(|at| body.params.get(at) == Some(&ParamMode::Mut))
}
