//! Dynamic libraries: `extern "libz.so.1" { … }` and `extern { … }` become addresses.
//!
//! A library is searched for as `dlopen` does, opened once for a session, and closed with it.

use std::fmt;

use libloading::os::unix::Library;
use rustc_hash::FxHashMap;

/// A library or a symbol that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeError {
    /// `None` is the process itself.
    pub library: Option<String>,
    /// `None` if the library itself could not be opened.
    pub symbol: Option<String>,
    /// What the system says.
    pub reason: String,
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.symbol, &self.library) {
            (Some(symbol), Some(library)) => {
                write!(f, "the library `{library}` has no symbol `{symbol}`")
            }
            (Some(symbol), None) => write!(f, "this process has no symbol `{symbol}`"),
            (None, Some(library)) => write!(
                f,
                "the library `{library}` could not be opened: {}",
                self.reason
            ),
            (None, None) => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for NativeError {}

/// The libraries that a session has opened, by the name they were asked for.
#[derive(Default)]
pub struct Libraries {
    open: FxHashMap<String, Library>,
}

impl Libraries {
    /// The address of a function or variable; `None` for the library is the process and all that it was linked with.
    pub fn symbol(&mut self, library: Option<&str>, name: &str) -> Result<usize, NativeError> {
        let found = match library {
            Some(library) => find(self.open(library)?, name),
            None => find(&Library::this(), name),
        };
        found.map_err(|reason| NativeError {
            library: library.map(str::to_owned),
            symbol: Some(name.to_owned()),
            reason,
        })
    }

    fn open(&mut self, name: &str) -> Result<&Library, NativeError> {
        if !self.open.contains_key(name) {
            // SAFETY: whoever writes `extern "lib"` vouches for what the library does when it is loaded.
            let library = unsafe { Library::new(name) }.map_err(|error| NativeError {
                library: Some(name.to_owned()),
                symbol: None,
                reason: reason(&error),
            })?;
            self.open.insert(name.to_owned(), library);
        }
        Ok(&self.open[name])
    }
}

fn find(library: &Library, name: &str) -> Result<usize, String> {
    // SAFETY: only the address is taken; its type is what the declaration says.
    let symbol = unsafe { library.get_singlethreaded::<*mut u8>(name) };
    symbol
        .map(|symbol| symbol.as_raw_ptr() as usize)
        .map_err(|error| reason(&error))
}

/// libloading's text says what it called; the cause is what `dlerror` said.
fn reason(error: &libloading::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_libraries_and_of_the_process() {
        let mut libraries = Libraries::default();
        let address = libraries.symbol(Some("libm.so.6"), "cbrt").unwrap();
        // SAFETY: `cbrt` has this type.
        let cbrt: extern "C" fn(f64) -> f64 = unsafe { std::mem::transmute(address) };
        assert!((cbrt(27.0) - 3.0).abs() < 1e-12);
        let address = libraries.symbol(Some("libz.so.1"), "crc32").unwrap();
        // SAFETY: `crc32` has this type.
        let crc32: extern "C" fn(u64, *const u8, u32) -> u64 =
            unsafe { std::mem::transmute(address) };
        assert_eq!(crc32(0, b"123456789".as_ptr(), 9), 0xcbf4_3926);
        assert!(libraries.symbol(None, "getpid").is_ok());
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut libraries = Libraries::default();
        let error = libraries.symbol(Some("libm.so.6"), "no_such").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the library `libm.so.6` has no symbol `no_such`"
        );
        let error = libraries.symbol(None, "no_such").unwrap_err();
        assert_eq!(error.to_string(), "this process has no symbol `no_such`");
        let error = libraries.symbol(Some("libnone.so.9"), "f").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the library `libnone.so.9` could not be opened: "),
            "{error}"
        );
        assert!(error.reason.contains("No such file"), "{error}");
    }
}
