//! What LLVM may assume about functions and parameters.

use compiler::layout::Pass;
use compiler::mir::ParamMode;
use compiler::mono::Signature;
use compiler::types::{IntTy, Ty, TyKind};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::values::FunctionValue;

use crate::module::Unit;
use crate::place::{HEADER, memory_of};
use crate::tbaa::Memory;

/// `captures(none)` is all of the sixteen bits at zero.
const CAPTURES_NONE: u64 = 0;

pub(crate) struct Attributes {
    captures: u32,
}

/// LLVM's number for an attribute.
pub(crate) fn kind(name: &str) -> u32 {
    let number = Attribute::get_named_enum_kind_id(name);
    assert!(number != 0, "compiler bug: LLVM knows no attribute {name}");
    number
}

impl Attributes {
    pub(crate) fn new() -> Attributes {
        Attributes {
            captures: kind("captures"),
        }
    }

    pub(crate) fn no_capture(&self, context: &Context) -> Attribute {
        context.create_enum_attribute(self.captures, CAPTURES_NONE)
    }

    /// Of every function that is defined here.
    pub(crate) fn define(&self, context: &Context, function: FunctionValue<'_>) {
        let add = |attribute| function.add_attribute(AttributeLoc::Function, attribute);
        add(context.create_enum_attribute(kind("nounwind"), 0));
        add(context.create_string_attribute("frame-pointer", "all"));
        add(context.create_string_attribute("probe-stack", "inline-asm"));
    }

    /// Its calls leave its frame: no loop is made of them. The place of code outside of all functions is the last of every stack.
    pub(crate) fn keep_frame(&self, context: &Context, function: FunctionValue<'_>) {
        let attribute = context.create_string_attribute("disable-tail-calls", "true");
        function.add_attribute(AttributeLoc::Function, attribute);
    }

    pub(crate) fn never_inline(&self, context: &Context, function: FunctionValue<'_>) {
        let attribute = context.create_enum_attribute(kind("noinline"), 0);
        function.add_attribute(AttributeLoc::Function, attribute);
    }
}

impl<'ctx> Unit<'_, 'ctx> {
    /// By the convention of Sumi functions: the result's address first, then the arguments that have bytes.
    pub(crate) fn add_attributes(&self, function: FunctionValue<'ctx>, signature: &Signature) {
        self.attributes.define(self.context, function);
        let add = |index, attribute| function.add_attribute(AttributeLoc::Param(index), attribute);
        let flag = |name: &str| self.context.create_enum_attribute(kind(name), 0);
        let mut index = 0;
        if signature.ret.is_never() {
            function.add_attribute(AttributeLoc::Function, flag("noreturn"));
            function.add_attribute(AttributeLoc::Function, flag("cold"));
        }
        match self.layouts.of(signature.ret).pass {
            Pass::Memory => {
                add(0, flag("noalias"));
                add(0, self.attributes.no_capture(self.context));
                self.add_size(function, 0, signature.ret);
                index = 1;
            }
            Pass::Value => {
                if memory_of(signature.ret) == Memory::Block {
                    self.add_block(function, AttributeLoc::Return);
                }
                if let Some(extension) = extension_of(signature.ret) {
                    function.add_attribute(AttributeLoc::Return, flag(extension));
                }
            }
            Pass::Nothing => {}
        }
        for (mode, ty) in &signature.params {
            let pass = self.layouts.of(*ty).pass;
            match (mode, pass) {
                (_, Pass::Nothing) => continue,
                (ParamMode::Mut, _) | (ParamMode::Own, Pass::Memory) => {
                    add(index, flag("noalias"));
                    add(index, self.attributes.no_capture(self.context));
                    self.add_size(function, index, *ty);
                }
                (ParamMode::Borrow, Pass::Memory) => {
                    add(index, flag("noalias"));
                    add(index, flag("readonly"));
                    add(index, self.attributes.no_capture(self.context));
                    self.add_size(function, index, *ty);
                }
                (ParamMode::Borrow | ParamMode::Own, Pass::Value) => {
                    if memory_of(*ty) == Memory::Block {
                        self.add_block(function, AttributeLoc::Param(index));
                    }
                    if let Some(extension) = extension_of(*ty) {
                        add(index, flag(extension));
                    }
                }
            }
            index += 1;
        }
    }

    /// A parameter that is the address of a value which is read and forgotten.
    pub(crate) fn only_looks_at(&self, function: FunctionValue<'ctx>, index: u32) {
        let location = AttributeLoc::Param(index);
        let readonly = self.context.create_enum_attribute(kind("readonly"), 0);
        function.add_attribute(location, readonly);
        function.add_attribute(location, self.attributes.no_capture(self.context));
    }

    /// A pointer to a block is never null, and there is a header.
    pub(crate) fn add_block(&self, function: FunctionValue<'ctx>, location: AttributeLoc) {
        let attribute = |name, value| self.context.create_enum_attribute(kind(name), value);
        function.add_attribute(location, attribute("nonnull", 0));
        function.add_attribute(location, attribute("dereferenceable", HEADER));
        function.add_attribute(location, attribute("align", 16));
    }

    fn add_size(&self, function: FunctionValue<'ctx>, index: u32, ty: Ty) {
        let layout = self.layouts.of(ty);
        let attribute = |name, value| self.context.create_enum_attribute(kind(name), value);
        let location = AttributeLoc::Param(index);
        function.add_attribute(location, attribute("dereferenceable", layout.size));
        function.add_attribute(location, attribute("align", layout.align));
    }
}

/// How C widens a small integer in a register.
pub(crate) fn extension_of(ty: Ty) -> Option<&'static str> {
    match ty.kind() {
        TyKind::Bool | TyKind::Int(IntTy::U8 | IntTy::U16) => Some("zeroext"),
        TyKind::Int(IntTy::I8 | IntTy::I16) => Some("signext"),
        _ => None,
    }
}
