//! The primitives on arrays, and the empty value of a type. Those that change an array find its block unique.

use std::rc::Rc;

use super::call::Arguments;
use super::heap::Data;
use super::relate::Relation;
use super::value::{Address, Value};
use super::{Interpreter, Run};
use crate::boxes::{fields_of, vacant_variant};
use crate::mir::Old;
use crate::mono::Program;
use crate::types::{Len, Ty, TyKind};

impl Interpreter<'_> {
    pub(super) fn array_intrinsic(
        &mut self,
        program: &Rc<Program>,
        name: &str,
        type_args: &[Ty],
        args: &Arguments,
    ) -> Run<Option<Value>> {
        let done = match name {
            "array_len" => {
                let len = self.heap.values(args.value(0).block()).len();
                Value::Int(len as i128)
            }
            "array_with_capacity" => self.heap.allocate(Data::Values(Vec::new())),
            "array_reserve" => Value::unit(),
            "array_push" => {
                let value = args.value(1).clone();
                self.elements_mut(args.place(0)).push(value);
                Value::unit()
            }
            "array_pop" => self
                .elements_mut(args.place(0))
                .pop()
                .expect("compiler bug: an empty array is popped"),
            "array_truncate" => {
                let len = args.index(1);
                let rest = self.elements_mut(args.place(0)).split_off(len);
                for value in rest {
                    self.heap.release(value);
                }
                Value::unit()
            }
            "array_insert" => {
                let (at, value) = (args.index(1), args.value(2).clone());
                self.elements_mut(args.place(0)).insert(at, value);
                Value::unit()
            }
            "array_remove" => {
                let at = args.index(1);
                self.elements_mut(args.place(0)).remove(at)
            }
            "array_swap" => {
                let (i, j) = (args.index(1), args.index(2));
                self.elements_mut(args.place(0)).swap(i, j);
                Value::unit()
            }
            "array_extend" => {
                let added = self.heap.values(args.value(1).block()).to_vec();
                self.burn_many(added.len())?;
                self.retain_all(&added);
                self.elements_mut(args.place(0)).extend(added);
                Value::unit()
            }
            "array_slice" => {
                let all = self.heap.values(args.value(0).block());
                let part = all[args.index(1)..args.index(2)].to_vec();
                self.burn_many(part.len())?;
                self.new_array(part)
            }
            "array_concat" => {
                let mut both = self.heap.values(args.value(0).block()).to_vec();
                both.extend_from_slice(self.heap.values(args.value(1).block()));
                self.burn_many(both.len())?;
                self.new_array(both)
            }
            "array_sort" => {
                let values = self.elements_mut(args.place(0)).clone();
                let sorted = self.sorted(program, type_args[0], values)?;
                *self.elements_mut(args.place(0)) = sorted;
                Value::unit()
            }
            "array_reverse" => {
                self.elements_mut(args.place(0)).reverse();
                Value::unit()
            }
            "key_less" => {
                let (a, b) = (args.value(0).clone(), args.value(1).clone());
                let order = self.relate(program, Relation::Key, type_args[0], &a, &b)?;
                Value::Bool(order == Some(std::cmp::Ordering::Less))
            }
            "key_equal" => {
                let (a, b) = (args.value(0).clone(), args.value(1).clone());
                let order = self.relate(program, Relation::KeyEquality, type_args[0], &a, &b)?;
                Value::Bool(order == Some(std::cmp::Ordering::Equal))
            }
            _ => return Ok(None),
        };
        Ok(Some(done))
    }

    pub(super) fn elements_mut(&mut self, place: &Address) -> &mut Vec<Value> {
        let block = self.at_mut(place).block();
        match self.heap.data_mut(block) {
            Data::Values(values) => values,
            Data::Bytes(_) => panic!("compiler bug: text is used as an array"),
        }
    }

    pub(super) fn retain_all(&mut self, values: &[Value]) {
        for value in values {
            self.heap.retain(value);
        }
    }

    /// An array of new owners of these values.
    pub(super) fn new_array(&mut self, values: Vec<Value>) -> Value {
        self.retain_all(&values);
        self.heap.allocate(Data::Values(values))
    }

    /// An array of texts of our own.
    pub(super) fn texts(&mut self, texts: Vec<String>) -> Value {
        let values = texts.into_iter().map(|text| self.heap.text(text)).collect();
        self.heap.allocate(Data::Values(values))
    }

    pub(super) fn set_out(&mut self, place: &Address, value: Value) {
        self.store(place, value, Old::Drop);
    }

    /// Zero, `false`, empty text or array, `none`, a variant without fields, a struct or tuple of such.
    pub(super) fn empty_of(&mut self, ty: Ty) -> Value {
        match ty.kind() {
            TyKind::Int(_) => Value::Int(0),
            TyKind::Float(_) => Value::Float(0.0),
            TyKind::Bool => Value::Bool(false),
            TyKind::Char => Value::Char('\0'),
            TyKind::Str => self.heap.text(""),
            TyKind::Array(_) => self.heap.allocate(Data::Values(Vec::new())),
            TyKind::Tuple(parts) => {
                Value::Fields(parts.iter().map(|part| self.empty_of(*part)).collect())
            }
            TyKind::FixedArray(elem, Len::Known(len)) | TyKind::Simd(elem, Len::Known(len)) => {
                Value::Fields((0..*len).map(|_| self.empty_of(*elem)).collect())
            }
            TyKind::Adt(..) if ty.option_of().is_some() => Value::Variant(0, Box::default()),
            TyKind::Adt(def, args) => {
                let env = self.env.clone();
                if let Some(variant) = vacant_variant(&env, *def) {
                    return Value::Variant(variant, Box::default());
                }
                let fields = fields_of(&env, *def, 0).unwrap_or_default();
                let types: Vec<Ty> = fields.iter().map(|field| field.ty.subst(args)).collect();
                Value::Fields(types.into_iter().map(|ty| self.empty_of(ty)).collect())
            }
            other => panic!("compiler bug: {other:?} has no empty value"),
        }
    }
}
