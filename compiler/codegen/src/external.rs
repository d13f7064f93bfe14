//! Calls of C by the platform's C convention (System V, x86-64): structs of up to 16 bytes travel in registers by
//! the classes of their eight-byte halves, others in memory; text is copied with a zero at its end, arrays pass their elements.
//! A handle is a block with C's pointer in it. A function of the host is called as a Sumi function is that borrows its arguments, with
//! the host's own pointer before them, or, if the host gave its code, as one of C.

use compiler::env::FnOrigin;
use compiler::layout::Pass;
use compiler::mir::{Arg, Old, Operand, ParamMode, Place};
use compiler::mono::{Import, Signature};
use compiler::types::{FloatTy, Ty, TyKind};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, FunctionValue, LLVMTailCallKind,
    PointerValue,
};

use crate::attributes::{extension_of, kind};
use crate::call::Prepared;
use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::place::Located;
use crate::tbaa::Memory;

/// The symbol of what a function of the host is given before its arguments.
pub fn host_context_symbol(function: &str) -> String {
    format!("{function}.context")
}

/// How C passes a type.
pub(crate) enum CPass<'ctx> {
    Nothing,
    Direct(BasicTypeEnum<'ctx>),
    /// Its halves, each with its offset.
    Parts(Vec<(u64, BasicTypeEnum<'ctx>)>),
    Memory,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Integer,
    Float,
    Double,
}

/// What is called and how.
#[derive(Clone, Copy)]
pub(crate) struct Foreign<'s, 'ctx> {
    pub(crate) code: Code<'ctx>,
    pub(crate) signature: &'s Signature,
}

#[derive(Clone, Copy)]
pub(crate) enum Code<'ctx> {
    Function(FunctionValue<'ctx>),
    /// Known by its address, as a value.
    Address(PointerValue<'ctx>),
}

/// A call while its arguments are put together.
#[derive(Default)]
struct CCall<'ctx> {
    prepared: Prepared<'ctx>,
    attributes: Vec<(AttributeLoc, Attribute)>,
}

impl<'ctx> Function<'_, '_, 'ctx> {
    /// See the page's head.
    pub(crate) fn external(&self, dest: &Place, index: usize, args: &[Arg], old: Old) {
        let import = &self.unit.input.program.imports[index];
        let foreign = Foreign {
            code: Code::Function(self.unit.c_function(index, import)),
            signature: &import.signature,
        };
        self.call_foreign(dest, foreign, args, old);
    }

    pub(crate) fn call_host(&self, dest: &Place, index: usize, args: &[Arg], old: Old) {
        let import = &self.unit.input.program.imports[index];
        if self.unit.input.host.code(import.key.0).is_some() {
            return self.external(dest, index, args, old);
        }
        let (function, context) = self.unit.host_function(index, import);
        let signature = &import.signature;
        self.call_with(dest, signature, args, old, |f, values| {
            let values = f.with_receiver(context, signature, values);
            let call = f.builder.build_direct_call(function, &values, "").built();
            f.extend_method_at(call, signature);
            // If it fails, the stack is to show where it was called.
            call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindNoTail);
            call
        });
    }

    pub(crate) fn call_foreign(
        &self,
        dest: &Place,
        foreign: Foreign<'_, 'ctx>,
        args: &[Arg],
        old: Old,
    ) {
        let unit = self.unit;
        let Foreign { code, signature } = foreign;
        let ret = signature.ret;
        let mut call = CCall::default();
        let ret_pass = unit.c_result_pass(ret);
        let ret_memory = match ret_pass {
            CPass::Memory | CPass::Parts(_) => Some(self.temp(ret)),
            CPass::Nothing | CPass::Direct(_) => None,
        };
        if let (CPass::Memory, Some(memory)) = (&ret_pass, ret_memory) {
            let attribute = unit.memory_attribute("sret", ret);
            call.attributes.push((AttributeLoc::Param(0), attribute));
            call.prepared.values.push(memory.into());
        }
        for (position, arg) in args.iter().enumerate() {
            match signature.params.get(position) {
                Some((mode, ty)) => self.c_argument(&mut call, *mode, *ty, arg),
                None => self.variadic_argument(&mut call, arg),
            }
        }
        let values = &call.prepared.values;
        let site = match code {
            Code::Function(function) => self.builder.build_direct_call(function, values, ""),
            Code::Address(address) => {
                let ty = unit.c_function_type(signature, false);
                self.builder.build_indirect_call(ty, address, values, "")
            }
        };
        let site = site.built();
        for (location, attribute) in &call.attributes {
            site.add_attribute(*location, *attribute);
        }
        let value = match self.unit.handle_in(ret) {
            Some(handle) => self.c_handle(site, ret, handle),
            None => self.c_result(site, ret, &ret_pass, ret_memory),
        };
        self.finish_call(dest, ret, value, false, old);
        self.drop_prepared(&call.prepared);
    }

    /// A new handle for the pointer that C gave; a `T?` is `none` for a null pointer.
    fn c_handle(&self, site: CallSiteValue<'ctx>, ret: Ty, handle: Ty) -> Value<'ctx> {
        let pointer = self.result_of(site).value().into_pointer_value();
        if handle == ret {
            return Value::Direct(self.new_handle(handle, pointer).into());
        }
        let optional = Located::at(self.temp(ret), ret);
        self.store_tag(&optional, 0);
        let is_there = self.builder.build_is_not_null(pointer, "").built();
        self.when(is_there, |f| {
            f.store_tag(&optional, 1);
            let payload = f.field(optional, 1, 0);
            let block = f.new_handle(handle, pointer);
            f.builder.build_store(payload.address, block).built();
        });
        Value::At(optional.address)
    }

    fn new_handle(&self, handle: Ty, pointer: PointerValue<'ctx>) -> PointerValue<'ctx> {
        let desc = self.unit.handle_desc(handle);
        let block = self.allocate_by(desc, 1);
        let stored = self.builder.build_store(self.elements(block), pointer);
        stored.built();
        self.store_len(block, self.unit.runtime.i64.const_int(1, false));
        block
    }

    fn c_result(
        &self,
        site: CallSiteValue<'ctx>,
        ret: Ty,
        pass: &CPass<'ctx>,
        memory: Option<PointerValue<'ctx>>,
    ) -> Value<'ctx> {
        let (CPass::Parts(parts), Some(memory)) = (pass, memory) else {
            return match memory {
                Some(memory) => Value::At(memory),
                None if self.pass(ret) == Pass::Nothing => Value::Nothing,
                None => self.result_of(site),
            };
        };
        let returned = self.result_of(site).value();
        // A half may be wider than what is left of the struct.
        let wide = self.storage(16, 16);
        if let [(offset, _)] = parts.as_slice() {
            self.builder
                .build_store(self.offset(wide, *offset), returned)
                .built();
        } else {
            for (index, (offset, _)) in (0u32..).zip(parts) {
                let part = self
                    .builder
                    .build_extract_value(returned.into_struct_value(), index, "")
                    .built();
                self.builder
                    .build_store(self.offset(wide, *offset), part)
                    .built();
            }
        }
        self.copy_bytes(memory, wide, ret);
        Value::At(memory)
    }

    fn c_argument(&self, call: &mut CCall<'ctx>, mode: ParamMode, ty: Ty, arg: &Arg) {
        match arg {
            Arg::Mut(place) => self.c_place(call, place),
            Arg::Value(operand) => {
                let value = self.read(operand);
                let is_text =
                    matches!(ty.kind(), TyKind::CStr) && self.operand_ty(operand) == Ty::str();
                if is_text || (mode != ParamMode::Mut && ty == Ty::str()) {
                    self.c_text(call, value);
                } else if let TyKind::Array(_) = ty.kind() {
                    call.prepared.values.push(self.elements_of(value).into());
                } else {
                    self.c_value(call, ty, value);
                }
                self.read_later(call, operand, value);
            }
        }
    }

    /// What was moved into the call is dropped after it.
    fn read_later(&self, call: &mut CCall<'ctx>, operand: &Operand, value: Value<'ctx>) {
        let ty = self.operand_ty(operand);
        if let Operand::Move(_) = operand
            && self.layout(ty).has_heap
        {
            call.prepared.drops.push((value, ty));
        }
    }

    /// `mut [T]` passes the address of its elements, anything else its own address.
    fn c_place(&self, call: &mut CCall<'ctx>, place: &Place) {
        let at = self.unboxed(self.place(place));
        let address = match at.ty.kind() {
            TyKind::Array(_) => {
                self.make_unique(place);
                self.elements(self.load_block(at.address, at.own_memory()))
            }
            _ => at.address,
        };
        call.prepared.values.push(address.into());
    }

    /// A copy that ends with a zero, until the call is over.
    fn c_text(&self, call: &mut CCall<'ctx>, value: Value<'ctx>) {
        let slot = self.temp(Ty::str());
        let empty = self.unit.empty_block();
        self.builder.build_store(slot, empty).built();
        let append = self.unit.append_text();
        let zero = self.unit.static_bytes(&[0]);
        for part in [value.value().into_pointer_value(), zero] {
            self.builder
                .build_call(append, &[slot.into(), part.into()], "")
                .built();
        }
        let copy = self.load_block(slot, Memory::Any);
        call.prepared.values.push(self.elements(copy).into());
        call.prepared
            .drops
            .push((Value::Direct(copy.into()), Ty::str()));
    }

    fn c_value(&self, call: &mut CCall<'ctx>, ty: Ty, value: Value<'ctx>) {
        let position = AttributeLoc::Param(call.prepared.values.len() as u32);
        match self.unit.c_pass(ty) {
            CPass::Nothing => {}
            CPass::Direct(_) if self.unit.input.env.is_handle(ty) => {
                let block = value.value().into_pointer_value();
                let pointer = self.load_pointer(self.elements(block), Memory::Any);
                call.prepared.values.push(pointer.into());
            }
            CPass::Direct(_) => {
                if let Some(extension) = extension_of(ty) {
                    let attribute = self.unit.context.create_enum_attribute(kind(extension), 0);
                    call.attributes.push((position, attribute));
                }
                call.prepared.values.push(value.value().into());
            }
            CPass::Parts(parts) => {
                let wide = self.storage(16, 16);
                self.copy_bytes(wide, self.address_of(value, ty), ty);
                for (offset, part) in parts {
                    let loaded = self
                        .builder
                        .build_load(part, self.offset(wide, offset), "")
                        .built();
                    call.prepared.values.push(loaded.into());
                }
            }
            CPass::Memory => {
                let attribute = self.unit.memory_attribute("byval", ty);
                call.attributes.push((position, attribute));
                let align = self.layout(ty).align.max(8);
                let align = self
                    .unit
                    .context
                    .create_enum_attribute(kind("align"), align);
                call.attributes.push((position, align));
                call.prepared.values.push(self.address_of(value, ty).into());
            }
        }
    }

    /// With C's promotions.
    fn variadic_argument(&self, call: &mut CCall<'ctx>, arg: &Arg) {
        let Arg::Value(operand) = arg else {
            panic!("compiler bug: a `mut` argument where C has no parameter");
        };
        let ty = self.operand_ty(operand);
        let value = self.read(operand);
        if ty == Ty::str() {
            self.c_text(call, value);
            return self.read_later(call, operand, value);
        }
        let i32_type = self.unit.runtime.i32;
        let promoted: Option<BasicMetadataValueEnum<'ctx>> = match value {
            Value::Direct(BasicValueEnum::IntValue(int)) if int.get_type().get_bit_width() < 32 => {
                Some(self.int_to_int(int, ty, i32_type).into())
            }
            Value::Direct(BasicValueEnum::FloatValue(_)) => Some(
                self.convert(value.value(), ty, Ty::float(FloatTy::F64))
                    .into(),
            ),
            _ => None,
        };
        match promoted {
            Some(promoted) => call.prepared.values.push(promoted),
            None => self.c_value(call, ty, value),
        }
        self.read_later(call, operand, value);
    }
}

impl<'ctx> Unit<'_, 'ctx> {
    /// A function of the host, and what it is given before its arguments: the address of a symbol.
    fn host_function(
        &self,
        index: usize,
        import: &Import,
    ) -> (FunctionValue<'ctx>, PointerValue<'ctx>) {
        let found = self.imports.borrow().get(&index).copied();
        let function = found.unwrap_or_else(|| {
            let ty = self.method_type(&import.signature);
            let function = self.module.add_function(&import.symbol, ty, None);
            let nounwind = self.context.create_enum_attribute(kind("nounwind"), 0);
            function.add_attribute(AttributeLoc::Function, nounwind);
            self.extend_method(function, &import.signature);
            self.imports.borrow_mut().insert(index, function);
            function
        });
        let name = host_context_symbol(&import.symbol);
        let context = self.module.get_global(&name).unwrap_or_else(|| {
            let byte = self.context.i8_type();
            self.module.add_global(byte, None, &name)
        });
        (function, context.as_pointer_value())
    }

    fn c_function(&self, index: usize, import: &Import) -> FunctionValue<'ctx> {
        if let Some(found) = self.imports.borrow().get(&index) {
            return *found;
        }
        let variadic = matches!(import.origin, FnOrigin::C { variadic: true, .. });
        let ty = self.c_function_type(&import.signature, variadic);
        let code = self.input.host.code(import.key.0);
        let symbol = code.map_or(import.symbol.as_str(), |code| code.symbol);
        let value = self.module.add_function(symbol, ty, None);
        let nounwind = self.context.create_enum_attribute(kind("nounwind"), 0);
        value.add_attribute(AttributeLoc::Function, nounwind);
        if let Some(extension) = extension_of(import.signature.ret) {
            let attribute = self.context.create_enum_attribute(kind(extension), 0);
            value.add_attribute(AttributeLoc::Return, attribute);
        }
        self.imports.borrow_mut().insert(index, value);
        value
    }

    pub(crate) fn c_function_type(
        &self,
        signature: &Signature,
        variadic: bool,
    ) -> FunctionType<'ctx> {
        let pointer = self.runtime.pointer;
        let mut params: Vec<BasicMetadataTypeEnum<'ctx>> = Vec::new();
        let ret_pass = self.c_result_pass(signature.ret);
        if let CPass::Memory = ret_pass {
            params.push(pointer.into());
        }
        for (mode, ty) in &signature.params {
            match (mode, self.c_pass(*ty)) {
                (ParamMode::Mut, _) | (_, CPass::Memory) => params.push(pointer.into()),
                (_, CPass::Nothing) => {}
                (_, CPass::Direct(ty)) => params.push(ty.into()),
                (_, CPass::Parts(parts)) => {
                    params.extend(parts.iter().map(|(_, ty)| BasicMetadataTypeEnum::from(*ty)))
                }
            }
        }
        match ret_pass {
            CPass::Nothing | CPass::Memory => self.runtime.void.fn_type(&params, variadic),
            CPass::Direct(ty) => ty.fn_type(&params, variadic),
            CPass::Parts(parts) => match parts.as_slice() {
                [(_, only)] => only.fn_type(&params, variadic),
                _ => {
                    let types: Vec<BasicTypeEnum<'ctx>> = parts.iter().map(|(_, ty)| *ty).collect();
                    self.context
                        .struct_type(&types, false)
                        .fn_type(&params, variadic)
                }
            },
        }
    }

    /// The address of a function of C.
    pub(crate) fn c_address(&self, index: usize) -> PointerValue<'ctx> {
        let import = &self.input.program.imports[index];
        let function = self.c_function(index, import);
        function.as_global_value().as_pointer_value()
    }

    /// The handle of which a result is one, or perhaps one.
    fn handle_in(&self, ret: Ty) -> Option<Ty> {
        let inner = ret.option_of().unwrap_or(ret);
        self.input.env.is_handle(inner).then_some(inner)
    }

    fn c_result_pass(&self, ret: Ty) -> CPass<'ctx> {
        match self.handle_in(ret) {
            Some(_) => CPass::Direct(self.runtime.pointer.into()),
            None => self.c_pass(ret),
        }
    }

    pub(crate) fn c_pass(&self, ty: Ty) -> CPass<'ctx> {
        let layout = self.layouts.of(ty);
        match layout.pass {
            Pass::Nothing => CPass::Nothing,
            Pass::Value => CPass::Direct(self.value_type(ty)),
            Pass::Memory if layout.size > 16 => CPass::Memory,
            Pass::Memory => {
                let mut leaves = Vec::new();
                self.leaves(ty, 0, &mut leaves);
                let parts = (0..layout.size)
                    .step_by(8)
                    .map(|start| (start, self.half(&leaves, start, layout.size)))
                    .collect();
                CPass::Parts(parts)
            }
        }
    }

    /// The scalars of a value with their offsets.
    fn leaves(&self, ty: Ty, start: u64, found: &mut Vec<(u64, Class)>) {
        match ty.kind() {
            TyKind::Float(FloatTy::F32) => found.push((start, Class::Float)),
            TyKind::Float(FloatTy::F64) => found.push((start, Class::Double)),
            TyKind::FixedArray(elem, _) => {
                let size = self.layouts.of(*elem).size;
                for index in 0..ty.fixed_len().unwrap_or(0) {
                    self.leaves(*elem, start + index * size, found);
                }
            }
            _ => {
                let layout = self.layouts.of(ty);
                if layout.pass == Pass::Memory && layout.tag == 0 {
                    for field in layout.variants.iter().flatten() {
                        self.leaves(field.ty, start + field.offset, found);
                    }
                } else {
                    found.push((start, Class::Integer));
                }
            }
        }
    }

    /// The register type of the eight bytes from `start`.
    fn half(&self, leaves: &[(u64, Class)], start: u64, size: u64) -> BasicTypeEnum<'ctx> {
        let mut classes = leaves
            .iter()
            .filter(|(offset, _)| (start..start + 8).contains(offset))
            .map(|(_, class)| *class);
        let first = classes.next().unwrap_or(Class::Integer);
        let rest: Vec<Class> = classes.collect();
        match (first, rest.as_slice()) {
            (Class::Double, []) => self.context.f64_type().into(),
            (Class::Float, []) => self.context.f32_type().into(),
            (Class::Float, [Class::Float]) => self.context.f32_type().vec_type(2).into(),
            _ => {
                let bytes = (size - start).min(8).next_power_of_two();
                self.int_of(bytes as u32 * 8).into()
            }
        }
    }

    pub(crate) fn memory_attribute(&self, name: &str, ty: Ty) -> Attribute {
        let bytes = self.runtime.i8.array_type(self.layouts.of(ty).size as u32);
        self.context.create_type_attribute(kind(name), bytes.into())
    }
}
