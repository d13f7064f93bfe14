//! LLVM's own set-up, put off until something of LLVM is used.
//!
//! Its archives have some four hundred constructors of options, which would run before `main` and read pages all over it: 3 ms of each
//! process, most of which never compile anything. The build script gives the list of them another name, by which it is found here.

use std::sync::Once;

/// To be called before anything of LLVM; all but the first call cost a load.
pub fn wake_llvm() {
    static ONCE: Once = Once::new();
    ONCE.call_once(run_constructors);
}

/// The one shared library of LLVM sets itself up.
#[cfg(not(sleeping_llvm))]
fn run_constructors() {}

#[cfg(sleeping_llvm)]
fn run_constructors() {
    type Constructor = unsafe extern "C" fn();
    unsafe extern "C" {
        // The linker knows where each section begins and ends whose name is one in C.
        #[link_name = "__start_sumi_llvm_init"]
        static BEGIN: Constructor;
        #[link_name = "__stop_sumi_llvm_init"]
        static END: Constructor;
    }
    let mut next = &raw const BEGIN;
    while next != &raw const END {
        // SAFETY: an array of constructors without parameters, each of which is called once.
        unsafe {
            (*next)();
            next = next.add(1);
        }
    }
}
