//! LLVM's errors as ours: the text of an `LLVMErrorRef` together with the causes that ORC says elsewhere.

use std::ffi::CStr;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use llvm_sys::error::{LLVMDisposeErrorMessage, LLVMErrorRef, LLVMGetErrorMessage};

/// Why something could not be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkError {
    /// Each cause on a line, most telling first.
    pub message: String,
    /// The names that nobody defines, where that is the cause.
    pub missing: Vec<String>,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LinkError {}

/// A lookup fails with no more than the names that were asked for; the causes go to the session's error reporter. They
/// are kept here until the failing call returns.
#[derive(Default)]
pub(super) struct Reports(Mutex<Vec<String>>);

impl Reports {
    pub(super) fn add(&self, message: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(message);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The error that `message` stands for, with the causes that were reported meanwhile.
    pub(super) fn explain(&self, message: String) -> LinkError {
        let mut lines = self.take();
        let missing = lines
            .iter()
            .chain([&message])
            .flat_map(|line| missing_names(line))
            .collect();
        if lines.is_empty() {
            lines.push(message);
        }
        LinkError {
            message: lines.join("\n"),
            missing,
        }
    }

    pub(super) fn check(&self, error: LLVMErrorRef) -> Result<(), LinkError> {
        match message_of(error) {
            Some(message) => Err(self.explain(message)),
            None => Ok(()),
        }
    }
}

/// The text of an error, which is consumed; `None` for success.
pub(super) fn message_of(error: LLVMErrorRef) -> Option<String> {
    if error.is_null() {
        return None;
    }
    // SAFETY: the error is not success and is consumed here once; the text is ours until it is disposed of.
    unsafe {
        let text = LLVMGetErrorMessage(error);
        let message = CStr::from_ptr(text).to_string_lossy().into_owned();
        LLVMDisposeErrorMessage(text);
        Some(message)
    }
}

/// The names in `Symbols not found: [ a, b ]`, which is ORC's wording.
fn missing_names(message: &str) -> Vec<String> {
    let Some((_, rest)) = message.split_once("Symbols not found: [") else {
        return Vec::new();
    };
    let Some((names, _)) = rest.split_once(']') else {
        return Vec::new();
    };
    names
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}
