//! Errors as C sees them, and the border: what is wrong with a call, and panics, become one.

use std::any::Any;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

use jit::{Error, Problem};

/// A text that C may read as long as its owner is there; a zero stands behind it.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct SumiText {
    data: *const c_char,
    length: usize,
}

/// Bytes with a zero behind them.
pub(crate) struct Text(Vec<u8>);

impl Text {
    pub(crate) fn new(text: &str) -> Text {
        let mut bytes = Vec::with_capacity(text.len() + 1);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        Text(bytes)
    }

    pub(crate) fn seen(&self) -> SumiText {
        SumiText {
            data: self.0.as_ptr().cast(),
            length: self.0.len() - 1,
        }
    }
}

impl SumiText {
    pub(crate) const EMPTY: SumiText = SumiText {
        data: c"".as_ptr(),
        length: 0,
    };
}

/// See `sumi_error_kind` in `sumi.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
enum Kind {
    Rejected = 1,
    Link = 2,
    Runtime = 3,
    Signature = 4,
    Reload = 5,
    Output = 6,
    Backend = 7,
    Misuse = 8,
    Bug = 9,
}

/// See `sumi_error` in `sumi.h`.
pub struct SumiError {
    kind: Kind,
    message: Text,
    rendered: Text,
    /// Of a runtime error.
    trap: Text,
    exit: Option<i32>,
    frames: Vec<(Text, Text, u32, u32)>,
    own: usize,
    problems: Vec<(Problem, [Text; 4])>,
}

/// See `sumi_frame` in `sumi.h`.
#[repr(C)]
pub struct SumiFrame {
    function: SumiText,
    file: SumiText,
    line: u32,
    column: u32,
}

/// See `sumi_problem` in `sumi.h`.
#[repr(C)]
pub struct SumiProblem {
    is_error: bool,
    code: SumiText,
    message: SumiText,
    help: SumiText,
    file: SumiText,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

pub(crate) type Answer<T> = Result<T, Box<SumiError>>;

impl SumiError {
    fn new(kind: Kind, message: &str, rendered: &str) -> SumiError {
        SumiError {
            kind,
            message: Text::new(message),
            rendered: Text::new(rendered),
            trap: Text::new(""),
            exit: None,
            frames: Vec::new(),
            own: 0,
            problems: Vec::new(),
        }
    }

    fn with(self, problems: &[Problem]) -> SumiError {
        let problems = problems.iter().map(|each| {
            let help = each.help.join("\n");
            let texts = [&each.code, &each.message, &help, &each.file];
            (each.clone(), texts.map(|text| Text::new(text)))
        });
        SumiError {
            problems: problems.collect(),
            ..self
        }
    }
}

/// C has called wrongly.
pub(crate) fn misuse(message: &str) -> Box<SumiError> {
    Box::new(SumiError::new(Kind::Misuse, message, message))
}

/// What C says of a type or a value does not fit.
pub(crate) fn unfit(message: String) -> Box<SumiError> {
    Box::new(SumiError::new(Kind::Signature, &message, &message))
}

impl From<Error> for Box<SumiError> {
    fn from(error: Error) -> Box<SumiError> {
        let rendered = error.to_string();
        let new = |kind, message: &str| SumiError::new(kind, message, &rendered);
        let known = match error {
            Error::Rejected { problems, .. } => {
                let first = problems.iter().find(|each| each.severity == "error");
                let message = first.map_or("the text has mistakes", |first| &first.message);
                new(Kind::Rejected, message).with(&problems)
            }
            Error::Link { rendered, problems } => {
                let line = rendered.lines().next().unwrap_or_default();
                new(Kind::Link, line).with(&problems)
            }
            Error::Runtime(error) => {
                let frames = error.frames.iter().map(|frame| {
                    let (function, file) = (Text::new(&frame.function), Text::new(&frame.file));
                    (function, file, frame.line, frame.column)
                });
                SumiError {
                    trap: Text::new(error.kind),
                    exit: error.exit,
                    frames: frames.collect(),
                    own: error.own,
                    ..new(Kind::Runtime, &error.message)
                }
            }
            Error::Signature {
                message, problems, ..
            } => new(Kind::Signature, &message).with(&problems),
            Error::Save { message } | Error::Load { message } => new(Kind::Signature, &message),
            Error::Reload { message } => new(Kind::Reload, &message),
            Error::Output { message } => new(Kind::Output, &message),
            Error::Backend { message } => new(Kind::Backend, &message),
        };
        Box::new(known)
    }
}

/// What C gets: null, or the error. Nothing unwinds into C.
pub(crate) fn answer(body: impl FnOnce() -> Answer<()>) -> *mut SumiError {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => null_mut(),
        Ok(Err(error)) => Box::into_raw(error),
        Err(panic) => {
            let message = format!("a bug of Sumi: {}", text_of(&*panic));
            Box::into_raw(Box::new(SumiError::new(Kind::Bug, &message, &message)))
        }
    }
}

/// As [`answer`], for what cannot fail: a bug of ours is as if it had not been called.
pub(crate) fn quietly<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "no message",
    }
}

/// # Safety
/// Null or valid, as long as the result is used.
pub(crate) unsafe fn required<'a, T>(pointer: *const T, name: &str) -> Answer<&'a T> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_ref() }.ok_or_else(|| misuse(&format!("`{name}` is NULL")))
}

/// As [`required`], of what is C's alone.
///
/// # Safety
/// As for [`required`]; nobody else uses it.
pub(crate) unsafe fn required_mut<'a, T>(pointer: *mut T, name: &str) -> Answer<&'a mut T> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_mut() }.ok_or_else(|| misuse(&format!("`{name}` is NULL")))
}

/// Where an answer goes.
pub(crate) struct Out<T>(*mut T);

/// It has `empty` until there is an answer.
///
/// # Safety
/// Null, or room for an answer.
pub(crate) unsafe fn out<T>(place: *mut T, name: &str, empty: T) -> Answer<Out<T>> {
    if place.is_null() {
        return Err(misuse(&format!("`{name}` is NULL")));
    }
    // SAFETY: the caller's promise.
    unsafe { place.write(empty) };
    Ok(Out(place))
}

impl<T> Out<T> {
    pub(crate) fn set(self, value: T) {
        // SAFETY: `out` was promised that there is room.
        unsafe { self.0.write(value) }
    }
}

/// A name, which ends with a zero.
///
/// # Safety
/// Null, or such a text.
pub(crate) unsafe fn name<'a>(text: *const c_char, called: &str) -> Answer<&'a str> {
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(required(text, called)?) };
    text.to_str()
        .map_err(|_| misuse(&format!("`{called}` is not UTF-8")))
}

/// A text of so many bytes, or up to a zero.
///
/// # Safety
/// Null with a length of 0, or such a text.
pub(crate) unsafe fn text<'a>(text: *const c_char, length: usize, called: &str) -> Answer<&'a str> {
    if length == usize::MAX {
        // SAFETY: the caller's promise.
        return unsafe { name(text, called) };
    }
    // SAFETY: as above.
    let bytes = unsafe { bytes(text.cast(), length, called)? };
    std::str::from_utf8(bytes).map_err(|_| misuse(&format!("`{called}` is not UTF-8")))
}

/// So many bytes.
///
/// # Safety
/// Null with a length of 0, or so many.
pub(crate) unsafe fn bytes<'a>(first: *const u8, length: usize, called: &str) -> Answer<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    if length > isize::MAX as usize {
        return Err(misuse(&format!(
            "`{called}` has a length that no memory has"
        )));
    }
    // SAFETY: the caller's promise.
    unsafe { Ok(std::slice::from_raw_parts(required(first, called)?, length)) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_kind_of(error: *const SumiError) -> u32 {
    // SAFETY: C's promise.
    unsafe { error.as_ref() }.map_or(0, |error| error.kind as u32)
}

unsafe fn part(error: *const SumiError, part: impl FnOnce(&SumiError) -> SumiText) -> SumiText {
    // SAFETY: C's promise.
    unsafe { error.as_ref() }.map_or(SumiText::EMPTY, part)
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_message(error: *const SumiError) -> SumiText {
    // SAFETY: C's promise.
    unsafe { part(error, |error| error.message.seen()) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_rendered(error: *const SumiError) -> SumiText {
    // SAFETY: C's promise.
    unsafe { part(error, |error| error.rendered.seen()) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_reason(error: *const SumiError) -> SumiText {
    // SAFETY: C's promise.
    unsafe { part(error, |error| error.trap.seen()) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_exit(error: *const SumiError, status: *mut i32) -> bool {
    // SAFETY: C's promise.
    let (found, status) = unsafe { (error.as_ref().and_then(|e| e.exit), status.as_mut()) };
    if let (Some(found), Some(status)) = (found, status) {
        *status = found;
    }
    found.is_some()
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_frame_count(error: *const SumiError) -> usize {
    // SAFETY: C's promise.
    unsafe { error.as_ref() }.map_or(0, |error| error.frames.len())
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_own_frame(error: *const SumiError) -> usize {
    // SAFETY: C's promise.
    unsafe { error.as_ref() }.map_or(0, |error| error.own)
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_frame(
    error: *const SumiError,
    index: usize,
    frame: *mut SumiFrame,
) -> bool {
    // SAFETY: C's promise.
    let found = unsafe { error.as_ref() }.and_then(|error| error.frames.get(index));
    let (Some((function, file, line, column)), false) = (found, frame.is_null()) else {
        return false;
    };
    let found = SumiFrame {
        function: function.seen(),
        file: file.seen(),
        line: *line,
        column: *column,
    };
    // SAFETY: C's promise.
    unsafe { frame.write(found) };
    true
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_problem_count(error: *const SumiError) -> usize {
    // SAFETY: C's promise.
    unsafe { error.as_ref() }.map_or(0, |error| error.problems.len())
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_problem(
    error: *const SumiError,
    index: usize,
    problem: *mut SumiProblem,
) -> bool {
    // SAFETY: C's promise.
    let found = unsafe { error.as_ref() }.and_then(|error| error.problems.get(index));
    let (Some((found, [code, message, help, file])), false) = (found, problem.is_null()) else {
        return false;
    };
    let found = SumiProblem {
        is_error: found.severity == "error",
        code: code.seen(),
        message: message.seen(),
        help: help.seen(),
        file: file.seen(),
        line: found.line as u32,
        column: found.column as u32,
        end_line: found.end_line as u32,
        end_column: found.end_column as u32,
    };
    // SAFETY: C's promise.
    unsafe { problem.write(found) };
    true
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_error_free(error: *mut SumiError) {
    if !error.is_null() {
        // SAFETY: C's promise.
        drop(unsafe { Box::from_raw(error) });
    }
}
