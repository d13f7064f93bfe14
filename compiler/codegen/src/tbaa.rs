//! Which memory is which, for LLVM's alias analysis: the header fields of blocks, pointers to blocks, and data of each kind never
//! overlap, so that a length, a pointer to elements or a field of another kind stays in a register while elements are written.
//!
//! Payloads of enums get no tag: one byte serves several variants. Where code counts what it does, the count is apart from all memory of
//! the program, tagged or not, so that loops keep it in a register.

use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::values::{CallSiteValue, InstructionOpcode, InstructionValue, MetadataValue};

pub(crate) struct Tbaa<'ctx> {
    kind: u32,
    owners: MetadataValue<'ctx>,
    header: MetadataValue<'ctx>,
    block: MetadataValue<'ctx>,
    data: MetadataValue<'ctx>,
    kinds: [MetadataValue<'ctx>; 6],
    /// All of the program's, and the count.
    counting: Option<(MetadataValue<'ctx>, MetadataValue<'ctx>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// The `rc` of a block.
    Owners,
    /// `elem`, `len` and `cap` of a block.
    Header,
    /// A pointer to a block.
    Block,
    /// Scalars of one kind.
    Scalar(Kind),
    /// Scalars of any kind: texts are read by words.
    Data,
    /// How much fuel is left.
    Fuel,
    /// May be anything.
    Any,
}

/// What is never read as another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `bool` among them.
    Bytes,
    Int16,
    /// `char` among them.
    Int32,
    Int64,
    Float32,
    Float64,
}

impl<'ctx> Tbaa<'ctx> {
    pub(crate) fn new(context: &'ctx Context, counts: bool) -> Tbaa<'ctx> {
        let root = context.metadata_node(&[context.metadata_string("Sumi").into()]);
        let zero = context.i64_type().const_zero();
        let scalar = |name: &str, parent: MetadataValue<'ctx>| {
            let name = context.metadata_string(name);
            context.metadata_node(&[name.into(), parent.into(), zero.into()])
        };
        let access = |scalar: MetadataValue<'ctx>| {
            context.metadata_node(&[scalar.into(), scalar.into(), zero.into()])
        };
        let memory = match counts {
            true => scalar("memory", root),
            false => root,
        };
        let tag = |name: &str| access(scalar(name, memory));
        let data = scalar("data", memory);
        // In the order of `Kind`.
        let kinds = ["bytes", "i16", "i32", "i64", "f32", "f64"];
        Tbaa {
            kind: context.get_kind_id("tbaa"),
            owners: tag("owners"),
            header: tag("header"),
            block: tag("block"),
            data: access(data),
            kinds: kinds.map(|name| access(scalar(name, data))),
            counting: counts.then(|| (access(memory), access(scalar("fuel", root)))),
        }
    }

    pub(crate) fn mark(&self, instruction: InstructionValue<'ctx>, memory: Memory) {
        let tag = match memory {
            Memory::Owners => self.owners,
            Memory::Header => self.header,
            Memory::Block => self.block,
            Memory::Scalar(kind) => self.kinds[kind as usize],
            Memory::Data => self.data,
            Memory::Fuel => {
                self.counting
                    .expect("compiler bug: a count where none is kept")
                    .1
            }
            Memory::Any => return,
        };
        self.set(instruction, tag);
    }

    /// Says of all memory that has no tag, and of what the runtime does to it, that it is not the count, where there is one.
    pub(crate) fn set_apart(&self, module: &Module<'ctx>) {
        let Some((memory, _)) = self.counting else {
            return;
        };
        let functions = module.get_functions();
        let blocks = functions.flat_map(|function| function.get_basic_block_iter());
        for instruction in blocks.flat_map(|block| block.get_instructions()) {
            let is_of_memory = match instruction.get_opcode() {
                InstructionOpcode::Load | InstructionOpcode::Store => true,
                InstructionOpcode::Call => leaves_count(instruction),
                _ => false,
            };
            if is_of_memory && instruction.get_metadata(self.kind).is_none() {
                self.set(instruction, memory);
            }
        }
    }

    fn set(&self, instruction: InstructionValue<'ctx>, tag: MetadataValue<'ctx>) {
        instruction
            .set_metadata(tag, self.kind)
            .unwrap_or_else(|error| panic!("compiler bug: tbaa on a wrong instruction: {error}"));
    }
}

/// Whether it is a call of something that takes no fuel and calls no code that could.
fn leaves_count(instruction: InstructionValue<'_>) -> bool {
    const NAMES: [&str; 6] = [
        "sumi_free",
        "sumi_retain",
        "sumi_release",
        "sumi_same_type",
        "sumi_access_begin",
        "sumi_access_end",
    ];
    let called = CallSiteValue::try_from(instruction).ok();
    let called = called.and_then(|call| call.get_called_fn_value());
    called.is_some_and(|function| {
        let name = function.get_name().to_string_lossy();
        name.starts_with("llvm.mem") || NAMES.contains(&&*name)
    })
}
