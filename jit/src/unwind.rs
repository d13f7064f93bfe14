//! Finds the generated code below functions of Rust and C, by their unwind tables.

use std::ffi::{c_int, c_void};

use crate::run::Place;
use crate::text::Text;

struct Search<'a> {
    text: &'a Text,
    found: Option<Place>,
}

/// Where generated code goes on after what has called this; none if a function in between has no unwind tables. Not for signal handlers:
/// the unwinder takes locks.
pub(crate) fn call_site(text: &Text) -> Option<Place> {
    let mut search = Search { text, found: None };
    // SAFETY: `look` gets what is given here, and lives as long as this call.
    unsafe { _Unwind_Backtrace(look, (&raw mut search).cast()) };
    search.found
}

unsafe extern "C" fn look(context: *mut Context, search: *mut c_void) -> c_int {
    // SAFETY: the search is the caller's, and the unwinder gives a context that lives as long as this call.
    let (search, address) = unsafe { (&mut *search.cast::<Search>(), _Unwind_GetIP(context)) };
    if !search.text.contains(address) {
        return GO_ON;
    }
    search.found = Some(Place::Code {
        pc: address,
        // SAFETY: as above.
        frame: unsafe { _Unwind_GetGR(context, RBP) },
    });
    STOP
}

#[repr(C)]
struct Context {
    _opaque: [u8; 0],
}

/// The number of the register in DWARF, by the System V ABI for x86-64.
const RBP: c_int = 6;
/// `_URC_NO_REASON` and `_URC_NORMAL_STOP`.
const GO_ON: c_int = 0;
const STOP: c_int = 4;

// The Itanium C++ ABI's, of the library by which Rust unwinds.
unsafe extern "C" {
    fn _Unwind_Backtrace(
        look: unsafe extern "C" fn(*mut Context, *mut c_void) -> c_int,
        argument: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIP(context: *mut Context) -> usize;
    fn _Unwind_GetGR(context: *mut Context, register: c_int) -> usize;
}
