//! Rust functions that scripts call through `extern host`. A panic in one becomes a runtime error of the script.

use std::any::Any;
use std::borrow::Cow;
use std::ffi::{CStr, c_char};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::host::{HostPlain, written};
use crate::trap::{TrapKind, raise_message};

/// A parameter of a host function: plain data, or `&str`, which ends at the first zero byte.
pub trait HostParam {
    type Passed: Copy;

    fn name() -> Cow<'static, str>;

    /// # Safety
    /// `passed` is what Sumi passes for this type; the result is used during the call only.
    unsafe fn receive(passed: Self::Passed) -> Self;
}

impl<T: HostPlain> HostParam for T {
    type Passed = T;

    fn name() -> Cow<'static, str> {
        T::NAME.into()
    }
    unsafe fn receive(passed: T) -> T {
        passed
    }
}

impl HostParam for &str {
    type Passed = *const c_char;

    fn name() -> Cow<'static, str> {
        "str".into()
    }
    unsafe fn receive(passed: *const c_char) -> Self {
        // SAFETY: a text that ends with a zero byte and lives until the call is over. What is before a zero in UTF-8 is UTF-8.
        unsafe { std::str::from_utf8_unchecked(CStr::from_ptr(passed).to_bytes()) }
    }
}

/// What a host function gives: plain data, or a `Result` whose error becomes a runtime error.
pub trait HostResult {
    type Plain: HostPlain;

    fn outcome(self) -> Result<Self::Plain, String>;
}

impl<T: HostPlain> HostResult for T {
    type Plain = T;

    fn outcome(self) -> Result<T, String> {
        Ok(self)
    }
}

impl<T: HostPlain, E: Display> HostResult for Result<T, E> {
    type Plain = T;

    fn outcome(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

/// A function, or a closure that captures nothing, that can be registered.
pub trait HostFn<Signature> {
    fn address() -> usize;
    fn signature() -> String;
}

/// Ends the run with the error or the panic of a host function.
fn finish<T>(body: impl FnOnce() -> Result<T, String>) -> T {
    let message = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value,
        Ok(Err(message)) => message,
        Err(panic) => format!("a function of the host panicked: {}", text_of(&*panic)),
    };
    // SAFETY: called from a function of the host, so within a run, and nothing is held but the message, which is moved.
    unsafe { raise_message(TrapKind::Panic, message) }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "no message",
    }
}

macro_rules! functions {
    ($($param:ident $name:ident),*) => {
        impl<Code, Out, $($param),*> HostFn<(Out, $($param,)*)> for Code
        where
            Code: Fn($($param),*) -> Out + 'static,
            Out: HostResult,
            $($param: HostParam,)*
        {
            fn address() -> usize {
                extern "C" fn enter<Code, Out, $($param),*>($($name: $param::Passed),*) -> Out::Plain
                where
                    Code: Fn($($param),*) -> Out + 'static,
                    Out: HostResult,
                    $($param: HostParam,)*
                {
                    // SAFETY: a value without bytes stands anywhere; Sumi passes what the signature says.
                    finish(|| unsafe {
                        let code = std::ptr::NonNull::<Code>::dangling();
                        code.as_ref()($($param::receive($name)),*).outcome()
                    })
                }
                const {
                    assert!(
                        size_of::<Code>() == 0,
                        "a host function is a `fn` or a closure that captures nothing"
                    )
                };
                enter::<Code, Out, $($param),*> as *const () as usize
            }

            fn signature() -> String {
                written(&[$($param::name()),*], <Out::Plain as HostPlain>::NAME)
            }
        }
    };
}

functions!();
functions!(A a);
functions!(A a, B b);
functions!(A a, B b, C c);
functions!(A a, B b, C c, D d);
functions!(A a, B b, C c, D d, E e);
functions!(A a, B b, C c, D d, E e, F f);
