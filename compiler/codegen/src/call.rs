//! Calls of Sumi functions, direct, through slots, and of function values; those of methods of an `any` are in `any`.

use compiler::env::FnOrigin;
use compiler::layout::Pass;
use compiler::mir::{Arg, Base, Callee, LocalKind, Old, Operand, ParamMode, Place, Projection};
use compiler::mono::{Signature, Target, slot_symbol};
use compiler::types::{Ty, TyKind};
use inkwell::attributes::AttributeLoc;
use inkwell::values::{BasicMetadataValueEnum, CallSiteValue, FunctionValue, PointerValue};

use crate::attributes::{extension_of, kind};
use crate::external::{Code, Foreign};
use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::place::Located;
use crate::tbaa::Memory;

/// Arguments ready to be passed, and what is to be dropped when the call is over.
#[derive(Default)]
pub(crate) struct Prepared<'ctx> {
    pub(crate) values: Vec<BasicMetadataValueEnum<'ctx>>,
    pub(crate) drops: Vec<(Value<'ctx>, Ty)>,
}

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn call(&self, dest: &Place, callee: &Callee, args: &[Arg], old: Old) {
        match callee {
            Callee::Fn(def, type_args) => {
                let target = self.unit.input.program.target(*def, type_args);
                self.call_target(dest, target, args, old);
            }
            Callee::Value(operand) => self.call_value(dest, operand, args, old),
            Callee::TraitMethod(method, type_args) => {
                self.call_dynamic(dest, *method, type_args, args, old);
            }
        }
    }

    fn call_target(&self, dest: &Place, target: Target, args: &[Arg], old: Old) {
        let program = self.unit.input.program;
        if let Target::Imported(index) = target {
            let import = &program.imports[index];
            match &import.origin {
                FnOrigin::Intrinsic(name) => return self.intrinsic(dest, name, import, args, old),
                FnOrigin::C { .. } => return self.external(dest, index, args, old),
                FnOrigin::Host => return self.call_host(dest, index, args, old),
                FnOrigin::Sumi => {}
            }
        }
        let signature = program.signature(target);
        // A function value is worth seeing through: it is called in loops.
        let is_function = |ty: &Ty| matches!(ty.kind(), TyKind::Fn(_));
        let is_plain = !signature.params.iter().any(|(_, ty)| is_function(ty));
        self.call_with(dest, signature, args, old, |f, values| {
            let call = f.call_function(target, values);
            if f.of.runs_once && is_plain {
                f.flag_call(call, "noinline");
            }
            call
        });
    }

    fn call_function(
        &self,
        target: Target,
        values: &[BasicMetadataValueEnum<'ctx>],
    ) -> CallSiteValue<'ctx> {
        match target {
            Target::Imported(index) if self.unit.input.options.reloadable => {
                let signature = &self.unit.input.program.imports[index].signature;
                let slot = self.unit.imported_slot(index);
                let code = self.load_pointer(slot, Memory::Any);
                self.indirect(signature, code, values)
            }
            _ => {
                let function = self.unit.function_of(target);
                if function == self.value {
                    self.keep_recursion_in_place();
                }
                let call = self.builder.build_direct_call(function, values, "").built();
                self.keep_apart(call);
                call
            }
        }
    }

    /// Two calls that LLVM makes one have no line, and a stack trace must tell where it went on.
    fn keep_apart(&self, call: CallSiteValue<'ctx>) {
        self.flag_call(call, "nomerge");
    }

    pub(crate) fn flag_call(&self, call: CallSiteValue<'ctx>, name: &str) {
        let flag = self.unit.context.create_enum_attribute(kind(name), 0);
        call.add_attribute(AttributeLoc::Function, flag);
    }

    /// Recursion ends at the latest by overflowing the stack, which is an effect that LLVM does not know of: it would take such
    /// a call out of its loop, and away from its line. An empty piece of assembly stands for the effect.
    fn keep_recursion_in_place(&self) {
        let context = self.unit.context;
        let ty = context.void_type().fn_type(&[], false);
        let effect =
            context.create_inline_asm(ty, String::new(), String::new(), true, false, None, false);
        self.builder
            .build_indirect_call(ty, effect, &[], "")
            .built();
    }

    pub(crate) fn indirect(
        &self,
        signature: &Signature,
        code: PointerValue<'ctx>,
        values: &[BasicMetadataValueEnum<'ctx>],
    ) -> CallSiteValue<'ctx> {
        let ty = self.unit.function_type(signature);
        let call = self
            .builder
            .build_indirect_call(ty, code, values, "")
            .built();
        self.extend_at(call, signature);
        self.keep_apart(call);
        call
    }

    /// Small integers are widened by the caller of a function that is only known by its address.
    fn extend_at(&self, call: CallSiteValue<'ctx>, signature: &Signature) {
        self.extend_from(call, signature, 0);
    }

    /// The arguments of a call whose receiver comes before the parameters.
    pub(crate) fn with_receiver(
        &self,
        receiver: PointerValue<'ctx>,
        signature: &Signature,
        values: &[BasicMetadataValueEnum<'ctx>],
    ) -> Vec<BasicMetadataValueEnum<'ctx>> {
        let mut values = values.to_vec();
        let at = usize::from(self.pass(signature.ret) == Pass::Memory);
        values.insert(at, receiver.into());
        values
    }

    /// As [`Self::with_receiver`], its attributes.
    pub(crate) fn extend_method_at(&self, call: CallSiteValue<'ctx>, signature: &Signature) {
        self.extend_from(call, signature, 1);
        self.keep_apart(call);
    }

    fn extend_from(&self, call: CallSiteValue<'ctx>, signature: &Signature, before: u32) {
        let context = self.unit.context;
        let flag = |name: &str| context.create_enum_attribute(kind(name), 0);
        call.add_attribute(AttributeLoc::Function, flag("nounwind"));
        let mut index = before;
        match self.pass(signature.ret) {
            Pass::Memory => index += 1,
            Pass::Value => {
                if let Some(extension) = extension_of(signature.ret) {
                    call.add_attribute(AttributeLoc::Return, flag(extension));
                }
            }
            Pass::Nothing => {}
        }
        for (mode, ty) in &signature.params {
            let pass = self.pass(*ty);
            if pass == Pass::Nothing {
                continue;
            }
            if let (Pass::Value, true, Some(extension)) =
                (pass, *mode != ParamMode::Mut, extension_of(*ty))
            {
                call.add_attribute(AttributeLoc::Param(index), flag(extension));
            }
            index += 1;
        }
    }

    /// `{code, env}`: the environment comes after the arguments, and then a word whose bits tell which of them are given for good; the
    /// others are borrowed.
    fn call_value(&self, dest: &Place, operand: &Operand, args: &[Arg], old: Old) {
        let ty = self.operand_ty(operand);
        let fn_ty = match ty.kind() {
            TyKind::Fn(fn_ty) => fn_ty,
            TyKind::CFn(fn_ty) => {
                let foreign = Foreign {
                    code: Code::Address(self.read(operand).value().into_pointer_value()),
                    signature: &value_signature(fn_ty),
                };
                return self.call_foreign(dest, foreign, args, old);
            }
            _ => panic!("compiler bug: a call of a {ty:?}"),
        };
        let mut signature = value_signature(fn_ty);
        let mut given = 0;
        for (index, arg) in args.iter().enumerate() {
            if let Arg::Value(Operand::Move(_)) = arg
                && self.layout(signature.params[index].1).has_heap
            {
                signature.params[index].0 = ParamMode::Own;
                given |= 1 << index;
            }
        }
        let given = self.unit.runtime.i32.const_int(given, false);
        let value = self.read(operand);
        let address = self.address_of(value, ty);
        let code = self.load_pointer(address, Memory::Any);
        let environment = self.load_pointer(self.offset(address, 8), Memory::Any);
        self.call_with(dest, &signature, args, old, |f, values| {
            let mut values = values.to_vec();
            values.push(environment.into());
            values.push(given.into());
            let mut params = f.unit.param_types(&signature);
            params.push(f.unit.runtime.pointer.into());
            params.push(f.unit.runtime.i32.into());
            let ty = f.unit.function_type_of(signature.ret, &params);
            let call = f.builder.build_indirect_call(ty, code, &values, "").built();
            f.extend_at(call, &signature);
            call
        });
        self.after_read(operand, value);
    }

    /// Prepares the arguments, calls by `call`, stores the result, and drops what the callee only borrowed.
    pub(crate) fn call_with(
        &self,
        dest: &Place,
        signature: &Signature,
        args: &[Arg],
        old: Old,
        call: impl FnOnce(&Self, &[BasicMetadataValueEnum<'ctx>]) -> CallSiteValue<'ctx>,
    ) {
        let to = self.unboxed(self.place(dest));
        let in_memory = self.pass(signature.ret) == Pass::Memory;
        let result = if in_memory && old_is_nothing(old) && is_apart(dest, args) {
            to.address
        } else if in_memory {
            self.temp(signature.ret)
        } else {
            to.address
        };
        let mut prepared = Prepared::default();
        if in_memory {
            prepared.values.push(result.into());
        }
        for ((mode, ty), arg) in signature.params.iter().zip(args) {
            self.prepare(&mut prepared, *mode, *ty, arg);
        }
        let site = call(self, &prepared.values);
        let value = if in_memory {
            Value::At(result)
        } else {
            self.result_of(site)
        };
        self.finish_call(dest, signature.ret, value, result == to.address, old);
        self.drop_prepared(&prepared);
    }

    pub(crate) fn drop_prepared(&self, prepared: &Prepared<'ctx>) {
        for (value, ty) in &prepared.drops {
            self.release(*value, *ty);
        }
    }

    /// Stores a result. A call may have changed what the place is reached through, so that is looked up anew.
    pub(crate) fn finish_call(
        &self,
        dest: &Place,
        ret: Ty,
        value: Value<'ctx>,
        is_stored: bool,
        old: Old,
    ) {
        if ret.is_never() || self.pass(ret) == Pass::Nothing {
            return;
        }
        if is_stored && matches!(value, Value::At(_)) {
            return;
        }
        let to = self.unboxed(self.place(dest));
        self.replace(&to, old, |f| f.store_result(&to, value));
    }

    pub(crate) fn prepare(
        &self,
        prepared: &mut Prepared<'ctx>,
        mode: ParamMode,
        ty: Ty,
        arg: &Arg,
    ) {
        let pass = self.pass(ty);
        match (arg, pass) {
            (_, Pass::Nothing) => {}
            (Arg::Mut(place), Pass::Value | Pass::Memory) => {
                prepared
                    .values
                    .push(self.unboxed(self.place(place)).address.into());
            }
            (Arg::Value(operand), Pass::Value | Pass::Memory) => match mode {
                ParamMode::Own | ParamMode::Mut => {
                    let value = self.owned_argument(operand, ty);
                    push(prepared, value);
                }
                ParamMode::Borrow => {
                    let value = self.borrowed_argument(prepared, operand, ty);
                    push(prepared, value);
                }
            },
        }
    }

    fn owned_argument(&self, operand: &Operand, ty: Ty) -> Value<'ctx> {
        match self.take(operand) {
            Value::At(address) if !self.is_moved_local(operand) => {
                let copy = self.temp(ty);
                self.copy_bytes(copy, address, ty);
                Value::At(copy)
            }
            value => value,
        }
    }

    /// Memory that nothing reads any more may be given away as it is.
    fn is_moved_local(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Move(place) => match place.base {
                Base::Local(local) => {
                    place.projections.is_empty() && self.body.locals[local].kind == LocalKind::Owned
                }
                Base::Global(_) => false,
            },
            Operand::Copy(_) | Operand::Borrow(_) | Operand::Const(_) => false,
        }
    }

    pub(crate) fn borrowed_argument(
        &self,
        prepared: &mut Prepared<'ctx>,
        operand: &Operand,
        ty: Ty,
    ) -> Value<'ctx> {
        match operand {
            Operand::Borrow(_) | Operand::Const(_) => self.read(operand),
            Operand::Move(_) => {
                let value = self.read(operand);
                self.drop_later(prepared, value, ty);
                value
            }
            Operand::Copy(place) => {
                let value = self.take(operand);
                self.drop_later(prepared, value, ty);
                match value {
                    Value::At(address) if self.layout(ty).has_heap || !self.is_in_frame(place) => {
                        let copy = self.temp(ty);
                        self.copy_bytes(copy, address, ty);
                        if let Some(last) = prepared.drops.last_mut()
                            && self.layout(ty).has_heap
                        {
                            last.0 = Value::At(copy);
                        }
                        Value::At(copy)
                    }
                    value => value,
                }
            }
        }
    }

    fn drop_later(&self, prepared: &mut Prepared<'ctx>, value: Value<'ctx>, ty: Ty) {
        if self.layout(ty).has_heap {
            prepared.drops.push((value, ty));
        }
    }

    /// A part of a local that only this function can write.
    fn is_in_frame(&self, place: &Place) -> bool {
        match place.base {
            Base::Local(local) => {
                self.body.locals[local].kind != LocalKind::Ref
                    && place.projections.iter().all(|step| {
                        matches!(step, Projection::Field(_) | Projection::Payload { .. })
                    })
            }
            Base::Global(_) => false,
        }
    }

    /// Loads a result that a runtime function wrote.
    pub(crate) fn written(&self, address: PointerValue<'ctx>, ty: Ty) -> Value<'ctx> {
        self.read_at(&Located::local(address, ty))
    }
}

fn push<'ctx>(prepared: &mut Prepared<'ctx>, value: Value<'ctx>) {
    match value {
        Value::Nothing => {}
        Value::Direct(value) => prepared.values.push(value.into()),
        Value::At(address) => prepared.values.push(address.into()),
    }
}

pub(crate) fn value_signature(fn_ty: &compiler::types::FnTy) -> Signature {
    Signature {
        params: fn_ty
            .params
            .iter()
            .map(|param| {
                let mode = if param.is_mut {
                    ParamMode::Mut
                } else {
                    ParamMode::Borrow
                };
                (mode, param.ty)
            })
            .collect(),
        ret: fn_ty.ret,
    }
}

fn old_is_nothing(old: Old) -> bool {
    matches!(old, Old::Nothing | Old::Unknown)
}

/// Whether a result may be written right where it goes: a local that the call cannot reach.
fn is_apart(dest: &Place, args: &[Arg]) -> bool {
    let Base::Local(_) = dest.base else {
        return false;
    };
    dest.projections.is_empty()
        && args.iter().all(|arg| match arg {
            Arg::Value(Operand::Copy(place) | Operand::Move(place) | Operand::Borrow(place))
            | Arg::Mut(place) => place.base != dest.base,
            Arg::Value(Operand::Const(_)) => true,
        })
}

impl<'ctx> Unit<'_, 'ctx> {
    pub(crate) fn function_of(&self, target: Target) -> FunctionValue<'ctx> {
        match target {
            Target::Defined(index) => self.functions[index],
            Target::Imported(index) => {
                if let Some(found) = self.imports.borrow().get(&index) {
                    return *found;
                }
                let import = &self.input.program.imports[index];
                let value = self.declare(&import.symbol, &import.signature);
                self.imports.borrow_mut().insert(index, value);
                value
            }
        }
    }

    pub(crate) fn imported_slot(&self, index: usize) -> PointerValue<'ctx> {
        if let Some(found) = self.slots.borrow().get(&index) {
            return found.as_pointer_value();
        }
        let name = slot_symbol(&self.input.program.imports[index].symbol);
        let slot = self.slot_of(&name);
        self.slots.borrow_mut().insert(index, slot);
        slot.as_pointer_value()
    }
}
