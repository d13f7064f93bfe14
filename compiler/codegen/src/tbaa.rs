//! Which memory is which, for LLVM's alias analysis: the header fields of blocks, pointers to blocks, and data never
//! overlap, so that a length or a pointer to elements stays in a register while elements are written.
//!
//! Payloads of enums get no tag: one byte serves several variants.

use inkwell::context::Context;
use inkwell::values::{InstructionValue, MetadataValue};

pub(crate) struct Tbaa<'ctx> {
    kind: u32,
    owners: MetadataValue<'ctx>,
    header: MetadataValue<'ctx>,
    block: MetadataValue<'ctx>,
    data: MetadataValue<'ctx>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// The `rc` of a block.
    Owners,
    /// `elem`, `len` and `cap` of a block.
    Header,
    /// A pointer to a block.
    Block,
    /// Any other scalar.
    Data,
    /// May be anything.
    Any,
}

impl<'ctx> Tbaa<'ctx> {
    pub(crate) fn new(context: &'ctx Context) -> Tbaa<'ctx> {
        let root = context.metadata_node(&[context.metadata_string("Sumi").into()]);
        let zero = context.i64_type().const_zero();
        let tag = |name: &str| {
            let scalar = context.metadata_node(&[
                context.metadata_string(name).into(),
                root.into(),
                zero.into(),
            ]);
            context.metadata_node(&[scalar.into(), scalar.into(), zero.into()])
        };
        Tbaa {
            kind: context.get_kind_id("tbaa"),
            owners: tag("owners"),
            header: tag("header"),
            block: tag("block"),
            data: tag("data"),
        }
    }

    pub(crate) fn mark(&self, instruction: InstructionValue<'ctx>, memory: Memory) {
        let tag = match memory {
            Memory::Owners => self.owners,
            Memory::Header => self.header,
            Memory::Block => self.block,
            Memory::Data => self.data,
            Memory::Any => return,
        };
        instruction
            .set_metadata(tag, self.kind)
            .unwrap_or_else(|error| panic!("compiler bug: tbaa on a wrong instruction: {error}"));
    }
}
