//! Boxes that are used again: a value that is taken apart gives up the boxes of its fields, and what is built next of the same size is
//! put there. After Reinking, Xie, de Moura and Leijen, "Perceus: Garbage Free Reference Counting with Reuse", 2021, but with
//! variables that hold a block or null, so that any path may use it or not.
//!
//! For each size of a box's content a function has a few such variables. They are filled only where something of that size may yet be
//! built, and what they hold where nothing is to come any more is freed at once: no block waits for longer than it can be of use.

use compiler::mir::{Block, BlockId, Place, Rvalue, Statement, StatementKind};
use compiler::types::Ty;
use inkwell::values::PointerValue;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

use crate::any::ELEM;
use crate::function::Function;
use crate::module::Built;
use crate::tbaa::Memory;

/// Size and alignment of what a box holds.
pub(crate) type Shape = (u64, u64);

/// So many blocks of one size are kept at most.
const MOST: usize = 4;

/// The variables of one shape, and where what they hold is of use.
pub(crate) struct Spares<'ctx> {
    slots: Vec<PointerValue<'ctx>>,
    /// Blocks at whose beginning something of the size may yet be built.
    wanted: FxHashSet<BlockId>,
    /// Blocks at whose beginning there may be one that nobody wants.
    left: FxHashSet<BlockId>,
}

impl<'ctx> Function<'_, '_, 'ctx> {
    /// Makes the variables of every size that this function takes apart and builds.
    pub(crate) fn make_spares(&self) -> BTreeMap<Shape, Spares<'ctx>> {
        let mut opened: BTreeMap<Shape, usize> = BTreeMap::new();
        for statement in self.body.blocks.values().flat_map(|b| &b.statements) {
            for shape in self.shapes_opened(statement) {
                *opened.entry(shape).or_default() += 1;
            }
        }
        let made = opened.into_iter().filter_map(|(shape, count)| {
            let wanted = self.wanted(shape);
            if wanted.is_empty() {
                return None;
            }
            let left = self.left(shape, &wanted);
            let slots = (0..count.min(MOST)).map(|_| {
                let slot = self.storage(8, 8);
                self.empty_slot(slot);
                slot
            });
            let slots = slots.collect();
            Some((
                shape,
                Spares {
                    slots,
                    wanted,
                    left,
                },
            ))
        });
        made.collect()
    }

    /// The sizes of the boxes that a statement gives up.
    fn shapes_opened(&self, statement: &Statement) -> Vec<Shape> {
        let StatementKind::Unpack {
            place,
            variant,
            moved,
        } = &statement.kind
        else {
            return Vec::new();
        };
        self.boxes_of(self.place_type(place), *variant, |field| {
            moved.contains(&field)
        })
    }

    /// The sizes of the boxes that a statement makes.
    fn shapes_built(&self, statement: &Statement) -> Vec<Shape> {
        match &statement.kind {
            StatementKind::Assign {
                value: Rvalue::Variant { ty, variant, .. },
                ..
            } => self.boxes_of(*ty, *variant, |_| true),
            StatementKind::Assign {
                value: Rvalue::Aggregate(ty, _),
                ..
            } if ty.elem().is_none() => self.boxes_of(*ty, 0, |_| true),
            _ => Vec::new(),
        }
    }

    pub(crate) fn shape_of(&self, ty: Ty) -> Shape {
        let layout = self.layout(ty);
        (layout.size, layout.align)
    }

    fn place_type(&self, place: &Place) -> Ty {
        self.body.place_ty(self.unit.input.env, place)
    }

    fn boxes_of(&self, ty: Ty, variant: u32, which: impl Fn(u32) -> bool) -> Vec<Shape> {
        let layout = self.layout(ty);
        let Some(fields) = layout.variants.get(variant as usize) else {
            return Vec::new();
        };
        let boxed = (0u32..)
            .zip(fields)
            .filter(|(index, field)| field.boxed && which(*index));
        boxed.map(|(_, field)| self.shape_of(field.ty)).collect()
    }

    fn builds(&self, statements: &[Statement], shape: Shape) -> bool {
        let mut statements = statements.iter();
        statements.any(|statement| self.shapes_built(statement).contains(&shape))
    }

    fn wanted(&self, shape: Shape) -> FxHashSet<BlockId> {
        let blocks = &self.body.blocks;
        let builders = blocks
            .iter()
            .filter(|(_, block)| self.builds(&block.statements, shape));
        let mut wanted: FxHashSet<BlockId> = builders.map(|(id, _)| id).collect();
        let mut before = 0;
        while wanted.len() > before {
            before = wanted.len();
            for (id, block) in blocks.iter() {
                if wanted_after(block, &wanted) {
                    wanted.insert(id);
                }
            }
        }
        wanted
    }

    fn left(&self, shape: Shape, wanted: &FxHashSet<BlockId>) -> FxHashSet<BlockId> {
        let opens = |block: &Block| {
            let mut statements = block.statements.iter();
            statements.any(|statement| self.shapes_opened(statement).contains(&shape))
        };
        let mut entered: FxHashSet<BlockId> = FxHashSet::default();
        let mut before = usize::MAX;
        while entered.len() != before {
            before = entered.len();
            for (id, block) in self.body.blocks.iter() {
                if wanted_after(block, wanted) && (entered.contains(&id) || opens(block)) {
                    entered.extend(block.terminator.successors());
                }
            }
        }
        entered.retain(|id| !wanted.contains(id));
        entered
    }

    /// What nobody wants any more where a block begins.
    pub(crate) fn free_left(&self, id: BlockId) {
        for spares in self
            .spares
            .values()
            .filter(|spares| spares.left.contains(&id))
        {
            self.free_all(spares);
        }
    }

    /// Whether a box that is given up at this statement is to be kept.
    pub(crate) fn keeps_spare(&self, block: &Block, at: usize, shape: Shape) -> bool {
        self.spares.get(&shape).is_some_and(|spares| {
            self.builds(&block.statements[at + 1..], shape) || wanted_after(block, &spares.wanted)
        })
    }

    /// Frees what is left after the last thing was built in a block.
    pub(crate) fn free_after(&self, block: &Block, at: usize) {
        if self.spares.is_empty() {
            return;
        }
        let mut built = self.shapes_built(&block.statements[at]);
        built.sort_unstable();
        built.dedup();
        for shape in built {
            if let Some(spares) = self.spares.get(&shape)
                && !self.keeps_spare(block, at, shape)
            {
                self.free_all(spares);
            }
        }
    }

    /// What any of the variables holds.
    pub(crate) fn free_spares(&self) {
        self.spares
            .values()
            .for_each(|spares| self.free_all(spares));
    }

    fn free_all(&self, spares: &Spares<'ctx>) {
        for slot in &spares.slots {
            let block = self.load_pointer(*slot, Memory::Any);
            let is_there = self.builder.build_is_not_null(block, "").built();
            self.when(is_there, |f| {
                f.empty_slot(*slot);
                f.free_box(block);
            });
        }
    }

    fn empty_slot(&self, slot: PointerValue<'ctx>) {
        let null = self.unit.runtime.pointer.const_null();
        self.builder.build_store(slot, null).built();
    }

    /// No access of memory goes from before to after it, or the other way.
    fn barrier(&self) {
        let nothing = self.unit.context.void_type().fn_type(&[], false);
        let clobber = "~{memory}".to_owned();
        let assembly = self.unit.context.create_inline_asm(
            nothing,
            String::new(),
            clobber,
            true,
            false,
            None,
            false,
        );
        self.builder
            .build_indirect_call(nothing, assembly, &[], "")
            .built();
    }

    /// Frees a box without what is inside, which has gone elsewhere.
    pub(crate) fn free_box(&self, block: PointerValue<'ctx>) {
        self.store_len(block, self.unit.runtime.i64.const_zero());
        self.builder
            .build_call(self.unit.free(), &[block.into()], "")
            .built();
    }

    /// Keeps a box that nobody owns; frees it if there are enough.
    pub(crate) fn keep_box(&self, block: PointerValue<'ctx>, shape: Shape) {
        let done = self.new_block("kept");
        for slot in &self.spares[&shape].slots {
            let held = self.load_pointer(*slot, Memory::Any);
            let is_empty = self.builder.build_is_null(held, "").built();
            let (keep, next) = (self.new_block("keep"), self.new_block("full"));
            self.branch(is_empty, keep, next);
            self.builder.position_at_end(keep);
            self.builder.build_store(*slot, block).built();
            self.goto(done);
            self.builder.position_at_end(next);
        }
        self.free_box(block);
        self.goto(done);
        self.builder.position_at_end(done);
    }

    /// A box for one value, used again or new, of length 1.
    pub(crate) fn new_box(&self, ty: Ty) -> PointerValue<'ctx> {
        let shape = self.shape_of(ty);
        let one = self.unit.runtime.i64.const_int(1, false);
        let Some(spares) = self.spares.get(&shape) else {
            let block = self.allocate(ty, 1);
            self.store_len(block, one);
            return block;
        };
        let found = self.storage(8, 8);
        let (again, done) = (self.new_block("again"), self.new_block("box"));
        for slot in &spares.slots {
            let held = self.load_pointer(*slot, Memory::Any);
            let is_there = self.builder.build_is_not_null(held, "").built();
            let (take, next) = (self.new_block("take"), self.new_block("none"));
            self.branch(is_there, take, next);
            self.builder.position_at_end(take);
            self.empty_slot(*slot);
            self.builder.build_store(found, held).built();
            self.goto(again);
            self.builder.position_at_end(next);
        }
        let block = self.allocate(ty, 1);
        self.builder.build_store(found, block).built();
        self.goto(done);
        self.builder.position_at_end(again);
        // What was in there may have been of another type, whose kinds of memory LLVM takes for other memory; payloads have none.
        if self.layout(ty).variants.len() == 1 {
            self.barrier();
        }
        let block = self.load_pointer(found, Memory::Any);
        self.set_owners(block, one);
        let desc = self.unit.desc(ty);
        let store = self.builder.build_store(self.offset(block, ELEM), desc);
        self.unit.tbaa.mark(store.built(), Memory::Header);
        self.goto(done);
        self.builder.position_at_end(done);
        let block = self.load_pointer(found, Memory::Any);
        self.store_len(block, one);
        block
    }
}

/// Whether one of the blocks that come next wants a spare box.
fn wanted_after(block: &Block, wanted: &FxHashSet<BlockId>) -> bool {
    let next = block.terminator.successors();
    next.iter().any(|id| wanted.contains(id))
}
