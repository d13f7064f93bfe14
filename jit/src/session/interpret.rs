//! The MIR interpreter as an executor: what a program means, to compare compiled code with.

use std::io::{BufRead, Read, Write};

use compiler::mir::interpret::{Interpreter, Outside, SystemReply, SystemRequest};
use compiler::mono::Mode;
use compiler::render;
use syntax::Diagnostic;

use super::Session;
use crate::front::Constants;
use crate::report::{Error, Frame, RuntimeError};

/// The process's own streams.
struct Standard {
    args: Vec<String>,
}

impl Outside for Standard {
    fn print(&mut self, text: &str) {
        // Nobody is left to be told if the reader is gone.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    fn eprint(&mut self, text: &str) {
        let _ = std::io::stderr().write_all(text.as_bytes());
    }

    fn read_line(&mut self) -> Option<String> {
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(
                line.trim_end_matches('\n')
                    .trim_end_matches('\r')
                    .to_owned(),
            ),
        }
    }

    fn read_all(&mut self) -> String {
        let mut bytes = Vec::new();
        // What could be read is what there is.
        let _ = std::io::stdin().lock().read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn args(&self) -> Vec<String> {
        self.args.clone()
    }

    fn system(&mut self, request: SystemRequest) -> SystemReply {
        let SystemRequest {
            what,
            words,
            bytes,
            number,
        } = request;
        let reply = stdlib::system::answer(&stdlib::system::Request {
            what,
            words,
            bytes,
            number,
        });
        SystemReply {
            number: reply.number,
            words: reply.words,
            bytes: reply.bytes,
        }
    }
}

impl Session {
    /// Runs a script in the interpreter.
    pub fn interpret(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let gathered = self.front.gather(name, text)?;
        self.warn(&gathered.warnings);
        let mut outside = Standard {
            args: self.config.args.clone(),
        };
        let mut interpreter = Interpreter::new(&mut outside);
        let mut result = Ok(());
        let last = gathered.units.len().saturating_sub(1);
        for (index, ready) in gathered.units.iter().enumerate() {
            let mode = Mode::Interpreted {
                is_last: index == last,
            };
            let program = self.front.program(ready, mode, Constants::AtUse)?;
            let outcome = interpreter.run_cells(&ready.compiled.env, program);
            if let Some(error) = outcome.error {
                result = Err(Error::Runtime(self.interpreted_error(&error)));
                break;
            }
        }
        let live = interpreter.close();
        match (live, &result) {
            (0, _) | (_, Err(_)) => result,
            (live, Ok(())) => Err(Error::Backend {
                message: format!("compiler bug: {live} blocks are live after the end"),
            }),
        }
    }

    fn interpreted_error(&self, error: &compiler::mir::interpret::RuntimeError) -> RuntimeError {
        let diagnostic = Diagnostic::error(error.kind.name(), &error.message).at(error.span, "");
        let mut rendered = render::render(&self.front.sources, &diagnostic, self.config.color);
        let mut frames = Vec::new();
        for (function, span) in &error.stack {
            let Some(file) = self.front.sources.get(span.file) else {
                continue;
            };
            let place = file.line_column(span.start);
            rendered.push_str(&format!(
                "  in {function} at {}:{}\n",
                file.name, place.line
            ));
            frames.push(Frame {
                function: function.clone(),
                file: file.name.clone(),
                line: place.line,
                column: place.column,
            });
        }
        RuntimeError {
            own: 0,
            kind: error.kind.name(),
            exit: error.exit,
            message: error.message.clone(),
            frames,
            rendered,
        }
    }
}
