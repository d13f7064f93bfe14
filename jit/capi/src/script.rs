//! Scripts: their functions, variables and further texts.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::mem::ManuallyDrop;
use std::ptr::null_mut;
use std::rc::Rc;

use jit::{AskedParam, Reloaded, Script, UntypedFunction};
use stdlib::desc::TypeDesc;

use crate::engine::{Home, Shared, SumiEngine, shared};
use crate::error::{Answer, SumiError, answer, misuse, name, out, quietly, required, text, unfit};
use crate::lent::{Lent, slice_of};
use crate::report::{Report, SumiReloaded};
use crate::value::{SumiValue, check, check_plain, free, make, read};

/// See `sumi_script` in `sumi.h`.
pub struct SumiScript {
    script: Script,
    shared: Rc<Shared>,
}

/// See `sumi_function` in `sumi.h`.
pub struct SumiFunction {
    function: UntypedFunction,
    home: Home,
    /// Whether all types are plain.
    is_plain: bool,
    /// Calls that are under way, and whether it is to be freed when they are over.
    calls: Cell<usize>,
    is_freed: Cell<bool>,
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_load(
    engine: *mut SumiEngine,
    called: *const c_char,
    source: *const c_char,
    length: usize,
    script: *mut *mut SumiScript,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (script, shared, called, source) = unsafe {
            (
                out(script, "script", null_mut())?,
                shared(engine)?,
                name(called, "name")?,
                text(source, length, "source")?,
            )
        };
        let loaded = shared.engine()?.load(called, source)?;
        let new = SumiScript {
            script: loaded,
            shared,
        };
        script.set(Box::into_raw(Box::new(new)));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_free(script: *mut SumiScript) {
    quietly((), || {
        // SAFETY: C's promise.
        if unsafe { script.as_ref() }.is_some_and(|script| script.shared.home.is_here()) {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(script) });
        }
    });
}

/// The script and its engine's, which stay while they are used, also if a function of the host frees the handle.
pub(crate) unsafe fn script_of(script: *const SumiScript) -> Answer<(Script, Rc<Shared>)> {
    // SAFETY: C's promise.
    let script = unsafe { required(script, "script")? };
    script.shared.home.check()?;
    Ok((script.script.clone(), Rc::clone(&script.shared)))
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_function(
    script: *const SumiScript,
    called: *const c_char,
    signature: *const c_char,
    function: *mut *mut SumiFunction,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (function, (script, shared), called, signature) = unsafe {
            (
                out(function, "function", null_mut())?,
                script_of(script)?,
                name(called, "name")?,
                name(signature, "signature")?,
            )
        };
        let declared = shared.types.borrow().signature(signature).map_err(unfit)?;
        let found = script.untyped_function(called, &declared)?;
        let is_plain = |ty: &TypeDesc| !ty.has_heap();
        let new = SumiFunction {
            is_plain: is_plain(found.result())
                && found
                    .params()
                    .iter()
                    .all(|param| param.is_view || is_plain(param.ty)),
            function: found,
            home: shared.home,
            calls: Cell::new(0),
            is_freed: Cell::new(false),
        };
        function.set(Box::into_raw(Box::new(new)));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_function_free(function: *mut SumiFunction) {
    quietly((), || {
        // SAFETY: C's promise.
        let Some(known) = (unsafe { function.as_ref() }) else {
            return;
        };
        if !known.home.is_here() {
            return;
        }
        match known.calls.get() {
            // SAFETY: as above.
            0 => drop(unsafe { Box::from_raw(function) }),
            _ => known.is_freed.set(true),
        }
    });
}

/// A call under way: the function stays until it is over.
struct Calling(*mut SumiFunction);

impl Calling {
    unsafe fn begin<'a>(function: *mut SumiFunction) -> Answer<(Calling, &'a SumiFunction)> {
        // SAFETY: C's promise.
        let known = unsafe { required(function, "function")? };
        known.home.check()?;
        known.calls.set(known.calls.get() + 1);
        Ok((Calling(function), known))
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        // SAFETY: the function is there as long as calls are under way.
        unsafe {
            let left = (*self.0).calls.get() - 1;
            (*self.0).calls.set(left);
            if left == 0 && (*self.0).is_freed.get() {
                drop(Box::from_raw(self.0));
            }
        }
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_function_call(
    function: *mut SumiFunction,
    arguments: *const SumiValue,
    count: usize,
    result: *mut SumiValue,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (_calling, known) = unsafe { Calling::begin(function)? };
        if !result.is_null() {
            // SAFETY: as above.
            unsafe { result.write(SumiValue::EMPTY) };
        }
        let params = known.function.params();
        if count != params.len() {
            return Err(misuse(&format!(
                "the function takes {} arguments, and {count} were given",
                params.len()
            )));
        }
        if count > 0 && arguments.is_null() {
            return Err(misuse("`arguments` is NULL"));
        }
        // SAFETY: there are so many.
        let given = |index: usize| unsafe { &*arguments.add(index) };
        let mut lent = Lent::default();
        for (index, param) in params.iter().enumerate() {
            // SAFETY: C's promise.
            let checked = unsafe {
                match param.is_lent() {
                    true => lent.add(index, param, given(index)),
                    false => check(param.ty, given(index)),
                }
            };
            checked.map_err(|why| unfit(format!("argument {}: {why}", index + 1)))?;
        }
        refuse_overlaps(params, |index| lent.range(index, &params[index]))?;
        let to = known.function.result();
        // SAFETY: the arguments were checked, and making them holds nothing.
        unsafe {
            known.function.call(
                |index| lent.address(index, &params[index]),
                |index, place| make(params[index].ty, given(index), place),
                |place| {
                    if !result.is_null() {
                        result.write(read(to, place, false));
                    }
                },
            )?;
        }
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_function_call_plain(
    function: *mut SumiFunction,
    arguments: *const *const c_void,
    result: *mut c_void,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (_calling, known) = unsafe { Calling::begin(function)? };
        if !known.is_plain {
            return Err(misuse(
                "the function takes or gives more than plain data: call it with values",
            ));
        }
        let params = known.function.params();
        if !params.is_empty() && arguments.is_null() {
            return Err(misuse("`arguments` is NULL"));
        }
        if result.is_null() && known.function.result().size > 0 {
            return Err(misuse("`result` is NULL"));
        }
        // SAFETY: there are so many.
        let given = |index: usize| unsafe { (*arguments.add(index)).cast::<u8>() };
        let mut lent = Lent::default();
        for (index, param) in params.iter().enumerate() {
            let at = given(index);
            let ty = param.ty;
            if at.is_null() || !(at as usize).is_multiple_of(ty.align as usize) {
                return Err(misuse(&format!(
                    "argument {} is NULL, or not aligned as a `{}` is",
                    index + 1,
                    match param.is_view {
                        true => "sumi_slice",
                        false => ty.name(),
                    }
                )));
            }
            // SAFETY: C's promise; of an array it is a slice.
            let checked = unsafe {
                match param.is_view {
                    true => lent.add(index, param, &slice_of(ty, at.cast())),
                    false => check_plain(ty, at),
                }
            };
            checked.map_err(|why| unfit(format!("argument {}: {why}", index + 1)))?;
        }
        refuse_overlaps(params, |index| match params[index].is_view {
            true => lent.range(index, &params[index]),
            false => (given(index) as usize, params[index].ty.size as usize),
        })?;
        let given = |index: usize| match params[index].is_view {
            true => lent.address(index, &params[index]),
            false => given(index),
        };
        // SAFETY: C's promise; all types are plain.
        unsafe { known.function.call_plain(given, result.cast())? };
        Ok(())
    })
}

/// Generated code relies on it that nobody else looks at what it changes; `range` has where an argument begins, and how many bytes it has.
fn refuse_overlaps(params: &[AskedParam], range: impl Fn(usize) -> (usize, usize)) -> Answer<()> {
    let changed = (0..params.len()).filter(|index| params[*index].is_mut);
    for index in changed {
        let (start, size) = range(index);
        let meets = |other: &usize| {
            let (first, length) = range(*other);
            *other != index && size > 0 && first < start + size && start < first + length
        };
        if let Some(other) = (0..params.len()).find(meets) {
            return Err(misuse(&format!(
                "argument {} is changed, and argument {} lies in the same memory",
                index + 1,
                other + 1
            )));
        }
    }
    Ok(())
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_function_copies(function: *const SumiFunction) -> bool {
    quietly(false, || {
        // SAFETY: C's promise.
        let function = unsafe { function.as_ref() };
        let function = function.filter(|function| function.home.is_here());
        function.is_some_and(|function| function.function.copies_arrays())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_get(
    script: *const SumiScript,
    called: *const c_char,
    ty: *const c_char,
    found: *mut SumiValue,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (found, (script, shared), called, ty) = unsafe {
            (
                out(found, "value", SumiValue::EMPTY)?,
                script_of(script)?,
                name(called, "name")?,
                name(ty, "type")?,
            )
        };
        let ty = shared.types.borrow().ty(ty).map_err(unfit)?;
        let mut value = SumiValue::EMPTY;
        script.look(called, ty, |place| {
            // SAFETY: there is a value of the type, of which a copy is made.
            value = unsafe { read(ty, place, false) };
        })?;
        found.set(value);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_set(
    script: *const SumiScript,
    called: *const c_char,
    ty: *const c_char,
    value: SumiValue,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let ((script, shared), called, ty) =
            unsafe { (script_of(script)?, name(called, "name")?, name(ty, "type")?) };
        let ty = shared.types.borrow().ty(ty).map_err(unfit)?;
        // SAFETY: C's promise; what was checked can be made, and holds nothing meanwhile.
        unsafe {
            check(ty, &value).map_err(unfit)?;
            script.set_untyped(called, ty, |place| make(ty, &value, place))?;
        }
        Ok(())
    })
}

unsafe fn exchange(
    script: *const SumiScript,
    source: *const c_char,
    length: usize,
    report: *mut *mut SumiReloaded,
    how: fn(&Script, &str) -> Result<Reloaded, jit::Error>,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (report, (script, _), source) = unsafe {
            (
                Report::new(report),
                script_of(script)?,
                text(source, length, "source")?,
            )
        };
        report.tell(&how(&script, source)?);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_reload(
    script: *mut SumiScript,
    source: *const c_char,
    length: usize,
    report: *mut *mut SumiReloaded,
) -> *mut SumiError {
    // SAFETY: C's promise.
    unsafe { exchange(script, source, length, report, Script::reload) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_try_out(
    script: *mut SumiScript,
    source: *const c_char,
    length: usize,
    report: *mut *mut SumiReloaded,
) -> *mut SumiError {
    // SAFETY: C's promise.
    unsafe { exchange(script, source, length, report, Script::try_out) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_prepare(
    script: *mut SumiScript,
    source: *const c_char,
    length: usize,
    is_ready: *mut bool,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let ((script, _), source) =
            unsafe { (script_of(script)?, text(source, length, "source")?) };
        let ready = script.prepare(source)?;
        if !is_ready.is_null() {
            // SAFETY: as above.
            unsafe { is_ready.write(ready) };
        }
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_preview(
    script: *mut SumiScript,
    source: *const c_char,
    length: usize,
    report: *mut *mut SumiReloaded,
) -> *mut SumiError {
    // SAFETY: C's promise.
    unsafe { exchange(script, source, length, report, Script::preview) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_roll_back(
    script: *mut SumiScript,
    was_done: *mut bool,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (script, _) = unsafe { script_of(script)? };
        let done = script.roll_back()?;
        if !was_done.is_null() {
            // SAFETY: as above.
            unsafe { was_done.write(done) };
        }
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_script_accept(script: *mut SumiScript) {
    quietly((), || {
        // SAFETY: C's promise.
        if let Ok((script, _)) = unsafe { script_of(script) } {
            script.accept();
        }
    });
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_value_free(value: *mut SumiValue) {
    if value.is_null() {
        return;
    }
    // SAFETY: C's promise.
    unsafe {
        let former = ManuallyDrop::new(value.replace(SumiValue::EMPTY));
        free(&former);
    }
}
