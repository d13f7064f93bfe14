//! Calls: of functions, of primitives, and from the interpreter itself for a type's own `==`, `<` and `show`.

use std::rc::Rc;

use super::machine::{Code, Frame};
use super::value::{Address, Step, Value};
use super::{Interpreter, Run, trap};
use crate::env::{DefId, FnOrigin};
use crate::mir::trap::{TrapKind, uses_open};
use crate::mir::{Arg, Body, Callee, Effects, Local, Old, Operand, ParamMode, Place};
use crate::mono::{self, Key, Program, Target};
use crate::types::Ty;

/// An evaluated argument.
pub(super) enum Given {
    /// Somebody else owns it.
    Borrowed(Value),
    Owned(Value),
    /// Given to a function value, which keeps or drops it.
    ForGood(Value),
    Place(Address),
}

/// The arguments of a primitive, by position.
pub(super) struct Arguments(Vec<Given>);

impl Arguments {
    pub(super) fn of(values: Vec<Value>) -> Arguments {
        Arguments(values.into_iter().map(Given::Borrowed).collect())
    }

    pub(super) fn value(&self, at: usize) -> &Value {
        match &self.0[at] {
            Given::Borrowed(value) | Given::Owned(value) | Given::ForGood(value) => value,
            Given::Place(_) => panic!("compiler bug: argument {at} is a place"),
        }
    }

    pub(super) fn place(&self, at: usize) -> &Address {
        match &self.0[at] {
            Given::Place(address) => address,
            Given::Borrowed(_) | Given::Owned(_) | Given::ForGood(_) => {
                panic!("compiler bug: argument {at} is no place")
            }
        }
    }

    pub(super) fn int(&self, at: usize) -> i128 {
        self.value(at).int()
    }

    /// A position that the caller has checked.
    pub(super) fn index(&self, at: usize) -> usize {
        usize::try_from(self.int(at)).expect("compiler bug: a negative position")
    }
}

impl Interpreter<'_> {
    pub(super) fn call(
        &mut self,
        body: &Body,
        dest: &Place,
        callee: &Callee,
        args: &[Arg],
        old: Old,
        open: &[DefId],
    ) -> Run<()> {
        let mut program = self.program();
        let mut given = Vec::new();
        let (def, type_args) = match callee {
            Callee::Fn(def, type_args) => (*def, type_args.clone()),
            Callee::Value(operand) => {
                let value = self.operand(operand);
                let (key, captured) = self.parts_of_function(&value);
                given = captured;
                program = self.program_with(program, &key);
                self.closed(key.0)?;
                (key.0, key.1.clone())
            }
            Callee::TraitMethod(method, type_args) => {
                let (receiver, key) = self.receiver(args, *method, type_args);
                given.push(receiver);
                program = self.program_with(program, &key);
                self.closed(key.0)?;
                key
            }
        };
        let target = program.target(def, &type_args);
        let is_dynamic = matches!(callee, Callee::TraitMethod(..));
        let others = args.iter().skip(usize::from(is_dynamic));
        let is_value = matches!(callee, Callee::Value(_));
        given.extend(others.map(|arg| match self.given(arg) {
            Given::Owned(value) if is_value => Given::ForGood(value),
            given => given,
        }));
        let dest_address = self.address(dest);
        let old = self.old(dest, old);
        if let Some(name) = program.intrinsic(target) {
            let dest_ty = body.place_ty(&self.env, dest);
            let (args, left) = self.as_the_primitive_takes(&program, target, given);
            let before = self.open.len();
            self.open.extend_from_slice(open);
            let result = self.intrinsic(&program, name, &type_args, &args, dest_ty)?;
            self.open.truncate(before);
            left.into_iter().for_each(|given| self.heap.release(given));
            self.store(&dest_address, result, old);
            return Ok(());
        }
        let (program, code) = self.code(&program, target)?;
        self.enter(program, code, given, Some((dest_address, old)))?;
        self.open.extend_from_slice(open);
        Ok(())
    }

    /// No global that the function may touch is open to changes.
    pub(super) fn closed(&self, def: DefId) -> Run<()> {
        let effects = self.env.function(def).body().map(|body| body.effects());
        let touched = effects.into_iter().flat_map(Effects::globals);
        match touched
            .into_iter()
            .find(|global| self.open.contains(global))
        {
            None => Ok(()),
            Some(global) => trap(TrapKind::OpenAccess, uses_open(&self.env, def, global)),
        }
    }

    /// The value in the `any` that a trait's method is called of, and the function that this is for its type.
    fn receiver(&mut self, args: &[Arg], method: DefId, type_args: &[Ty]) -> (Given, Key) {
        let (receiver, inside) = match self.given(&args[0]) {
            Given::Place(mut address) => {
                self.make_unique(&address);
                let Value::Any(inside, _) = *self.at(&address) else {
                    panic!("compiler bug: a method of something that is no `any`")
                };
                address.steps.push(Step::Box);
                (Given::Place(address), inside)
            }
            Given::Borrowed(Value::Any(inside, block)) => {
                let value = self.heap.values(block)[0].clone();
                (Given::Borrowed(value), inside)
            }
            Given::Borrowed(_) | Given::Owned(_) | Given::ForGood(_) => {
                panic!("compiler bug: a method of something that is no `any`, or not borrowed")
            }
        };
        let key = mono::dynamic_method(&self.env, method, inside, type_args);
        (receiver, key)
    }

    /// What a function value calls, and what it gives that first.
    fn parts_of_function(&self, value: &Value) -> (Rc<Key>, Vec<Given>) {
        match value {
            Value::Function(key) => (Rc::clone(key), Vec::new()),
            Value::Fields(parts) => {
                let [Value::Function(key), Value::Block(kept)] = &**parts else {
                    panic!("compiler bug: {parts:?} is called")
                };
                let captured = self.heap.values(*kept).iter().map(|capture| match capture {
                    Value::Reference(address) => Given::Place((**address).clone()),
                    value => Given::Borrowed(value.clone()),
                });
                (Rc::clone(key), captured.collect())
            }
            other => panic!("compiler bug: {other:?} is called"),
        }
    }

    /// The program that knows the type of a value in an `any`, and its own functions.
    pub(super) fn program_of_inside(&self, current: &Rc<Program>, inside: Ty) -> Rc<Program> {
        let knows = |program: &&Rc<Program>| program.tables.keys().any(|(ty, _)| *ty == inside);
        let found = std::iter::once(current)
            .chain(self.programs.iter().rev())
            .find(knows);
        Rc::clone(found.unwrap_or(current))
    }

    /// A function value may be called by a unit that does not know the function: then the newest one that does has it.
    fn program_with(&self, current: Rc<Program>, key: &Key) -> Rc<Program> {
        if current.callees.contains_key(key) {
            return current;
        }
        let mut newest_first = self.programs.iter().rev();
        let found = newest_first.find(|program| program.callees.contains_key(key));
        found.map_or(current, Rc::clone)
    }

    fn given(&mut self, arg: &Arg) -> Given {
        match arg {
            Arg::Value(operand) => {
                let value = self.operand(operand);
                match operand {
                    Operand::Copy(_) | Operand::Move(_) => Given::Owned(value),
                    Operand::Borrow(_) | Operand::Const(_) => Given::Borrowed(value),
                }
            }
            Arg::Mut(place) => Given::Place(self.address(place)),
        }
    }

    /// Calls a function from here, with arguments that it borrows.
    pub(super) fn call_target(
        &mut self,
        program: &Rc<Program>,
        target: Target,
        args: Vec<Value>,
    ) -> Run<Value> {
        self.closed(program.key(target).0)?;
        let (program, code) = self.code(program, target)?;
        let floor = self.frames.len();
        let given = args.into_iter().map(Given::Borrowed).collect();
        self.enter(program, code, given, None)?;
        self.run_above(floor)
    }

    /// Where the code of a target is; functions of earlier units are in their programs.
    fn code(&self, program: &Rc<Program>, target: Target) -> Run<(Rc<Program>, Code)> {
        match target {
            Target::Defined(index) => Ok((Rc::clone(program), Code::Function(index))),
            Target::Imported(index) => {
                let import = &program.imports[index];
                match import.origin {
                    FnOrigin::Sumi => Ok(self.exported_code(&import.key)),
                    FnOrigin::C { .. } | FnOrigin::Host => trap(
                        TrapKind::Panic,
                        format!("`{}` is not available in the interpreter", import.symbol),
                    ),
                    FnOrigin::Intrinsic(_) => panic!("compiler bug: a primitive without code"),
                }
            }
        }
    }

    fn exported_code(&self, key: &Key) -> (Rc<Program>, Code) {
        for program in self.programs.iter().rev() {
            let found = program
                .functions
                .iter()
                .position(|f| f.key == *key && f.exported);
            if let Some(index) = found {
                return (Rc::clone(program), Code::Function(index));
            }
        }
        panic!("compiler bug: no unit defines {key:?}")
    }

    fn enter(
        &mut self,
        program: Rc<Program>,
        code: Code,
        given: Vec<Given>,
        dest: Option<(Address, Old)>,
    ) -> Run<()> {
        if self.frames.len() >= self.depth_limit {
            return trap(TrapKind::StackOverflow, "stack overflow");
        }
        let mut frame = Frame::new(program, code, dest);
        frame.open_before = self.open.len();
        let modes = frame.body().params.clone();
        assert!(
            modes.len() == given.len(),
            "compiler bug: `{}` takes {} arguments",
            frame.body().name,
            modes.len()
        );
        let params: Vec<Local> = frame.body().locals.keys().skip(1).collect();
        for ((given, mode), local) in given.into_iter().zip(modes).zip(params) {
            frame.locals[local] = self.taken(given, mode, &mut frame.given);
        }
        self.frames.push(frame);
        Ok(())
    }

    /// What the parameter holds. The callee of a function value may own what it was lent: then it becomes an owner. What it was given for
    /// good and only borrows is `left` to be dropped after the call.
    fn taken(&mut self, given: Given, mode: ParamMode, left: &mut Vec<Value>) -> Value {
        match (given, mode) {
            (Given::Borrowed(value), ParamMode::Own) => {
                self.heap.retain(&value);
                value
            }
            (Given::Borrowed(value), ParamMode::Borrow)
            | (Given::Owned(value) | Given::ForGood(value), ParamMode::Own) => value,
            (Given::Owned(value), ParamMode::Borrow) => {
                assert!(
                    !value.owns(),
                    "compiler bug: an owned value is given to a parameter that borrows"
                );
                value
            }
            (Given::ForGood(value), ParamMode::Borrow) => {
                if value.owns() {
                    left.push(value.clone());
                }
                value
            }
            (Given::Place(address), ParamMode::Mut) => Value::Reference(Rc::new(address)),
            (Given::Place(_), _) | (_, ParamMode::Mut) => {
                panic!("compiler bug: a place and a value are mixed up in a call")
            }
        }
    }

    fn as_the_primitive_takes(
        &mut self,
        program: &Program,
        target: Target,
        given: Vec<Given>,
    ) -> (Arguments, Vec<Value>) {
        let mut left = Vec::new();
        let modes = program.signature(target).params.clone();
        let taken = given.into_iter().zip(modes).map(|(given, (mode, _))| {
            if let Given::Place(address) = given {
                return Given::Place(address);
            }
            Given::Borrowed(self.taken(given, mode, &mut left))
        });
        let taken = taken.collect();
        (Arguments(taken), left)
    }

    fn intrinsic(
        &mut self,
        program: &Rc<Program>,
        name: &str,
        type_args: &[Ty],
        args: &Arguments,
        result: Ty,
    ) -> Run<Value> {
        if let Some(value) = self.array_intrinsic(program, name, type_args, args)? {
            return Ok(value);
        }
        if let Some(value) = self.vector_intrinsic(program, name, type_args, args)? {
            return Ok(value);
        }
        if let Some(value) = self.text_intrinsic(name, args)? {
            return Ok(value);
        }
        if let Some(value) = super::numbers::intrinsic(name, type_args, args) {
            return Ok(value);
        }
        if let Some(value) = self.outside_intrinsic(name, args)? {
            return Ok(value);
        }
        match name {
            "show" => {
                let shown = self.show(program, type_args[0], args.value(0), false)?;
                Ok(self.heap.text(shown))
            }
            "take" => {
                let value = std::mem::take(self.at_mut(args.place(0)));
                *self.at_mut(args.place(0)) = self.empty_of(result);
                Ok(value)
            }
            "hash" => {
                let seed = args.int(1) as u64;
                let hash = self.hash(program, type_args[0], args.value(0), seed)?;
                Ok(Value::Int(i128::from(hash)))
            }
            "key_bits" | "key_rest" => {
                let (bits, rest) = self.key(program, type_args[0], args.value(0))?;
                let word = if name == "key_bits" { bits } else { rest };
                Ok(Value::Int(i128::from(word)))
            }
            _ => panic!("compiler bug: the interpreter has no primitive `{name}`"),
        }
    }
}
