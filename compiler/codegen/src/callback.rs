//! Functions of Sumi that C calls (`extern fn`). C's address leads to a function of C's convention, which writes its arguments into a
//! record and has the runtime call a second one with it, in a run of its own: what fails in there ends there. C is then given
//! zeroes, and the error waits until the call of C around it returns.
//!
//! ```text
//!   C ─▶ callback (convention of C) ─▶ sumi_callback ─▶ called(record) ─▶ the function
//! ```

use compiler::env::{DefId, FnOrigin};
use compiler::layout::Pass;
use compiler::mir::ParamMode;
use compiler::mono::{Signature, Target, slot_symbol};
use inkwell::attributes::AttributeLoc;
use inkwell::types::{BasicMetadataTypeEnum, BasicTypeEnum};
use inkwell::values::{BasicMetadataValueEnum, FunctionValue, PointerValue};

use crate::attributes::{extension_of, kind};
use crate::external::CPass;
use crate::function::Function;
use crate::module::{Built, Unit};
use crate::operand::Value;
use crate::tbaa::Memory;

const WORD: u64 = 8;
const ALIGN: u64 = 16;

/// Where the arguments and the result of one call lie.
struct Record {
    params: Vec<u64>,
    ret: u64,
    size: u64,
}

impl<'ctx> Unit<'_, 'ctx> {
    /// The address by which C calls a function.
    pub(crate) fn callback(&self, def: DefId) -> PointerValue<'ctx> {
        let program = self.input.program;
        let target = program.target(def, &[]);
        if let Target::Imported(index) = target
            && matches!(program.imports[index].origin, FnOrigin::C { .. })
        {
            return self.c_address(index);
        }
        let known = self.callbacks.borrow().get(&target).copied();
        let function = known.unwrap_or_else(|| self.new_callback(def, target));
        function.as_global_value().as_pointer_value()
    }

    pub(crate) fn callback_symbols(&self) -> Vec<String> {
        let callbacks = self.callbacks.borrow();
        let mut symbols: Vec<String> = callbacks
            .values()
            .map(|function| function.get_name().to_string_lossy().into_owned())
            .collect();
        symbols.sort_unstable();
        symbols
    }

    fn new_callback(&self, def: DefId, target: Target) -> FunctionValue<'ctx> {
        let signature = self.input.program.signature(target);
        let name = format!("callback.{}", self.fresh());
        let ty = self.c_function_type(signature, false);
        let entry = self.module.add_function(&name, ty, None);
        self.attributes.define(self.context, entry);
        self.callbacks.borrow_mut().insert(target, entry);
        let record = self.record_of(signature);
        let params: [BasicMetadataTypeEnum<'ctx>; 1] = [self.runtime.pointer.into()];
        let called = self.new_thunk("called", self.runtime.void.fn_type(&params, false));
        self.in_thunk(called, |f| {
            f.closed(def);
            f.call_recorded(target, signature, &record);
        });
        self.in_thunk(entry, |f| f.record_call(called, signature, &record));
        entry
    }

    fn record_of(&self, signature: &Signature) -> Record {
        let mut size = 0;
        let mut room = |bytes: u64, align: u64| {
            let start = u64::next_multiple_of(size, align.max(1));
            size = start + bytes;
            start
        };
        let params = signature.params.iter().map(|(mode, ty)| match mode {
            ParamMode::Mut => room(WORD, WORD),
            ParamMode::Borrow | ParamMode::Own => {
                let layout = self.layouts.of(*ty);
                room(layout.size, layout.align)
            }
        });
        let params = params.collect();
        let layout = self.layouts.of(signature.ret);
        let ret = room(layout.size, layout.align);
        Record { params, ret, size }
    }

    /// `sumi_callback(called, record)`, which may do anything.
    fn enter_callback(&self) -> FunctionValue<'ctx> {
        let name = "sumi_callback";
        self.module.get_function(name).unwrap_or_else(|| {
            let pointer = self.runtime.pointer;
            let ty = self
                .runtime
                .void
                .fn_type(&[pointer.into(), pointer.into()], false);
            let function = self.module.add_function(name, ty, None);
            let nounwind = self.context.create_enum_attribute(kind("nounwind"), 0);
            function.add_attribute(AttributeLoc::Function, nounwind);
            function
        })
    }
}

impl<'ctx> Function<'_, '_, 'ctx> {
    /// What C calls: its arguments into the record, the call, the result out of it.
    fn record_call(&self, called: FunctionValue<'ctx>, signature: &Signature, layout: &Record) {
        let record = self.storage(layout.size.max(1), ALIGN);
        let all = self.unit.runtime.i8.array_type(layout.size as u32);
        self.builder.build_store(record, all.const_zero()).built();
        let ret_pass = self.unit.c_pass(signature.ret);
        let mut next = 0;
        if let CPass::Memory = ret_pass {
            let attribute = self.unit.memory_attribute("sret", signature.ret);
            self.value.add_attribute(AttributeLoc::Param(0), attribute);
            next = 1;
        }
        for ((mode, ty), offset) in signature.params.iter().zip(&layout.params) {
            let to = self.offset(record, *offset);
            if *mode == ParamMode::Mut {
                self.builder.build_store(to, self.param(next)).built();
                next += 1;
                continue;
            }
            match self.unit.c_pass(*ty) {
                CPass::Nothing => {}
                CPass::Direct(_) => {
                    self.store_value(to, *ty, self.param(next), Memory::Any);
                    next += 1;
                }
                CPass::Parts(parts) => {
                    // A half may be wider than what is left of the struct.
                    let wide = self.storage(16, ALIGN);
                    for (start, _) in parts {
                        let part = self.param(next);
                        self.builder
                            .build_store(self.offset(wide, start), part)
                            .built();
                        next += 1;
                    }
                    self.copy_bytes(to, wide, *ty);
                }
                CPass::Memory => {
                    let attribute = self.unit.memory_attribute("byval", *ty);
                    self.value
                        .add_attribute(AttributeLoc::Param(next), attribute);
                    self.copy_bytes(to, self.param(next).into_pointer_value(), *ty);
                    next += 1;
                }
            }
        }
        let code = called.as_global_value().as_pointer_value();
        self.builder
            .build_call(
                self.unit.enter_callback(),
                &[code.into(), record.into()],
                "",
            )
            .built();
        self.return_to_c(signature, &ret_pass, self.offset(record, layout.ret));
    }

    fn return_to_c(&self, signature: &Signature, pass: &CPass<'ctx>, from: PointerValue<'ctx>) {
        let ret = signature.ret;
        match pass {
            CPass::Nothing => {
                self.builder.build_return(None).built();
            }
            CPass::Direct(_) => {
                if let Some(extension) = extension_of(ret) {
                    let context = self.unit.context;
                    let attribute = context.create_enum_attribute(kind(extension), 0);
                    self.value.add_attribute(AttributeLoc::Return, attribute);
                }
                let value = self.load_value(from, ret, Memory::Any);
                self.builder.build_return(Some(&value)).built();
            }
            CPass::Parts(parts) => {
                let wide = self.storage(16, ALIGN);
                self.copy_bytes(wide, from, ret);
                let load = |(start, ty): &(u64, BasicTypeEnum<'ctx>)| {
                    let at = self.offset(wide, *start);
                    self.builder.build_load(*ty, at, "").built()
                };
                let values: Vec<_> = parts.iter().map(load).collect();
                match values.as_slice() {
                    [one] => self.builder.build_return(Some(one)).built(),
                    many => self.builder.build_aggregate_return(many).built(),
                };
            }
            CPass::Memory => {
                self.copy_bytes(self.param(0).into_pointer_value(), from, ret);
                self.builder.build_return(None).built();
            }
        }
    }

    /// What runs: the function with the arguments of the record, which is this one's own argument.
    fn call_recorded(&self, target: Target, signature: &Signature, layout: &Record) {
        let record = self.param(0).into_pointer_value();
        let ret = self.offset(record, layout.ret);
        let mut values: Vec<BasicMetadataValueEnum<'ctx>> = Vec::new();
        if self.pass(signature.ret) == Pass::Memory {
            values.push(ret.into());
        }
        for ((mode, ty), offset) in signature.params.iter().zip(&layout.params) {
            let at = self.offset(record, *offset);
            match (self.pass(*ty), mode) {
                (Pass::Nothing, _) => {}
                (_, ParamMode::Mut) => values.push(self.load_pointer(at, Memory::Any).into()),
                (Pass::Value, _) => values.push(self.load_value(at, *ty, Memory::Any).into()),
                (Pass::Memory, _) => values.push(at.into()),
            }
        }
        let call = match self.newest(target) {
            Some(code) => self.indirect(signature, code, &values),
            None => {
                let function = self.unit.function_of(target);
                self.builder
                    .build_direct_call(function, &values, "")
                    .built()
            }
        };
        // In here its lines would be lost.
        self.flag_call(call, "noinline");
        if let Value::Direct(value) = self.result_of(call) {
            self.store_value(ret, signature.ret, value, Memory::Any);
        }
        self.builder.build_return(None).built();
    }

    /// The code that took the function's place last, where one can.
    fn newest(&self, target: Target) -> Option<PointerValue<'ctx>> {
        let program = self.unit.input.program;
        let slot = match target {
            _ if !self.unit.input.options.reloadable => return None,
            Target::Imported(index) => self.unit.imported_slot(index),
            Target::Defined(index) if program.functions[index].exported => {
                let name = slot_symbol(&program.functions[index].symbol);
                self.unit.slot_of(&name).as_pointer_value()
            }
            Target::Defined(_) => return None,
        };
        Some(self.load_pointer(slot, Memory::Any))
    }
}
