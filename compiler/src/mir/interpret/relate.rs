//! Comparison and hashing of any two values of one type: by the operators' relation, where floats compare as IEEE says, or by the
//! key order, `-inf … -0 = 0 … inf, nan`. A type's own `==` and `<` are asked first.

use std::cmp::Ordering;
use std::rc::Rc;

use text::{HASH_SEED, KEY_IS_HASHED, float_word, mix, mix_bytes, text_key};

use super::value::Value;
use super::{Interpreter, Run, scalar};
use crate::env::DefKind;
use crate::hir::BinaryOp;
use crate::mir::field_ty;
use crate::mono::{Overrides, Program};
use crate::types::{Ty, TyKind, TyNames};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equality,
    Order,
    Key,
    KeyEquality,
}

impl Relation {
    fn is_equality(self) -> bool {
        matches!(self, Relation::Equality | Relation::KeyEquality)
    }
}

impl Interpreter<'_> {
    /// An operator on values of any type.
    pub(super) fn compare(
        &mut self,
        program: &Rc<Program>,
        op: BinaryOp,
        ty: Ty,
        left: &Value,
        right: &Value,
    ) -> Run<bool> {
        let relation = match op {
            BinaryOp::Eq | BinaryOp::Ne => Relation::Equality,
            _ => Relation::Order,
        };
        let ordering = self.relate(program, relation, ty, left, right)?;
        Ok(scalar::holds(op, ordering))
    }

    pub(super) fn relate(
        &mut self,
        program: &Rc<Program>,
        relation: Relation,
        ty: Ty,
        left: &Value,
        right: &Value,
    ) -> Run<Option<Ordering>> {
        if let Some(own) = program.overrides.get(&ty).copied()
            && let Some(verdict) = self.own_relation(program, own, relation, left, right)?
        {
            return Ok(verdict);
        }
        match (left, right) {
            (Value::Int(a), Value::Int(b)) => Ok(Some(a.cmp(b))),
            (Value::Bool(a), Value::Bool(b)) => Ok(Some(a.cmp(b))),
            (Value::Char(a), Value::Char(b)) => Ok(Some(a.cmp(b))),
            (Value::Float(a), Value::Float(b)) => Ok(match relation {
                Relation::Equality | Relation::Order => a.partial_cmp(b),
                Relation::Key | Relation::KeyEquality => Some(key_order(*a, *b)),
            }),
            (Value::Any(inside, a), Value::Any(other, b)) => {
                if inside != other {
                    return Ok(Some(self.order_of_types(*inside, *other)));
                }
                let program = self.program_of_inside(program, *inside);
                let [a, b] = [*a, *b].map(|block| self.heap.values(block)[0].clone());
                self.relate(&program, relation, *inside, &a, &b)
            }
            (Value::Fields(a), Value::Fields(b)) => self.parts(program, relation, ty, 0, a, b),
            (Value::Variant(v, a), Value::Variant(w, b)) => match v.cmp(w) {
                Ordering::Equal => self.parts(program, relation, ty, *v, a, b),
                other => Ok(Some(other)),
            },
            (Value::Block(a), Value::Block(b)) => {
                if *ty.kind() == TyKind::Str {
                    return Ok(Some(self.heap.bytes(*a).cmp(self.heap.bytes(*b))));
                }
                let a = self.heap.values(*a).to_vec();
                let b = self.heap.values(*b).to_vec();
                if relation.is_equality() && a.len() != b.len() {
                    return Ok(Some(a.len().cmp(&b.len())));
                }
                self.elements(program, relation, ty, &a, &b)
            }
            // Addresses to C.
            (Value::Function(a), Value::Function(b)) => Ok(Some(a.0.cmp(&b.0))),
            (left, right) => panic!("compiler bug: {left:?} is compared with {right:?}"),
        }
    }

    /// Values of different types in an `any` are never equal.
    fn order_of_types(&self, left: Ty, right: Ty) -> Ordering {
        let identity = |ty| crate::mono::type_identity(&self.env, ty);
        identity(left).cmp(&identity(right))
    }

    /// Values of a struct, tuple, variant or fixed array, in order.
    fn parts(
        &mut self,
        program: &Rc<Program>,
        relation: Relation,
        ty: Ty,
        variant: u32,
        left: &[Value],
        right: &[Value],
    ) -> Run<Option<Ordering>> {
        if matches!(ty.kind(), TyKind::FixedArray(..) | TyKind::Simd(..)) {
            return self.elements(program, relation, ty, left, right);
        }
        for (at, (a, b)) in left.iter().zip(right).enumerate() {
            let part = self.part_ty(ty, variant, at);
            let (a, b) = (
                self.unboxed(ty, variant, at, a),
                self.unboxed(ty, variant, at, b),
            );
            match self.relate(program, relation, part, &a, &b)? {
                Some(Ordering::Equal) => {}
                other => return Ok(other),
            }
        }
        Ok(Some(Ordering::Equal))
    }

    fn elements(
        &mut self,
        program: &Rc<Program>,
        relation: Relation,
        ty: Ty,
        left: &[Value],
        right: &[Value],
    ) -> Run<Option<Ordering>> {
        let elem = ty.elem().expect("compiler bug: only arrays have elements");
        for (a, b) in left.iter().zip(right) {
            match self.relate(program, relation, elem, a, b)? {
                Some(Ordering::Equal) => {}
                other => return Ok(other),
            }
        }
        Ok(Some(left.len().cmp(&right.len())))
    }

    /// The type of a field of a struct (variant 0), tuple or variant.
    pub(super) fn part_ty(&self, ty: Ty, variant: u32, at: usize) -> Ty {
        match ty.kind() {
            TyKind::Tuple(parts) => parts[at],
            TyKind::FixedArray(elem, _) | TyKind::Simd(elem, _) => *elem,
            _ => field_ty(&self.env, ty, variant, at as u32),
        }
    }

    /// The value of a field, out of its box if it stands in one.
    pub(super) fn unboxed(&self, ty: Ty, variant: u32, at: usize, value: &Value) -> Value {
        match (ty.kind(), value) {
            (TyKind::Adt(def, _), Value::Block(block))
                if crate::boxes::is_boxed_field(&self.env, *def, variant, at as u32) =>
            {
                self.heap.values(*block)[0].clone()
            }
            _ => value.clone(),
        }
    }

    fn own_relation(
        &mut self,
        program: &Rc<Program>,
        own: Overrides,
        relation: Relation,
        left: &Value,
        right: &Value,
    ) -> Run<Option<Option<Ordering>>> {
        let mut ask = |target, a: &Value, b: &Value| -> Run<bool> {
            let args = vec![a.clone(), b.clone()];
            Ok(self.call_target(program, target, args)?.truth())
        };
        if relation.is_equality() || own.lt.is_none() {
            let Some(eq) = own.eq else {
                return Ok(None);
            };
            return Ok(match (ask(eq, left, right)?, relation.is_equality()) {
                (true, _) => Some(Some(Ordering::Equal)),
                (false, true) => Some(None),
                // Unequal by its own word, in the order of its parts.
                (false, false) => None,
            });
        }
        let Some(lt) = own.lt else {
            return Ok(None);
        };
        Ok(Some(Some(if ask(lt, left, right)? {
            Ordering::Less
        } else if ask(lt, right, left)? {
            Ordering::Greater
        } else {
            Ordering::Equal
        })))
    }

    /// Sorts by the key order, stably. The order may fail, so it is a merge sort of our own.
    pub(super) fn sorted(
        &mut self,
        program: &Rc<Program>,
        elem: Ty,
        mut values: Vec<Value>,
    ) -> Run<Vec<Value>> {
        if values.len() < 2 {
            return Ok(values);
        }
        let right = values.split_off(values.len() / 2);
        let left = self.sorted(program, elem, values)?;
        let right = self.sorted(program, elem, right)?;
        let mut merged = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let order = self.relate(program, Relation::Key, elem, b, a)?;
            if order == Some(Ordering::Less) {
                merged.extend(right.next());
            } else {
                merged.extend(left.next());
            }
        }
        merged.extend(left);
        merged.extend(right);
        Ok(merged)
    }

    /// The two words by which a map knows a key.
    pub(super) fn key(&mut self, program: &Rc<Program>, ty: Ty, value: &Value) -> Run<(u64, u64)> {
        Ok(match (ty.kind(), value) {
            (TyKind::Int(_), Value::Int(value)) => (*value as u64, 0),
            (TyKind::Bool, Value::Bool(value)) => (u64::from(*value), 0),
            (TyKind::Char, Value::Char(value)) => (u64::from(*value), 0),
            (TyKind::Str, Value::Block(block)) => text_key(self.heap.bytes(*block)),
            _ => (self.hash(program, ty, value, 0)?, KEY_IS_HASHED),
        })
    }

    /// The same number as the runtime's.
    pub(super) fn hash(
        &mut self,
        program: &Rc<Program>,
        ty: Ty,
        value: &Value,
        state: u64,
    ) -> Run<u64> {
        if let Some(own) = program.overrides.get(&ty).and_then(|own| own.hash) {
            let args = vec![value.clone(), Value::Int(i128::from(state))];
            let hash = self.call_target(program, own, args)?;
            return match hash {
                Value::Int(hash) => Ok(hash as u64),
                other => panic!("compiler bug: {other:?} is no hash"),
            };
        }
        Ok(match value {
            Value::Int(value) => mix(state, *value as u64),
            Value::Float(value) => mix(state, float_word(*value)),
            Value::Bool(value) => mix(state, u64::from(*value)),
            Value::Char(value) => mix(state, u64::from(*value)),
            Value::Fields(fields) if fields.is_empty() && ty.is_unit() => mix(state, 0),
            Value::Fields(fields) => self.hash_parts(program, ty, 0, fields, state)?,
            Value::Variant(variant, fields) => {
                let state = mix(state, u64::from(*variant));
                self.hash_parts(program, ty, *variant, fields, state)?
            }
            Value::Block(block) if *ty.kind() == TyKind::Str => {
                mix_bytes(state, self.heap.bytes(*block))
            }
            Value::Block(block) => {
                let elem = ty.elem().unwrap_or(ty);
                let values = self.heap.values(*block).to_vec();
                let mut inner = mix(HASH_SEED, values.len() as u64);
                for value in &values {
                    inner = self.hash(program, elem, value, inner)?;
                }
                mix(state, inner)
            }
            Value::Any(inside, block) => {
                let name = self.name_of_type(*inside);
                let program = self.program_of_inside(program, *inside);
                let value = self.heap.values(*block)[0].clone();
                let inner = self.hash(&program, *inside, &value, mix(HASH_SEED, 1))?;
                mix(mix_bytes(state, name.as_bytes()), inner)
            }
            Value::Function(key) => mix(state, u64::from(key.0.as_u32())),
            Value::Empty | Value::Reference(_) => {
                panic!("compiler bug: {value:?} has no hash")
            }
        })
    }

    fn hash_parts(
        &mut self,
        program: &Rc<Program>,
        ty: Ty,
        variant: u32,
        fields: &[Value],
        state: u64,
    ) -> Run<u64> {
        let mut state = state;
        for (at, field) in fields.iter().enumerate() {
            state = self.hash(program, self.part_ty(ty, variant, at), field, state)?;
        }
        Ok(state)
    }

    /// As the type's descriptor names it.
    fn name_of_type(&self, ty: Ty) -> String {
        match ty.kind() {
            TyKind::Adt(def, _) => self.env.name_of(*def),
            _ => ty.display(&self.env),
        }
    }

    /// Whether the type is an enum; structs and tuples have the same values without a variant.
    pub(super) fn variant_name(&self, ty: Ty, variant: u32) -> Option<String> {
        let TyKind::Adt(def, _) = ty.kind() else {
            return None;
        };
        match &self.env.def(*def).kind {
            DefKind::Enum(found) => Some(found.variants[variant as usize].name.to_string()),
            _ => None,
        }
    }
}

fn key_order(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}
