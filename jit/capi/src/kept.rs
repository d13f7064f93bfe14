//! Values that C keeps: of one variable, or of all, as they are or as bytes.

use std::ffi::{c_char, c_void};
use std::ptr::null_mut;
use std::rc::Rc;

use jit::{KeptValue, Snapshot};
use stdlib::portable::File;

use crate::engine::Home;
use crate::error::{
    Answer, SumiError, answer, bytes, misuse, name, out, quietly, required, text, unfit,
};
use crate::report::{Report, SumiReloaded};
use crate::script::{SumiScript, script_of};
use crate::value::{DATA, STR, SumiValue, data_at};

/// See `sumi_kept` in `sumi.h`.
pub struct SumiKept {
    held: Held,
    home: Home,
}

#[derive(Clone)]
enum Held {
    Value(KeptValue),
    All(Snapshot),
    /// Of a snapshot; which text they are for is asked when they are put back.
    AllAsBytes(Rc<[u8]>),
}

/// See `sumi_form` in `sumi.h`.
const BYTES: u32 = 0;
const JSON: u32 = 1;
const TEXT: u32 = 2;
const TYPE: u32 = 3;

impl Held {
    fn given(self, home: Home) -> *mut SumiKept {
        Box::into_raw(Box::new(SumiKept { held: self, home }))
    }
}

/// What it holds, which stays also if C frees the handle meanwhile.
unsafe fn held(kept: *const SumiKept, called: &str) -> Answer<Held> {
    // SAFETY: C's promise.
    let kept = unsafe { required(kept, called)? };
    kept.home.check()?;
    Ok(kept.held.clone())
}

/// The name of a variable; none for all of them.
unsafe fn variable<'a>(called: *const c_char) -> Answer<Option<&'a str>> {
    match called.is_null() {
        true => Ok(None),
        // SAFETY: C's promise.
        false => unsafe { name(called, "name") }.map(Some),
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_keep(
    script: *const SumiScript,
    called: *const c_char,
    kept: *mut *mut SumiKept,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (kept, (script, shared), called) = unsafe {
            (
                out(kept, "kept", null_mut())?,
                script_of(script)?,
                variable(called)?,
            )
        };
        let held = match called {
            Some(called) => Held::Value(script.keep(called)?),
            None => Held::All(script.snapshot()?),
        };
        kept.set(held.given(shared.home));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_put(
    script: *mut SumiScript,
    called: *const c_char,
    kept: *const SumiKept,
    report: *mut *mut SumiReloaded,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (report, (script, _), called, held) = unsafe {
            (
                Report::new(report),
                script_of(script)?,
                variable(called)?,
                held(kept, "kept")?,
            )
        };
        match (held, called) {
            (Held::Value(value), Some(called)) => {
                let mut changes = script.put(called, &value)?;
                changes.extend(value.changes());
                report.tell(&changes);
            }
            (Held::All(snapshot), None) => report.tell(&script.restore(&snapshot)?),
            (Held::AllAsBytes(bytes), None) => report.tell(&script.restore_from_bytes(&bytes)?),
            (Held::Value(_), None) => {
                return Err(misuse(
                    "one value was kept: `name` says which variable gets it, and is NULL",
                ));
            }
            (Held::All(_) | Held::AllAsBytes(_), Some(called)) => {
                return Err(misuse(&format!(
                    "all variables were kept, and `{called}` alone is to be put back: `name` is NULL for all"
                )));
            }
        }
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_read(
    script: *mut SumiScript,
    called: *const c_char,
    form: u32,
    data: *const c_void,
    length: usize,
    kept: *mut *mut SumiKept,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (kept, (script, shared), called) = unsafe {
            (
                out(kept, "kept", null_mut())?,
                script_of(script)?,
                variable(called)?,
            )
        };
        // SAFETY: as above.
        let held = unsafe {
            match (form, called) {
                (BYTES, Some(called)) => {
                    Held::Value(script.from_bytes(called, bytes(data.cast(), length, "data")?)?)
                }
                (BYTES, None) => {
                    let bytes = bytes(data.cast(), length, "data")?;
                    let whole = File::parse(bytes);
                    whole.map_err(|found| unfit(format!("`data` cannot be read: {}", found.0)))?;
                    Held::AllAsBytes(bytes.into())
                }
                (JSON, Some(called)) => {
                    Held::Value(script.from_json(called, text(data.cast(), length, "data")?)?)
                }
                (JSON, None) => {
                    return Err(misuse(
                        "`name` is NULL: there is no JSON of all variables together",
                    ));
                }
                _ => return Err(misuse("`form` is neither SUMI_BYTES nor SUMI_JSON")),
            }
        };
        kept.set(held.given(shared.home));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_kept_write(
    kept: *const SumiKept,
    form: u32,
    written: *mut SumiValue,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (written, held) = unsafe {
            (
                out(written, "written", SumiValue::EMPTY)?,
                held(kept, "kept")?,
            )
        };
        let (kind, bytes) = match (held, form) {
            (Held::Value(value), BYTES) => (DATA, value.to_bytes()?),
            (Held::Value(value), JSON) => (STR, value.to_json()?.into_bytes()),
            (Held::Value(value), TEXT) => (STR, value.text()?.into_bytes()),
            (Held::Value(value), TYPE) => (STR, value.type_name().into_bytes()),
            (Held::All(snapshot), BYTES) => (DATA, snapshot.to_bytes()?),
            (Held::AllAsBytes(bytes), BYTES) => (DATA, bytes.to_vec()),
            (Held::All(_) | Held::AllAsBytes(_), JSON | TEXT | TYPE) => {
                return Err(misuse(
                    "all variables were kept: they are written as SUMI_BYTES only",
                ));
            }
            (_, _) => return Err(misuse("`form` is no sumi_form")),
        };
        // SAFETY: the bytes are there, and copied.
        written.set(unsafe {
            data_at(
                kind,
                u32::from(kind == DATA),
                bytes.as_ptr(),
                bytes.len(),
                false,
            )
        });
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_kept_equal(
    one: *const SumiKept,
    other: *const SumiKept,
    is_equal: *mut bool,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (is_equal, one, other) = unsafe {
            (
                out(is_equal, "is_equal", false)?,
                held(one, "one")?,
                held(other, "other")?,
            )
        };
        let (Held::Value(one), Held::Value(other)) = (one, other) else {
            return Err(misuse(
                "values of single variables are compared, not of all",
            ));
        };
        is_equal.set(one == other);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_kept_free(kept: *mut SumiKept) {
    quietly((), || {
        // SAFETY: C's promise.
        if unsafe { kept.as_ref() }.is_some_and(|kept| kept.home.is_here()) {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(kept) });
        }
    });
}
