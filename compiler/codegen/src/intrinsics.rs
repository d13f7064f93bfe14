//! The primitives of the library: those that are a few instructions are expanded here, the others call `sumi_` and their
//! name. In the runtime's functions a `T` travels by its address, whatever it is, and descriptors come before the arguments.

use compiler::hir::BinaryOp;
use compiler::layout::Pass;
use compiler::mir::{Arg, Old, Operand, ParamMode, Place};
use compiler::mono::Import;
use compiler::types::{FloatTy, Ty, TyKind};
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::types::{BasicMetadataTypeEnum, BasicTypeEnum};
use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, FunctionValue};

use crate::attributes::{extension_of, kind};
use crate::call::Prepared;
use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::place::{CAP, LEN, Located};
use crate::relation::Relation;
use crate::tbaa::Memory;

/// Bytes of an element that is exchanged by code of its own: four registers, or two vectors.
const MOST_SWAPPED: u64 = 32;

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn intrinsic(
        &self,
        dest: &Place,
        name: &str,
        import: &Import,
        args: &[Arg],
        old: Old,
    ) {
        match name {
            "array_push" => return self.array_push(args),
            "array_pop" => return self.array_pop(dest, args, old),
            "array_swap" if self.array_swap(import, args) => return,
            "str_push_char" => return self.push_char(dest, import, args, old),
            "array_sort" if self.sort_parts(import, args) => return,
            "simd_store" => return self.store_vector(args),
            _ => {}
        }
        match self.expanded(name, import, args) {
            Some(value) => {
                self.finish_call(dest, import.signature.ret, Value::Direct(value), false, old);
                for arg in args {
                    if let Arg::Value(operand @ Operand::Move(_)) = arg {
                        self.after_read(operand, self.read(operand));
                    }
                }
            }
            None => self.runtime_call(dest, name, import, args, old),
        }
    }

    /// The value of an intrinsic that is expanded; each of its arguments is only read.
    fn expanded(&self, name: &str, import: &Import, args: &[Arg]) -> Option<BasicValueEnum<'ctx>> {
        let ty = import.key.1.first().copied();
        match name {
            "array_len" | "str_len" => {
                let block = self.direct_arg(&args[0]).into_pointer_value();
                Some(self.header_word(block, LEN).into())
            }
            "str_byte" => Some(self.str_byte(args)),
            "key_less" | "key_equal" => self.key_relation(name, ty?, args),
            "hash" => self.hash_inline(ty?, args),
            "key_bits" => Some(self.key_bits(ty?, args).into()),
            "key_rest" => Some(self.key_rest(ty?, args).into()),
            "num_min" | "num_max" => Some(self.limit_of(name == "num_max", ty?)),
            "num_from_int" => Some(self.convert(self.direct_arg(&args[0]), Ty::i64(), ty?)),
            "int_bits" => {
                let TyKind::Int(int) = ty?.kind() else {
                    return None;
                };
                Some(
                    self.unit
                        .runtime
                        .i64
                        .const_int(u64::from(int.bits()), false)
                        .into(),
                )
            }
            "int_is_signed" => {
                let signed = crate::scalar::is_signed(ty?);
                Some(
                    self.unit
                        .context
                        .bool_type()
                        .const_int(u64::from(signed), false)
                        .into(),
                )
            }
            "ptr_null" => Some(self.unit.runtime.pointer.const_null().into()),
            _ if name.starts_with("float_") => Some(self.float_function(&name[6..], ty?, args)),
            _ if name.starts_with("simd_") => {
                Some(self.vector_function(&name[5..], import.signature.ret, args))
            }
            _ if name.starts_with("int_") => self.int_function(&name[4..], ty?, args),
            _ => None,
        }
    }

    pub(crate) fn direct_arg(&self, arg: &Arg) -> BasicValueEnum<'ctx> {
        match arg {
            Arg::Value(operand) => self.read(operand).value(),
            Arg::Mut(place) => self.read_at(&self.unboxed(self.place(place))).value(),
        }
    }

    fn str_byte(&self, args: &[Arg]) -> BasicValueEnum<'ctx> {
        let block = self.direct_arg(&args[0]).into_pointer_value();
        let index = self.direct_arg(&args[1]).into_int_value();
        let address = self.element_address(self.elements(block), Ty::u8(), index);
        self.load_value(address, Ty::u8(), Memory::Data)
    }

    /// Of integers and the like the key order is the order.
    fn key_relation(&self, name: &str, ty: Ty, args: &[Arg]) -> Option<BasicValueEnum<'ctx>> {
        let op = if name == "key_less" {
            BinaryOp::Lt
        } else {
            BinaryOp::Eq
        };
        if ty.is_scalar() && !ty.is_float() {
            let (a, b) = (self.direct_arg(&args[0]), self.direct_arg(&args[1]));
            return Some(self.compare_scalars(op, ty, a, b).into());
        }
        let [Arg::Value(a), Arg::Value(b)] = args else {
            return None;
        };
        let holds = self.compare_parts(op, true, ty, self.read(a), self.read(b))?;
        Some(holds.into())
    }

    fn limit_of(&self, largest: bool, ty: Ty) -> BasicValueEnum<'ctx> {
        match ty.kind() {
            TyKind::Int(int) => {
                let value = if largest {
                    compiler::types::IntTy::max(*int)
                } else {
                    compiler::types::IntTy::min(*int)
                };
                self.unit
                    .int_type(*int)
                    .const_int(value as u64, false)
                    .into()
            }
            TyKind::Float(float) => {
                let value = if largest {
                    f64::INFINITY
                } else {
                    f64::NEG_INFINITY
                };
                self.unit.float_type(*float).const_float(value).into()
            }
            other => panic!("compiler bug: {other:?} has no limits"),
        }
    }

    fn float_function(&self, name: &str, ty: Ty, args: &[Arg]) -> BasicValueEnum<'ctx> {
        let values: Vec<BasicMetadataValueEnum<'ctx>> =
            args.iter().map(|arg| self.direct_arg(arg).into()).collect();
        let llvm_name = match name {
            "sqrt" => "llvm.sqrt",
            "sin" => "llvm.sin",
            "cos" => "llvm.cos",
            "tan" => "llvm.tan",
            "asin" => "llvm.asin",
            "acos" => "llvm.acos",
            "atan" => "llvm.atan",
            "atan2" => "llvm.atan2",
            "exp" => "llvm.exp",
            "ln" => "llvm.log",
            "log2" => "llvm.log2",
            "log10" => "llvm.log10",
            "pow" => "llvm.pow",
            "floor" => "llvm.floor",
            "ceil" => "llvm.ceil",
            "round" => "llvm.round",
            "trunc" => "llvm.trunc",
            "abs" => "llvm.fabs",
            _ => return self.math_library(name, ty, &values),
        };
        self.llvm(llvm_name, &[self.unit.value_type(ty)], &values)
    }

    /// `cbrt`, `hypot`: C's own, by their C name.
    fn math_library(
        &self,
        name: &str,
        ty: Ty,
        values: &[BasicMetadataValueEnum<'ctx>],
    ) -> BasicValueEnum<'ctx> {
        let name = match ty.kind() {
            TyKind::Float(FloatTy::F32) => format!("{name}f"),
            _ => name.to_string(),
        };
        let function = self.unit.module.get_function(&name).unwrap_or_else(|| {
            let float = self.unit.value_type(ty);
            let params: Vec<BasicMetadataTypeEnum<'ctx>> =
                values.iter().map(|_| float.into()).collect();
            let function_type = float.into_float_type().fn_type(&params, false);
            let function = self.unit.module.add_function(&name, function_type, None);
            for attribute in ["nounwind", "willreturn"] {
                let attribute = self.unit.context.create_enum_attribute(kind(attribute), 0);
                function.add_attribute(AttributeLoc::Function, attribute);
            }
            function
        });
        let call = self.builder.build_call(function, values, "").built();
        self.result_of(call).value()
    }

    fn int_function(&self, name: &str, ty: Ty, args: &[Arg]) -> Option<BasicValueEnum<'ctx>> {
        let llvm_type = self.unit.value_type(ty);
        let first = self.direct_arg(args.first()?).into_int_value();
        let no = self.unit.context.bool_type().const_zero();
        match name {
            "count_ones" => Some(self.counted("llvm.ctpop", llvm_type, &[first.into()])),
            "leading_zeros" => {
                Some(self.counted("llvm.ctlz", llvm_type, &[first.into(), no.into()]))
            }
            "trailing_zeros" => {
                Some(self.counted("llvm.cttz", llvm_type, &[first.into(), no.into()]))
            }
            "rotate_left" => {
                let count = self.direct_arg(&args[1]).into_int_value();
                let count = self.int_to_int(count, Ty::i64(), first.get_type());
                Some(self.llvm(
                    "llvm.fshl",
                    &[llvm_type],
                    &[first.into(), first.into(), count.into()],
                ))
            }
            "add_overflows" | "sub_overflows" | "mul_overflows" => {
                let second = self.direct_arg(&args[1]);
                let sign = if crate::scalar::is_signed(ty) {
                    's'
                } else {
                    'u'
                };
                let name = format!("llvm.{sign}{}.with.overflow", &name[..3]);
                let both = self.llvm(&name, &[llvm_type], &[first.into(), second.into()]);
                let overflows = self
                    .builder
                    .build_extract_value(both.into_struct_value(), 1, "")
                    .built();
                Some(overflows)
            }
            _ => None,
        }
    }

    /// A count of bits, as `i64`.
    fn counted(
        &self,
        name: &str,
        ty: BasicTypeEnum<'ctx>,
        args: &[BasicMetadataValueEnum<'ctx>],
    ) -> BasicValueEnum<'ctx> {
        let count = self.llvm(name, &[ty], args).into_int_value();
        self.builder
            .build_int_z_extend_or_bit_cast(count, self.unit.runtime.i64, "")
            .built()
            .into()
    }

    /// Calls an intrinsic of LLVM.
    pub(crate) fn llvm(
        &self,
        name: &str,
        types: &[BasicTypeEnum<'ctx>],
        args: &[BasicMetadataValueEnum<'ctx>],
    ) -> BasicValueEnum<'ctx> {
        let function = inkwell::intrinsics::Intrinsic::find(name)
            .and_then(|found| found.get_declaration(&self.unit.module, types))
            .unwrap_or_else(|| panic!("compiler bug: LLVM has no {name}"));
        let call = self.builder.build_call(function, args, "").built();
        self.result_of(call).value()
    }

    /// In place while there is room; the runtime makes room.
    fn array_push(&self, args: &[Arg]) {
        let [Arg::Mut(place), Arg::Value(operand)] = args else {
            panic!("compiler bug: `array_push` has other arguments");
        };
        let at = self.unboxed(self.place(place));
        let TyKind::Array(elem) = at.ty.kind() else {
            panic!("compiler bug: a push onto {:?}", at.ty);
        };
        let value = self.take(operand);
        let block = self.load_block(at.address, at.own_memory());
        let len = self.header_word(block, LEN);
        let cap = self.header_word(block, CAP);
        let has_room = self
            .builder
            .build_int_compare(IntPredicate::ULT, len, cap, "")
            .built();
        let one = self.unit.runtime.i64.const_int(1, false);
        let longer = self.builder.build_int_nuw_add(len, one, "").built();
        let (grow, next) = (self.new_block("grow"), self.new_block("push"));
        let before = self.current_block();
        self.branch(has_room, next, grow);
        self.builder.position_at_end(grow);
        let args = [self.unit.desc(*elem).into(), block.into(), longer.into()];
        let call = self
            .builder
            .build_call(self.unit.reserve(), &args, "")
            .built();
        let roomy = self.result_of(call).value().into_pointer_value();
        self.store_owner(&at, roomy);
        self.goto(next);
        self.builder.position_at_end(next);
        let phi = self
            .builder
            .build_phi(self.unit.runtime.pointer, "")
            .built();
        phi.add_incoming(&[(&block, before), (&roomy, grow)]);
        let block = phi.as_basic_value().into_pointer_value();
        let address = self.element_address(self.elements(block), *elem, len);
        self.store_result(&Located::local(address, *elem), value);
        self.store_len(block, longer);
    }

    /// The last element; the array is not empty, and unshared.
    fn array_pop(&self, dest: &Place, args: &[Arg], old: Old) {
        let [Arg::Mut(place)] = args else {
            panic!("compiler bug: `array_pop` has other arguments");
        };
        let at = self.unboxed(self.place(place));
        let TyKind::Array(elem) = at.ty.kind() else {
            panic!("compiler bug: a pop from {:?}", at.ty);
        };
        let block = self.load_block(at.address, at.own_memory());
        let one = self.unit.runtime.i64.const_int(1, false);
        let len = self.header_word(block, LEN);
        let shorter = self.builder.build_int_nuw_sub(len, one, "").built();
        let address = self.element_address(self.elements(block), *elem, shorter);
        let value = self.read_at(&Located::at(address, *elem));
        self.store_len(block, shorter);
        self.finish_call(dest, *elem, value, false, old);
    }

    /// Exchanges small elements where they are; says whether these are small.
    fn array_swap(&self, import: &Import, args: &[Arg]) -> bool {
        let elem = import.key.1[0];
        let [Arg::Mut(place), one, other] = args else {
            panic!("compiler bug: `array_swap` has other arguments");
        };
        if self.layout(elem).size > MOST_SWAPPED {
            return false;
        }
        let at = self.unboxed(self.place(place));
        let start = self.elements(self.load_block(at.address, at.own_memory()));
        let [one, other] = [one, other].map(|index| {
            let index = self.direct_arg(index).into_int_value();
            Located::at(self.element_address(start, elem, index), elem)
        });
        // Both are read before either is written.
        let [first, second] = [&one, &other].map(|at| match self.read_at(at) {
            Value::At(address) => {
                let slot = self.temp(elem);
                self.copy_bytes(slot, address, elem);
                Value::At(slot)
            }
            in_register => in_register,
        });
        self.store_result(&one, second);
        self.store_result(&other, first);
        true
    }

    /// ASCII goes in place while there is room; the runtime does the rest.
    fn push_char(&self, dest: &Place, import: &Import, args: &[Arg], old: Old) {
        let [Arg::Mut(place), value] = args else {
            panic!("compiler bug: `str_push_char` has other arguments");
        };
        let at = self.unboxed(self.place(place));
        let block = self.load_block(at.address, at.own_memory());
        let len = self.header_word(block, LEN);
        let cap = self.header_word(block, CAP);
        let char = self.direct_arg(value).into_int_value();
        let ascii_end = char.get_type().const_int(0x80, false);
        let compare = |a, b| {
            let less = self.builder.build_int_compare(IntPredicate::ULT, a, b, "");
            less.built()
        };
        let is_ascii = compare(char, ascii_end);
        let has_room = compare(len, cap);
        let in_place = self.builder.build_and(is_ascii, has_room, "").built();
        let (put, call, next) = (
            self.new_block("put"),
            self.new_block("push_char"),
            self.new_block("pushed"),
        );
        self.branch(in_place, put, call);
        self.builder.position_at_end(put);
        let byte = self.unit.runtime.i8;
        let byte = self.builder.build_int_truncate(char, byte, "").built();
        let end = self.element_address(self.elements(block), Ty::u8(), len);
        self.store_value(end, Ty::u8(), byte.into(), Memory::Data);
        let one = self.unit.runtime.i64.const_int(1, false);
        self.store_len(block, self.builder.build_int_nuw_add(len, one, "").built());
        self.goto(next);
        self.builder.position_at_end(call);
        self.runtime_call(dest, "str_push_char", import, args, old);
        self.goto(next);
        self.builder.position_at_end(next);
    }

    /// Sorts elements that are made of scalars and text; says whether these are.
    fn sort_parts(&self, import: &Import, args: &[Arg]) -> bool {
        let elem = import.key.1[0];
        let [Arg::Mut(place)] = args else {
            return false;
        };
        // The runtime knows numbers and texts better.
        let is_known = elem.is_scalar() || matches!(elem.kind(), TyKind::Str);
        let order = (!is_known).then(|| self.unit.relation(Relation::KeyOrder, elem));
        let Some(order) = order.flatten() else {
            return false;
        };
        let order = order.as_global_value().as_pointer_value();
        let desc = self.unit.desc(elem);
        let array = self.unboxed(self.place(place)).address;
        let args = [desc.into(), array.into(), order.into()];
        self.builder
            .build_call(self.unit.sort_with(), &args, "")
            .built();
        true
    }

    /// `sumi_name(result, descriptors…, arguments…)`
    fn runtime_call(&self, dest: &Place, name: &str, import: &Import, args: &[Arg], old: Old) {
        let env = self.unit.input.env;
        let declared = env.function(import.key.0);
        let ret = import.signature.ret;
        let is_generic = |ty: Ty| matches!(ty.kind(), TyKind::Param(..));
        let by_address = is_generic(declared.result()) || self.pass(ret) == Pass::Memory;
        let mut prepared = Prepared::default();
        let result = by_address.then(|| self.temp(ret));
        prepared
            .values
            .extend(result.map(BasicMetadataValueEnum::from));
        for arg in &import.key.1 {
            prepared.values.push(self.unit.desc(*arg).into());
        }
        for ((arg, (mode, ty)), param) in args
            .iter()
            .zip(&import.signature.params)
            .zip(&declared.params)
        {
            match arg {
                Arg::Value(operand) if is_generic(param.ty) => {
                    self.generic_argument(&mut prepared, operand, *mode, *ty);
                }
                Arg::Mut(place) => {
                    let at = self.unboxed(self.place(place));
                    prepared.values.push(at.address.into());
                }
                Arg::Value(_) => self.prepare(&mut prepared, *mode, *ty, arg),
            }
        }
        let function = self
            .unit
            .runtime_intrinsic(name, import, by_address, &prepared.values);
        let call = self
            .builder
            .build_call(function, &prepared.values, "")
            .built();
        let value = match result {
            Some(address) => self.written(address, ret),
            None => self.result_of(call),
        };
        self.finish_call(dest, ret, value, false, old);
        self.drop_prepared(&prepared);
    }

    fn generic_argument(
        &self,
        prepared: &mut Prepared<'ctx>,
        operand: &Operand,
        mode: ParamMode,
        ty: Ty,
    ) {
        let value = if mode == ParamMode::Own {
            self.take(operand)
        } else {
            self.read(operand)
        };
        if let (Operand::Move(_), true, true) =
            (operand, mode != ParamMode::Own, self.layout(ty).has_heap)
        {
            prepared.drops.push((value, ty));
        }
        prepared.values.push(self.address_of(value, ty).into());
    }
}

impl<'ctx> Unit<'_, 'ctx> {
    fn runtime_intrinsic(
        &self,
        name: &str,
        import: &Import,
        by_address: bool,
        values: &[BasicMetadataValueEnum<'ctx>],
    ) -> FunctionValue<'ctx> {
        let symbol = format!("sumi_{name}");
        if let Some(found) = self.module.get_function(&symbol) {
            return found;
        }
        let params: Vec<BasicMetadataTypeEnum<'ctx>> = values.iter().map(type_of).collect();
        let ret = import.signature.ret;
        let ty = if by_address || self.layouts.of(ret).pass == Pass::Nothing {
            self.runtime.void.fn_type(&params, false)
        } else {
            self.function_type_of(ret, &params)
        };
        let function = self.module.add_function(&symbol, ty, None);
        let nounwind = self.context.create_enum_attribute(kind("nounwind"), 0);
        function.add_attribute(AttributeLoc::Function, nounwind);
        if let (Some(extension), false) = (extension_of(ret), by_address) {
            let attribute = self.context.create_enum_attribute(kind(extension), 0);
            function.add_attribute(AttributeLoc::Return, attribute);
        }
        for (index, value) in (0u32..).zip(values) {
            if let BasicMetadataValueEnum::PointerValue(_) = value {
                let attribute = self.attributes.no_capture(self.context);
                function.add_attribute(AttributeLoc::Param(index), attribute);
            }
        }
        function
    }
}

fn type_of<'ctx>(value: &BasicMetadataValueEnum<'ctx>) -> BasicMetadataTypeEnum<'ctx> {
    match value {
        BasicMetadataValueEnum::IntValue(value) => value.get_type().into(),
        BasicMetadataValueEnum::FloatValue(value) => value.get_type().into(),
        BasicMetadataValueEnum::PointerValue(value) => value.get_type().into(),
        BasicMetadataValueEnum::VectorValue(value) => value.get_type().into(),
        _ => panic!("compiler bug: an argument that is no scalar"),
    }
}
