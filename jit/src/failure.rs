//! From a trap to what a user reads: kind, message, the source line and the stack of Sumi functions.

use codegen::LOOP_IN;
use compiler::render;
use stdlib::Capability;
use syntax::{Classified, Diagnostic, FileId, LineColumn, Sources, Span, TokenClass};

use crate::machine::Machine;
use crate::report::{Frame, RuntimeError};
use crate::trap::{Trap, TrapKind};

/// How many lines after the last known one a call is looked for.
const NEAR: u32 = 200;

/// How a run ended, apart from where its texts stand now: a cell that failed may be moved before someone looks.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    kind: TrapKind,
    exit: Option<i32>,
    message: String,
    /// Their files by [`SourceFile::key`].
    frames: Vec<Frame>,
    /// Which of them is the innermost outside of the library; the first if none is.
    own: usize,
    span: Option<Span>,
}

pub(crate) fn describe(
    machine: &Machine,
    sources: &Sources,
    trap: &Trap,
    color: bool,
) -> RuntimeError {
    failure(machine, sources, trap).report(sources, color)
}

pub(crate) fn failure(machine: &Machine, sources: &Sources, trap: &Trap) -> Failure {
    let mut frames = frames(machine, trap);
    for inner in 0..frames.len().saturating_sub(1) {
        let callee = frames[inner].function.clone();
        if let Some(line) = line_of_call(sources, &frames[inner + 1], &callee) {
            frames[inner + 1].line = line;
        }
    }
    let span = trap
        .location
        .filter(|at| at.file != u32::MAX) // a thunk, which stands nowhere
        .map(|at| Span::new(FileId(at.file), at.start, at.end));
    if let (Some(span), Some(innermost)) = (span, frames.first_mut())
        && let Some(file) = sources.get(span.file)
    {
        let place = file.line_column(span.start);
        innermost.file = file.key();
        (innermost.line, innermost.column) = (place.line, place.column);
    }
    let span = match span {
        Some(span) if !is_library(&sources.file(span.file).name) => Some(span),
        inside => call_from_outside(sources, &frames)
            .or(inside)
            .or_else(|| frames.first().and_then(|frame| line_of(sources, frame))),
    };
    let own = frames
        .iter()
        .position(|frame| frame.line > 0 && !is_library(&frame.file));
    Failure {
        kind: trap.kind,
        exit: (trap.kind == TrapKind::Exit).then_some(trap.a as i32),
        message: message(trap),
        own: own.unwrap_or(0),
        frames,
        span,
    }
}

impl Failure {
    pub(crate) fn is_interrupt(&self) -> bool {
        self.kind == TrapKind::Interrupt
    }

    /// Whether it tells of places in files that are taken as a whole, apart from the library.
    pub(crate) fn names_modules(&self, sources: &Sources) -> bool {
        let frames = self.frames.iter().filter(|frame| frame.line > 0);
        let files = frames.filter_map(|frame| sources.by_key(&frame.file));
        let place = self.span.and_then(|span| sources.get(span.file));
        let mut all = files.chain(place);
        all.any(|file| !file.is_part() && !is_library(&file.name))
    }

    /// As people see it, with the texts where they stand now.
    pub(crate) fn report(&self, sources: &Sources, color: bool) -> RuntimeError {
        let frames: Vec<Frame> = self
            .frames
            .iter()
            .map(|frame| shown(sources, frame))
            .collect();
        let rendered = rendered(sources, self.kind, &self.message, self.span, &frames, color);
        RuntimeError {
            kind: self.kind.name(),
            message: self.message.clone(),
            exit: self.exit,
            frames,
            own: self.own,
            rendered,
        }
    }
}

fn shown(sources: &Sources, frame: &Frame) -> Frame {
    let Some(file) = sources.by_key(&frame.file).filter(|_| frame.line > 0) else {
        return frame.clone();
    };
    let (id, line) = sources.current_line(file.id, frame.line);
    let file = sources.file(id);
    let column = frame.column;
    let place = file.shown_from(LineColumn { line, column });
    Frame {
        function: frame.function.clone(),
        file: file.name.clone(),
        line: place.line,
        column: place.column,
    }
}

/// A failure in the library is shown where the program called it.
fn call_from_outside(sources: &Sources, frames: &[Frame]) -> Option<Span> {
    let outer = frames
        .iter()
        .position(|frame| frame.line > 0 && !is_library(&frame.file))?;
    let line = line_of(sources, &frames[outer])?;
    let called = outer.checked_sub(1).map(|inner| &frames[inner].function);
    let text = &sources.file(line.file).text[line.start as usize..line.end as usize];
    let name = called.map(|function| bare_name(function));
    // Twice on one line says nothing.
    let place = name
        .filter(|name| !name.is_empty() && text.matches(&format!("{name}(")).count() == 1)
        .and_then(|name| Some((text.find(&format!("{name}("))?, name.len())));
    Some(match place {
        Some((at, length)) => {
            let start = line.start + at as u32;
            Span::new(line.file, start, start + length as u32)
        }
        None => line,
    })
}

/// `expect` of `Result<str, Error>.expect<i64>`.
fn bare_name(function: &str) -> &str {
    let mut depth = 0_usize;
    let (mut start, mut end) = (0, function.len());
    for (at, c) in function.char_indices() {
        match c {
            '<' | '[' | '(' => {
                if depth == 0 && c == '<' {
                    end = at;
                }
                depth += 1;
            }
            '>' if function[..at].ends_with('-') => {} // of `fn() -> i64`
            '>' | ']' | ')' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => (start, end) = (at + 1, function.len()),
            _ => {}
        }
    }
    &function[start..end.max(start)]
}

pub(crate) fn is_library(file: &str) -> bool {
    let name = file
        .strip_prefix('<')
        .and_then(|name| name.strip_suffix('>'));
    name.is_some_and(|name| {
        stdlib::lang::PRELUDE
            .iter()
            .any(|(known, _)| *known == name)
            || stdlib::lang::module(name).is_some()
    })
}

fn message(trap: &Trap) -> String {
    if let Some(message) = &trap.message {
        return message.clone();
    }
    let (a, b) = (trap.a, trap.b);
    match trap.kind {
        TrapKind::Index => format!("the index {a} is out of range: the length is {b}"),
        TrapKind::DivisionByZero => "division by zero".to_owned(),
        TrapKind::Assert => "an assertion failed".to_owned(),
        TrapKind::Panic => "the program gave up".to_owned(),
        TrapKind::StackOverflow => "the stack overflowed: calls nest too deeply".to_owned(),
        TrapKind::Memory if b > 0 => format!("the memory limit of {b} bytes is reached"),
        TrapKind::Memory => "the system has no memory left".to_owned(),
        TrapKind::Interrupt => "interrupted".to_owned(),
        TrapKind::OpenAccess => "a variable is used while it is being changed".to_owned(),
        TrapKind::Exclusivity => {
            format!("two overlapping accesses at once: the indices {a} and {b}")
        }
        TrapKind::Key => "the key is not there".to_owned(),
        TrapKind::Unwrap => "there is no value".to_owned(),
        TrapKind::Slice => "the range is not within the value".to_owned(),
        TrapKind::Unreachable => "a place was reached that cannot be reached".to_owned(),
        TrapKind::Argument => "an argument is not allowed".to_owned(),
        TrapKind::Exit => format!("the program ended itself with status {a}"),
        TrapKind::Denied => format!("the host does not allow {}", Capability::name_of(a)),
        TrapKind::Fuel => "it used up the fuel that the host allows".to_owned(),
        TrapKind::Output => format!("it printed more than the {a} bytes that the host allows"),
        TrapKind::Fault => format!("generated code failed with signal {a} at address {b:#x}"),
    }
}

/// What stands between a function value and its function has a name of the generator.
fn is_thunk(function: &str) -> bool {
    let number = function.split_once('.').map_or("", |(_, number)| number);
    [
        "value.",
        "called.",
        "method.",
        "show.",
        "relation.",
        "hash.",
    ]
    .iter()
    .any(|what| function.starts_with(what))
        && number.parse::<u32>().is_ok()
}

/// How code outside all functions is called in a stack.
const TOP: &str = "the top level";

/// The code outside all functions was that of a `test` or `bench`: the stack says which.
pub(crate) fn name_the_top(error: &mut RuntimeError, name: &str) {
    for frame in error
        .frames
        .iter_mut()
        .filter(|frame| frame.function == TOP)
    {
        name.clone_into(&mut frame.function);
    }
    let (as_shown, as_named) = (format!("\n  in {TOP} at "), format!("\n  in {name} at "));
    error.rendered = error.rendered.replace(&as_shown, &as_named);
}

/// Begins the frame that stands for those left out.
const OMITTED: char = '…';

fn frames(machine: &Machine, trap: &Trap) -> Vec<Frame> {
    let all = |addresses: &[usize]| -> Vec<Frame> {
        addresses
            .iter()
            .flat_map(|address| machine.symbolize(*address))
            .collect()
    };
    let mut frames = all(&trap.stack.innermost);
    if trap.stack.omitted > 0 {
        frames.push(Frame {
            function: format!("{OMITTED} {} more calls", trap.stack.omitted),
            file: String::new(),
            line: 0,
            column: 0,
        });
    }
    frames.extend(all(&trap.stack.outermost));
    frames.retain(|frame| frame.function != "sumi_main" && !is_thunk(&frame.function));
    join_loops(&mut frames);
    for frame in &mut frames {
        let number = frame.function.strip_prefix("cell").map(str::trim_start);
        if number.is_some_and(|number| number.parse::<u32>().is_ok()) {
            frame.function = TOP.to_owned();
        }
    }
    frames
}

/// Better code of a loop and the plain code that it was entered from are one call.
fn join_loops(frames: &mut Vec<Frame>) {
    let mut is_inside = false;
    frames.retain_mut(|frame| {
        let name = frame.function.strip_prefix(LOOP_IN).map(str::to_owned);
        let is_around = std::mem::replace(&mut is_inside, name.is_some());
        if let Some(name) = name {
            frame.function = name;
        }
        !is_around
    });
}

/// Optimised calls may have lost their place, and the frame knows only about where it is: then the first line from there on
/// that calls.
fn line_of_call(sources: &Sources, frame: &Frame, callee: &str) -> Option<u32> {
    if frame.column > 0 || frame.line == 0 || callee.is_empty() {
        return None;
    }
    let file = sources.by_key(&frame.file)?;
    let last = file.line_count().min(frame.line + NEAR);
    let call = format!("{callee}(");
    let mut lines = (frame.line..=last).take_while(|line| {
        // No further than the next function.
        *line == frame.line || !file.line_text(*line).trim_start().starts_with("fn ")
    });
    lines.find(|line| file.line_text(*line).contains(&call))
}

/// The tokens of the line at which a frame stands.
fn line_of(sources: &Sources, frame: &Frame) -> Option<Span> {
    let file = sources.by_key(&frame.file)?;
    let line = file.line_range(frame.line)?;
    let tokens = syntax::tokens(file).into_iter();
    let is_code = |token: &Classified| token.class != TokenClass::Comment && !token.span.is_empty();
    let mut here = tokens
        .filter(is_code)
        .filter(|token| line.contains(&(token.span.start as usize)));
    let first = here.next()?;
    let end = here.next_back().unwrap_or(first).span.end;
    let end = end.min(line.end as u32);
    Some(Span::new(file.id, first.span.start, end))
}

fn is_same_line(a: &Frame, b: &Frame) -> bool {
    (&a.function, &a.file, a.line) == (&b.function, &b.file, b.line)
}

fn rendered(
    sources: &Sources,
    kind: TrapKind,
    message: &str,
    span: Option<Span>,
    frames: &[Frame],
    color: bool,
) -> String {
    let mut diagnostic = Diagnostic::error(kind.name(), message);
    if let Some(span) = span {
        diagnostic = diagnostic.at(span, "");
    }
    let mut text = render::render(sources, &diagnostic, color);
    for same in frames.chunk_by(is_same_line) {
        let frame = &same[0];
        text.push_str("  ");
        if !frame.function.starts_with(OMITTED) {
            text.push_str("in ");
        }
        text.push_str(&frame.function);
        if frame.line > 0 {
            text.push_str(&format!(" at {}:{}", frame.file, frame.line));
        }
        if same.len() > 1 {
            text.push_str(&format!(", {} times", same.len()));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::bare_name;

    #[test]
    fn names_without_types() {
        let names = [
            "check_bytes",
            "[u8].copy_within",
            "Result<str, Error>.expect",
            "[T].map<fn() -> i64>",
            "largest<[i64]>",
        ];
        let bare = names.map(bare_name);
        assert_eq!(
            bare,
            ["check_bytes", "copy_within", "expect", "map", "largest"]
        );
    }
}
