//! What an engine allows its scripts.

use std::ffi::c_char;
use std::time::Duration;

use jit::{Capabilities, Capability, Config};

use crate::error::{SumiError, answer, misuse, quietly, required_mut, text};

/// See `sumi_config` in `sumi.h`.
pub struct SumiConfig(pub(crate) Config);

#[unsafe(no_mangle)]
pub extern "C" fn sumi_config_new() -> *mut SumiConfig {
    quietly(std::ptr::null_mut(), || {
        Box::into_raw(Box::new(SumiConfig(Config::default())))
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_free(config: *mut SumiConfig) {
    if !config.is_null() {
        // SAFETY: C's promise.
        drop(unsafe { Box::from_raw(config) });
    }
}

/// Does nothing to a null pointer: what asks for an engine says so.
unsafe fn set(config: *mut SumiConfig, change: impl FnOnce(&mut Config)) {
    // SAFETY: C's promise.
    if let Some(config) = unsafe { config.as_mut() } {
        change(&mut config.0);
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_memory_limit(config: *mut SumiConfig, bytes: u64) {
    // SAFETY: C's promise.
    unsafe { set(config, |config| config.memory_limit = bytes) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_stack_bytes(config: *mut SumiConfig, bytes: usize) {
    // SAFETY: C's promise.
    unsafe { set(config, |config| config.stack_bytes = bytes) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_call_limit(config: *mut SumiConfig, microseconds: u64) {
    let limit = (microseconds > 0).then(|| Duration::from_micros(microseconds));
    // SAFETY: C's promise.
    unsafe { set(config, |config| config.call_limit = limit) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_fuel(config: *mut SumiConfig, units: u64) {
    // SAFETY: C's promise.
    unsafe { set(config, |config| config.fuel = Some(units)) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_output_limit(config: *mut SumiConfig, bytes: u64) {
    // SAFETY: C's promise.
    unsafe { set(config, |config| config.output_limit = Some(bytes)) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_compile_limit(
    config: *mut SumiConfig,
    steps: u64,
    optimised: u64,
) {
    let limit = |most: u64| Some(most).filter(|most| *most > 0);
    // SAFETY: C's promise.
    unsafe {
        set(config, |config| {
            config.compile_limit = limit(steps);
            config.optimise_limit = limit(optimised);
        });
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_allow(config: *mut SumiConfig, capabilities: u32) {
    let asked = Capability::ALL.into_iter();
    let asked = asked.filter(|each| capabilities & 1 << *each as u32 != 0);
    // SAFETY: C's promise.
    unsafe {
        set(config, |config| {
            config.capabilities = asked.fold(Capabilities::NONE, Capabilities::with);
        });
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_allow_extern(config: *mut SumiConfig, is_allowed: bool) {
    // SAFETY: C's promise.
    unsafe { set(config, |config| config.allow_extern = is_allowed) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_optimize(config: *mut SumiConfig, is_wanted: bool) {
    // SAFETY: C's promise.
    unsafe { set(config, |config| config.optimize = is_wanted) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_color(config: *mut SumiConfig, is_wanted: bool) {
    // SAFETY: C's promise.
    unsafe { set(config, |config| config.color = is_wanted) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_config_add_argument(
    config: *mut SumiConfig,
    argument: *const c_char,
    length: usize,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (config, argument) = unsafe {
            (
                required_mut(config, "config")?,
                text(argument, length, "argument")?,
            )
        };
        if argument.contains('\0') {
            return Err(misuse("`argument` contains a zero"));
        }
        config.0.args.push(argument.to_owned());
        Ok(())
    })
}
