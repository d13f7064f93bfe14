//! What the interpreter knows of the outside. The compiler does no I/O; whoever runs the interpreter brings it.

use std::collections::VecDeque;

/// Where output goes and input comes from.
pub trait Outside {
    fn print(&mut self, text: &str);
    fn eprint(&mut self, text: &str);
    /// Without its line break.
    fn read_line(&mut self) -> Option<String>;
    fn read_all(&mut self) -> String;
    fn args(&self) -> Vec<String>;
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
}
