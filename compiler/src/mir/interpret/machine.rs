//! The loop that runs frames, statement by statement.

use std::collections::BTreeMap;
use std::rc::Rc;

use cranelift_entity::{EntityRef, SecondaryMap};
use syntax::Span;

use super::heap::BlockRef;
use super::value::{Address, Root, Value};
use super::{Interpreter, Run, RuntimeError, Trap, scalar, trap};
use crate::boxes::is_boxed_field;
use crate::mir::trap::{NEGATIVE_EXPONENT, NO_CHARACTER, TrapKind};
use crate::mir::{
    Arg, Base, BlockId, Body, Check, Const, FormatPart, Fuel, Local, LocalKind, Old, Operand,
    Place, Rvalue, Statement, StatementKind, Terminator,
};
use crate::mono::Program;
use crate::types::{Len, Ty, TyKind};

/// What a frame runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Code {
    Function(usize),
    Cell(usize),
}

pub(super) struct Frame {
    pub(super) program: Rc<Program>,
    pub(super) code: Code,
    pub(super) locals: SecondaryMap<Local, Value>,
    block: BlockId,
    statement: usize,
    /// Where the caller wants the result.
    dest: Option<(Address, Old)>,
    /// How many globals were open before the call.
    pub(super) open_before: usize,
    /// What a function value was given for good, though the function only borrows it.
    pub(super) given: Vec<Value>,
    /// What the closures captured that lie in the frame, by the local that holds each.
    closures: BTreeMap<Local, BlockRef>,
}

impl Frame {
    pub(super) fn new(program: Rc<Program>, code: Code, dest: Option<(Address, Old)>) -> Frame {
        Frame {
            program,
            code,
            locals: SecondaryMap::new(),
            block: BlockId::new(0),
            statement: 0,
            dest,
            open_before: 0,
            given: Vec::new(),
            closures: BTreeMap::new(),
        }
    }

    pub(super) fn body(&self) -> &Body {
        body(&self.program, self.code)
    }

    pub(super) fn kind(&self, local: Local) -> LocalKind {
        self.body().locals[local].kind
    }
}

pub(super) fn body(program: &Program, code: Code) -> &Body {
    match code {
        Code::Function(index) => &program.functions[index].body,
        Code::Cell(index) => &program.cells[index].body,
    }
}

impl Interpreter<'_> {
    pub(super) fn run_body(&mut self, cell: usize) -> Run<Value> {
        let program = self
            .programs
            .last()
            .cloned()
            .expect("compiler bug: a cell without its program");
        let floor = self.frames.len();
        let mut frame = Frame::new(program, Code::Cell(cell), None);
        frame.open_before = self.open.len();
        self.frames.push(frame);
        self.run_above(floor)
    }

    /// Runs until the frame above `floor` has returned; gives its result.
    pub(super) fn run_above(&mut self, floor: usize) -> Run<Value> {
        loop {
            let frame = self
                .frames
                .last()
                .expect("compiler bug: a run without a frame");
            let (program, code) = (Rc::clone(&frame.program), frame.code);
            if let Some(result) = self.run_frame(body(&program, code), floor)? {
                return Ok(result);
            }
        }
    }

    /// Runs the innermost frame until another one is the innermost.
    fn run_frame(&mut self, body: &Body, floor: usize) -> Run<Option<Value>> {
        let depth = self.frames.len();
        loop {
            let frame = &mut self.frames[depth - 1];
            let block = &body.blocks[frame.block];
            if let Some(statement) = block.statements.get(frame.statement) {
                frame.statement += 1;
                self.burn()?;
                self.statement(body, statement)?;
                if self.frames.len() != depth {
                    return Ok(None);
                }
                continue;
            }
            self.burn()?;
            match self.terminator(&block.terminator)? {
                Some(next) => {
                    let frame = &mut self.frames[depth - 1];
                    frame.block = next;
                    frame.statement = 0;
                }
                None => return Ok(self.leave(body, floor)),
            }
        }
    }

    fn burn(&mut self) -> Run<()> {
        self.heap.stats.steps += 1;
        match self.fuel.checked_sub(1) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => trap(TrapKind::Interrupt, "interrupted"),
        }
    }

    /// Ends the innermost frame. Its result goes to the caller's place, or out if it was the last.
    fn leave(&mut self, body: &Body, floor: usize) -> Option<Value> {
        let mut frame = self
            .frames
            .pop()
            .expect("compiler bug: a return without a frame");
        self.open.truncate(frame.open_before);
        for given in std::mem::take(&mut frame.given) {
            self.heap.release(given);
        }
        for closure in frame.closures.values() {
            self.heap.open(*closure);
        }
        let result = std::mem::take(&mut frame.locals[Local::RESULT]);
        for (local, decl) in body.locals.iter() {
            let left = decl.kind == LocalKind::Owned && frame.locals[local].owns();
            assert!(
                !left,
                "compiler bug: {local} of `{}` still owns a value at the end",
                body.name
            );
        }
        let result = match result {
            Value::Empty => Value::unit(),
            result => result,
        };
        if self.frames.len() == floor {
            return Some(result);
        }
        if let Some((address, old)) = frame.dest {
            self.store(&address, result, old);
        }
        None
    }

    fn statement(&mut self, body: &Body, statement: &Statement) -> Run<()> {
        match &statement.kind {
            StatementKind::Assign { place, value, old } => {
                let is_closure = matches!(value, Rvalue::Closure { .. });
                let value = self.rvalue(body, value)?;
                if is_closure {
                    self.lay_in_frame(body, place, &value);
                }
                let address = self.address(place);
                let old = self.old(place, *old);
                self.store(&address, value, old);
            }
            StatementKind::Call {
                dest,
                callee,
                args,
                old,
                open,
            } => self.call(body, dest, callee, args, *old, open)?,
            StatementKind::Open { reference, place } => {
                let address = self.address(place);
                let depth = self.frames.len() - 1;
                self.frames[depth].locals[*reference] = Value::Reference(Rc::new(address));
            }
            StatementKind::Check(check) => self.check(body, check)?,
            StatementKind::MakeUnique(place) => {
                let address = self.address(place);
                self.make_unique(&address);
            }
            StatementKind::Unpack {
                place,
                variant,
                moved,
            } => self.unpack(body, place, *variant, moved),
            StatementKind::Drop { place, flag } => self.drop_place(body, place, *flag),
            StatementKind::Nop => {}
        }
        Ok(())
    }

    /// A closure that its local only borrows goes with the frame, or when there is another one. What it captured is not its own.
    fn lay_in_frame(&mut self, body: &Body, place: &Place, closure: &Value) {
        let Base::Local(local) = place.base else {
            return;
        };
        if body.locals[local].kind != LocalKind::Borrowed {
            return;
        }
        let depth = self.frames.len() - 1;
        let captured = match closure {
            Value::Fields(parts) => parts[1].block(),
            other => panic!("compiler bug: {other:?} is no closure"),
        };
        if let Some(before) = self.frames[depth].closures.insert(local, captured) {
            self.heap.open(before);
        }
    }

    /// `DropIf` is decided by its flag; a borrowing local drops nothing.
    pub(super) fn old(&self, place: &Place, old: Old) -> Old {
        let frame = &self.frames[self.frames.len() - 1];
        match (old, place.base) {
            (Old::DropIf(flag), _) => match frame.locals[flag].truth() {
                true => Old::Drop,
                false => Old::Unknown,
            },
            (Old::Nothing, Base::Local(local)) if frame.kind(local) == LocalKind::Borrowed => {
                Old::Unknown
            }
            (old, _) => old,
        }
    }

    /// Stores a value; `Unknown` here means that nobody needs to drop the old one.
    pub(super) fn store(&mut self, address: &Address, value: Value, old: Old) {
        let place = self.at_mut(address);
        let overwritten = std::mem::replace(place, value);
        match old {
            Old::Drop => {
                assert!(
                    !matches!(overwritten, Value::Empty),
                    "compiler bug: the old value of a place is dropped that has none"
                );
                self.heap.release(overwritten);
            }
            Old::Nothing => assert!(
                !overwritten.owns(),
                "compiler bug: a value is overwritten that nobody dropped: {address:?}"
            ),
            Old::Unknown | Old::DropIf(_) => {}
        }
    }

    pub(super) fn make_unique(&mut self, address: &Address) {
        let (Value::Block(block) | Value::Any(_, block)) = *self.at(address) else {
            return;
        };
        let unshared = self.heap.unshared(block);
        if unshared != block
            && let Value::Block(found) | Value::Any(_, found) = self.at_mut(address)
        {
            *found = unshared;
        }
    }

    fn drop_place(&mut self, body: &Body, place: &Place, flag: Option<Local>) {
        let frame = &self.frames[self.frames.len() - 1];
        if flag.is_some_and(|flag| !frame.locals[flag].truth()) {
            return;
        }
        if let Base::Local(local) = place.base {
            assert!(
                body.locals[local].kind != LocalKind::Borrowed,
                "compiler bug: {local} of `{}` is dropped, but only borrows",
                body.name
            );
        }
        let address = self.address(place);
        let value = std::mem::take(self.at_mut(&address));
        assert!(
            !matches!(value, Value::Empty),
            "compiler bug: `{}` drops {place:?} twice or after it was moved",
            body.name
        );
        self.heap.release(value);
    }

    fn unpack(&mut self, body: &Body, place: &Place, variant: u32, moved: &[u32]) {
        let ty = body.place_ty(&self.env, place);
        let address = self.address(place);
        let fields = match std::mem::take(self.at_mut(&address)) {
            Value::Fields(fields) | Value::Variant(_, fields) => fields,
            other => panic!("compiler bug: {other:?} is taken apart"),
        };
        for (at, field) in (0..).zip(fields) {
            let is_boxed = match ty.kind() {
                TyKind::Adt(def, _) => is_boxed_field(&self.env, *def, variant, at),
                _ => false,
            };
            match field {
                field if !moved.contains(&at) => self.heap.release(field),
                Value::Block(shell) if is_boxed => self.heap.open(shell),
                _ => {}
            }
        }
    }

    fn check(&mut self, body: &Body, check: &Check) -> Run<()> {
        match check {
            Check::Index {
                index,
                place,
                length,
            } => {
                let index = self.operand(index).int();
                let len = self.length(place);
                if let Some(known) = length {
                    let known = self.operand(&Operand::Copy(Place::local(*known))).int();
                    assert_eq!(known, len as i128, "a length that changed in a loop");
                }
                if usize::try_from(index).is_ok_and(|index| index < len) {
                    return Ok(());
                }
                trap(
                    TrapKind::Index,
                    format!("index {index} is out of range for a length of {len}"),
                )
            }
            Check::NotZero(operand) => {
                let value = self.operand(operand);
                let is_zero = |value: &Value| matches!(value, Value::Int(0));
                let zero = match &value {
                    Value::Fields(lanes) => lanes.iter().any(is_zero),
                    value => is_zero(value),
                };
                if zero {
                    return trap(TrapKind::DivisionByZero, "division by zero");
                }
                Ok(())
            }
            Check::NotNegative(operand) => match self.operand(operand) {
                Value::Int(exponent) if exponent < 0 => trap(TrapKind::Argument, NEGATIVE_EXPONENT),
                _ => Ok(()),
            },
            Check::Character(operand) => {
                let code = u32::try_from(self.operand(operand).int()).ok();
                match code.and_then(char::from_u32) {
                    Some(_) => Ok(()),
                    None => trap(TrapKind::Argument, NO_CHARACTER),
                }
            }
            Check::Disjoint {
                first,
                second,
                place: _,
            } => {
                let (first, second) = (self.operand(first).int(), self.operand(second).int());
                if first != second {
                    return Ok(());
                }
                trap(
                    TrapKind::Exclusivity,
                    format!("element {first} is accessed twice at once"),
                )
            }
            Check::Closed(def) => self.closed(*def),
            Check::Begin(open) => {
                self.open.extend_from_slice(open);
                Ok(())
            }
            Check::End(count) => {
                self.open.truncate(self.open.len() - count);
                Ok(())
            }
            Check::Fuel(fuel) => {
                self.charge(body, fuel);
                Ok(())
            }
        }
    }

    /// Counts what compiled code would take. Counters are as wide as their type.
    fn charge(&mut self, body: &Body, fuel: &Fuel) {
        let units = match fuel {
            Fuel::Units(units) | Fuel::Advance(units) => *units,
            Fuel::Was => 0,
            Fuel::Go { cond, into, .. } => {
                let holds = self.operand(cond);
                let depth = self.frames.len();
                self.frames[depth - 1].locals[*into] = holds;
                0
            }
            // Nothing is limited here.
            Fuel::Reach { from: _, to, into } => {
                let to = self.operand(to);
                let depth = self.frames.len();
                self.frames[depth - 1].locals[*into] = to;
                0
            }
            Fuel::Below { from, to } => {
                let (from, to) = (self.operand(from).int(), self.operand(to).int());
                u64::try_from(to - from).unwrap_or(0)
            }
            Fuel::Through { from, to } => {
                let bits = match body.operand_ty(&self.env, from).kind() {
                    TyKind::Int(int) => int.bits(),
                    other => panic!("compiler bug: {other:?} counts rounds"),
                };
                let (from, to) = (self.operand(from).int(), self.operand(to).int());
                let turns = 1_i128 << bits;
                ((to - from).rem_euclid(turns) as u64).saturating_add(1)
            }
        };
        self.charged = self.charged.saturating_add(units);
    }

    fn terminator(&mut self, terminator: &Terminator) -> Run<Option<BlockId>> {
        match terminator {
            Terminator::Goto(next) => Ok(Some(*next)),
            Terminator::If {
                cond,
                then,
                otherwise,
            } => {
                let holds = self.operand(cond).truth();
                Ok(Some(if holds { *then } else { *otherwise }))
            }
            Terminator::Switch {
                value,
                cases,
                default,
            } => {
                let value = match self.operand(value) {
                    Value::Bool(value) => i128::from(value),
                    Value::Char(value) => i128::from(u32::from(value)),
                    other => other.int(),
                };
                let found = cases.iter().find(|(case, _)| *case == value);
                let next = found.map(|(_, block)| *block).or(*default);
                Ok(Some(
                    next.expect("compiler bug: a switch without a matching case"),
                ))
            }
            Terminator::Return => Ok(None),
            Terminator::Panic {
                kind,
                message,
                span,
            } => {
                let message = match message {
                    Some(operand) => {
                        let value = self.operand(operand);
                        self.text(&value).to_string()
                    }
                    None => String::new(),
                };
                Err(Box::new(Trap {
                    kind: TrapKind::from(*kind),
                    message,
                    span: Some(*span),
                }))
            }
            Terminator::Unreachable => panic!("compiler bug: unreachable code was reached"),
        }
    }

    pub(super) fn operands(&mut self, operands: &[Operand]) -> Vec<Value> {
        operands.iter().map(|o| self.operand(o)).collect()
    }

    /// The value of an operand. A copy is a new owner; what is moved leaves nothing behind.
    pub(super) fn operand(&mut self, operand: &Operand) -> Value {
        match operand {
            Operand::Copy(place) => {
                let value = self.read(place);
                self.heap.retain(&value);
                value
            }
            Operand::Move(place) => {
                let address = self.address(place);
                assert!(
                    matches!(address.root, Root::Local(..)),
                    "compiler bug: only a local or a part of one is moved"
                );
                if !address.steps.is_empty() {
                    return self.read(place);
                }
                let value = std::mem::take(self.at_mut(&address));
                assert!(
                    !matches!(value, Value::Empty),
                    "compiler bug: {place:?} is moved twice"
                );
                value
            }
            Operand::Borrow(place) => self.read(place),
            Operand::Const(value) => self.constant(value),
        }
    }

    fn constant(&mut self, value: &Const) -> Value {
        match value {
            Const::Int(_, value) => Value::Int(*value),
            Const::Float(ty, value) => Value::Float(scalar::round(*ty, *value)),
            Const::Bool(value) => Value::Bool(*value),
            Const::Char(value) => Value::Char(*value),
            Const::Unit => Value::unit(),
            Const::Str(text) => self.heap.constant(text),
            Const::Bytes(bytes) => self.heap.byte_constant(bytes),
            Const::Fn(def, args) => Value::Function(Rc::new((*def, args.clone()))),
            Const::CFn(def) => Value::Function(Rc::new((*def, Vec::new()))),
            Const::Data(ty, value) => self.data(*ty, value),
            Const::Def(def) => panic!("compiler bug: the constant {def} was not replaced"),
        }
    }

    fn rvalue(&mut self, body: &Body, value: &Rvalue) -> Run<Value> {
        Ok(match value {
            Rvalue::Use(operand) => self.operand(operand),
            Rvalue::Unary(op, operand) => {
                let ty = body.operand_ty(&self.env, operand);
                scalar::unary(*op, ty, &self.operand(operand))
            }
            Rvalue::Binary(op, left, right) => {
                let ty = body.operand_ty(&self.env, left);
                let (left, right) = (self.operand(left), self.operand(right));
                scalar::binary(*op, ty, &left, &right)
            }
            Rvalue::Compare(op, left, right) => {
                let ty = body.operand_ty(&self.env, left);
                let (left, right) = (self.operand(left), self.operand(right));
                let program = self.program();
                Value::Bool(self.compare(&program, *op, ty, &left, &right)?)
            }
            Rvalue::Convert { operand, to } => scalar::convert(&self.operand(operand), *to),
            Rvalue::Aggregate(ty, operands) => {
                let fields = self.operands(operands);
                Value::Fields(self.boxed_fields(*ty, 0, fields))
            }
            Rvalue::Variant {
                ty,
                variant,
                fields,
            } => {
                let fields = self.operands(fields);
                Value::Variant(*variant, self.boxed_fields(*ty, *variant, fields))
            }
            Rvalue::Array { elem: _, items } => {
                let items = self.operands(items);
                self.heap.allocate(super::heap::Data::Values(items))
            }
            Rvalue::Repeat { ty, value, count } => self.repeat(*ty, value, count)?,
            Rvalue::Len(place) => Value::Int(self.length(place) as i128),
            Rvalue::Discriminant(place) => match self.at(&self.address(place)) {
                Value::Variant(variant, _) => Value::Int(i128::from(*variant)),
                other => panic!("compiler bug: {other:?} has no variant"),
            },
            Rvalue::Holds(place, ty) => match self.at(&self.address(place)) {
                Value::Any(inside, _) => Value::Bool(inside == ty),
                other => panic!("compiler bug: {other:?} is no `any`"),
            },
            Rvalue::Any { ty: _, value } => {
                let ty = body.operand_ty(&self.env, value);
                match self.operand(value) {
                    any @ Value::Any(..) => any,
                    value => {
                        let data = super::heap::Data::Values(vec![value]);
                        Value::Any(ty, self.heap.allocate(data).block())
                    }
                }
            }
            Rvalue::Format(parts) => self.format(body, parts)?,
            Rvalue::Closure {
                def,
                type_args,
                captures,
            } => {
                let kept = captures.iter().map(|capture| match capture {
                    Arg::Value(operand) => self.operand(operand),
                    Arg::Mut(place) => Value::Reference(Rc::new(self.address(place))),
                });
                let data = super::heap::Data::Values(kept.collect());
                let function = Value::Function(Rc::new((*def, type_args.clone())));
                Value::Fields(Box::new([function, self.heap.allocate(data)]))
            }
        })
    }

    /// Fields of a recursive type stand in boxes.
    fn boxed_fields(&mut self, ty: Ty, variant: u32, fields: Vec<Value>) -> Box<[Value]> {
        let TyKind::Adt(def, _) = ty.kind() else {
            return fields.into();
        };
        let env = self.env.clone();
        let boxed = fields.into_iter().enumerate().map(|(at, field)| {
            if is_boxed_field(&env, *def, variant, at as u32) {
                let data = super::heap::Data::Values(vec![field]);
                self.heap.allocate(data)
            } else {
                field
            }
        });
        boxed.collect()
    }

    fn repeat(&mut self, ty: Ty, value: &Operand, count: &Operand) -> Run<Value> {
        let fixed = match ty.kind() {
            TyKind::FixedArray(_, Len::Known(len)) => Some(*len as i128),
            _ => None,
        };
        let value = self.operand(value);
        let count = match fixed {
            Some(len) => len,
            None => self.operand(count).int(),
        };
        let Ok(count) = usize::try_from(count) else {
            return trap(TrapKind::Argument, format!("an array of {count} elements"));
        };
        self.burn_many(count)?;
        for _ in 0..count {
            self.heap.retain(&value);
        }
        let values = vec![value; count];
        Ok(match fixed {
            Some(_) => Value::Fields(values.into()),
            None => self.heap.allocate(super::heap::Data::Values(values)),
        })
    }

    /// Work in proportion to a length counts as so many steps, which also bounds memory.
    pub(super) fn burn_many(&mut self, count: usize) -> Run<()> {
        match self.fuel.checked_sub(count as u64) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => trap(TrapKind::Interrupt, "interrupted"),
        }
    }

    fn format(&mut self, body: &Body, parts: &[FormatPart]) -> Run<Value> {
        let mut out = String::new();
        for part in parts {
            match part {
                FormatPart::Text(text) => out.push_str(text),
                FormatPart::Value {
                    operand,
                    spec,
                    literal,
                } => {
                    let ty = body.operand_ty(&self.env, operand);
                    let value = self.operand(operand);
                    let program = self.program();
                    match spec {
                        Some(spec) => {
                            out.push_str(&self.formatted(&program, ty, &value, spec)?);
                        }
                        None => out.push_str(&self.show(&program, ty, &value, *literal)?),
                    }
                }
            }
        }
        Ok(self.heap.text(out))
    }

    pub(super) fn program(&self) -> Rc<Program> {
        Rc::clone(&self.frames[self.frames.len() - 1].program)
    }

    pub(super) fn report(&self, trap: Trap) -> RuntimeError {
        let mut stack: Vec<(String, Span)> = self
            .frames
            .iter()
            .rev()
            .map(|frame| (frame.shown_name(), frame.span()))
            .collect();
        // A block may have nothing before what fails.
        if let (Some(known), Some((_, innermost))) = (trap.span, stack.first_mut()) {
            *innermost = known;
        }
        let here = stack.first().map(|(_, span)| *span);
        RuntimeError {
            kind: trap.kind,
            span: trap
                .span
                .or(here)
                .expect("compiler bug: a failure without a frame"),
            exit: match trap.kind {
                TrapKind::Exit => trap.message.parse().ok(),
                _ => None,
            },
            message: trap.message,
            stack,
        }
    }
}

impl Frame {
    fn shown_name(&self) -> String {
        match self.code {
            Code::Function(index) => self.program.functions[index].name.clone(),
            Code::Cell(_) => self.body().name.to_string(),
        }
    }

    /// Where it stands: the statement that ran last.
    fn span(&self) -> Span {
        let block = &self.body().blocks[self.block];
        let last = self.statement.checked_sub(1);
        match last.and_then(|at| block.statements.get(at)) {
            Some(statement) => statement.span,
            None => self.body().span,
        }
    }
}
