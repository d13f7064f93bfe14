//! Assignments: one function for each form of value.

use compiler::hir::BinaryOp;
use compiler::layout::Pass;
use compiler::mir::{Arg, Base, LocalKind, Old, Operand, Place, Projection, Rvalue};
use compiler::mono::Target;
use compiler::types::{Ty, TyKind};
use inkwell::IntPredicate;
use inkwell::types::IntType;
use inkwell::values::{BasicValue, BasicValueEnum, IntValue, PointerValue};

use crate::any::ELEM;
use crate::constant::STATIC_OWNERS;
use crate::function::Function;
use crate::module::Built;
use crate::operand::Value;
use crate::place::{CAP, HEADER, LEN, Located, VIEW_LEN};
use crate::tbaa::Memory;

/// What a register holds, in bytes.
const WORD: u64 = 8;

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn assign(&self, place: &Place, value: &Rvalue, old: Old) {
        let to = self.unboxed(self.place(place));
        match value {
            Rvalue::Use(operand) if self.is_borrowed_local(place) => {
                let value = self.read(operand);
                self.store_result(&to, value);
            }
            Rvalue::Use(operand) => {
                let value = self.take(operand);
                self.replace(&to, old, |f| f.store_result(&to, value));
            }
            Rvalue::Aggregate(..) | Rvalue::Variant { .. } | Rvalue::Repeat { .. }
                if self.pass(to.ty) == Pass::Memory =>
            {
                if is_apart(place, value) {
                    self.replace(&to, old, |f| f.build_in_memory(&to, value));
                } else {
                    let built = Located::local(self.temp(to.ty), to.ty);
                    self.build_in_memory(&built, value);
                    self.replace(&to, old, |f| f.copy_bytes(to.address, built.address, to.ty));
                }
            }
            Rvalue::Closure {
                def,
                type_args,
                captures,
            } => {
                let target = self.unit.input.program.target(*def, type_args);
                let built = Located::local(self.temp(to.ty), to.ty);
                let is_lent = self.is_borrowed_local(place);
                self.build_closure(&built, target, captures, is_lent);
                self.replace(&to, old, |f| f.copy_bytes(to.address, built.address, to.ty));
            }
            Rvalue::Any { ty, value } => {
                let built = self.build_any(*ty, value);
                self.replace(&to, old, |f| f.copy_bytes(to.address, built, to.ty));
            }
            Rvalue::Unary(..)
            | Rvalue::Binary(..)
            | Rvalue::Compare(..)
            | Rvalue::Convert { .. }
            | Rvalue::Aggregate(..)
            | Rvalue::Variant { .. }
            | Rvalue::Array { .. }
            | Rvalue::Repeat { .. }
            | Rvalue::Len(_)
            | Rvalue::Discriminant(_)
            | Rvalue::Holds(..)
            | Rvalue::Format(_) => {
                let value = self.direct(value, to.ty);
                self.replace(&to, old, |f| f.store_result(&to, value));
            }
        }
    }

    /// A local that holds what someone else owns.
    fn is_borrowed_local(&self, place: &Place) -> bool {
        match place.base {
            Base::Local(local) => {
                place.projections.is_empty() && self.body.locals[local].kind == LocalKind::Borrowed
            }
            Base::Global(_) => false,
        }
    }

    /// A value in a register.
    fn direct(&self, value: &Rvalue, ty: Ty) -> Value<'ctx> {
        match value {
            Rvalue::Unary(op, operand) => {
                let value = self.read(operand).value();
                Value::Direct(self.unary(*op, value, ty))
            }
            Rvalue::Binary(op, left, right) => {
                Value::Direct(self.binary_operands(*op, left, right))
            }
            Rvalue::Compare(op, left, right) => {
                Value::Direct(self.compare(*op, left, right).into())
            }
            Rvalue::Convert { operand, to } => {
                let value = self.read(operand).value();
                Value::Direct(self.convert(value, self.operand_ty(operand), *to))
            }
            Rvalue::Array { elem, items } => Value::Direct(self.array(*elem, items).into()),
            Rvalue::Repeat { ty, value, count } => self.repeat(*ty, value, count),
            Rvalue::Len(place) => {
                Value::Direct(self.len_of(&self.unboxed(self.place(place))).into())
            }
            Rvalue::Discriminant(place) => {
                Value::Direct(self.discriminant(&self.unboxed(self.place(place))).into())
            }
            Rvalue::Holds(place, inside) => {
                let any = self.unboxed(self.place(place));
                Value::Direct(self.any_holds(&any, *inside).into())
            }
            Rvalue::Format(parts) => Value::Direct(self.format(parts).into()),
            Rvalue::Aggregate(ty, lanes) if ty.lane().is_some() => {
                Value::Direct(self.build_vector(*ty, lanes))
            }
            Rvalue::Aggregate(..) | Rvalue::Variant { .. } => Value::Nothing,
            Rvalue::Use(_) | Rvalue::Closure { .. } | Rvalue::Any { .. } => {
                panic!("compiler bug: {value:?} is no value in a register")
            }
        }
    }

    fn build_in_memory(&self, to: &Located<'ctx>, value: &Rvalue) {
        match value {
            Rvalue::Aggregate(ty, operands) => match ty.kind() {
                TyKind::FixedArray(..) => self.build_fixed_array(to, operands),
                _ => self.build_fields(to, 0, operands),
            },
            Rvalue::Variant {
                variant, fields, ..
            } => {
                self.store_tag(to, *variant);
                self.build_fields(to, *variant, fields);
            }
            Rvalue::Repeat { value, .. } => self.fill_fixed_array(to, value),
            _ => panic!("compiler bug: only aggregates are built in memory"),
        }
    }

    fn build_fields(&self, to: &Located<'ctx>, variant: u32, operands: &[Operand]) {
        for (field, operand) in (0u32..).zip(operands) {
            let at = self.field(*to, variant, field);
            if at.is_box {
                self.build_box(&at, operand);
            } else {
                self.store_operand(&at, operand);
            }
        }
    }

    /// Puts a value into a block of its own.
    fn build_box(&self, at: &Located<'ctx>, operand: &Operand) {
        let block = self.new_box(at.ty);
        let inside = Located::local(self.elements(block), at.ty);
        self.store_operand(&inside, operand);
        let store = self.builder.build_store(at.address, block).built();
        self.unit.tbaa.mark(store, at.memory(Memory::Any));
    }

    /// `{code, env}`, with what was captured in a new block; one of the frame, which owns nothing, if the closure is only lent.
    fn build_closure(&self, to: &Located<'ctx>, target: Target, captures: &[Arg], is_lent: bool) {
        let kept = self.unit.kept_by(target);
        let desc = self.unit.kept_desc(target);
        let block = match is_lent {
            true => self.block_in_frame(kept, desc),
            false => self.allocate_by(desc, 1),
        };
        let inside = Located::local(self.elements(block), kept);
        for (field, capture) in (0u32..).zip(captures) {
            let at = self.field(inside, 0, field);
            match capture {
                Arg::Value(operand) if is_lent => self.store_result(&at, self.read(operand)),
                Arg::Value(operand) => self.store_operand(&at, operand),
                Arg::Mut(place) => {
                    let address = self.unboxed(self.place(place)).address;
                    self.builder.build_store(at.address, address).built();
                }
            }
        }
        self.store_len(block, self.unit.runtime.i64.const_int(1, false));
        let code = self.unit.closure_code(target);
        self.builder.build_store(to.address, code).built();
        let environment = self.offset(to.address, 8);
        self.builder.build_store(environment, block).built();
    }

    /// A block for one value, without a length yet, that goes with the frame: it has more owners than will ever give it up.
    fn block_in_frame(&self, ty: Ty, desc: PointerValue<'ctx>) -> PointerValue<'ctx> {
        let layout = self.layout(ty);
        let block = self.storage(HEADER + layout.size, layout.align.max(16));
        let word = self.unit.runtime.i64;
        self.set_owners(block, word.const_int(STATIC_OWNERS, false));
        let parts = [
            (ELEM, desc.as_basic_value_enum()),
            (CAP, word.const_int(1, false).into()),
        ];
        for (offset, value) in parts {
            let store = self.builder.build_store(self.offset(block, offset), value);
            self.unit.tbaa.mark(store.built(), Memory::Header);
        }
        block
    }

    fn build_fixed_array(&self, to: &Located<'ctx>, operands: &[Operand]) {
        let elem = to.ty.elem();
        let is_copied = elem.is_some_and(|elem| self.copy_literals(to.address, elem, operands));
        for (index, operand) in (0u64..).zip(operands) {
            if is_copied && operand.is_literal() {
                continue;
            }
            let index = self.unit.runtime.i64.const_int(index, false);
            let at = self.element(*to, index);
            self.store_operand(&at, operand);
        }
    }

    fn fill_fixed_array(&self, to: &Located<'ctx>, operand: &Operand) {
        let elem = self.operand_ty(operand);
        let len = to
            .ty
            .fixed_len()
            .expect("compiler bug: a fixed array of unknown length");
        let len = self.unit.runtime.i64.const_int(len, false);
        let value = self.read(operand);
        self.count_to(len, |f, index| {
            let at = f.element(*to, index);
            f.retain(value, elem);
            f.store_result(&at, value);
        });
        self.after_read(operand, value);
    }

    /// A loop from 0 to `end`.
    pub(crate) fn count_to(&self, end: IntValue<'ctx>, step: impl FnOnce(&Self, IntValue<'ctx>)) {
        let i64_type = self.unit.runtime.i64;
        let before = self.current_block();
        let (head, inside, next) = (
            self.new_block("each"),
            self.new_block("one"),
            self.new_block("all"),
        );
        self.goto(head);
        self.builder.position_at_end(head);
        let index = self.builder.build_phi(i64_type, "").built();
        index.add_incoming(&[(&i64_type.const_zero(), before)]);
        let current = index.as_basic_value().into_int_value();
        let more = self
            .builder
            .build_int_compare(IntPredicate::ULT, current, end, "")
            .built();
        self.branch(more, inside, next);
        self.builder.position_at_end(inside);
        step(self, current);
        let one = i64_type.const_int(1, false);
        let following = self.builder.build_int_nuw_add(current, one, "").built();
        index.add_incoming(&[(&following, self.current_block())]);
        self.goto(head);
        self.builder.position_at_end(next);
    }

    fn array(&self, elem: Ty, items: &[Operand]) -> PointerValue<'ctx> {
        if items.is_empty() {
            return self.unit.empty_block();
        }
        let block = self.allocate(elem, items.len() as u64);
        let start = self.elements(block);
        let i64_type = self.unit.runtime.i64;
        let is_copied = self.copy_literals(start, elem, items);
        for (index, item) in (0u64..).zip(items) {
            if is_copied && item.is_literal() {
                continue;
            }
            let address = self.element_address(start, elem, i64_type.const_int(index, false));
            self.store_operand(&Located::local(address, elem), item);
        }
        self.store_len(block, i64_type.const_int(items.len() as u64, false));
        block
    }

    /// The literals of a long list at once; says whether it did.
    fn copy_literals(&self, to: PointerValue<'ctx>, elem: Ty, items: &[Operand]) -> bool {
        let Some(data) = self.unit.literal_elements(elem, items) else {
            return false;
        };
        let layout = self.unit.layouts.of(elem);
        let size = layout.size * items.len() as u64;
        let size = self.unit.runtime.i64.const_int(size, false);
        let align = layout.align as u32;
        let from = self.unit.constant_global(data, layout.align);
        self.builder
            .build_memcpy(to, align, from, align, size)
            .built();
        true
    }

    /// On the heap; the runtime fills it.
    fn repeat(&self, ty: Ty, operand: &Operand, count: &Operand) -> Value<'ctx> {
        let TyKind::Array(elem) = ty.kind() else {
            return Value::Nothing;
        };
        let value = self.read(operand);
        let count_value = self.read(count).value().into_int_value();
        let count = self.widened(count_value, self.operand_ty(count));
        let desc = self.unit.desc(*elem);
        let address = self.address_of(value, *elem);
        let args = [desc.into(), address.into(), count.into()];
        let call = self
            .builder
            .build_call(self.unit.repeat(), &args, "")
            .built();
        self.after_read(operand, value);
        self.result_of(call)
    }

    /// A new block that one owner has, for `count` elements, of length 0.
    pub(crate) fn allocate(&self, elem: Ty, count: u64) -> PointerValue<'ctx> {
        self.allocate_by(self.unit.desc(elem), count)
    }

    /// The same, by the descriptor of the elements.
    pub(crate) fn allocate_by(&self, desc: PointerValue<'ctx>, count: u64) -> PointerValue<'ctx> {
        let count = self.unit.runtime.i64.const_int(count, false);
        let call = self
            .builder
            .build_call(self.unit.alloc(), &[desc.into(), count.into()], "")
            .built();
        self.result_of(call).value().into_pointer_value()
    }

    pub(crate) fn store_len(&self, block: PointerValue<'ctx>, len: IntValue<'ctx>) {
        let store = self
            .builder
            .build_store(self.offset(block, LEN), len)
            .built();
        self.unit.tbaa.mark(store, Memory::Header);
    }

    /// The length of what is at a place: elements, or bytes of text.
    pub(crate) fn len_of(&self, at: &Located<'ctx>) -> IntValue<'ctx> {
        if let Some(len) = at.ty.fixed_len() {
            return self.unit.runtime.i64.const_int(len, false);
        }
        if at.ty.view_of().is_some() {
            return self.header_word(at.address, VIEW_LEN);
        }
        let block = self.load_block(at.address, at.own_memory());
        self.header_word(block, LEN)
    }

    /// `len` or `cap`.
    pub(crate) fn header_word(&self, block: PointerValue<'ctx>, offset: u64) -> IntValue<'ctx> {
        let loaded = self
            .builder
            .build_load(self.unit.runtime.i64, self.offset(block, offset), "")
            .built();
        let instruction = loaded.as_instruction_value();
        let instruction = instruction.expect("compiler bug: a load is an instruction");
        self.unit.tbaa.mark(instruction, Memory::Header);
        // Never negative, and so far from overflowing that loops over it can be counted.
        let i64_type = self.unit.runtime.i64;
        let range = self.unit.context.metadata_node(&[
            i64_type.const_zero().into(),
            i64_type.const_int(1 << 60, false).into(),
        ]);
        instruction
            .set_metadata(range, self.unit.context.get_kind_id("range"))
            .expect("compiler bug: a range on a load");
        loaded.into_int_value()
    }

    /// A tag and the bytes behind it that are of no use: so LLVM, where it takes a copied value apart, makes words of it. With accesses of
    /// the tag alone it made pieces that overlap words, for which a processor has to wait.
    fn tag_word(&self, ty: Ty) -> IntType<'ctx> {
        let layout = self.layout(ty);
        let fields = layout.variants.iter().flatten();
        let first = fields.map(|field| field.offset).min();
        let room = first.unwrap_or(layout.tag).min(layout.align).min(WORD);
        // Down to a power of two.
        self.unit.int_of(8 << room.ilog2())
    }

    pub(crate) fn store_tag(&self, to: &Located<'ctx>, variant: u32) {
        let word = self.tag_word(to.ty).const_int(u64::from(variant), false);
        self.builder.build_store(to.address, word).built();
    }

    /// The tag of an enum at the address, as wide as it is. What follows it may be anything.
    pub(crate) fn load_tag(&self, ty: Ty, address: PointerValue<'ctx>) -> IntValue<'ctx> {
        let tag = self.unit.int_of(self.layout(ty).tag as u32 * 8);
        let word = self.tag_word(ty);
        let loaded = self.builder.build_load(word, address, "").built();
        let loaded = loaded.into_int_value();
        if word == tag {
            return loaded;
        }
        self.builder.build_int_truncate(loaded, tag, "").built()
    }

    pub(crate) fn discriminant(&self, at: &Located<'ctx>) -> IntValue<'ctx> {
        let tag = self.load_tag(at.ty, at.address);
        self.builder
            .build_int_z_extend(tag, self.unit.runtime.i64, "")
            .built()
    }

    fn binary_operands(
        &self,
        op: BinaryOp,
        left: &Operand,
        right: &Operand,
    ) -> BasicValueEnum<'ctx> {
        let ty = self.operand_ty(left);
        if op.is_comparison() {
            return self.compare(op, left, right).into();
        }
        let (a, b) = (self.read(left).value(), self.read(right).value());
        self.binary(op, ty, a, b, self.operand_ty(right))
    }

    fn compare(&self, op: BinaryOp, left: &Operand, right: &Operand) -> IntValue<'ctx> {
        let ty = self.operand_ty(left);
        let (a, b) = (self.read(left), self.read(right));
        if let (Value::Direct(a), Value::Direct(b), true) = (a, b, ty.is_scalar()) {
            return self.compare_scalars(op, ty, a, b);
        }
        let holds = self.compare_parts(op, false, ty, a, b);
        let holds = holds.unwrap_or_else(|| self.compare_by_desc(op, ty, a, b));
        self.after_read(left, a);
        self.after_read(right, b);
        holds
    }

    /// By the operator relation, which the runtime goes through all parts of a value with.
    fn compare_by_desc(
        &self,
        op: BinaryOp,
        ty: Ty,
        a: Value<'ctx>,
        b: Value<'ctx>,
    ) -> IntValue<'ctx> {
        let (name, swap, negate) = match op {
            BinaryOp::Eq => ("sumi_eq", false, false),
            BinaryOp::Ne => ("sumi_eq", false, true),
            BinaryOp::Lt => ("sumi_lt", false, false),
            BinaryOp::Gt => ("sumi_lt", true, false),
            BinaryOp::Le => ("sumi_le", false, false),
            BinaryOp::Ge => ("sumi_le", true, false),
            _ => panic!("compiler bug: {op:?} compares nothing"),
        };
        let (a, b) = (self.address_of(a, ty), self.address_of(b, ty));
        let (a, b) = if swap { (b, a) } else { (a, b) };
        let desc = self.unit.desc(ty);
        let call = self
            .builder
            .build_call(
                self.unit.compare(name),
                &[desc.into(), a.into(), b.into()],
                "",
            )
            .built();
        let holds = self.result_of(call).value().into_int_value();
        if negate {
            self.builder.build_not(holds, "").built()
        } else {
            holds
        }
    }
}

/// Whether a value may be built right where it is stored: nothing that it is made of may lie there, and nobody may see it half done.
fn is_apart(dest: &Place, value: &Rvalue) -> bool {
    let Base::Local(_) = dest.base else {
        return false;
    };
    let in_frame = dest
        .projections
        .iter()
        .all(|step| matches!(step, Projection::Field(_) | Projection::ConstIndex(_)));
    let operands: Vec<&Operand> = match value {
        Rvalue::Aggregate(_, operands) => operands.iter().collect(),
        Rvalue::Variant { fields, .. } => fields.iter().collect(),
        Rvalue::Repeat { value, .. } => vec![value],
        _ => return false,
    };
    in_frame
        && operands.iter().all(|operand| match operand {
            Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place) => {
                place.base != dest.base
            }
            Operand::Const(_) => true,
        })
}
