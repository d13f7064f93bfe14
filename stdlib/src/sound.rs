//! Whether values are whole after a run was ended between two instructions: a store of several words may have been half done, or a
//! place may still hold a block that its new owner has freed already. Nothing is followed that is not known to be a block.

use std::collections::HashSet;

use crate::block::{Block, elements, empty};
use crate::desc::{Kind, TypeDesc};
use crate::runtime::Runtime;
use crate::walk::Root;

struct Search<'a> {
    blocks: HashSet<*mut Block>,
    /// Blocks that were looked into, or will be.
    seen: HashSet<*mut Block>,
    waiting: Vec<*mut Block>,
    is_constant: &'a dyn Fn(*const Block) -> bool,
}

impl Runtime {
    /// For each root, whether all that can be reached from it is a valid value. `is_constant` knows the blocks outside of the heap.
    ///
    /// # Safety
    /// No run of this engine is under way. The roots are readable places of their types, of whatever content.
    pub unsafe fn sound(
        &mut self,
        roots: &[Root],
        is_constant: &dyn Fn(*const Block) -> bool,
    ) -> Vec<bool> {
        let blocks: HashSet<*mut Block> = self.heap.blocks().into_iter().collect();
        let mut search = Search {
            blocks,
            seen: HashSet::new(),
            waiting: Vec::new(),
            is_constant,
        };
        let whole = |&(desc, value): &Root| {
            // What an earlier root reached was whole, or that root is not, and then this one must not pass by it.
            search.seen.clear();
            // SAFETY: the caller's promise.
            unsafe { search.value(&*desc, value) && search.children() }
        };
        roots.iter().map(whole).collect()
    }
}

impl Search<'_> {
    /// # Safety
    /// The place is readable.
    unsafe fn value(&mut self, desc: &TypeDesc, value: *const u8) -> bool {
        if !desc.has_heap() {
            return true;
        }
        // SAFETY: the descriptor says how large the place is.
        unsafe {
            let pointer = |offset: usize| value.add(offset).cast::<*mut Block>().read();
            match desc.kind {
                Kind::Str | Kind::Array | Kind::Box => self.block(pointer(0), desc.elem.as_ref()),
                Kind::Opaque => self.block(pointer(0), None),
                Kind::Fn => self.block(pointer(8), None),
                Kind::Any => {
                    let (table, inner) = (pointer(0).cast::<*const TypeDesc>(), pointer(8));
                    // A table begins with the descriptor of what it is for.
                    !table.is_null()
                        && self.block(inner, None)
                        && (*inner)
                            .elem
                            .as_ref()
                            .is_some_and(|elem| elem.same_type(&**table))
                }
                Kind::Struct | Kind::Tuple | Kind::Map | Kind::Set => desc
                    .fields()
                    .iter()
                    .all(|field| self.value(field.ty(), value.add(field.offset as usize))),
                Kind::Enum | Kind::Option | Kind::Result => {
                    let variant = desc.variants().get(desc.tag(value));
                    variant.is_some_and(|variant| {
                        variant
                            .fields()
                            .iter()
                            .all(|field| self.value(field.ty(), value.add(field.offset as usize)))
                    })
                }
                Kind::FixedArray | Kind::Simd => {
                    let elem = &*desc.elem;
                    (0..desc.count as usize)
                        .all(|index| self.value(elem, value.add(index * elem.size as usize)))
                }
                Kind::I8
                | Kind::I16
                | Kind::I32
                | Kind::I64
                | Kind::U8
                | Kind::U16
                | Kind::U32
                | Kind::U64
                | Kind::F32
                | Kind::F64
                | Kind::Bool
                | Kind::Char
                | Kind::Unit
                | Kind::Ptr
                | Kind::CStr => true,
            }
        }
    }

    fn block(&mut self, block: *mut Block, elem: Option<&TypeDesc>) -> bool {
        if block == empty() || (self.is_constant)(block) {
            return true;
        }
        if !self.blocks.contains(&block) {
            return false;
        }
        // SAFETY: a live block of the heap.
        let (found, len, cap) = unsafe { ((*block).elem.as_ref(), (*block).len, (*block).cap) };
        let fits = match (found, elem) {
            (Some(found), Some(elem)) => {
                (found.kind, found.size, found.flags) == (elem.kind, elem.size, elem.flags)
            }
            (Some(_), None) => true,
            (None, _) => false,
        };
        let is_whole = fits && 0 <= len && len <= cap;
        if is_whole && self.seen.insert(block) {
            self.waiting.push(block);
        }
        is_whole
    }

    unsafe fn children(&mut self) -> bool {
        while let Some(block) = self.waiting.pop() {
            // SAFETY: only live blocks wait, and their headers were looked at.
            let is_whole = unsafe {
                let elem = &*(*block).elem;
                !elem.has_heap()
                    || (0..(*block).len as usize).all(|index| {
                        self.value(elem, elements(block).add(index * elem.size as usize))
                    })
            };
            if !is_whole {
                self.waiting.clear();
                return false;
            }
        }
        true
    }
}
