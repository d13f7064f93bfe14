//! The primitives on vectors. A vector is the fields that its lanes are.

use std::cmp::Ordering;
use std::rc::Rc;

use super::call::Arguments;
use super::relate::Relation;
use super::value::Value;
use super::{Interpreter, Run, numbers, scalar};
use crate::hir::BinaryOp;
use crate::mono::Program;
use crate::types::{Ty, TyKind};

impl Interpreter<'_> {
    pub(super) fn vector_intrinsic(
        &mut self,
        program: &Rc<Program>,
        name: &str,
        type_args: &[Ty],
        args: &Arguments,
    ) -> Run<Option<Value>> {
        let Some(name) = name.strip_prefix("simd_") else {
            return Ok(mapped(name, type_args, args));
        };
        let [lane, lanes] = type_args else {
            panic!("compiler bug: simd_{name} without a type");
        };
        let count = lanes.fixed_len().unwrap_or(0) as usize;
        Ok(Some(match name {
            "splat" => Value::Fields(vec![args.value(0).clone(); count].into()),
            "load" => {
                let start = args.index(1);
                let elements = self.heap.values(args.value(0).block());
                Value::Fields(elements[start..start + count].into())
            }
            "store" => {
                let start = args.index(1);
                let stored = fields(args, 2).to_vec();
                self.elements_mut(args.place(0))[start..start + count].clone_from_slice(&stored);
                Value::unit()
            }
            "lt" => compared(BinaryOp::Lt, *lane, args),
            "le" => compared(BinaryOp::Le, *lane, args),
            "eq" => compared(BinaryOp::Eq, *lane, args),
            "ne" => compared(BinaryOp::Ne, *lane, args),
            "select" => {
                let both = fields(args, 0).iter().zip(fields(args, 1));
                let chosen = fields(args, 2).iter().zip(both);
                let chosen = chosen.map(|(first, (a, b))| if first.truth() { a } else { b });
                Value::Fields(chosen.cloned().collect())
            }
            "abs" => Value::Fields(fields(args, 0).iter().map(|x| absolute(*lane, x)).collect()),
            "sum" => {
                let lanes = fields(args, 0);
                lanes[1..].iter().fold(lanes[0].clone(), |sum, x| {
                    scalar::binary(BinaryOp::Add, *lane, &sum, x)
                })
            }
            "min" => self.extreme(program, *lane, args, Ordering::Less)?,
            "max" => self.extreme(program, *lane, args, Ordering::Greater)?,
            "any" => Value::Bool(fields(args, 0).iter().any(Value::truth)),
            "all" => Value::Bool(fields(args, 0).iter().all(Value::truth)),
            _ => return Ok(None),
        }))
    }

    /// The least or greatest lane by the key order.
    fn extreme(
        &mut self,
        program: &Rc<Program>,
        lane: Ty,
        args: &Arguments,
        wanted: Ordering,
    ) -> Run<Value> {
        let lanes = fields(args, 0);
        let mut best = lanes[0].clone();
        for next in &lanes[1..] {
            let order = self.relate(program, Relation::Key, lane, next, &best)?;
            if order == Some(wanted) {
                best = next.clone();
            }
        }
        Ok(best)
    }
}

/// A primitive on floats, on each lane of a vector.
fn mapped(name: &str, type_args: &[Ty], args: &Arguments) -> Option<Value> {
    let lane = type_args.first()?.lane()?;
    let each = fields(args, 0).iter().map(|x| {
        let one = Arguments::of(vec![x.clone()]);
        numbers::intrinsic(name, &[lane], &one)
    });
    each.collect::<Option<_>>().map(Value::Fields)
}

fn fields(args: &Arguments, at: usize) -> &[Value] {
    match args.value(at) {
        Value::Fields(lanes) => lanes,
        other => panic!("compiler bug: {other:?} is no vector"),
    }
}

fn compared(op: BinaryOp, lane: Ty, args: &Arguments) -> Value {
    let both = fields(args, 0).iter().zip(fields(args, 1));
    Value::Fields(both.map(|(a, b)| scalar::binary(op, lane, a, b)).collect())
}

fn absolute(lane: Ty, value: &Value) -> Value {
    match (lane.kind(), value) {
        (TyKind::Int(int), Value::Int(value)) => Value::Int(int.wrap(value.abs())),
        (_, Value::Float(value)) => Value::Float(value.abs()),
        (_, other) => panic!("compiler bug: {other:?} has no absolute value"),
    }
}
