//! The runtime that generated code calls: type descriptors, blocks, the heap of an engine, and the functions of the
//! language. It never knows the compiler.

pub mod block;
pub mod desc;

pub use block::Block;
pub use desc::{FieldDesc, Kind, TypeDesc, VariantDesc};
