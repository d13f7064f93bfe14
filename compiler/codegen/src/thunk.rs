//! Small functions in between: what a function value calls, and what a descriptor names for a type's own `show`, `==`
//! and `<`. Each adapts a fixed convention to that of the function.

use compiler::env::{DefId, FnOrigin};
use compiler::layout::Pass;
use compiler::mir::{Const, Fuel, MOST_GIVEN, ParamMode, const_ty};
use compiler::mono::{Key, Signature, Target};
use compiler::types::{Ty, TyKind};
use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::types::{BasicMetadataTypeEnum, FunctionType};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, FunctionValue, IntValue, PointerValue,
    StructValue,
};

use crate::attributes::{extension_of, kind};
use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::place::Located;
use crate::tbaa::Memory;

/// A value that is dropped if it was given for good.
pub(crate) type Left<'ctx> = (IntValue<'ctx>, Value<'ctx>, Ty);

impl<'ctx> Unit<'_, 'ctx> {
    /// `{code, env}` as a constant; a plain function has the empty environment.
    pub(crate) fn function_value(&self, def: DefId, args: &[Ty]) -> PointerValue<'ctx> {
        let target = self.input.program.target(def, args);
        let thunk = self.value_thunk(target);
        let name = format!("fn.{}", thunk.get_name().to_string_lossy());
        if let Some(found) = self.module.get_global(&name) {
            return found.as_pointer_value();
        }
        let content = self.function_pair(def, args);
        let global = self.module.add_global(content.get_type(), None, &name);
        global.set_initializer(&content);
        global.set_linkage(Linkage::Internal);
        global.set_constant(true);
        global.as_pointer_value()
    }

    /// The two words themselves.
    pub(crate) fn function_pair(&self, def: DefId, args: &[Ty]) -> StructValue<'ctx> {
        let thunk = self.value_thunk(self.input.program.target(def, args));
        let code = thunk.as_global_value().as_pointer_value();
        self.context
            .const_struct(&[code.into(), self.empty_block().into()], false)
    }

    /// What the value of a closure calls.
    pub(crate) fn closure_code(&self, target: Target) -> PointerValue<'ctx> {
        let thunk = self.value_thunk(target);
        thunk.as_global_value().as_pointer_value()
    }

    /// How many of its first parameters a function captured.
    fn captured(&self, target: Target) -> usize {
        let (def, _) = self.input.program.key(target);
        self.input.env.function(*def).captures.unwrap_or(0)
    }

    /// What a closure keeps: the tuple of its captures, with the address of one that it writes.
    pub(crate) fn kept_by(&self, target: Target) -> Ty {
        let captures = &self.input.program.signature(target).params[..self.captured(target)];
        let kept = captures.iter().map(|(mode, ty)| match mode {
            ParamMode::Mut => Ty::new(TyKind::Ptr(*ty)),
            ParamMode::Own | ParamMode::Borrow => *ty,
        });
        Ty::tuple(kept.collect())
    }

    /// `{code, type of the function, type of what it keeps}` for values that are there already.
    pub(crate) fn export_value(&self, (def, args): &Key, index: usize) -> String {
        let target = self.input.program.target(*def, args);
        let name = format!("value#{index}");
        let ty = const_ty(self.input.env, &Const::Fn(*def, args.clone()));
        // Where code lies is known by the symbols that others may see.
        self.value_thunk(target).set_linkage(Linkage::External);
        let words = [
            self.closure_code(target),
            self.desc(ty),
            self.kept_desc(target),
        ];
        let content = self.runtime.pointer.const_array(&words);
        let global = self.module.add_global(content.get_type(), None, &name);
        global.set_initializer(&content);
        global.set_constant(true);
        name
    }

    /// Takes every parameter borrowed but for those that the last word says are given for good; before it stands the environment.
    /// What the environment keeps are the first arguments.
    fn value_thunk(&self, target: Target) -> FunctionValue<'ctx> {
        if let Some(found) = self.thunks.borrow().get(&target) {
            return *found;
        }
        let kept = self.kept_by(target);
        let mut signature = self.input.program.signature(target).clone();
        let captured: Vec<ParamMode> = signature
            .params
            .drain(..self.captured(target))
            .map(|(mode, _)| mode)
            .collect();
        let mut params = self.param_types(&signature);
        params.push(self.runtime.pointer.into());
        params.push(self.runtime.i32.into());
        let ty = self.function_type_of(signature.ret, &params);
        let thunk = self.new_thunk("value", ty);
        self.thunks.borrow_mut().insert(target, thunk);
        self.extend_params(thunk, &signature);
        self.in_thunk(thunk, |f| {
            f.closed(self.input.program.key(target).0);
            f.forward(target, &signature, kept, &captured);
        });
        thunk
    }

    pub(crate) fn new_thunk(&self, what: &str, ty: FunctionType<'ctx>) -> FunctionValue<'ctx> {
        self.internal(&format!("{what}.{}", self.fresh()), ty)
    }

    pub(crate) fn internal(&self, name: &str, ty: FunctionType<'ctx>) -> FunctionValue<'ctx> {
        let function = self.module.add_function(name, ty, Some(Linkage::Internal));
        self.attributes.define(self.context, function);
        function
    }

    fn extend_params(&self, thunk: FunctionValue<'ctx>, signature: &Signature) {
        self.extend_from(thunk, signature, 0);
    }

    /// The type of a method in a table; the address of the value is not part of the signature.
    pub(crate) fn method_type(&self, signature: &Signature) -> FunctionType<'ctx> {
        let mut params = self.param_types(signature);
        let at = usize::from(self.layouts.of(signature.ret).pass == Pass::Memory);
        params.insert(at, self.runtime.pointer.into());
        self.function_type_of(signature.ret, &params)
    }

    pub(crate) fn extend_method(&self, thunk: FunctionValue<'ctx>, signature: &Signature) {
        self.extend_from(thunk, signature, 1);
    }

    /// `before` parameters come before those of the signature.
    fn extend_from(&self, thunk: FunctionValue<'ctx>, signature: &Signature, before: u32) {
        let flag = |name: &str| self.context.create_enum_attribute(kind(name), 0);
        let mut index = before + u32::from(self.layouts.of(signature.ret).pass == Pass::Memory);
        if let Some(extension) = extension_of(signature.ret) {
            thunk.add_attribute(AttributeLoc::Return, flag(extension));
        }
        for (mode, ty) in &signature.params {
            match self.layouts.of(*ty).pass {
                Pass::Nothing => continue,
                Pass::Value if *mode != ParamMode::Mut => {
                    if let Some(extension) = extension_of(*ty) {
                        thunk.add_attribute(AttributeLoc::Param(index), flag(extension));
                    }
                }
                Pass::Value | Pass::Memory => {}
            }
            index += 1;
        }
    }

    /// `extern "C" fn(*const u8) -> *mut Block`
    pub(crate) fn show_override(&self, target: Target, ty: Ty) -> PointerValue<'ctx> {
        let params: [BasicMetadataTypeEnum<'ctx>; 1] = [self.runtime.pointer.into()];
        self.override_thunk(
            "show",
            target,
            ty,
            self.runtime.pointer.fn_type(&params, false),
        )
    }

    /// `extern "C" fn(*const u8, *const u8) -> bool`
    pub(crate) fn relation_override(&self, target: Target, ty: Ty) -> PointerValue<'ctx> {
        let params: [BasicMetadataTypeEnum<'ctx>; 2] =
            [self.runtime.pointer.into(), self.runtime.pointer.into()];
        self.override_thunk(
            "relation",
            target,
            ty,
            self.context.bool_type().fn_type(&params, false),
        )
    }

    /// `extern "C" fn(*const u8, u64) -> u64`
    pub(crate) fn hash_override(&self, target: Target, ty: Ty) -> PointerValue<'ctx> {
        let params: [BasicMetadataTypeEnum<'ctx>; 2] =
            [self.runtime.pointer.into(), self.runtime.i64.into()];
        let thunk = self.runtime.i64.fn_type(&params, false);
        self.override_thunk("hash", target, ty, thunk)
    }

    fn override_thunk(
        &self,
        what: &'static str,
        target: Target,
        ty: Ty,
        thunk_ty: FunctionType<'ctx>,
    ) -> PointerValue<'ctx> {
        if let Some(found) = self.overrides.borrow().get(&(target, what)) {
            return found.as_global_value().as_pointer_value();
        }
        let thunk = self.new_thunk(what, thunk_ty);
        self.overrides.borrow_mut().insert((target, what), thunk);
        if what == "relation" {
            let zeroext = self.context.create_enum_attribute(kind("zeroext"), 0);
            thunk.add_attribute(AttributeLoc::Return, zeroext);
        }
        self.in_thunk(thunk, |f| {
            f.closed(self.input.program.key(target).0);
            f.forward_addresses(target, ty);
        });
        thunk.as_global_value().as_pointer_value()
    }

    /// `extern "C" fn(*const u8)`: gives C's pointer to the function that a handle's type names.
    pub(crate) fn handle_drop(&self, def: DefId) -> Option<PointerValue<'ctx>> {
        let target = *self.input.program.callees.get(&(def, Vec::new()))?;
        let params: [BasicMetadataTypeEnum<'ctx>; 1] = [self.runtime.pointer.into()];
        let thunk = self.new_thunk("drop", self.runtime.void.fn_type(&params, false));
        self.in_thunk(thunk, |f| {
            let place = f.param(0).into_pointer_value();
            let handle = f.load_pointer(place, crate::tbaa::Memory::Any);
            let function = f.unit.function_of(target);
            let is_there = f.builder.build_is_not_null(handle, "").built();
            f.when(is_there, |f| {
                f.builder.build_call(function, &[handle.into()], "").built();
            });
            f.builder.build_return(None).built();
        });
        Some(thunk.as_global_value().as_pointer_value())
    }
}

impl<'ctx> Function<'_, '_, 'ctx> {
    pub(crate) fn param(&self, index: u32) -> BasicValueEnum<'ctx> {
        self.value
            .get_nth_param(index)
            .expect("compiler bug: a thunk has too few parameters")
    }

    /// Calls the function with the thunk's own arguments; what it wants to own is shared first.
    fn forward(&self, target: Target, signature: &Signature, kept: Ty, captured: &[ParamMode]) {
        let mut values: Vec<BasicMetadataValueEnum<'ctx>> = Vec::new();
        let mut next = 0;
        if self.pass(signature.ret) == Pass::Memory {
            values.push(self.param(0).into());
            next = 1;
        }
        self.push_captures(kept, captured, &mut values);
        let last = self.value.get_last_param();
        let given = last.expect("compiler bug: a thunk without a word of what is given");
        let given = given.into_int_value();
        let left = self.forward_arguments(signature, next, Some(given), &mut values);
        self.call_forwarded(target, &values, &left);
    }

    /// The thunk's own arguments from `next` on; what the function wants to own is shared first, unless it was given for good. Returns what
    /// is to be dropped after the call, and if: what was given to a parameter that only borrows.
    pub(crate) fn forward_arguments(
        &self,
        signature: &Signature,
        mut next: u32,
        given: Option<IntValue<'ctx>>,
        values: &mut Vec<BasicMetadataValueEnum<'ctx>>,
    ) -> Vec<Left<'ctx>> {
        let mut left = Vec::new();
        for (index, (mode, ty)) in signature.params.iter().enumerate() {
            let pass = self.pass(*ty);
            if pass == Pass::Nothing {
                continue;
            }
            let param = self.param(next);
            next += 1;
            let has_heap = self.layout(*ty).has_heap;
            let is_given = given.filter(|_| has_heap && index < MOST_GIVEN);
            let is_given = is_given.map(|given| self.bit(given, index));
            let value = match pass {
                Pass::Memory => Value::At(param.into_pointer_value()),
                Pass::Value | Pass::Nothing => Value::Direct(param),
            };
            match (mode, pass, is_given) {
                (ParamMode::Own, Pass::Memory, _) => {
                    let copy = self.temp(*ty);
                    self.copy_bytes(copy, param.into_pointer_value(), *ty);
                    self.unless(is_given, |f| f.retain(Value::At(copy), *ty));
                    values.push(copy.into());
                    continue;
                }
                (ParamMode::Own, Pass::Value, _) => {
                    self.unless(is_given, |f| f.retain(value, *ty));
                }
                (ParamMode::Borrow, _, Some(is_given)) => left.push((is_given, value, *ty)),
                _ => {}
            }
            values.push(param.into());
        }
        left
    }

    fn bit(&self, word: IntValue<'ctx>, index: usize) -> IntValue<'ctx> {
        let mask = word.get_type().const_int(1 << index, false);
        let bit = self.builder.build_and(word, mask, "").built();
        let zero = word.get_type().const_zero();
        let is_set = self
            .builder
            .build_int_compare(IntPredicate::NE, bit, zero, "");
        is_set.built()
    }

    /// Always, where there is no condition.
    fn unless(&self, condition: Option<IntValue<'ctx>>, what: impl FnOnce(&Self)) {
        match condition {
            None => what(self),
            Some(condition) => self.when(self.builder.build_not(condition, "").built(), what),
        }
    }

    /// Calls the function and returns what it gives.
    pub(crate) fn call_forwarded(
        &self,
        target: Target,
        values: &[BasicMetadataValueEnum<'ctx>],
        left: &[Left<'ctx>],
    ) {
        let call = self.call_newest(target, values);
        for (is_given, value, ty) in left {
            self.when(*is_given, |f| f.release(*value, *ty));
        }
        match self.result_of(call) {
            Value::Direct(value) => self.builder.build_return(Some(&value)).built(),
            Value::Nothing | Value::At(_) => self.builder.build_return(None).built(),
        };
    }

    /// A function of another unit is called through its slot, so that a redefinition can take its place.
    fn call_newest(
        &self,
        target: Target,
        values: &[BasicMetadataValueEnum<'ctx>],
    ) -> CallSiteValue<'ctx> {
        let program = self.unit.input.program;
        // Functions of this unit take it themselves, where they are called like this.
        let is_other = matches!(target, Target::Imported(_)) && program.intrinsic(target).is_none();
        if program.takes_fuel && is_other {
            self.take_fuel(&Fuel::Units(1));
        }
        match target {
            Target::Imported(index)
                if self.unit.input.options.reloadable
                    && program.imports[index].origin == FnOrigin::Sumi =>
            {
                let code = self.load_pointer(self.unit.imported_slot(index), Memory::Any);
                self.indirect(&program.imports[index].signature, code, values)
            }
            Target::Imported(_) | Target::Defined(_) => {
                let function = self.unit.function_of(target);
                self.builder.build_direct_call(function, values, "").built()
            }
        }
    }

    /// Reads the captures from the environment, the last argument.
    fn push_captures(
        &self,
        kept: Ty,
        captured: &[ParamMode],
        values: &mut Vec<BasicMetadataValueEnum<'ctx>>,
    ) {
        if captured.is_empty() {
            return;
        }
        let before_last = self.value.count_params().checked_sub(2);
        let environment = before_last.and_then(|at| self.value.get_nth_param(at));
        let environment = environment.expect("compiler bug: a thunk without an environment");
        let block = environment.into_pointer_value();
        let inside = Located::at(self.elements(block), kept);
        for (field, mode) in (0u32..).zip(captured) {
            let at = self.field(inside, 0, field);
            // A place of no size is not passed.
            if let TyKind::Ptr(place) = at.ty.kind()
                && *mode == ParamMode::Mut
                && self.pass(*place) == Pass::Nothing
            {
                continue;
            }
            match (mode, self.read_at(&at)) {
                (_, Value::Nothing) => {}
                (ParamMode::Own, Value::At(address)) => {
                    values.push(self.shared(address, at.ty).into());
                }
                (ParamMode::Own, Value::Direct(value)) => {
                    self.retain(Value::Direct(value), at.ty);
                    values.push(value.into());
                }
                (_, Value::At(address)) => values.push(address.into()),
                (_, Value::Direct(value)) => values.push(value.into()),
            }
        }
    }

    /// One owner more of a value that was lent.
    pub(crate) fn owned_again(&self, value: Value<'ctx>, ty: Ty) -> Value<'ctx> {
        match value {
            Value::Nothing => Value::Nothing,
            Value::Direct(_) => {
                self.retain(value, ty);
                value
            }
            Value::At(address) => Value::At(self.shared(address, ty)),
        }
    }

    fn shared(&self, address: PointerValue<'ctx>, ty: Ty) -> PointerValue<'ctx> {
        self.retain(Value::At(address), ty);
        let copy = self.temp(ty);
        self.copy_bytes(copy, address, ty);
        copy
    }

    /// The thunk's arguments are addresses of values of the type, and the state of a hash.
    fn forward_addresses(&self, target: Target, ty: Ty) {
        let signature = self.unit.input.program.signature(target);
        let mut values: Vec<BasicMetadataValueEnum<'ctx>> = Vec::new();
        for (index, (mode, param)) in (0u32..).zip(&signature.params) {
            if *param != ty {
                values.push(self.param(index).into());
                continue;
            }
            let address = self.param(index).into_pointer_value();
            match (self.read_at(&Located::at(address, ty)), mode) {
                (Value::Nothing, _) => {}
                (value, ParamMode::Own) => match value {
                    Value::At(address) => values.push(self.shared(address, ty).into()),
                    Value::Direct(direct) => {
                        self.retain(value, ty);
                        values.push(direct.into());
                    }
                    Value::Nothing => {}
                },
                (Value::Direct(value), _) => values.push(value.into()),
                (Value::At(address), _) => values.push(address.into()),
            }
        }
        let call = self.call_newest(target, &values);
        let value = self.result_of(call).value();
        self.builder.build_return(Some(&value)).built();
    }
}
