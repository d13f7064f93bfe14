//! Size, alignment and field offsets of concrete types, as C lays them out.
//!
//! An enum begins with its tag; the fields of each variant are laid out like a struct that begins with that tag:
//!
//! ```text
//!  enum Shape { Point, Circle(radius: f32), Box(w: f64, h: f64) }
//!
//!  0     1 … 3   4        8       16      24
//!  ┌─────┬───────┬────────┬───────┬───────┐
//!  │ tag │       │ radius │       │       │  Circle
//!  │ tag │       │        │ w     │ h     │  Box
//!  └─────┴───────┴────────┴───────┴───────┘
//! ```
//!
//! A boxed field takes a pointer's place.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::boxes::{fields_of, is_boxed_field};
use crate::env::{DefId, DefKind, Env};
use crate::types::{FloatTy, Len, Ty, TyKind};

const POINTER: u64 = 8;
/// That of blocks.
const WIDEST_ALIGN: u64 = 16;

/// Sizes end here instead of overflowing; `mono` refuses such types long before.
const HUGE: u64 = 1 << 60;

/// How a value travels through calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// It has no bytes.
    Nothing,
    /// As itself: scalars, vectors, and pointers to blocks.
    Value,
    /// By its address.
    Memory,
}

#[derive(Clone, Debug)]
pub struct Layout {
    pub size: u64,
    pub align: u64,
    pub pass: Pass,
    /// Whether values own blocks.
    pub has_heap: bool,
    /// Bytes of the tag; 0 for what is not an enum.
    pub tag: u64,
    /// A struct or tuple has one variant.
    pub variants: Vec<Vec<FieldLayout>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldLayout {
    /// From the start of the whole value.
    pub offset: u64,
    /// Of the value, also where that is in a box.
    pub ty: Ty,
    pub boxed: bool,
}

/// Computes each layout once.
pub struct Layouts<'env> {
    pub env: &'env Env,
    known: RefCell<FxHashMap<Ty, Rc<Layout>>>,
}

impl<'env> Layouts<'env> {
    pub fn new(env: &'env Env) -> Layouts<'env> {
        Layouts {
            env,
            known: RefCell::default(),
        }
    }

    pub fn of(&self, ty: Ty) -> Rc<Layout> {
        if let Some(found) = self.known.borrow().get(&ty) {
            return found.clone();
        }
        let layout = Rc::new(self.compute(ty));
        self.known.borrow_mut().insert(ty, layout.clone());
        layout
    }

    pub fn field(&self, ty: Ty, variant: u32, field: u32) -> FieldLayout {
        self.of(ty).variants[variant as usize][field as usize]
    }

    fn compute(&self, ty: Ty) -> Layout {
        match ty.kind() {
            TyKind::Int(int) => value(u64::from(int.bits()) / 8, false),
            TyKind::Float(float) => value(float_size(*float), false),
            TyKind::Bool => value(1, false),
            TyKind::Char => value(4, false),
            TyKind::Str | TyKind::Array(_) => value(POINTER, true),
            TyKind::Ptr(_) | TyKind::CFn(_) | TyKind::CStr => value(POINTER, false),
            TyKind::Simd(elem, Len::Known(lanes)) => self.vector(*elem, *lanes),
            TyKind::Fn(_) | TyKind::Any(..) => Layout {
                size: 2 * POINTER,
                align: POINTER,
                pass: Pass::Memory,
                has_heap: true,
                tag: 0,
                variants: Vec::new(),
            },
            TyKind::Never => nothing(),
            TyKind::Tuple(parts) => {
                let fields = parts.iter().map(|part| (*part, false)).collect();
                self.variants(0, vec![fields])
            }
            TyKind::FixedArray(elem, Len::Known(count)) => self.fixed_array(*elem, *count),
            TyKind::Adt(def, _) => self.adt(ty, *def),
            TyKind::FixedArray(_, Len::Param(..) | Len::Infer(_))
            | TyKind::Simd(_, Len::Param(..) | Len::Infer(_))
            | TyKind::Param(..)
            | TyKind::Infer(_)
            | TyKind::Error => panic!(
                "compiler bug: the layout of {} was asked for",
                ty.display(self.env)
            ),
        }
    }

    fn fixed_array(&self, elem: Ty, count: u64) -> Layout {
        let elem = self.of(elem);
        let size = elem.size.saturating_mul(count).min(HUGE);
        Layout {
            size,
            align: elem.align,
            pass: if size == 0 {
                Pass::Nothing
            } else {
                Pass::Memory
            },
            has_heap: elem.has_heap && count > 0,
            tag: 0,
            variants: Vec::new(),
        }
    }

    /// Lane after lane, as an array has its elements; never aligned to more than a block is.
    fn vector(&self, elem: Ty, lanes: u64) -> Layout {
        let size = self.of(elem).size * lanes;
        Layout {
            align: (1 << size.trailing_zeros()).min(WIDEST_ALIGN),
            ..value(size, false)
        }
    }

    fn adt(&self, ty: Ty, def: DefId) -> Layout {
        match &self.env.def(def).kind {
            DefKind::Struct(_) => self.variants(0, vec![self.fields(ty, def, 0)]),
            DefKind::Enum(found) => {
                let variants = (0u32..)
                    .zip(&found.variants)
                    .map(|(variant, _)| self.fields(ty, def, variant))
                    .collect();
                self.variants(tag_size(found.variants.len()), variants)
            }
            DefKind::ExternType { .. } => value(POINTER, true),
            DefKind::Fn(_) | DefKind::Trait(_) | DefKind::Global(_) | DefKind::Const(_) => {
                panic!("compiler bug: {def} is not a type")
            }
        }
    }

    fn fields(&self, ty: Ty, def: DefId, variant: u32) -> Vec<(Ty, bool)> {
        let TyKind::Adt(_, args) = ty.kind() else {
            panic!("compiler bug: {} has no fields", ty.display(self.env));
        };
        let fields = fields_of(self.env, def, variant).unwrap_or_default();
        (0u32..)
            .zip(fields)
            .map(|(index, field)| {
                let boxed = is_boxed_field(self.env, def, variant, index);
                (field.ty.subst(args), boxed)
            })
            .collect()
    }

    fn variants(&self, tag: u64, variants: Vec<Vec<(Ty, bool)>>) -> Layout {
        let mut whole = Layout {
            size: tag,
            align: tag.max(1),
            pass: Pass::Nothing,
            has_heap: false,
            tag,
            variants: Vec::with_capacity(variants.len()),
        };
        for fields in variants {
            let mut end = tag;
            let mut laid_out = Vec::with_capacity(fields.len());
            for (ty, boxed) in fields {
                let (size, align, has_heap) = if boxed {
                    (POINTER, POINTER, true)
                } else {
                    let layout = self.of(ty);
                    (layout.size, layout.align, layout.has_heap)
                };
                let offset = end.next_multiple_of(align);
                laid_out.push(FieldLayout { offset, ty, boxed });
                end = (offset + size).min(HUGE);
                whole.align = whole.align.max(align);
                whole.has_heap |= has_heap;
            }
            whole.size = whole.size.max(end);
            whole.variants.push(laid_out);
        }
        whole.size = whole.size.next_multiple_of(whole.align);
        if whole.size > 0 {
            whole.pass = Pass::Memory;
        }
        whole
    }
}

fn value(size: u64, has_heap: bool) -> Layout {
    Layout {
        size,
        align: size,
        pass: Pass::Value,
        has_heap,
        tag: 0,
        variants: Vec::new(),
    }
}

fn nothing() -> Layout {
    Layout {
        size: 0,
        align: 1,
        pass: Pass::Nothing,
        has_heap: false,
        tag: 0,
        variants: Vec::new(),
    }
}

fn tag_size(variants: usize) -> u64 {
    match variants {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

fn float_size(float: FloatTy) -> u64 {
    match float {
        FloatTy::F32 => 4,
        FloatTy::F64 => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::{Layouts, Pass};
    use crate::env::Env;
    use crate::types::{IntTy, Ty};

    #[test]
    fn fields_lie_as_in_c() {
        let env = Env::new();
        let layouts = Layouts::new(&env);
        let tuple = Ty::tuple(vec![Ty::u8(), Ty::i64(), Ty::int(IntTy::I16), Ty::unit()]);
        let layout = layouts.of(tuple);
        let offsets: Vec<u64> = layout.variants[0].iter().map(|f| f.offset).collect();
        assert_eq!(offsets, [0, 8, 16, 18]);
        assert_eq!((layout.size, layout.align), (24, 8));
        assert_eq!(layouts.of(Ty::unit()).pass, Pass::Nothing);
    }

    #[test]
    fn an_optional_begins_with_its_tag() {
        let env = Env::new();
        let layouts = Layouts::new(&env);
        let layout = layouts.of(Ty::option(Ty::int(IntTy::I32)));
        assert_eq!((layout.size, layout.align, layout.tag), (8, 4, 1));
        assert_eq!(layout.variants[1][0].offset, 4);
        assert!(!layout.has_heap);
    }

    #[test]
    fn an_error_boxes_its_cause() {
        let env = Env::new();
        let layouts = Layouts::new(&env);
        let layout = layouts.of(Ty::error_type());
        assert_eq!((layout.size, layout.has_heap), (16, true));
        assert!(layout.variants[0][1].boxed);
    }
}
