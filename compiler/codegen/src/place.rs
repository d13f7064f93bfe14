//! Places: addresses with a type. And loads, stores and copies there.

use compiler::env::DefId;
use compiler::layout::Pass;
use compiler::mir::{Base, Local, LocalKind, Place, Projection};
use compiler::types::{FloatTy, Ty, TyKind};
use inkwell::values::{BasicValue, BasicValueEnum, IntValue, PointerValue};

use crate::function::Function;
use crate::module::Built;
use crate::tbaa::{Kind, Memory};

/// Bytes before the first element of a block.
pub(crate) const HEADER: u64 = 32;
pub(crate) const LEN: u64 = 16;
pub(crate) const CAP: u64 = 24;
/// Where a view has its length, behind the address of the first element.
pub(crate) const VIEW_LEN: u64 = 8;

#[derive(Clone, Copy)]
pub(crate) struct Located<'ctx> {
    pub(crate) address: PointerValue<'ctx>,
    /// The type of the value, also where it is in a box.
    pub(crate) ty: Ty,
    /// The address is that of a box pointer: a boxed field that was not followed.
    pub(crate) is_box: bool,
    /// Part of an enum's payload.
    pub(crate) in_payload: bool,
    /// A local of this function, not reached through a pointer.
    pub(crate) is_local: bool,
}

impl<'ctx> Located<'ctx> {
    pub(crate) fn at(address: PointerValue<'ctx>, ty: Ty) -> Located<'ctx> {
        Located {
            address,
            ty,
            is_box: false,
            in_payload: false,
            is_local: false,
        }
    }

    pub(crate) fn local(address: PointerValue<'ctx>, ty: Ty) -> Located<'ctx> {
        Located {
            is_local: true,
            ..Located::at(address, ty)
        }
    }

    /// The kind of memory it is, if a scalar of that kind lies there.
    pub(crate) fn memory(&self, memory: Memory) -> Memory {
        if self.in_payload { Memory::Any } else { memory }
    }

    /// Of a value of its type.
    pub(crate) fn own_memory(&self) -> Memory {
        self.memory(memory_of(self.ty))
    }
}

pub(crate) fn memory_of(ty: Ty) -> Memory {
    match ty.kind() {
        TyKind::Str | TyKind::Array(_) | TyKind::Adt(..) => Memory::Block,
        TyKind::Bool => Memory::Scalar(Kind::Bytes),
        TyKind::Char => Memory::Scalar(Kind::Int32),
        TyKind::Int(int) => Memory::Scalar(match int.bits() {
            8 => Kind::Bytes,
            16 => Kind::Int16,
            32 => Kind::Int32,
            _ => Kind::Int64,
        }),
        TyKind::Float(FloatTy::F32) => Memory::Scalar(Kind::Float32),
        TyKind::Float(FloatTy::F64) => Memory::Scalar(Kind::Float64),
        TyKind::Simd(lane, _) if *lane != Ty::bool() => memory_of(*lane),
        _ => Memory::Data,
    }
}

/// `boolx4`
pub(crate) fn is_mask(ty: Ty) -> bool {
    ty.lane() == Some(Ty::bool())
}

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn place(&self, place: &Place) -> Located<'ctx> {
        let mut projections = place.projections.as_slice();
        let mut at = match place.base {
            Base::Global(def) => {
                let global = self.unit.globals[&def];
                let ty = self.body.place_ty(self.unit.input.env, &Place::global(def));
                Located::at(global.as_pointer_value(), ty)
            }
            Base::Local(local) => {
                let decl = &self.body.locals[local];
                match decl.kind {
                    LocalKind::Ref => {
                        if let [Projection::Deref, rest @ ..] = projections {
                            projections = rest;
                        }
                        let slot = self.slot(local);
                        let address = self.load_pointer(slot, Memory::Any);
                        Located::at(address, decl.ty)
                    }
                    LocalKind::Owned | LocalKind::Borrowed | LocalKind::Flag => {
                        Located::local(self.slot(local), decl.ty)
                    }
                }
            }
        };
        for projection in projections {
            at = self.project(at, projection);
        }
        at
    }

    fn project(&self, at: Located<'ctx>, projection: &Projection) -> Located<'ctx> {
        let at = match projection {
            Projection::Deref => return self.unboxed(at),
            Projection::Inside(inside) => return self.inside_any(self.unboxed(at), *inside),
            Projection::Field(_)
            | Projection::Payload { .. }
            | Projection::Index(_)
            | Projection::ConstIndex(_) => self.unboxed(at),
        };
        match projection {
            Projection::Field(field) => self.field(at, 0, *field),
            Projection::Payload { variant, field } => Located {
                in_payload: true,
                ..self.field(at, *variant, *field)
            },
            Projection::Index(local) => {
                let index = self.index_value(*local);
                self.element(at, index)
            }
            Projection::ConstIndex(index) => {
                let index = self.unit.runtime.i64.const_int(*index, false);
                self.element(at, index)
            }
            Projection::Deref | Projection::Inside(_) => at,
        }
    }

    /// Follows the pointer of a boxed field.
    pub(crate) fn unboxed(&self, at: Located<'ctx>) -> Located<'ctx> {
        if !at.is_box {
            return at;
        }
        let block = self.load_block(at.address, at.memory(Memory::Block));
        Located::at(self.offset(block, HEADER), at.ty)
    }

    pub(crate) fn field(&self, at: Located<'ctx>, variant: u32, field: u32) -> Located<'ctx> {
        let found = self.unit.layouts.field(at.ty, variant, field);
        Located {
            address: self.offset(at.address, found.offset),
            ty: found.ty,
            is_box: found.boxed,
            ..at
        }
    }

    pub(crate) fn element(&self, at: Located<'ctx>, index: IntValue<'ctx>) -> Located<'ctx> {
        let (elem, start, through_pointer) = match at.ty.kind() {
            TyKind::Array(elem) => (
                *elem,
                self.elements(self.load_block(at.address, at.own_memory())),
                true,
            ),
            TyKind::Str => (
                Ty::u8(),
                self.elements(self.load_block(at.address, at.own_memory())),
                true,
            ),
            TyKind::FixedArray(elem, _) | TyKind::Simd(elem, _) => (*elem, at.address, false),
            TyKind::Adt(DefId::VIEW, args) => {
                (args[0], self.load_pointer(at.address, Memory::Block), true)
            }
            other => panic!("compiler bug: an element of {other:?}"),
        };
        let address = self.element_address(start, elem, index);
        if through_pointer {
            Located::at(address, elem)
        } else {
            Located {
                address,
                ty: elem,
                ..at
            }
        }
    }

    pub(crate) fn element_address(
        &self,
        start: PointerValue<'ctx>,
        elem: Ty,
        index: IntValue<'ctx>,
    ) -> PointerValue<'ctx> {
        let bytes = self
            .unit
            .runtime
            .i8
            .array_type(self.layout(elem).size as u32);
        // SAFETY: LLVM's builder only requires that the type and the index fit, which they do.
        unsafe {
            self.builder
                .build_in_bounds_gep(bytes, start, &[index], "")
                .built()
        }
    }

    /// An index of any integer type as 64 bits; a negative one becomes huge.
    pub(crate) fn index_value(&self, local: Local) -> IntValue<'ctx> {
        let ty = self.body.locals[local].ty;
        let value = self.load_value(self.slot(local), ty, Memory::Any);
        self.widened(value.into_int_value(), ty)
    }

    pub(crate) fn widened(&self, value: IntValue<'ctx>, ty: Ty) -> IntValue<'ctx> {
        let i64_type = self.unit.runtime.i64;
        match ty.kind() {
            TyKind::Int(int) if int.is_signed() => self
                .builder
                .build_int_s_extend_or_bit_cast(value, i64_type, "")
                .built(),
            _ => self
                .builder
                .build_int_z_extend_or_bit_cast(value, i64_type, "")
                .built(),
        }
    }

    pub(crate) fn offset(&self, address: PointerValue<'ctx>, bytes: u64) -> PointerValue<'ctx> {
        if bytes == 0 {
            return address;
        }
        let index = self.unit.runtime.i64.const_int(bytes, false);
        // SAFETY: LLVM's builder only requires that the type and the index fit, which they do.
        unsafe {
            self.builder
                .build_in_bounds_gep(self.unit.runtime.i8, address, &[index], "")
                .built()
        }
    }

    pub(crate) fn elements(&self, block: PointerValue<'ctx>) -> PointerValue<'ctx> {
        self.offset(block, HEADER)
    }

    pub(crate) fn load_pointer(
        &self,
        address: PointerValue<'ctx>,
        memory: Memory,
    ) -> PointerValue<'ctx> {
        let loaded = self
            .builder
            .build_load(self.unit.runtime.pointer, address, "")
            .built();
        self.mark(loaded, memory);
        loaded.into_pointer_value()
    }

    /// A pointer to a block, which is never null.
    pub(crate) fn load_block(
        &self,
        address: PointerValue<'ctx>,
        memory: Memory,
    ) -> PointerValue<'ctx> {
        let block = self.load_pointer(address, memory);
        let instruction = block.as_instruction();
        let instruction = instruction.expect("compiler bug: a load is an instruction");
        let context = self.unit.context;
        let header = self.unit.runtime.i64.const_int(HEADER, false);
        let facts = [
            ("nonnull", context.metadata_node(&[])),
            ("dereferenceable", context.metadata_node(&[header.into()])),
        ];
        for (fact, node) in facts {
            instruction
                .set_metadata(node, context.get_kind_id(fact))
                .expect("compiler bug: a load of a pointer takes facts about it");
        }
        block
    }

    fn mark(&self, loaded: BasicValueEnum<'ctx>, memory: Memory) {
        if let Some(instruction) = loaded.as_instruction_value() {
            self.unit.tbaa.mark(instruction, memory);
        }
    }

    /// Of a type that fits a register.
    pub(crate) fn load_value(
        &self,
        address: PointerValue<'ctx>,
        ty: Ty,
        memory: Memory,
    ) -> BasicValueEnum<'ctx> {
        self.load_aligned(address, ty, memory, self.layout(ty).align)
    }

    /// The alignment counts for vectors, which may stand among the elements of an array.
    pub(crate) fn load_aligned(
        &self,
        address: PointerValue<'ctx>,
        ty: Ty,
        memory: Memory,
        align: u64,
    ) -> BasicValueEnum<'ctx> {
        if memory_of(ty) == Memory::Block {
            return self.load_block(address, memory).into();
        }
        let loaded = self
            .builder
            .build_load(self.unit.memory_type(ty), address, "")
            .built();
        self.mark(loaded, memory);
        set_alignment(loaded.as_instruction_value(), ty, align);
        if let TyKind::Bool = ty.kind() {
            let bit = self.unit.context.bool_type();
            return self
                .builder
                .build_int_truncate(loaded.into_int_value(), bit, "")
                .built()
                .into();
        }
        if is_mask(ty) {
            let bits = self.unit.value_type(ty).into_vector_type();
            return self
                .builder
                .build_int_truncate(loaded.into_vector_value(), bits, "")
                .built()
                .into();
        }
        loaded
    }

    pub(crate) fn store_value(
        &self,
        address: PointerValue<'ctx>,
        ty: Ty,
        value: BasicValueEnum<'ctx>,
        memory: Memory,
    ) {
        self.store_aligned(address, ty, value, memory, self.layout(ty).align);
    }

    pub(crate) fn store_aligned(
        &self,
        address: PointerValue<'ctx>,
        ty: Ty,
        value: BasicValueEnum<'ctx>,
        memory: Memory,
        align: u64,
    ) {
        let value = match ty.kind() {
            TyKind::Bool => self
                .builder
                .build_int_z_extend(value.into_int_value(), self.unit.runtime.i8, "")
                .built()
                .into(),
            _ if is_mask(ty) => {
                let bytes = self.unit.memory_type(ty).into_vector_type();
                self.builder
                    .build_int_z_extend(value.into_vector_value(), bytes, "")
                    .built()
                    .into()
            }
            _ => value,
        };
        let store = self.builder.build_store(address, value).built();
        self.unit.tbaa.mark(store, memory);
        set_alignment(Some(store), ty, align);
    }

    /// Stores a value that owns blocks, or any other. Through a pointer such a store is in memory before anything that can fail.
    pub(crate) fn store_at(&self, at: &Located<'ctx>, value: BasicValueEnum<'ctx>) {
        if at.is_local || !self.layout(at.ty).has_heap {
            return self.store_value(at.address, at.ty, value, at.own_memory());
        }
        self.store_owner(at, value.into_pointer_value());
    }

    /// Stores a block pointer to a place that outlives a failure.
    pub(crate) fn store_owner(&self, at: &Located<'ctx>, block: PointerValue<'ctx>) {
        let store = self.builder.build_store(at.address, block).built();
        self.unit.tbaa.mark(store, at.memory(Memory::Block));
        store
            .set_volatile(!at.is_local)
            .expect("compiler bug: a store may be volatile");
    }

    pub(crate) fn copy_bytes(&self, to: PointerValue<'ctx>, from: PointerValue<'ctx>, ty: Ty) {
        let layout = self.layout(ty);
        if layout.pass == Pass::Nothing {
            return;
        }
        if layout.pass == Pass::Value {
            let value = self.load_value(from, ty, Memory::Any);
            return self.store_value(to, ty, value, Memory::Any);
        }
        let size = self.unit.runtime.i64.const_int(layout.size, false);
        let align = layout.align as u32;
        self.builder
            .build_memcpy(to, align, from, align, size)
            .built();
    }
}

/// LLVM would expect a vector to be aligned to all of its size.
fn set_alignment(instruction: Option<inkwell::values::InstructionValue<'_>>, ty: Ty, align: u64) {
    if let (Some(instruction), TyKind::Simd(..)) = (instruction, ty.kind()) {
        instruction
            .set_alignment(align as u32)
            .expect("compiler bug: alignments are powers of two");
    }
}
