//! Checks and traps. What fails stands in a block of its own that LLVM knows to be cold and never to return.

use compiler::env::DefId;
use compiler::mir::{
    Check, Fuel, NEGATIVE_EXPONENT, NO_CHARACTER, Operand, Place, TrapKind, uses_open,
};
use compiler::types::Ty;
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::values::{BasicValue, BasicValueEnum, IntValue, PointerValue};

use crate::attributes::kind;
use crate::function::Function;
use crate::module::Built;
use crate::scalar::{is_float, is_signed};
use crate::tbaa::Memory;

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn check(&self, check: &Check) {
        match check {
            Check::Index {
                index,
                place,
                length,
            } => {
                let len = match length {
                    Some(known) => self.wide_operand(&Operand::Copy(Place::local(*known))),
                    None => self.len_of(&self.unboxed(self.place(place))),
                };
                let index = self.wide_operand(index);
                let inside = self
                    .builder
                    .build_int_compare(IntPredicate::ULT, index, len, "")
                    .built();
                self.require(inside, TrapKind::Index, index, len);
            }
            Check::NotZero(operand) => {
                let holds = match self.read(operand).value() {
                    BasicValueEnum::IntValue(value) => {
                        let zero = value.get_type().const_zero();
                        self.builder
                            .build_int_compare(IntPredicate::NE, value, zero, "")
                            .built()
                    }
                    BasicValueEnum::VectorValue(lanes) if !is_float(self.operand_ty(operand)) => {
                        let zero = lanes.get_type().const_zero();
                        let each = self
                            .builder
                            .build_int_compare(IntPredicate::NE, lanes, zero, "")
                            .built();
                        self.all_lanes(each)
                    }
                    // Generic code asks it of floats, too.
                    _ => return,
                };
                let nothing = self.unit.runtime.i64.const_zero();
                self.require(holds, TrapKind::DivisionByZero, nothing, nothing);
            }
            Check::NotNegative(operand) => {
                let (value, ty) = (self.read(operand).value(), self.operand_ty(operand));
                // An unsigned one never is; generic code asks it of floats, too.
                let BasicValueEnum::IntValue(value) = value else {
                    return;
                };
                if is_signed(ty) {
                    let zero = value.get_type().const_zero();
                    let holds = self
                        .builder
                        .build_int_compare(IntPredicate::SGE, value, zero, "")
                        .built();
                    self.require_argument(holds, NEGATIVE_EXPONENT);
                }
            }
            Check::Character(operand) => {
                let holds = self.is_character(self.wide_operand(operand));
                self.require_argument(holds, NO_CHARACTER);
            }
            Check::Disjoint { first, second, .. } => {
                let (first, second) = (self.wide_operand(first), self.wide_operand(second));
                let differ = self
                    .builder
                    .build_int_compare(IntPredicate::NE, first, second, "")
                    .built();
                self.require(differ, TrapKind::Exclusivity, first, second);
            }
            Check::Closed(def) => self.closed(*def),
            Check::Begin(open) => self.begin_accesses(open),
            Check::End(count) => self.end_accesses(*count),
            Check::Fuel(fuel) => self.take_fuel(fuel),
        }
    }

    /// What is left is negative only from [`Fuel::Advance`] to [`Fuel::Was`], and when the run ends.
    pub(crate) fn take_fuel(&self, fuel: &Fuel) {
        let builder = &self.builder;
        let i64_type = self.unit.runtime.i64;
        let left = self.unit.fuel();
        let before = builder.build_load(i64_type, left, "").built();
        let load = before.as_instruction_value();
        let before = before.into_int_value();
        let is_there = |left| {
            let zero = i64_type.const_zero();
            let enough = builder.build_int_compare(IntPredicate::SGE, left, zero, "");
            enough.built()
        };
        if let Some(load) = load {
            self.unit.tbaa.mark(load, Memory::Fuel);
        }
        let (enough, after) = match fuel {
            Fuel::Units(units) | Fuel::Advance(units) => {
                let units = i64_type.const_int((*units).min(i64::MAX as u64), false);
                let after = builder.build_int_sub(before, units, "").built();
                let is_asked = matches!(fuel, Fuel::Units(_));
                (is_asked.then(|| is_there(after)), Some(after))
            }
            Fuel::Was => (Some(is_there(before)), None),
            Fuel::Go {
                cond,
                stays_if_true,
                into,
            } => {
                let cond = self.read(cond).value().into_int_value();
                let there = is_there(before);
                let both = match stays_if_true {
                    true => builder.build_and(cond, there, "").built(),
                    false => {
                        let gone = builder.build_not(there, "").built();
                        builder.build_or(cond, gone, "").built()
                    }
                };
                self.store_value(self.slot(*into), Ty::bool(), both.into(), Memory::Any);
                (None, None)
            }
            Fuel::Reach { from, to, into } => {
                let ty = self.operand_ty(from);
                let rounds = self.rounds(from, to);
                let fits = builder.build_int_compare(IntPredicate::ULE, rounds, before, "");
                let some = builder.build_select(fits.built(), rounds, before, "");
                let some = some.built().into_int_value();
                let end = builder
                    .build_int_add(self.wide_operand(from), some, "")
                    .built();
                let narrow = self.unit.value_type(ty).into_int_type();
                let end = builder
                    .build_int_truncate_or_bit_cast(end, narrow, "")
                    .built();
                self.store_value(self.slot(*into), ty, end.into(), Memory::Any);
                (None, None)
            }
            Fuel::Below { from, to } => {
                let rounds = self.rounds(from, to);
                let enough = builder.build_int_compare(IntPredicate::ULE, rounds, before, "");
                let after = builder.build_int_sub(before, rounds, "").built();
                (Some(enough.built()), Some(after))
            }
            Fuel::Through { from, to } => {
                let narrow = [from, to].map(|end| self.read(end).value().into_int_value());
                let more = builder.build_int_sub(narrow[1], narrow[0], "").built();
                let more = builder.build_int_z_extend_or_bit_cast(more, i64_type, "");
                let more = more.built();
                let enough = builder.build_int_compare(IntPredicate::ULT, more, before, "");
                let rest = builder.build_int_sub(before, more, "").built();
                let one = i64_type.const_int(1, false);
                let after = builder.build_int_sub(rest, one, "").built();
                (Some(enough.built()), Some(after))
            }
        };
        // Before the test: so LLVM knows that it is stored in every round, and may store it once after them.
        if let Some(after) = after {
            let store = builder.build_store(left, after).built();
            self.unit.tbaa.mark(store, Memory::Fuel);
        }
        if let Some(enough) = enough {
            let nothing = i64_type.const_zero();
            self.require(enough, TrapKind::Fuel, nothing, nothing);
        }
    }

    /// How far it is from one to the other; nothing if that lies before it.
    fn rounds(&self, from: &Operand, to: &Operand) -> IntValue<'ctx> {
        let signed = is_signed(self.operand_ty(from));
        let (from, to) = (self.wide_operand(from), self.wide_operand(to));
        let less = match signed {
            true => IntPredicate::SLT,
            false => IntPredicate::ULT,
        };
        let builder = &self.builder;
        let any = builder.build_int_compare(less, from, to, "").built();
        let rounds = builder.build_int_sub(to, from, "").built();
        let zero = self.unit.runtime.i64.const_zero();
        let rounds = builder.build_select(any, rounds, zero, "").built();
        rounds.into_int_value()
    }

    /// While the callee runs, whatever it is, these globals are open to changes.
    pub(crate) fn begin_accesses(&self, open: &[DefId]) {
        for global in open {
            let begin = self.unit.access_begin();
            let args = [self.number_of(*global).into()];
            self.builder.build_call(begin, &args, "").built();
        }
    }

    pub(crate) fn end_accesses(&self, count: usize) {
        if count > 0 {
            let count = self.unit.runtime.i64.const_int(count as u64, false);
            let end = self.unit.access_end();
            self.builder.build_call(end, &[count.into()], "").built();
        }
    }

    /// None of the globals that the function may touch is open; mostly none at all is.
    pub(crate) fn closed(&self, def: DefId) {
        let env = self.unit.input.env;
        let Some(effects) = env.function(def).body().map(|body| body.effects()) else {
            return;
        };
        if !effects.touches_globals() {
            return;
        }
        let i64_type = self.unit.runtime.i64;
        let count = self.unit.open_accesses();
        let count = self.builder.build_load(i64_type, count, "").built();
        let none = self
            .builder
            .build_int_compare(
                IntPredicate::EQ,
                count.into_int_value(),
                i64_type.const_zero(),
                "",
            )
            .built();
        let (next, some) = (self.new_block("closed"), self.new_block("open"));
        self.branch(none, next, some);
        self.builder.position_at_end(some);
        for global in effects.globals() {
            let args = [self.number_of(global).into()];
            let is_open = self
                .builder
                .build_call(self.unit.access_is_open(), &args, "")
                .built();
            let is_open = self.result_of(is_open).value().into_int_value();
            let (fail, other) = (self.new_block("trap"), self.new_block("open"));
            self.branch(is_open, fail, other);
            self.builder.position_at_end(fail);
            let message = self
                .unit
                .static_bytes(uses_open(env, def, global).as_bytes());
            let message = self.address_as_int(message);
            self.trap(TrapKind::OpenAccess, message, i64_type.const_zero());
            self.builder.position_at_end(other);
        }
        self.goto(next);
        self.builder.position_at_end(next);
    }

    fn number_of(&self, def: DefId) -> IntValue<'ctx> {
        let number = u64::from(def.as_u32());
        self.unit.runtime.i64.const_int(number, false)
    }

    fn wide_operand(&self, operand: &Operand) -> IntValue<'ctx> {
        let value = self.read(operand).value().into_int_value();
        self.widened(value, self.operand_ty(operand))
    }

    /// Whether a number is below 0x110000 and no surrogate, by one comparison.
    fn is_character(&self, number: IntValue<'ctx>) -> IntValue<'ctx> {
        let constant = |value| self.unit.runtime.i64.const_int(value, false);
        let builder = &self.builder;
        let turned = builder.build_xor(number, constant(0xD800), "").built();
        let moved = builder.build_int_sub(turned, constant(0x800), "").built();
        let count = constant(0x11_0000 - 0x800);
        builder
            .build_int_compare(IntPredicate::ULT, moved, count, "")
            .built()
    }

    fn require_argument(&self, holds: IntValue<'ctx>, message: &str) {
        let message = self.unit.static_bytes(message.as_bytes());
        let message = self.address_as_int(message);
        let nothing = self.unit.runtime.i64.const_zero();
        self.require(holds, TrapKind::Argument, message, nothing);
    }

    /// Goes on if it holds, else ends the run.
    pub(crate) fn require(
        &self,
        holds: IntValue<'ctx>,
        kind: TrapKind,
        a: IntValue<'ctx>,
        b: IntValue<'ctx>,
    ) {
        let (next, fail) = (self.new_block("ok"), self.new_block("trap"));
        self.branch(holds, next, fail);
        self.builder.position_at_end(fail);
        self.trap(kind, a, b);
        self.builder.position_at_end(next);
    }

    fn trap(&self, trap: TrapKind, a: IntValue<'ctx>, b: IntValue<'ctx>) {
        let number = self
            .unit
            .runtime
            .i32
            .const_int(u64::from(trap.number()), false);
        let location = self.unit.location(self.span);
        let args = [number.into(), location.into(), a.into(), b.into()];
        let call = self.builder.build_call(self.unit.trap(), &args, "").built();
        // Merged with others it would stand at no line, inlined from nowhere, and the stack trace would lose its frames.
        let unmerged = self.unit.context.create_enum_attribute(kind("nomerge"), 0);
        call.add_attribute(AttributeLoc::Function, unmerged);
        self.builder.build_unreachable().built();
    }

    /// The message is a `str`, as an address, or 0.
    pub(crate) fn panic(&self, kind: TrapKind, message: Option<&Operand>) {
        let i64_type = self.unit.runtime.i64;
        let message = match message.map(|message| self.read(message).value()) {
            Some(BasicValueEnum::PointerValue(block)) => self.address_as_int(block),
            _ => i64_type.const_zero(),
        };
        self.trap(kind, message, i64_type.const_zero());
    }

    fn address_as_int(&self, block: PointerValue<'ctx>) -> IntValue<'ctx> {
        self.builder
            .build_ptr_to_int(block, self.unit.runtime.i64, "")
            .built()
    }
}
