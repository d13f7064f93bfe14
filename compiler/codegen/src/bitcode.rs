//! Functions that a host gives as LLVM's code: compiled once, and copied into the units that call them, where LLVM inlines them.
//!
//! A copy and the function itself refer to the same variables and helpers: all that the code defines has a name of its own among all code of the
//! process, and only constants are copied with what uses them.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_void};
use std::slice;
use std::sync::atomic::{AtomicU32, Ordering};

use compiler::env::DefId;
use inkwell::llvm_sys::prelude::LLVMModuleRef;
use inkwell::llvm_sys::target_machine::LLVMTargetMachineRef;
use inkwell::memory_buffer::MemoryBuffer;
use inkwell::module::Module;

use crate::Options;
use crate::emit::{self, new_context};

/// Code of a host that can stand among that of scripts.
#[derive(Debug, Default)]
pub struct Bitcode {
    prefix: String,
    functions: BTreeMap<String, Types>,
    /// As it is compiled.
    ready: Vec<u8>,
    /// The same as it is copied.
    copies: Vec<u8>,
}

/// As LLVM writes them.
#[derive(Debug, Default)]
struct Types {
    result: String,
    params: Vec<String>,
}

/// A function in it.
#[derive(Clone, Copy, Debug)]
pub struct HostCode<'a> {
    pub bitcode: &'a Bitcode,
    pub symbol: &'a str,
}

/// What a host has given.
pub trait Host {
    /// A function of the host, if it is LLVM's code.
    fn code(&self, function: DefId) -> Option<HostCode<'_>>;
}

/// None.
impl Host for () {
    fn code(&self, _: DefId) -> Option<HostCode<'_>> {
        None
    }
}

/// What C++ tells.
#[repr(u32)]
#[expect(dead_code, reason = "C++ makes them")]
enum What {
    Wrong,
    Declared,
    Ready,
    Copies,
}

type Tell = extern "C" fn(*mut c_void, What, *const c_char, usize);

unsafe extern "C" {
    fn sumi_bitcode_read(
        bytes: *const c_char,
        size: usize,
        prefix: *const c_char,
        prefix_size: usize,
        machine: LLVMTargetMachineRef,
        to: *mut c_void,
        tell: Tell,
    );
    fn sumi_bitcode_link(into: LLVMModuleRef, copies: *const c_char, size: usize) -> bool;
}

/// What is read, or why it cannot be used.
type Read = Result<Bitcode, String>;

extern "C" fn take(to: *mut c_void, what: What, bytes: *const c_char, size: usize) {
    // SAFETY: `read` gives its own, and the bytes are there during this call.
    let (read, bytes) = unsafe {
        let bytes = slice::from_raw_parts(bytes.cast::<u8>(), size);
        (&mut *to.cast::<Read>(), bytes.to_vec())
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match (what, read) {
        (What::Wrong, read) => *read = Err(text(&bytes)),
        (What::Declared, Ok(read)) => {
            let text = text(&bytes);
            let mut lines = text.lines().map(str::to_owned);
            let name = lines.next().unwrap_or_default();
            let types = Types {
                result: lines.next().unwrap_or_default(),
                params: lines.collect(),
            };
            read.functions.insert(name, types);
        }
        (What::Ready, Ok(read)) => read.ready = bytes,
        (What::Copies, Ok(read)) => read.copies = bytes,
        (What::Declared | What::Ready | What::Copies, Err(_)) => {}
    }
}

/// How C passes a scalar of Sumi, by the name of that.
fn passed(ty: &str) -> Option<&'static str> {
    Some(match ty {
        "bool" => "i1",
        "i8" | "u8" => "i8",
        "i16" | "u16" => "i16",
        "i32" | "u32" | "char" => "i32",
        "i64" | "u64" => "i64",
        "f32" => "float",
        "f64" => "double",
        _ => return None,
    })
}

impl Bitcode {
    /// Reads what `clang -emit-llvm` or `rustc --emit=llvm-bc` of LLVM 22 or an older one writes, or LLVM's text. An error says why it cannot be used.
    pub fn read(bytes: &[u8]) -> Result<Bitcode, String> {
        static READ: AtomicU32 = AtomicU32::new(0);
        let prefix = format!("sumi.host.{}.", READ.fetch_add(1, Ordering::Relaxed));
        let machine = emit::new_machine(Options::default())?;
        let mut read: Read = Ok(Bitcode {
            prefix: prefix.clone(),
            ..Bitcode::default()
        });
        // SAFETY: all of it is there during the call, which keeps nothing; `take` is given `read`.
        unsafe {
            sumi_bitcode_read(
                bytes.as_ptr().cast(),
                bytes.len(),
                prefix.as_ptr().cast(),
                prefix.len(),
                machine.as_mut_ptr(),
                (&raw mut read).cast(),
                take,
            );
        }
        read
    }

    /// The symbol of a function that is declared with parameters and result of these types, each by its name in Sumi; without a result it is `()`. An error
    /// says what is otherwise.
    pub fn function(
        &self,
        name: &str,
        params: &[(&str, &str)],
        result: &str,
    ) -> Result<String, String> {
        let Some(types) = self.functions.get(name) else {
            let known: Vec<&str> = self.functions.keys().map(String::as_str).collect();
            let known = match known.is_empty() {
                true => "there is none that is visible outside of it".to_owned(),
                false => format!("there are {}", known.join(", ")),
            };
            return Err(format!("the bitcode defines no function `{name}`: {known}"));
        };
        let wanted = |ty: &str| {
            passed(ty).ok_or_else(|| {
                format!("a function of bitcode takes and gives numbers and `bool`, and takes `char`; `{name}` has a `{ty}`")
            })
        };
        if types.params.len() != params.len() {
            return Err(format!(
                "`{name}` of the bitcode is `{}`, and is declared with {} parameters",
                types.written(),
                params.len()
            ));
        }
        for (number, ((param, ty), found)) in params.iter().zip(&types.params).enumerate() {
            let wanted = wanted(ty)?;
            if wanted != found {
                return Err(format!(
                    "parameter {} of `{name}`, `{param}: {ty}`, is `{wanted}` to LLVM, and `{found}` in the bitcode",
                    number + 1
                ));
            }
        }
        let wanted = match result {
            "()" => "void",
            "char" => {
                return Err(format!(
                    "`{name}` cannot give a `char`: not every number that C could give is one"
                ));
            }
            _ => wanted(result)?,
        };
        if wanted != types.result {
            return Err(format!(
                "the result of `{name}`, `{result}`, is `{wanted}` to LLVM, and `{}` in the bitcode",
                types.result
            ));
        }
        Ok(format!("{}{name}", self.prefix))
    }

    /// The symbols of all functions that others can call.
    pub fn symbols(&self) -> impl Iterator<Item = String> {
        let names = self.functions.keys();
        names.map(|name| format!("{}{name}", self.prefix))
    }

    /// Compiles it, always optimised. An error is LLVM's own text.
    pub fn object(&self) -> Result<Vec<u8>, String> {
        let context = new_context();
        let bytes = MemoryBuffer::create_from_memory_range_copy(&self.ready, "bitcode");
        let module = Module::parse_bitcode_from_buffer(&bytes, &context);
        let module = module.map_err(|error| error.to_string())?;
        emit::finish(&module, Options::default())
    }

    /// Copies what the module uses of it.
    pub(crate) fn link(&self, module: &Module<'_>) {
        // SAFETY: the module is alive, and the bytes are there during the call.
        let is_linked = unsafe {
            sumi_bitcode_link(
                module.as_mut_ptr(),
                self.copies.as_ptr().cast(),
                self.copies.len(),
            )
        };
        assert!(is_linked, "compiler bug: LLVM cannot read what it wrote");
    }
}

impl Types {
    fn written(&self) -> String {
        format!("{} ({})", self.result, self.params.join(", "))
    }
}
