//! What the interpreter knows of the outside. The compiler does no I/O; whoever runs the interpreter brings it.

use std::collections::VecDeque;

use super::call::Arguments;
use super::heap::Data;
use super::value::Value;
use super::{Interpreter, Run, trap};
use crate::mir::Old;
use crate::mir::trap::TrapKind;

/// Where output goes and input comes from.
pub trait Outside {
    fn print(&mut self, text: &str);
    fn eprint(&mut self, text: &str);
    /// Without its line break.
    fn read_line(&mut self) -> Option<String>;
    fn read_all(&mut self) -> String;
    fn args(&self) -> Vec<String>;
    /// Asks the operating system: files, clock, processes.
    fn system(&mut self, request: SystemRequest) -> SystemReply;
}

/// Which operation, and what it takes; the library's modules and whoever brings the outside agree on them.
#[derive(Clone, Debug)]
pub struct SystemRequest {
    pub what: String,
    pub words: Vec<String>,
    pub bytes: Vec<u8>,
    pub number: i64,
}

/// A negative number is a failure, and the only word says why.
#[derive(Clone, Debug, Default)]
pub struct SystemReply {
    pub number: i64,
    pub words: Vec<String>,
    pub bytes: Vec<u8>,
}

/// Output kept, input given: for tests and constants.
#[derive(Clone, Debug, Default)]
pub struct Captured {
    pub output: String,
    pub errors: String,
    pub input: VecDeque<String>,
    pub args: Vec<String>,
}

impl Outside for Captured {
    fn print(&mut self, text: &str) {
        self.output.push_str(text);
    }

    fn eprint(&mut self, text: &str) {
        self.errors.push_str(text);
    }

    fn read_line(&mut self) -> Option<String> {
        self.input.pop_front()
    }

    fn read_all(&mut self) -> String {
        let lines: Vec<String> = self.input.drain(..).collect();
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn args(&self) -> Vec<String> {
        self.args.clone()
    }

    fn system(&mut self, request: SystemRequest) -> SystemReply {
        SystemReply {
            number: -1,
            words: vec![format!("there is no `{}` in here", request.what)],
            bytes: Vec::new(),
        }
    }
}

impl Interpreter<'_> {
    pub(super) fn outside_intrinsic(&mut self, name: &str, args: &Arguments) -> Run<Option<Value>> {
        match name {
            "print" => {
                let line = format!("{}\n", self.text(args.value(0)));
                self.outside.print(&line);
            }
            "write" => {
                let piece = self.text(args.value(0)).to_string();
                self.outside.print(&piece);
            }
            "eprint" => {
                let line = format!("{}\n", self.text(args.value(0)));
                self.outside.eprint(&line);
            }
            "read_line" => {
                let Some(line) = self.outside.read_line() else {
                    return Ok(Some(Value::Bool(false)));
                };
                let line = self.heap.text(line);
                self.store(args.place(0), line, Old::Drop);
                return Ok(Some(Value::Bool(true)));
            }
            "read_all" => {
                let all = self.outside.read_all();
                return Ok(Some(self.heap.text(all)));
            }
            "args" => {
                let args = self.outside.args();
                return Ok(Some(self.texts(args)));
            }
            "system" => return Ok(Some(self.ask_system(args))),
            "exit" => {
                // The status travels as the message.
                return trap(TrapKind::Exit, (args.int(0) as i32).to_string());
            }
            _ => return Ok(None),
        }
        Ok(Some(Value::unit()))
    }

    fn ask_system(&mut self, args: &Arguments) -> Value {
        let words = self.heap.values(args.value(1).block());
        let input = self.heap.values(args.value(2).block());
        let request = SystemRequest {
            what: self.text(args.value(0)).to_owned(),
            words: words
                .iter()
                .map(|word| self.text(word).to_owned())
                .collect(),
            bytes: input.iter().map(|byte| byte.int() as u8).collect(),
            number: args.int(3) as i64,
        };
        let reply = self.outside.system(request);
        let words = self.texts(reply.words);
        self.store(args.place(4), words, Old::Drop);
        let bytes = reply.bytes.iter().map(|b| Value::Int(i128::from(*b)));
        let bytes = self.heap.allocate(Data::Values(bytes.collect()));
        self.store(args.place(5), bytes, Old::Drop);
        Value::Int(i128::from(reply.number))
    }
}
