//! Blocks with explicit owners. The interpreter counts them by hand, as generated code does, so that a body that moves, drops or
//! shares wrongly is found here: use after the last owner left, a drop too many, a block that nobody drops.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::value::Value;
use crate::mir::ConstValue;

/// The owners of a constant: never one, never none.
const FOREVER: u64 = 1 << 62;

/// A block and which of its lives is meant: places of freed blocks are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct BlockRef {
    index: u32,
    life: u32,
}

#[derive(Clone, Debug)]
pub(super) enum Data {
    /// Text.
    Bytes(Vec<u8>),
    /// Elements of an array, or the value of a box.
    Values(Vec<Value>),
}

struct Block {
    owners: u64,
    data: Data,
}

#[derive(Default)]
struct Slot {
    life: u32,
    block: Option<Block>,
}

/// What sharing cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// New owners of blocks.
    pub copies: u64,
    /// Blocks copied because a shared one was written.
    pub splits: u64,
    /// The elements that splits copied.
    pub copied_elements: u64,
    pub allocations: u64,
    /// Statements run.
    pub steps: u64,
}

#[derive(Default)]
pub(super) struct Heap {
    slots: Vec<Slot>,
    free: Vec<u32>,
    constants: FxHashMap<Arc<str>, BlockRef>,
    byte_constants: FxHashMap<Arc<[u8]>, BlockRef>,
    /// By the address of what they were made from, which stays alive beside them.
    data_constants: FxHashMap<*const ConstValue, (Arc<ConstValue>, Value)>,
    live: usize,
    pub(super) stats: Stats,
}

impl Heap {
    pub(super) fn live(&self) -> usize {
        self.live
    }

    pub(super) fn allocate(&mut self, data: Data) -> Value {
        self.stats.allocations += 1;
        self.live += 1;
        Value::Block(self.place(Block { owners: 1, data }))
    }

    pub(super) fn text(&mut self, text: impl Into<String>) -> Value {
        self.allocate(Data::Bytes(text.into().into_bytes()))
    }

    pub(super) fn constant(&mut self, text: &Arc<str>) -> Value {
        if let Some(found) = self.constants.get(text) {
            return Value::Block(*found);
        }
        let block = self.place(Block {
            owners: FOREVER,
            data: Data::Bytes(text.as_bytes().to_vec()),
        });
        self.constants.insert(text.clone(), block);
        Value::Block(block)
    }

    pub(super) fn byte_constant(&mut self, bytes: &Arc<[u8]>) -> Value {
        if let Some(found) = self.byte_constants.get(bytes) {
            return Value::Block(*found);
        }
        let values = bytes.iter().map(|b| Value::Int(i128::from(*b))).collect();
        let made = self.permanent(values);
        self.byte_constants.insert(bytes.clone(), made.block());
        made
    }

    /// A block that is never freed.
    pub(super) fn permanent(&mut self, values: Vec<Value>) -> Value {
        Value::Block(self.place(Block {
            owners: FOREVER,
            data: Data::Values(values),
        }))
    }

    pub(super) fn data_constant(&self, from: &Arc<ConstValue>) -> Option<Value> {
        let found = self.data_constants.get(&Arc::as_ptr(from));
        found.map(|(_, value)| value.clone())
    }

    pub(super) fn keep_data_constant(&mut self, from: &Arc<ConstValue>, value: &Value) {
        self.data_constants
            .insert(Arc::as_ptr(from), (from.clone(), value.clone()));
    }

    fn place(&mut self, block: Block) -> BlockRef {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            u32::try_from(self.slots.len() - 1).expect("compiler bug: too many blocks")
        });
        let slot = &mut self.slots[index as usize];
        slot.life += 1;
        slot.block = Some(block);
        BlockRef {
            index,
            life: slot.life,
        }
    }

    fn block(&self, at: BlockRef) -> &Block {
        let slot = &self.slots[at.index as usize];
        match &slot.block {
            Some(block) if slot.life == at.life => block,
            _ => panic!("compiler bug: a block is used after its last owner dropped it"),
        }
    }

    fn block_mut(&mut self, at: BlockRef) -> &mut Block {
        let slot = &mut self.slots[at.index as usize];
        match &mut slot.block {
            Some(block) if slot.life == at.life => block,
            _ => panic!("compiler bug: a block is used after its last owner dropped it"),
        }
    }

    pub(super) fn data(&self, at: BlockRef) -> &Data {
        &self.block(at).data
    }

    pub(super) fn bytes(&self, at: BlockRef) -> &[u8] {
        match self.data(at) {
            Data::Bytes(bytes) => bytes,
            Data::Values(_) => panic!("compiler bug: an array is used as text"),
        }
    }

    pub(super) fn values(&self, at: BlockRef) -> &[Value] {
        match self.data(at) {
            Data::Values(values) => values,
            Data::Bytes(_) => panic!("compiler bug: text is used as an array"),
        }
    }

    /// For writing: nobody else may own it.
    pub(super) fn data_mut(&mut self, at: BlockRef) -> &mut Data {
        let block = self.block_mut(at);
        assert!(
            block.owners == 1,
            "compiler bug: a shared block is written without having been made unique"
        );
        &mut block.data
    }

    pub(super) fn is_unique(&self, at: BlockRef) -> bool {
        self.block(at).owners == 1
    }

    /// One owner more for every block that the value holds directly.
    pub(super) fn retain(&mut self, value: &Value) {
        match value {
            Value::Block(block) | Value::Any(_, block) => {
                let block = self.block_mut(*block);
                if block.owners < FOREVER {
                    block.owners += 1;
                }
                self.stats.copies += 1;
            }
            Value::Fields(fields) | Value::Variant(_, fields) => {
                for field in fields.iter() {
                    self.retain(field);
                }
            }
            Value::Empty
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bool(_)
            | Value::Char(_)
            | Value::Function(_)
            | Value::Reference(_) => {}
        }
    }

    /// One owner less; what has none left goes, over a worklist.
    pub(super) fn release(&mut self, value: Value) {
        let mut pending = vec![value];
        while let Some(value) = pending.pop() {
            match value {
                Value::Block(at) | Value::Any(_, at) => {
                    let block = self.block_mut(at);
                    if block.owners >= FOREVER {
                        continue;
                    }
                    block.owners -= 1;
                    if block.owners == 0 {
                        pending.extend(self.remove(at));
                    }
                }
                Value::Fields(fields) | Value::Variant(_, fields) => pending.extend(fields),
                Value::Empty
                | Value::Int(_)
                | Value::Float(_)
                | Value::Bool(_)
                | Value::Char(_)
                | Value::Function(_)
                | Value::Reference(_) => {}
            }
        }
    }

    /// One owner less of a box whose value went elsewhere.
    pub(super) fn open(&mut self, shell: BlockRef) {
        if self.is_unique(shell) {
            self.remove(shell);
            return;
        }
        let inside = self.values(shell).to_vec();
        inside.iter().for_each(|value| self.retain(value));
        self.release(Value::Block(shell));
    }

    fn remove(&mut self, at: BlockRef) -> Vec<Value> {
        self.live -= 1;
        self.free.push(at.index);
        match self.slots[at.index as usize].block.take() {
            Some(Block {
                data: Data::Values(values),
                ..
            }) => values,
            _ => Vec::new(),
        }
    }

    /// The block that a place should hold so that it may be written: itself, or a copy.
    pub(super) fn unshared(&mut self, at: BlockRef) -> BlockRef {
        if self.is_unique(at) {
            return at;
        }
        let data = self.data(at).clone();
        self.stats.splits += 1;
        self.stats.copied_elements += match &data {
            Data::Bytes(bytes) => bytes.len() as u64,
            Data::Values(values) => values.len() as u64,
        };
        if let Data::Values(values) = &data {
            for value in values {
                self.retain(value);
            }
        }
        self.release(Value::Block(at));
        match self.allocate(data) {
            Value::Block(block) => block,
            other => panic!("compiler bug: {other:?} is not a block"),
        }
    }

    /// After a failure: counts the owners anew from the values that survive, and frees every other block.
    pub(super) fn sweep<'a>(&mut self, roots: impl Iterator<Item = &'a Value>) {
        for slot in &mut self.slots {
            if let Some(block) = &mut slot.block
                && block.owners < FOREVER
            {
                block.owners = 0;
            }
        }
        for root in roots {
            self.count(root.clone());
        }
        for index in 0..self.slots.len() {
            let slot = &mut self.slots[index];
            if slot.block.as_ref().is_some_and(|block| block.owners == 0) {
                slot.block = None;
                self.live -= 1;
                self.free.push(index as u32);
            }
        }
    }

    fn count(&mut self, root: Value) {
        let mut pending = vec![root];
        while let Some(value) = pending.pop() {
            match value {
                Value::Block(at) | Value::Any(_, at) => {
                    let block = self.block_mut(at);
                    if block.owners >= FOREVER {
                        continue;
                    }
                    block.owners += 1;
                    if block.owners == 1
                        && let Data::Values(values) = &block.data
                    {
                        pending.extend(values.iter().cloned());
                    }
                }
                Value::Fields(fields) | Value::Variant(_, fields) => pending.extend(fields),
                Value::Empty
                | Value::Int(_)
                | Value::Float(_)
                | Value::Bool(_)
                | Value::Char(_)
                | Value::Function(_)
                | Value::Reference(_) => {}
            }
        }
    }
}
