//! Places: from a base and projections to an address, and from an address to the value there.

use super::heap::{BlockRef, Data};
use super::value::{Address, Root, Step, Value};
use super::{Interpreter, machine::Frame};
use crate::mir::{Base, LocalKind, Place, Projection};

impl Interpreter<'_> {
    /// Where a place of the running frame is. The index locals are read now.
    pub(super) fn address(&self, place: &Place) -> Address {
        let depth = self.frames.len() - 1;
        let frame = &self.frames[depth];
        let mut projections = place.projections.iter();
        let mut address = match place.base {
            Base::Global(global) => Address {
                root: Root::Global(global),
                steps: Vec::new(),
            },
            Base::Local(local) => match &frame.locals[local] {
                Value::Reference(target) if frame.kind(local) == LocalKind::Ref => {
                    let deref = projections.next();
                    assert!(
                        matches!(deref, Some(Projection::Deref)),
                        "compiler bug: a reference is used as a value"
                    );
                    (**target).clone()
                }
                _ => Address {
                    root: Root::Local(depth, local),
                    steps: Vec::new(),
                },
            },
        };
        for projection in projections {
            address.steps.push(step(frame, *projection));
        }
        address
    }

    pub(super) fn at(&self, address: &Address) -> &Value {
        let mut value = match address.root {
            Root::Local(depth, local) => &self.frames[depth].locals[local],
            Root::Global(global) => self.globals.get(&global).unwrap_or(&Value::Empty),
        };
        for step in &address.steps {
            value = match (step, value) {
                (Step::Field(field), Value::Fields(fields)) => &fields[*field],
                (Step::Payload(variant, field), Value::Variant(found, fields)) => {
                    assert!(
                        found == variant,
                        "compiler bug: a field of another variant is read"
                    );
                    &fields[*field]
                }
                (Step::Element(index), Value::Fields(fields)) => &fields[*index],
                (Step::Element(index), Value::Block(block)) => &self.heap.values(*block)[*index],
                (Step::Box, Value::Block(block) | Value::Any(_, block)) => {
                    &self.heap.values(*block)[0]
                }
                (step, value) => panic!("compiler bug: no {step:?} in {value:?}"),
            };
        }
        value
    }

    /// For writing: every block on the way must have one owner.
    pub(super) fn at_mut(&mut self, address: &Address) -> &mut Value {
        let last = self.last_block(address);
        let (mut value, from) = match last {
            Some((block, index, next)) => (element_mut(self.heap.data_mut(block), index), next),
            None => {
                let value = match address.root {
                    Root::Local(depth, local) => &mut self.frames[depth].locals[local],
                    Root::Global(global) => self.globals.entry(global).or_insert(Value::Empty),
                };
                (value, 0)
            }
        };
        for step in &address.steps[from..] {
            value = inside_mut(value, *step);
        }
        value
    }

    /// The innermost block on the way, the index in it, and the number of the step after it.
    fn last_block(&self, address: &Address) -> Option<(BlockRef, usize, usize)> {
        let mut last = None;
        let mut prefix = Address {
            root: address.root,
            steps: Vec::new(),
        };
        for (at, step) in address.steps.iter().enumerate() {
            if let Step::Element(_) | Step::Box = step
                && let Value::Block(block) | Value::Any(_, block) = self.at(&prefix)
            {
                assert!(
                    self.heap.is_unique(*block),
                    "compiler bug: a shared block is written without having been made unique"
                );
                let index = match step {
                    Step::Element(index) => *index,
                    Step::Field(_) | Step::Payload(..) | Step::Box => 0,
                };
                last = Some((*block, index, at + 1));
            }
            prefix.steps.push(*step);
        }
        last
    }

    /// The value at a place, without a new owner. A byte of a text has no value of its own, so it is made.
    pub(super) fn read(&self, place: &Place) -> Value {
        let mut address = self.address(place);
        if let Some(Step::Element(index)) = address.steps.last().copied() {
            address.steps.pop();
            let whole = self.at(&address);
            if let Value::Block(block) = whole
                && let Data::Bytes(bytes) = self.heap.data(*block)
            {
                return Value::Int(i128::from(bytes[index]));
            }
            address.steps.push(Step::Element(index));
        }
        let value = self.at(&address);
        assert!(
            !matches!(value, Value::Empty),
            "compiler bug: a value is read that was moved or never set"
        );
        value.clone()
    }

    /// The length of an array or text.
    pub(super) fn length(&self, place: &Place) -> usize {
        match self.at(&self.address(place)) {
            Value::Fields(fields) => fields.len(),
            Value::Block(block) => match self.heap.data(*block) {
                Data::Bytes(bytes) => bytes.len(),
                Data::Values(values) => values.len(),
            },
            other => panic!("compiler bug: {other:?} has no length"),
        }
    }
}

fn step(frame: &Frame, projection: Projection) -> Step {
    match projection {
        Projection::Field(field) => Step::Field(field as usize),
        Projection::Payload { variant, field } => Step::Payload(variant, field as usize),
        Projection::Index(local) => {
            let index = frame.locals[local].int();
            Step::Element(usize::try_from(index).expect("compiler bug: an unchecked index"))
        }
        Projection::ConstIndex(index) => Step::Element(index as usize),
        Projection::Deref | Projection::Inside(_) => Step::Box,
    }
}

fn inside_mut(value: &mut Value, step: Step) -> &mut Value {
    match (step, value) {
        (Step::Field(index) | Step::Element(index), Value::Fields(fields)) => &mut fields[index],
        (Step::Payload(variant, field), Value::Variant(found, fields)) => {
            assert!(
                *found == variant,
                "compiler bug: a field of another variant is written"
            );
            &mut fields[field]
        }
        (step, value) => panic!("compiler bug: no {step:?} in {value:?}"),
    }
}

fn element_mut(data: &mut Data, index: usize) -> &mut Value {
    match data {
        Data::Values(values) => &mut values[index],
        Data::Bytes(_) => panic!("compiler bug: a byte of a text is written in place"),
    }
}
