//! What people see of a script that lives: its variables, and what an expression comes to.

use std::ffi::c_char;
use std::ptr::null_mut;

use jit::Variable;

use crate::error::{SumiError, SumiText, Text, answer, out, quietly, text};
use crate::script::{SumiScript, script_of};

/// See `sumi_variables` in `sumi.h`.
pub struct SumiVariables(Vec<Shown>);

struct Shown {
    name: Text,
    ty: Text,
    value: Text,
    is_var: bool,
}

/// See `sumi_variable` in `sumi.h`.
#[repr(C)]
pub struct SumiVariable {
    name: SumiText,
    ty: SumiText,
    value: SumiText,
    is_var: bool,
}

impl From<Variable> for Shown {
    fn from(variable: Variable) -> Shown {
        Shown {
            name: Text::new(&variable.name),
            ty: Text::new(&variable.ty),
            value: Text::new(&variable.text),
            is_var: variable.is_var,
        }
    }
}

fn given(variables: Vec<Variable>) -> *mut SumiVariables {
    let shown = variables.into_iter().map(Shown::from).collect();
    Box::into_raw(Box::new(SumiVariables(shown)))
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_variables(
    script: *mut SumiScript,
    limit: usize,
    variables: *mut *mut SumiVariables,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (variables, (script, _)) =
            unsafe { (out(variables, "variables", null_mut())?, script_of(script)?) };
        variables.set(given(script.variables(limit)?));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_evaluate(
    script: *mut SumiScript,
    expression: *const c_char,
    length: usize,
    limit: usize,
    found: *mut *mut SumiVariables,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (found, (script, _), expression) = unsafe {
            (
                out(found, "found", null_mut())?,
                script_of(script)?,
                text(expression, length, "expression")?,
            )
        };
        found.set(given(vec![script.evaluate(expression, limit)?]));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_variables_count(variables: *const SumiVariables) -> usize {
    // SAFETY: C's promise.
    unsafe { variables.as_ref() }.map_or(0, |variables| variables.0.len())
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_variables_get(
    variables: *const SumiVariables,
    index: usize,
    variable: *mut SumiVariable,
) -> bool {
    // SAFETY: C's promise.
    let found = unsafe { variables.as_ref() }.and_then(|variables| variables.0.get(index));
    let (Some(found), false) = (found, variable.is_null()) else {
        return false;
    };
    let seen = SumiVariable {
        name: found.name.seen(),
        ty: found.ty.seen(),
        value: found.value.seen(),
        is_var: found.is_var,
    };
    // SAFETY: C's promise.
    unsafe { variable.write(seen) };
    true
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_variables_free(variables: *mut SumiVariables) {
    if !variables.is_null() {
        // SAFETY: it was boxed in `given`.
        quietly((), || drop(unsafe { Box::from_raw(variables) }));
    }
}
