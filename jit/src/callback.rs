//! C calls a function of Sumi (`extern fn`), in the midst of a run: its code is entered as a run of its own on the same stack. What fails in
//! there ends that run; C is given zeroes, calls nothing of Sumi's any more, and when it returns, the run around it ends with that error.

use std::ffi::c_void;

use crate::run::Run;

/// What generated code calls for C: `called(record)`, where the record has the arguments and room for the result, all zeroes.
///
/// # Safety
/// Called on the frame of a function that C has called, with what codegen made for it.
pub(crate) unsafe extern "C" fn sumi_callback(
    called: unsafe extern "C" fn(*mut c_void),
    record: *mut c_void,
) {
    // SAFETY: the innermost run of this thread is alive while the thread points to it.
    let Some(run) = (unsafe { Run::current().as_ref() }) else {
        return outside();
    };
    if !run.is_ending() {
        // SAFETY: the caller's promise; what `called` leads to may be abandoned as in any run. The record lies in the frame of what
        // C has called, below which nothing belongs to the run around.
        unsafe { run.call_within(|| called(record), record as usize) };
    }
}

/// C kept the address and uses it when no Sumi program runs, or on a thread of its own. Its result is zero.
fn outside() {
    let message = b"sumi: C called an `extern fn` while no Sumi program was running on this thread; it was given zeroes\n";
    // SAFETY: the bytes are there. Nobody is left to be told if standard error is gone.
    unsafe { libc::write(2, message.as_ptr().cast(), message.len()) };
}
