//! Retain, release and uniqueness. Inline for single blocks and for values with a few of them; the rest goes through
//! the type's descriptor. Whoever gives up the last owner of a block calls the runtime, which frees over a work list.

use compiler::layout::Pass;
use compiler::mir::Place;
use compiler::types::{Ty, TyKind};
use inkwell::IntPredicate;
use inkwell::values::{BasicValue, IntValue, PointerValue};

use crate::function::Function;
use crate::module::Built;
use crate::operand::Value;
use crate::place::{HEADER, Located};
use crate::spare::Shape;
use crate::tbaa::Memory;

/// More blocks than these are counted by the runtime.
const INLINE_LIMIT: usize = 4;

/// Where the blocks of a value are.
enum Owned {
    /// At these offsets.
    Blocks(Vec<u64>),
    /// At these offsets, if the enum at the start has this variant.
    BlocksOf(u32, Vec<u64>),
    ByDesc,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Retain,
    Release,
}

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn retain(&self, value: Value<'ctx>, ty: Ty) {
        self.change_value(Change::Retain, value, ty);
    }

    pub(crate) fn release(&self, value: Value<'ctx>, ty: Ty) {
        self.change_value(Change::Release, value, ty);
    }

    /// Drops what is at a place: a value, or the box of a field that was not followed.
    pub(crate) fn release_at(&self, at: &Located<'ctx>) {
        if at.is_box {
            let block = self.load_block(at.address, at.memory(Memory::Block));
            return self.release_block(block);
        }
        let value = self.read_at(at);
        self.release(value, at.ty);
    }

    fn change_value(&self, change: Change, value: Value<'ctx>, ty: Ty) {
        if !self.layout(ty).has_heap {
            return;
        }
        match value {
            Value::Nothing => {}
            Value::Direct(block) => self.change_block(change, block.into_pointer_value()),
            Value::At(address) => self.change_memory(change, address, ty),
        }
    }

    fn change_memory(&self, change: Change, address: PointerValue<'ctx>, ty: Ty) {
        match self.owned(ty) {
            Owned::Blocks(offsets) => self.change_blocks(change, address, &offsets),
            Owned::BlocksOf(variant, offsets) => {
                let tag = self.discriminant(&Located::at(address, ty));
                let wanted = self.unit.runtime.i64.const_int(u64::from(variant), false);
                let found = self
                    .builder
                    .build_int_compare(IntPredicate::EQ, tag, wanted, "")
                    .built();
                let (then, next) = (self.new_block("owns"), self.new_block("counted"));
                self.branch(found, then, next);
                self.builder.position_at_end(then);
                self.change_blocks(change, address, &offsets);
                self.goto(next);
                self.builder.position_at_end(next);
            }
            Owned::ByDesc => {
                let function = match change {
                    Change::Retain => self.unit.retain_by_desc(),
                    Change::Release => self.unit.release_by_desc(),
                };
                let desc = self.unit.desc(ty);
                self.builder
                    .build_call(function, &[desc.into(), address.into()], "")
                    .built();
            }
        }
    }

    fn change_blocks(&self, change: Change, address: PointerValue<'ctx>, offsets: &[u64]) {
        for offset in offsets {
            let block = self.load_block(self.offset(address, *offset), Memory::Any);
            self.change_block(change, block);
        }
    }

    fn change_block(&self, change: Change, block: PointerValue<'ctx>) {
        match change {
            Change::Retain => self.retain_block(block),
            Change::Release => self.release_block(block),
        }
    }

    fn add_owners(&self, block: PointerValue<'ctx>, by: i64) -> IntValue<'ctx> {
        let i64_type = self.unit.runtime.i64;
        let loaded = self.builder.build_load(i64_type, block, "").built();
        let load = loaded.as_instruction_value();
        self.unit.tbaa.mark(
            load.expect("compiler bug: a load is an instruction"),
            Memory::Owners,
        );
        let by = i64_type.const_int(by as u64, true);
        let count = self
            .builder
            .build_int_nsw_add(loaded.into_int_value(), by, "")
            .built();
        let store = self.builder.build_store(block, count).built();
        self.unit.tbaa.mark(store, Memory::Owners);
        count
    }

    pub(crate) fn set_owners(&self, block: PointerValue<'ctx>, count: IntValue<'ctx>) {
        let store = self.builder.build_store(block, count).built();
        self.unit.tbaa.mark(store, Memory::Owners);
    }

    pub(crate) fn retain_block(&self, block: PointerValue<'ctx>) {
        self.add_owners(block, 1);
    }

    /// One owner less; whether it was the last.
    fn remove_owner(&self, block: PointerValue<'ctx>) -> IntValue<'ctx> {
        let left = self.add_owners(block, -1);
        let zero = self.unit.runtime.i64.const_zero();
        self.builder
            .build_int_compare(IntPredicate::EQ, left, zero, "")
            .built()
    }

    pub(crate) fn release_block(&self, block: PointerValue<'ctx>) {
        let gone = self.remove_owner(block);
        let (free, next) = (self.new_block("free"), self.new_block("released"));
        self.branch(gone, free, next);
        self.builder.position_at_end(free);
        self.builder
            .build_call(self.unit.free(), &[block.into()], "")
            .built();
        self.goto(next);
        self.builder.position_at_end(next);
    }

    /// Gives up the boxes of fields that were moved out, and drops the other fields.
    pub(crate) fn unpack(
        &self,
        place: &Place,
        variant: u32,
        moved: &[u32],
        keeps: impl Fn(Shape) -> bool,
    ) {
        let whole = self.place(place);
        if !self.layout(whole.ty).has_heap {
            return;
        }
        let count = self.layout(whole.ty).variants[variant as usize].len();
        for field in 0..count as u32 {
            let at = self.field(whole, variant, field);
            match moved.contains(&field) {
                false => self.release_at(&at),
                true if at.is_box => {
                    let shape = self.shape_of(at.ty);
                    self.open_box(&at, keeps(shape).then_some(shape));
                }
                true => {}
            }
        }
    }

    /// The value in the box has gone elsewhere. If others own the box, whoever has it now is one owner more of what is inside.
    /// The box itself is kept if its shape is given.
    fn open_box(&self, at: &Located<'ctx>, kept: Option<Shape>) {
        let block = self.load_block(at.address, at.memory(Memory::Block));
        let gone = self.remove_owner(block);
        let (free, share, next) = (
            self.new_block("free"),
            self.new_block("share"),
            self.new_block("opened"),
        );
        self.branch(gone, free, share);
        self.builder.position_at_end(free);
        match kept {
            Some(shape) => self.keep_box(block, shape),
            None => self.free_box(block),
        }
        self.goto(next);
        self.builder.position_at_end(share);
        let inside = self.read_at(&Located::at(self.offset(block, HEADER), at.ty));
        self.retain(inside, at.ty);
        self.goto(next);
        self.builder.position_at_end(next);
    }

    fn owned(&self, ty: Ty) -> Owned {
        let mut offsets = Vec::new();
        if self.collect_blocks(ty, 0, &mut offsets) && offsets.len() <= INLINE_LIMIT {
            return Owned::Blocks(offsets);
        }
        self.owned_by_one_variant(ty).unwrap_or(Owned::ByDesc)
    }

    /// Of an enum in which a single variant owns anything, as in `T?` and most lists and trees.
    fn owned_by_one_variant(&self, ty: Ty) -> Option<Owned> {
        let layout = self.layout(ty);
        if layout.tag == 0 {
            return None;
        }
        let mut found = None;
        for (variant, _) in (0u32..).zip(&layout.variants) {
            let mut offsets = Vec::new();
            if !self.collect_fields(ty, variant, 0, &mut offsets) || offsets.len() > INLINE_LIMIT {
                return None;
            }
            if !offsets.is_empty() {
                if found.is_some() {
                    return None;
                }
                found = Some(Owned::BlocksOf(variant, offsets));
            }
        }
        found
    }

    /// The offsets of all pointers to blocks; false if they depend on a tag or are too many.
    fn collect_blocks(&self, ty: Ty, start: u64, offsets: &mut Vec<u64>) -> bool {
        let layout = self.layout(ty);
        if !layout.has_heap {
            return true;
        }
        match ty.kind() {
            TyKind::Str | TyKind::Array(_) => offsets.push(start),
            TyKind::Fn(_) | TyKind::Any(..) => offsets.push(start + 8),
            TyKind::FixedArray(..) => return false,
            _ if layout.pass == Pass::Value => offsets.push(start),
            _ if layout.tag > 0 => return false,
            _ => return self.collect_fields(ty, 0, start, offsets),
        }
        true
    }

    fn collect_fields(&self, ty: Ty, variant: u32, start: u64, offsets: &mut Vec<u64>) -> bool {
        self.layout(ty).variants[variant as usize]
            .iter()
            .all(|field| {
                if field.boxed {
                    offsets.push(start + field.offset);
                    return true;
                }
                self.collect_blocks(field.ty, start + field.offset, offsets)
            })
    }

    /// Makes the block that an array, text or box at `place` points to unshared.
    pub(crate) fn make_unique(&self, place: &Place) {
        let at = self.place(place);
        if matches!(at.ty.kind(), TyKind::Any(..)) {
            self.make_any_unique(&self.unboxed(at));
            return;
        }
        let elem = if at.is_box {
            at.ty
        } else {
            match at.ty.kind() {
                TyKind::Array(elem) => *elem,
                TyKind::Str => Ty::u8(),
                _ => return,
            }
        };
        let memory = at.memory(Memory::Block);
        let block = self.load_block(at.address, memory);
        self.unique_block(&at, block, |f| f.unit.desc(elem));
    }

    /// `elem` gives the descriptor of the elements.
    pub(crate) fn unique_block(
        &self,
        at: &Located<'ctx>,
        block: PointerValue<'ctx>,
        elem: impl FnOnce(&Self) -> PointerValue<'ctx>,
    ) {
        let i64_type = self.unit.runtime.i64;
        let owners = self.builder.build_load(i64_type, block, "").built();
        let load = owners.as_instruction_value();
        self.unit.tbaa.mark(
            load.expect("compiler bug: a load is an instruction"),
            Memory::Owners,
        );
        let one = i64_type.const_int(1, false);
        let alone = self
            .builder
            .build_int_compare(IntPredicate::EQ, owners.into_int_value(), one, "")
            .built();
        let (split, next) = (self.new_block("split"), self.new_block("unique"));
        self.branch(alone, next, split);
        self.builder.position_at_end(split);
        let desc = elem(self);
        let call = self
            .builder
            .build_call(self.unit.unique(), &[desc.into(), block.into()], "")
            .built();
        let copy = self.result_of(call).value().into_pointer_value();
        self.store_owner(at, copy);
        self.goto(next);
        self.builder.position_at_end(next);
    }

    /// The elements of an array or the bytes of a text in a register.
    pub(crate) fn elements_of(&self, value: Value<'ctx>) -> PointerValue<'ctx> {
        self.offset(value.value().into_pointer_value(), HEADER)
    }
}
