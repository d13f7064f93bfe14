//! Functions of a host in another language, whose types are described while the program runs. They come in two forms:
//!
//! - A *direct* one has the types of its declaration in C, after a `*const Call`: scalars by value, structs and what is `mut` by address.
//!   Generated code calls it through a stub of six instructions; where texts, arrays or objects are among its types, Rust puts what C has for these
//!   into the registers.
//! - Of a *general* one the arguments are told by their places ([`Body`]), whatever their types are.
//!
//! Frames of the host are never abandoned: who wants to fail says so ([`Call::fail`]), and the run ends when the function has returned.

use std::any::Any;
use std::arch::naked_asm;
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_void};
use std::mem::offset_of;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{null, null_mut};
use std::rc::Rc;

use stdlib::desc::{Kind, TypeDesc};
use stdlib::{Block, block, value};

use super::function::{HostCode, HostFunction, HostParam, text_of};
use super::register::INTEGERS;
pub use super::registers::MOST_PARAMS;
use super::registers::{Arguments, Plan, Registers, Returned, Travel, Words};
use super::take::View;
use super::types::Declared;
use crate::run::Run;
use crate::trap::raise_from;

/// What a function of the host is told beside its arguments. Of a direct one there is one for all calls.
#[derive(Debug)]
#[repr(C)]
pub struct Call {
    /// Of a direct function; else null.
    code: *const c_void,
    user: *mut c_void,
    /// Whether there is a message.
    failing: Cell<bool>,
    /// In which runs it is to fail, innermost last, since calls nest, and why.
    messages: RefCell<Vec<(*const Run, String)>>,
    /// What [`Body::call`] has put there for this call.
    state: Cell<*const c_void>,
}

impl Call {
    fn new(code: *const c_void, user: *mut c_void) -> Call {
        Call {
            code,
            user,
            failing: Cell::new(false),
            messages: RefCell::default(),
            state: Cell::new(null()),
        }
    }

    /// What was registered with the function.
    pub fn user(&self) -> *mut c_void {
        self.user
    }

    /// What a [`Body`] keeps of this call; null for a direct function.
    pub fn state(&self) -> *const c_void {
        self.state.get()
    }

    /// Keeps it.
    pub fn set_state(&self, state: *const c_void) {
        self.state.set(state);
    }

    /// Whether the run ends when the function has returned.
    pub fn is_failing(&self) -> bool {
        self.failing.get()
    }

    /// The run ends with this message when the function has returned.
    pub fn fail(&self, message: &str) {
        let (run, message) = (Run::current(), message.to_owned());
        let mut messages = self.messages.borrow_mut();
        match messages.last_mut().filter(|(known, _)| *known == run) {
            Some((_, known)) => *known = message,
            None => messages.push((run, message)),
        }
        self.failing.set(true);
    }

    /// The message of this very call, if it is to fail.
    fn failure(&self) -> Option<String> {
        let mut messages = self.messages.borrow_mut();
        let (_, message) = messages.pop_if(|(run, _)| *run == Run::current())?;
        self.failing.set(!messages.is_empty());
        Some(message)
    }
}

/// A general function.
pub trait Body {
    /// Calls it with the places of its arguments; for a `mut` one, that of the caller.
    ///
    /// # Safety
    /// Called by a script, with places of the types that were declared.
    unsafe fn call(&self, call: &Call, arguments: &[*mut u8]) -> Result<(), String>;

    /// Makes what the last call has given.
    ///
    /// # Safety
    /// Called right after `call`, within the run; what it holds may be lost. `result` has room for the declared type.
    unsafe fn give(&self, result: *mut u8);
}

/// What is dropped when nothing can call the function any more.
pub type Owned = Box<dyn Any>;

#[repr(C)]
struct Direct {
    call: Call,
    _owned: Owned,
}

struct General {
    plan: Plan,
    user: *mut c_void,
    body: Box<dyn Body>,
    _owned: Owned,
}

fn closure_at(address: usize, closure: Rc<dyn Any>, declared: &Declared) -> HostFunction {
    host_function(HostCode::Closure { address, closure }, declared)
}

pub(super) fn host_function(code: HostCode, declared: &Declared) -> HostFunction {
    let params = declared.params.iter();
    HostFunction {
        code,
        params: params
            .map(|param| HostParam {
                is_mut: param.is_mut,
                ty: param.ty,
            })
            .collect(),
        result: declared.result,
    }
}

fn plan_of(declared: &Declared) -> Result<Plan, String> {
    let params = declared.params.iter().map(|param| (param.is_mut, param.ty));
    if params.len() > MOST_PARAMS {
        return Err(format!(
            "`{}` has more than {MOST_PARAMS} parameters",
            declared.name
        ));
    }
    Ok(Plan::new(params, declared.result, 1))
}

/// A function that has the types of its declaration in C, after a `*const Call` (which comes after the address of a result in memory). Of a text and an array
/// of plain data it is given the address of a slice, of an object the host's pointer. As a text it gives address and length, of which there is a copy right
/// after it returns, with a length of `usize::MAX` up to a zero; as an object a pointer with a share of it, and `is_of` says whether that is one of the type.
///
/// # Safety
/// `code` is such a function, it may be called as long as `owned` lives, and it does not unwind.
pub unsafe fn direct(
    declared: &Declared,
    code: *const c_void,
    user: *mut c_void,
    owned: Owned,
    is_of: IsOf,
) -> Result<HostFunction, String> {
    let plan = plan_of(declared)?;
    if !plan.fits_registers() {
        return Err(format!(
            "`{}` has too many parameters for a direct function, whose arguments are all in registers",
            declared.name
        ));
    }
    for param in &declared.params {
        let is_converted = !param.is_mut && matches!(param.ty.kind, Kind::Str | Kind::Opaque);
        match param.plain_part() {
            None if !is_converted => return Err(not_direct(declared, param.ty, MORE)),
            Some(part) if param.is_mut && !part.every_byte_counts() => {
                return Err(not_direct(declared, param.ty, UNSURE));
            }
            _ => {}
        }
    }
    let result = declared.result;
    let is_converted = matches!(result.kind, Kind::Str | Kind::Opaque);
    if result.has_heap() && !is_converted {
        return Err(not_direct(declared, result, MORE));
    }
    if !result.every_byte_counts() {
        return Err(not_direct(declared, result, UNSURE));
    }
    let is_by_value = plan.returned != Returned::InMemory;
    let call = Call::new(code, user);
    let travels = plan.params.iter().zip(&declared.params);
    let converted = travels.filter(|(_, param)| param.ty.has_heap());
    let converted: Vec<(Travel, &'static TypeDesc)> = converted
        .map(|(travel, param)| (*travel, param.ty))
        .collect();
    if converted.is_empty() && !is_converted {
        let stub = match is_by_value {
            true => direct_by_value as *const () as usize,
            false => direct_in_memory as *const () as usize,
        };
        let direct = Direct {
            call,
            _owned: owned,
        };
        return Ok(closure_at(stub, Rc::new(direct), declared));
    }
    let stub = match is_by_value {
        true => converting_by_value as *const () as usize,
        false => converting_in_memory as *const () as usize,
    };
    let converting = Converting {
        call,
        name: declared.name.clone(),
        plan,
        converted,
        result,
        is_of,
        _owned: owned,
    };
    Ok(closure_at(stub, Rc::new(converting), declared))
}

const MORE: &str = "is more than plain data";
const UNSURE: &str = "has values that C could get wrong";

/// Whether what a host has given is an object of a type.
pub type IsOf = unsafe fn(*mut c_void, &TypeDesc) -> bool;

/// As [`Direct`], where Rust converts arguments or the result.
#[repr(C)]
struct Converting {
    call: Call,
    name: String,
    plan: Plan,
    converted: Vec<(Travel, &'static TypeDesc)>,
    result: &'static TypeDesc,
    is_of: IsOf,
    _owned: Owned,
}

fn not_direct(declared: &Declared, ty: &TypeDesc, why: &str) -> String {
    format!(
        "`{}` cannot be a direct function: `{}` {why}; a general one can take and give it",
        declared.name,
        ty.name()
    )
}

/// A function of any types.
pub fn general(
    declared: &Declared,
    body: Box<dyn Body>,
    user: *mut c_void,
    owned: Owned,
) -> Result<HostFunction, String> {
    let plan = plan_of(declared)?;
    let stub = match plan.returned {
        Returned::InMemory => general_in_memory as *const () as usize,
        Returned::Nothing | Returned::Int | Returned::Float => {
            general_by_value as *const () as usize
        }
    };
    let closure = Rc::new(General {
        plan,
        user,
        body,
        _owned: owned,
    });
    Ok(closure_at(stub, closure, declared))
}

/// Whether any bytes are a value of the type: not so of an enum, a `char` and an optional. What C has as a `bool` is one.
trait Certain {
    fn every_byte_counts(&self) -> bool;
}

impl Certain for TypeDesc {
    fn every_byte_counts(&self) -> bool {
        match self.kind {
            Kind::Char | Kind::Enum | Kind::Option => false,
            Kind::FixedArray => {
                // SAFETY: an array's descriptor has that of its elements, a constant.
                unsafe { &*self.elem }.every_byte_counts()
            }
            _ => self
                .fields()
                .iter()
                .all(|field| field.ty().every_byte_counts()),
        }
    }
}

const CODE: usize = offset_of!(Call, code);
const FAILING: usize = offset_of!(Call, failing);

/// Calls the code of a [`Direct`] with the arguments as they are, and then looks whether it failed.
macro_rules! direct_stub {
    ($name:ident, $context:literal) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            naked_asm!(
                ".cfi_startproc",
                "push rbx",
                ".cfi_adjust_cfa_offset 8",
                ".cfi_rel_offset rbx, 0",
                concat!("mov rbx, ", $context),
                concat!("call [", $context, " + {code}]"),
                "cmp byte ptr [rbx + {failing}], 0",
                "jne 2f",
                "pop rbx",
                ".cfi_adjust_cfa_offset -8",
                ".cfi_restore rbx",
                "ret",
                "2:",
                ".cfi_adjust_cfa_offset 8",
                ".cfi_rel_offset rbx, 0",
                "push rax",
                ".cfi_adjust_cfa_offset 8",
                "sub rsp, 8",
                ".cfi_adjust_cfa_offset 8",
                "movsd [rsp], xmm0",
                "mov rdi, rbx",
                "mov rsi, rbp",
                "mov rdx, [rsp + 24]",
                "call {failed}",
                "movsd xmm0, [rsp]",
                "add rsp, 8",
                ".cfi_adjust_cfa_offset -8",
                "pop rax",
                ".cfi_adjust_cfa_offset -8",
                "pop rbx",
                ".cfi_adjust_cfa_offset -8",
                ".cfi_restore rbx",
                "ret",
                ".cfi_endproc",
                code = const CODE,
                failing = const FAILING,
                failed = sym direct_failed,
            )
        }
    };
}

direct_stub!(direct_by_value, "rdi");
direct_stub!(direct_in_memory, "rsi");

/// Returns if it was another call of the same function, around this one, that is to fail.
unsafe extern "C" fn direct_failed(call: *const Call, frame: usize, pc: usize) {
    // SAFETY: the call lives as long as the engine, and this is its run; the message is moved.
    unsafe {
        if let Some(message) = (*call).failure() {
            raise_from(message, pc, frame)
        }
    }
}

/// Writes the registers down and has the rest done by Rust.
macro_rules! general_stub {
    ($name:ident, $received:ident, $context:literal) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            naked_asm!(
                ".cfi_startproc",
                "push rbp",
                ".cfi_adjust_cfa_offset 8",
                ".cfi_rel_offset rbp, 0",
                "mov rbp, rsp",
                ".cfi_def_cfa_register rbp",
                "sub rsp, 112",
                "mov [rsp], rdi",
                "mov [rsp + 8], rsi",
                "mov [rsp + 16], rdx",
                "mov [rsp + 24], rcx",
                "mov [rsp + 32], r8",
                "mov [rsp + 40], r9",
                "movsd [rsp + 48], xmm0",
                "movsd [rsp + 56], xmm1",
                "movsd [rsp + 64], xmm2",
                "movsd [rsp + 72], xmm3",
                "movsd [rsp + 80], xmm4",
                "movsd [rsp + 88], xmm5",
                "movsd [rsp + 96], xmm6",
                "movsd [rsp + 104], xmm7",
                concat!("mov rdx, ", $context),
                "mov rdi, rsp",
                "mov rsi, rbp",
                "call {received}",
                "mov rax, [rsp]",
                "movsd xmm0, [rsp + 48]",
                "leave",
                ".cfi_def_cfa rsp, 8",
                ".cfi_restore rbp",
                "ret",
                ".cfi_endproc",
                received = sym $received,
            )
        }
    };
}

const _: () = assert!(size_of::<Registers>() == 112);

general_stub!(general_by_value, received, "rdi");
general_stub!(general_in_memory, received, "rsi");
general_stub!(converting_by_value, converting, "rdi");
general_stub!(converting_in_memory, converting, "rsi");

/// As [`received`]. What is in registers and not converted C takes and gives as it is.
unsafe extern "C" fn converting(
    registers: *mut Registers,
    frame: *mut usize,
    function: *const Converting,
) {
    // SAFETY: a stub passes what it was given by a script; the function lives as long as the engine. What is held when the run ends is moved, or a
    // block without an object.
    unsafe {
        let (registers, function) = (&mut *registers, &*function);
        let mut arguments = Arguments::default();
        std::mem::swap(&mut arguments.registers, registers);
        let mut views = [View::EMPTY; INTEGERS];
        for ((travel, ty), view) in function.converted.iter().zip(&mut views) {
            let word = arguments.registers.word(*travel, null_mut());
            let block = match travel.by_address {
                true => value::unique_array(ty.elem, (*word as *mut u8).cast()),
                false => *word as *mut Block,
            };
            if ty.kind == Kind::Opaque {
                *word = block::elements(block).cast::<u64>().read();
                continue;
            }
            *view = View {
                first: block::elements(block),
                len: (*block).len as u64,
            };
            *word = std::ptr::from_ref(view) as u64;
        }
        let handle = match function.result.kind {
            // What takes room in the heap may fail, and so comes before C gives something away.
            Kind::Opaque => value::new_array(function.result.elem, 1, |_, place| {
                place.cast::<*mut c_void>().write(null_mut());
            }),
            _ => null_mut(),
        };
        let words = function.plan.call(function.call.code as usize, &arguments);
        let failure = function.call.failure();
        let given = match function.result.kind {
            Kind::Opaque => {
                // Also what is none of the type goes with the handle.
                let object = words.0 as *mut c_void;
                block::elements(handle).cast::<*mut c_void>().write(object);
                match !object.is_null() && (function.is_of)(object, function.result) {
                    true => Ok(handle as u64),
                    false => Err(function.wrong("no object of that type")),
                }
            }
            Kind::Str if failure.is_none() => function.text(words),
            _ => Ok(words.0),
        };
        match failure.map_or(given, Err) {
            Ok(word) => (registers.ints[0], registers.floats[0]) = (word, word),
            Err(message) => raise_from(message, *frame.add(1), *frame),
        }
    }
}

impl Converting {
    /// A text of what C has given.
    ///
    /// # Safety
    /// Within the run, which it may end; C has given address and length of bytes.
    unsafe fn text(&self, Words(first, length): Words) -> Result<u64, String> {
        let (first, length) = (first as *const u8, length as usize);
        // SAFETY: the caller's promise.
        let bytes = unsafe {
            match length {
                0 => &[],
                _ if first.is_null() => return Err(self.wrong("a text at NULL")),
                usize::MAX => CStr::from_ptr(first.cast()).to_bytes(),
                _ if length > isize::MAX as usize => {
                    return Err(self.wrong("a text of a length that no memory has"));
                }
                _ => std::slice::from_raw_parts(first, length),
            }
        };
        let text =
            std::str::from_utf8(bytes).map_err(|_| self.wrong("a text that is not UTF-8"))?;
        // SAFETY: as above.
        Ok(unsafe { value::new_str(text) } as u64)
    }

    fn wrong(&self, what: &str) -> String {
        format!("`{}` of the host has returned {what}", self.name)
    }
}

/// `frame` points to the caller's frame pointer, above which are where it goes on and the arguments on the stack.
unsafe extern "C" fn received(
    registers: *mut Registers,
    frame: *mut usize,
    function: *const General,
) {
    // SAFETY: a stub passes what it was given by a script; the function lives as long as the engine. Nothing is held when the run ends but
    // the message, which is moved.
    unsafe {
        let (registers, function) = (&mut *registers, &*function);
        let plan = &function.plan;
        let mut places = [std::ptr::dangling_mut::<u8>(); MOST_PARAMS];
        for (travel, place) in plan.params.iter().zip(&mut places) {
            *place = registers.place(*travel, frame.add(2).cast());
        }
        let outcome = called(function, &places[..plan.params.len()]);
        if let Err(message) = outcome {
            raise_from(message, *frame.add(1), *frame)
        }
        let mut word = 0_u64;
        let result: *mut u8 = match plan.returned {
            Returned::InMemory => registers.ints[0] as *mut u8,
            Returned::Nothing | Returned::Int | Returned::Float => (&raw mut word).cast(),
        };
        function.body.give(result);
        match plan.returned {
            Returned::InMemory | Returned::Nothing => {}
            Returned::Int => registers.ints[0] = word,
            Returned::Float => registers.floats[0] = word,
        }
    }
}

unsafe fn called(function: &General, places: &[*mut u8]) -> Result<(), String> {
    let call = Call::new(null(), function.user);
    // SAFETY: the caller's promise.
    let body = || unsafe { function.body.call(&call, places) };
    let outcome = catch_unwind(AssertUnwindSafe(body));
    let outcome = outcome.unwrap_or_else(|panic| {
        Err(format!(
            "a function of the host panicked: {}",
            text_of(&*panic)
        ))
    });
    outcome.and_then(|()| call.failure().map_or(Ok(()), Err))
}
