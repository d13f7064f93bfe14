//! What a sheet says to those who show it, and what they may ask of it: one JSON object in each line. Plain data; the page
//! `examples/book/sheet_protocol.md` describes it.

use serde::{Deserialize, Serialize};

/// Rises when a reader of before would misunderstand. New fields and events may come at any time.
pub(crate) const VERSION: u32 = 1;

/// What the process of a sheet is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Command {
    /// The text is this one from now on.
    Edit(Edit),
    /// Run a cell that is stale.
    Ask(u64),
    /// Say some of the rows, elements or lines of a value.
    Value(Wanted),
    /// These of the files that it follows are others than they were.
    Touched(Vec<String>),
    /// The files that it follows are followed by now: what became another one before is looked at.
    Following {},
    Quit {},
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Edit {
    pub name: String,
    pub text: String,
    /// The bytes of the text before which this takes the place of; of all of it if they are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[usize; 2]>,
    /// By which number the answers name it; one more than that of before if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Whether cells that change the outside run like others.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changes: bool,
    /// The texts of cells that are not to run: they ended the process before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantine: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The first one of a process; all that was said before it is void.
    Opened {
        /// The version of the protocol.
        sumi: u32,
        /// That of the language.
        version: String,
        pid: u32,
    },
    /// Lines are from now on those of this text.
    Edited {
        revision: u64,
        name: String,
    },
    /// A cell is new, or otherwise than it was.
    Cell(Box<Cell>),
    /// Only its place is another one.
    Moved {
        id: u64,
        lines: [usize; 2],
        bytes: [usize; 2],
    },
    /// All cells that begin at this byte or behind it stand so many bytes and lines further on.
    Shifted {
        from: usize,
        bytes: isize,
        lines: isize,
    },
    Removed {
        id: u64,
    },
    /// It begins to run; what is known of it stays until it is done.
    Running {
        id: u64,
        /// Of the text.
        #[serde(default)]
        bytes: [usize; 2],
    },
    /// These files beside the text are all that its values come from: the modules that it imports, and what its cells have read.
    Follows {
        files: Vec<String>,
    },
    /// All is said about this text.
    Settled(Settled),
    /// The answer to `value`.
    Page(Page),
    /// A command that was not understood or could not be done.
    Refused {
        message: String,
    },
    /// The file cannot be read; what was said of it stays until it is back.
    Missing {
        message: String,
    },
    /// The process of the sheet ended by itself. Another one follows, with `opened`.
    Crashed {
        message: String,
        /// The cell that ran.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settled {
    pub revision: u64,
    pub counts: Counts,
    pub elapsed_ns: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub parsed: usize,
    pub checked: usize,
    pub compiled: usize,
    pub ran: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    #[default]
    Done,
    Running,
    /// It ran, and ended with an error.
    Failed,
    /// Its text has mistakes.
    Broken,
    /// What it needs did not come about.
    Waits,
    /// It changes the outside, or depends on what does, and nobody asked for that.
    Stale,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub id: u64,
    /// The first and the last, from 1.
    pub lines: [usize; 2],
    /// Of the text, the end exclusive.
    pub bytes: [usize; 2],
    pub state: State,
    /// Of a `test`: what it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// Whether it ran in this update.
    pub ran: bool,
    /// The values and the output are those that it had before it was as it is now.
    pub old: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(default, skip_serializing_if = "Output::is_empty")]
    pub output: Output,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// The problems as a terminal shows them, without colour.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rendered: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<Expectation>,
    /// What it waits for, or why it is stale.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Why it ran or did not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    pub elapsed_ns: u64,
    /// Blocks of memory that it took.
    pub allocations: u64,
}

impl Cell {
    /// The exit status that the cell asks for: 101 if it failed, 1 if it has mistakes, or is a test that failed, or a stated value does not
    /// hold.
    pub(crate) fn status(&self) -> u8 {
        let stated = self.expectation.as_ref();
        let is_wrong = stated.is_some_and(|stated| !stated.holds);
        self.status_of_state().max(u8::from(is_wrong))
    }

    /// The same whatever is stated.
    pub(crate) fn status_of_state(&self) -> u8 {
        match self.state {
            State::Failed if self.test.is_none() => 101,
            State::Failed | State::Broken => 1,
            State::Done | State::Running | State::Waits | State::Stale => 0,
        }
    }

    pub(crate) fn is_passed_test(&self) -> bool {
        self.test.is_some() && self.state == State::Done
    }

    /// So many lines before its last one stands what it came to: where a test failed, in a sheet of that name.
    pub(crate) fn lines_behind(&self, sheet: &str) -> usize {
        let [first, last] = self.lines;
        let error = self.error.iter().filter(|_| self.test.is_some());
        let lines = error.flat_map(|error| &error.frames);
        let mut lines = lines
            .filter(|frame| frame.file == sheet)
            .map(|frame| frame.line as usize);
        let own = lines.find(|line| (first..=last).contains(line));
        last - own.unwrap_or(last)
    }
}

/// A value as literal text, bounded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Value {
    /// Empty for that of an expression.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
}

/// What is seen of a large value at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Preview {
    /// So many numbers: the least and the greatest finite one of each part.
    Numbers {
        len: usize,
        parts: Vec<Option<[f64; 2]>>,
    },
    /// So many rows, and the first of them.
    Table {
        len: usize,
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

/// Some rows, elements or lines of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Page {
    pub id: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Which is the first, from 0.
    pub from: usize,
    /// How many there are in all.
    pub len: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// The cell.
    pub id: u64,
    /// Empty for the value of an expression.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub from: usize,
    pub to: usize,
}

/// What a cell printed; of much, the beginning and the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Output {
    pub text: String,
    /// Bytes that are left out behind `text`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: usize,
    /// What follows those.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub end: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub kind: String,
    pub message: String,
    /// The innermost first.
    pub frames: Vec<Frame>,
    /// Which of them is the innermost outside of the library.
    pub own: usize,
    pub rendered: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Frame {
    pub function: String,
    pub file: String,
    /// From 1; 0 if unknown.
    pub line: u32,
    pub column: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Problem {
    /// `error` or `warning`.
    pub severity: String,
    pub code: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
    pub file: String,
    /// From 1; columns count characters, the end is exclusive.
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Expectation {
    pub expected: String,
    pub actual: String,
    pub holds: bool,
}

impl Output {
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl Failure {
    /// Where the program failed: for a failure in the library, where it was called.
    pub(crate) fn place(&self) -> Option<&Frame> {
        self.frames.get(self.own).filter(|frame| frame.line > 0)
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &usize) -> bool {
    *value == 0
}

/// One line.
pub(crate) fn line(message: &impl Serialize) -> String {
    let text = serde_json::to_string(message);
    text.expect("compiler bug: a message of the protocol is not JSON") + "\n"
}
