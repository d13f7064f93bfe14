//! What became of values: told by a reload, and where a kept value is put back.

use std::collections::BTreeSet;
use std::ptr::null_mut;

use jit::{Changes, Reloaded, Reset};

use crate::error::{SumiText, Text};

/// See `sumi_reloaded` in `sumi.h`.
pub struct SumiReloaded {
    text: Text,
    /// For each `sumi_change` the names, and what there is to say about them besides.
    lists: [Vec<(Text, Text)>; 10],
    not_run: Vec<usize>,
    compiled: usize,
}

fn told(name: &str, why: &str) -> (Text, Text) {
    (Text::new(name), Text::new(why))
}

impl From<&Reloaded> for SumiReloaded {
    fn from(done: &Reloaded) -> SumiReloaded {
        let names = |names: &[String]| names.iter().map(|name| told(name, "")).collect();
        let resets = |list: &[Reset]| {
            list.iter()
                .map(|each| told(&each.name, &each.why))
                .collect()
        };
        let unusable = done.unusable.iter();
        let unusable = unusable.map(|each| told(&each.name, &each.rendered));
        let perhaps = done.maybe_renamed.iter();
        let perhaps = perhaps.map(|each| told(&each.former, &each.write));
        let renamed = done.renamed.iter().map(|(former, new)| told(former, new));
        SumiReloaded {
            text: Text::new(&done.to_string()),
            lists: [
                names(&done.converted),
                names(&done.computed),
                names(&done.added),
                resets(&done.reset),
                names(&done.dropped),
                unusable.collect(),
                perhaps.collect(),
                resets(&done.lost),
                renamed.collect(),
                resets(&done.former_code),
            ],
            not_run: done.not_run.clone(),
            compiled: done.compiled,
        }
    }
}

impl From<&Changes> for SumiReloaded {
    fn from(changes: &Changes) -> SumiReloaded {
        let names = |names: &BTreeSet<String>| names.iter().map(|name| told(name, "")).collect();
        SumiReloaded {
            text: Text::new(&changes.to_string()),
            lists: [
                names(&changes.retyped),
                Vec::new(),
                names(&changes.added),
                Vec::new(),
                names(&changes.dropped),
                Vec::new(),
                Vec::new(),
                names(&changes.lost),
                Vec::new(),
                Vec::new(),
            ],
            not_run: Vec::new(),
            compiled: 0,
        }
    }
}

/// Where a report goes; nowhere if C does not want it.
pub(crate) struct Report(*mut *mut SumiReloaded);

impl Report {
    /// # Safety
    /// Null, or room for one, which is null until it is told.
    pub(crate) unsafe fn new(place: *mut *mut SumiReloaded) -> Report {
        if !place.is_null() {
            // SAFETY: the caller's promise.
            unsafe { place.write(null_mut()) };
        }
        Report(place)
    }

    pub(crate) fn tell(self, what: impl Into<SumiReloaded>) {
        if !self.0.is_null() {
            // SAFETY: `new` was promised that there is room.
            unsafe { self.0.write(Box::into_raw(Box::new(what.into()))) };
        }
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_reloaded_text(report: *const SumiReloaded) -> SumiText {
    // SAFETY: C's promise.
    unsafe { report.as_ref() }.map_or(SumiText::EMPTY, |report| report.text.seen())
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_reloaded_count(report: *const SumiReloaded, what: u32) -> usize {
    // SAFETY: C's promise.
    let list = unsafe { report.as_ref() }.and_then(|report| report.lists.get(what as usize));
    list.map_or(0, Vec::len)
}

/// A name in a list, and what there is to say about it; empty if there is none.
unsafe fn entry(report: *const SumiReloaded, what: u32, index: usize) -> (SumiText, SumiText) {
    // SAFETY: C's promise.
    let list = unsafe { report.as_ref() }.and_then(|report| report.lists.get(what as usize));
    let found = list.and_then(|list| list.get(index));
    let seen = |(name, why): &(Text, Text)| (name.seen(), why.seen());
    found.map_or((SumiText::EMPTY, SumiText::EMPTY), seen)
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_reloaded_name(
    report: *const SumiReloaded,
    what: u32,
    index: usize,
) -> SumiText {
    // SAFETY: C's promise.
    unsafe { entry(report, what, index) }.0
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_reloaded_why(
    report: *const SumiReloaded,
    what: u32,
    index: usize,
) -> SumiText {
    // SAFETY: C's promise.
    unsafe { entry(report, what, index) }.1
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_reloaded_not_run(
    report: *const SumiReloaded,
    lines: *mut usize,
    room: usize,
) -> usize {
    // SAFETY: C's promise.
    let Some(report) = (unsafe { report.as_ref() }) else {
        return 0;
    };
    if !lines.is_null() {
        for (index, line) in report.not_run.iter().take(room).enumerate() {
            // SAFETY: there is room for so many.
            unsafe { lines.add(index).write(*line) };
        }
    }
    report.not_run.len()
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_reloaded_compiled(report: *const SumiReloaded) -> usize {
    // SAFETY: C's promise.
    unsafe { report.as_ref() }.map_or(0, |report| report.compiled)
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_reloaded_free(report: *mut SumiReloaded) {
    if !report.is_null() {
        // SAFETY: C's promise.
        drop(unsafe { Box::from_raw(report) });
    }
}
