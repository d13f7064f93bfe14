//! The runtime's functions as generated code sees them: their types, and what LLVM may assume about them.

use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::types::{BasicMetadataTypeEnum, IntType, PointerType, VoidType};
use inkwell::values::{FunctionValue, PointerValue};
use inkwell::{AddressSpace, GlobalVisibility};

use crate::attributes::kind;
use crate::module::Unit;

/// Types that everything needs.
#[derive(Clone, Copy)]
pub(crate) struct Runtime<'ctx> {
    pub(crate) pointer: PointerType<'ctx>,
    pub(crate) i8: IntType<'ctx>,
    pub(crate) i32: IntType<'ctx>,
    pub(crate) i64: IntType<'ctx>,
    pub(crate) void: VoidType<'ctx>,
}

/// A parameter or result of a runtime function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Abi {
    /// A descriptor, or a block that is only read.
    Read,
    /// The address of a value that is only read.
    Address,
    /// The address of something that is written.
    Write,
    /// A block that is taken over.
    Take,
    /// A block, never null.
    Block,
    /// A block that nobody else has.
    Fresh,
    I32,
    I64,
    Bool,
    Void,
}

/// How often a function is called tells where its call stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    Usual,
    Rare,
    Never,
}

impl<'ctx> Runtime<'ctx> {
    pub(crate) fn new(context: &'ctx Context) -> Runtime<'ctx> {
        Runtime {
            pointer: context.ptr_type(AddressSpace::default()),
            i8: context.i8_type(),
            i32: context.i32_type(),
            i64: context.i64_type(),
            void: context.void_type(),
        }
    }
}

impl<'ctx> Unit<'_, 'ctx> {
    pub(crate) fn alloc(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_alloc",
            &[Abi::Read, Abi::I64],
            Abi::Fresh,
            Path::Usual,
        )
    }
    pub(crate) fn free(&self) -> FunctionValue<'ctx> {
        self.runtime_function("sumi_free", &[Abi::Take], Abi::Void, Path::Usual)
    }
    pub(crate) fn retain_by_desc(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_retain",
            &[Abi::Read, Abi::Address],
            Abi::Void,
            Path::Usual,
        )
    }
    pub(crate) fn release_by_desc(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_release",
            &[Abi::Read, Abi::Address],
            Abi::Void,
            Path::Usual,
        )
    }
    pub(crate) fn unique(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_unique",
            &[Abi::Read, Abi::Take],
            Abi::Block,
            Path::Rare,
        )
    }
    pub(crate) fn reserve(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_reserve",
            &[Abi::Read, Abi::Take, Abi::I64],
            Abi::Block,
            Path::Rare,
        )
    }
    pub(crate) fn same_type(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_same_type",
            &[Abi::Read, Abi::Read],
            Abi::Bool,
            Path::Rare,
        )
    }
    pub(crate) fn compare(&self, name: &str) -> FunctionValue<'ctx> {
        self.runtime_function(
            name,
            &[Abi::Read, Abi::Address, Abi::Address],
            Abi::Bool,
            Path::Usual,
        )
    }
    pub(crate) fn hash(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_hash",
            &[Abi::Read, Abi::Address, Abi::I64],
            Abi::I64,
            Path::Usual,
        )
    }
    pub(crate) fn key_order(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_cmp",
            &[Abi::Read, Abi::Address, Abi::Address],
            Abi::I32,
            Path::Usual,
        )
    }
    pub(crate) fn sort_with(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_array_sort_with",
            &[Abi::Read, Abi::Write, Abi::Read],
            Abi::Void,
            Path::Usual,
        )
    }
    pub(crate) fn repeat(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_array_repeat",
            &[Abi::Read, Abi::Address, Abi::I64],
            Abi::Fresh,
            Path::Usual,
        )
    }
    pub(crate) fn append(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_append",
            &[Abi::Read, Abi::Address, Abi::Write, Abi::I32, Abi::I64],
            Abi::Bool,
            Path::Usual,
        )
    }
    pub(crate) fn append_spec(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_append_spec",
            &[Abi::Read, Abi::Address, Abi::Write, Abi::I64],
            Abi::Void,
            Path::Usual,
        )
    }
    pub(crate) fn append_text(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_str_push",
            &[Abi::Write, Abi::Read],
            Abi::Void,
            Path::Usual,
        )
    }
    /// `sumi_trap(kind, location, a, b)`
    pub(crate) fn trap(&self) -> FunctionValue<'ctx> {
        self.runtime_function(
            "sumi_trap",
            &[Abi::I32, Abi::Read, Abi::I64, Abi::I64],
            Abi::Void,
            Path::Never,
        )
    }

    pub(crate) fn access_begin(&self) -> FunctionValue<'ctx> {
        self.runtime_function("sumi_access_begin", &[Abi::I64], Abi::Void, Path::Usual)
    }
    pub(crate) fn access_end(&self) -> FunctionValue<'ctx> {
        self.runtime_function("sumi_access_end", &[Abi::I64], Abi::Void, Path::Usual)
    }
    pub(crate) fn access_is_open(&self) -> FunctionValue<'ctx> {
        self.runtime_function("sumi_access_is_open", &[Abi::I64], Abi::Bool, Path::Rare)
    }

    /// Where it stands how much fuel is left.
    pub(crate) fn fuel(&self) -> PointerValue<'ctx> {
        let name = "sumi_fuel";
        let found = self.module.get_global(name).unwrap_or_else(|| {
            let word = self.module.add_global(self.runtime.i64, None, name);
            // The linker puts it near enough.
            word.set_visibility(GlobalVisibility::Hidden);
            word
        });
        found.as_pointer_value()
    }

    /// Where the number of open accesses stands.
    pub(crate) fn open_accesses(&self) -> PointerValue<'ctx> {
        let name = "sumi_open_accesses";
        let found = self.module.get_global(name);
        found
            .unwrap_or_else(|| self.module.add_global(self.runtime.i64, None, name))
            .as_pointer_value()
    }

    fn runtime_function(
        &self,
        name: &str,
        params: &[Abi],
        result: Abi,
        path: Path,
    ) -> FunctionValue<'ctx> {
        if let Some(found) = self.module.get_function(name) {
            return found;
        }
        let types: Vec<BasicMetadataTypeEnum<'ctx>> =
            params.iter().map(|param| self.abi_type(*param)).collect();
        let ty = match result {
            Abi::Void => self.runtime.void.fn_type(&types, false),
            Abi::Bool => self.context.bool_type().fn_type(&types, false),
            Abi::I32 => self.runtime.i32.fn_type(&types, false),
            Abi::I64 => self.runtime.i64.fn_type(&types, false),
            Abi::Read | Abi::Address | Abi::Write | Abi::Take | Abi::Block | Abi::Fresh => {
                self.runtime.pointer.fn_type(&types, false)
            }
        };
        let value = self.module.add_function(name, ty, None);
        self.assume(value, params, result, path);
        value
    }

    fn abi_type(&self, abi: Abi) -> BasicMetadataTypeEnum<'ctx> {
        match abi {
            Abi::Read | Abi::Address | Abi::Write | Abi::Take | Abi::Block | Abi::Fresh => {
                self.runtime.pointer.into()
            }
            Abi::I32 => self.runtime.i32.into(),
            Abi::I64 => self.runtime.i64.into(),
            Abi::Bool => self.context.bool_type().into(),
            Abi::Void => panic!("compiler bug: a parameter of no type"),
        }
    }

    fn assume(&self, value: FunctionValue<'ctx>, params: &[Abi], result: Abi, path: Path) {
        let add = |location, attribute: Attribute| value.add_attribute(location, attribute);
        let flag = |name: &str| self.context.create_enum_attribute(kind(name), 0);
        add(AttributeLoc::Function, flag("nounwind"));
        match path {
            Path::Usual => {}
            Path::Rare => add(AttributeLoc::Function, flag("cold")),
            Path::Never => {
                add(AttributeLoc::Function, flag("cold"));
                add(AttributeLoc::Function, flag("noreturn"));
            }
        }
        for (index, param) in params.iter().enumerate() {
            let location = AttributeLoc::Param(index as u32);
            match param {
                Abi::Write => add(location, self.attributes.no_capture(self.context)),
                Abi::Address => {
                    add(location, self.attributes.no_capture(self.context));
                    add(location, flag("readonly"));
                }
                Abi::Bool => add(location, flag("zeroext")),
                Abi::Read
                | Abi::Take
                | Abi::Block
                | Abi::Fresh
                | Abi::I32
                | Abi::I64
                | Abi::Void => {}
            }
        }
        match result {
            Abi::Block => self.add_block(value, AttributeLoc::Return),
            Abi::Fresh => {
                self.add_block(value, AttributeLoc::Return);
                add(AttributeLoc::Return, flag("noalias"));
            }
            Abi::Bool => add(AttributeLoc::Return, flag("zeroext")),
            Abi::Read | Abi::Address | Abi::Write | Abi::Take | Abi::I32 | Abi::I64 | Abi::Void => {
            }
        }
    }
}
