//! Writing to the standard streams. Output that cannot be written ends the program, since whoever ordered it does not get
//! it; a message that cannot be written has nobody to be told to.

use std::fmt::Arguments;
use std::io::Write;

/// Writes to standard output, at once; ends the program if that cannot be done.
pub(crate) fn put(text: Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_fmt(text).and_then(|()| out.flush()) {
        warn(format_args!("sumi: the output was not written: {error}"));
        std::process::exit(1);
    }
}

/// Writes a line to standard error.
pub(crate) fn warn(text: Arguments<'_>) {
    // Nobody is left to be told.
    let _ = writeln!(std::io::stderr(), "{text}");
}

macro_rules! say {
    ($($text:tt)*) => { $crate::streams::put(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! complain {
    ($($text:tt)*) => { $crate::streams::warn(format_args!($($text)*)) };
}

pub(crate) use {complain, say};
