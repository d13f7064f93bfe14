//! The memory of one engine's code, and the owner of its LLJIT instance, which is created when something is linked by it, and disposed of
//! after its last dylib.

use std::cell::{Cell, OnceCell};
use std::ffi::{CStr, CString, c_void};
use std::ops::Range;
use std::ptr;
use std::rc::Rc;

use llvm_sys::error::LLVMErrorRef;
use llvm_sys::orc2::lljit::{
    LLVMOrcDisposeLLJIT, LLVMOrcLLJITGetExecutionSession, LLVMOrcLLJITRef,
};
use llvm_sys::orc2::{
    LLVMOrcExecutionSessionCreateBareJITDylib, LLVMOrcExecutionSessionGetSymbolStringPool,
    LLVMOrcExecutionSessionIntern, LLVMOrcExecutionSessionRef,
    LLVMOrcExecutionSessionSetErrorReporter, LLVMOrcJITDylibRef,
    LLVMOrcSymbolStringPoolClearDeadEntries, LLVMOrcSymbolStringPoolEntryRef,
};
use llvm_sys::target::{
    LLVMInitializeX86AsmPrinter, LLVMInitializeX86Target, LLVMInitializeX86TargetInfo,
    LLVMInitializeX86TargetMC,
};

use super::Dylib;
use super::error::{LinkError, Reports, message_of};

unsafe extern "C" {
    fn sumi_orc_create_memory(
        made: *mut *mut c_void,
        text_begin: *mut *const c_void,
        text_size: *mut u64,
    ) -> LLVMErrorRef;
    fn sumi_orc_dispose_memory(memory: *mut c_void);
    fn sumi_orc_take(
        memory: *mut c_void,
        is_text: bool,
        size: u64,
        alignment: u64,
        address: *mut *mut u8,
        working: *mut *mut u8,
    ) -> bool;
    fn sumi_orc_create_session(memory: *mut c_void, created: *mut LLVMOrcLLJITRef) -> LLVMErrorRef;
    fn sumi_orc_owner_of(memory: *mut c_void, address: *const c_void) -> LLVMOrcJITDylibRef;
    fn sumi_orc_remove_dylib(
        session: LLVMOrcExecutionSessionRef,
        dylib: LLVMOrcJITDylibRef,
    ) -> LLVMErrorRef;
}

/// Names in ORC's pool are swept after this many removals; a sweep walks the whole pool.
const SWEEP_EVERY: u32 = 64;

/// An address among LLVM's code, wherever that was loaded.
pub(crate) fn address_in_llvm() -> usize {
    LLVMOrcDisposeLLJIT as *const () as usize
}

/// Everything that is linked together. Clones are the same session.
#[derive(Clone)]
pub struct Session(Rc<Inner>);

/// Which dylib; of use while it is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DylibId(pub(super) usize);

struct Inner {
    /// Once something is linked.
    linker: OnceCell<Linker>,
    memory: *mut c_void,
    text: Range<usize>,
    /// Boxed because the error reporter holds its address.
    reports: Box<Reports>,
    dylibs_made: Cell<u64>,
    removals: Cell<u32>,
}

#[derive(Clone, Copy)]
struct Linker {
    lljit: LLVMOrcLLJITRef,
    handle: LLVMOrcExecutionSessionRef,
}

/// What a stretch of memory is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Code, and what nobody writes.
    Text,
    Data,
}

/// A stretch of memory: where it lies, and where it is written.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    pub(crate) address: usize,
    pub(crate) working: *mut u8,
}

impl Session {
    pub fn new() -> Result<Session, LinkError> {
        let reports = Box::<Reports>::default();
        let (mut memory, mut begin, mut size) = (ptr::null_mut(), ptr::null(), 0);
        // SAFETY: the three results are written before a success is returned.
        reports.check(unsafe {
            sumi_orc_create_memory(&raw mut memory, &raw mut begin, &raw mut size)
        })?;
        let begin = begin as usize;
        let text = begin..begin + usize::try_from(size).expect("an address fits");
        Ok(Session(Rc::new(Inner {
            linker: OnceCell::new(),
            memory,
            text,
            reports,
            dylibs_made: Cell::new(0),
            removals: Cell::new(0),
        })))
    }

    /// Begun when it is needed: a program that is in memory already needs none.
    fn linker(&self) -> Linker {
        *self.0.linker.get_or_init(|| {
            codegen::wake_llvm();
            initialize_target();
            let reports = &self.0.reports;
            let mut lljit = ptr::null_mut();
            // SAFETY: the result is written before a success is returned; the memory is disposed of after it, see `Drop`.
            let made =
                reports.check(unsafe { sumi_orc_create_session(self.0.memory, &raw mut lljit) });
            made.expect("compiler bug: LLVM does not know this machine");
            // SAFETY: `lljit` is alive; the reporter's context outlives it, see `Drop`.
            let handle = unsafe {
                let handle = LLVMOrcLLJITGetExecutionSession(lljit);
                LLVMOrcExecutionSessionSetErrorReporter(
                    handle,
                    report,
                    (&raw const **reports).cast_mut().cast(),
                );
                handle
            };
            Linker { lljit, handle }
        })
    }

    /// Room for so many bytes on such a boundary, for as long as the session is there. None if there is none.
    pub(crate) fn take(&self, of: Use, size: usize, alignment: usize) -> Option<Room> {
        let (mut address, mut working) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the memory is alive, and the results are written where it gives some.
        let has_room = unsafe {
            sumi_orc_take(
                self.0.memory,
                of == Use::Text,
                size as u64,
                alignment as u64,
                &raw mut address,
                &raw mut working,
            )
        };
        has_room.then_some(Room {
            address: address as usize,
            working,
        })
    }

    /// Where all generated code of this session lies, and nothing else.
    pub fn text(&self) -> Range<usize> {
        self.0.text.clone()
    }

    /// Whose code or data lies at an address.
    pub fn owner_of(&self, address: usize) -> Option<DylibId> {
        // SAFETY: the memory lives as long as the session; the address is only compared.
        let owner = unsafe { sumi_orc_owner_of(self.0.memory, address as *const c_void) };
        (!owner.is_null()).then_some(DylibId(owner as usize))
    }

    /// An empty dylib, linked to nothing. The name is for ORC's messages.
    pub fn add_dylib(&self, name: &str) -> Rc<Dylib> {
        let number = self.0.dylibs_made.replace(self.0.dylibs_made.get() + 1);
        let unique = c_string(&format!("{name}.{number}"));
        // SAFETY: the session is alive and no other dylib has this name.
        let raw =
            unsafe { LLVMOrcExecutionSessionCreateBareJITDylib(self.handle(), unique.as_ptr()) };
        Rc::new(Dylib::new(self.clone(), raw))
    }

    pub(super) fn lljit(&self) -> LLVMOrcLLJITRef {
        self.linker().lljit
    }

    pub(super) fn handle(&self) -> LLVMOrcExecutionSessionRef {
        self.linker().handle
    }

    pub(super) fn reports(&self) -> &Reports {
        &self.0.reports
    }

    /// A counted entry of the name pool; whoever takes it releases it.
    pub(super) fn intern(&self, name: &str) -> LLVMOrcSymbolStringPoolEntryRef {
        let name = c_string(name);
        // SAFETY: the session is alive, the name is copied.
        unsafe { LLVMOrcExecutionSessionIntern(self.handle(), name.as_ptr()) }
    }

    /// Takes `dylib`'s code out of memory. Nobody may link to it, nor run it.
    pub(super) fn remove(&self, dylib: LLVMOrcJITDylibRef) {
        // SAFETY: both are alive, and the only owner of the dylib calls this once.
        let failed = message_of(unsafe { sumi_orc_remove_dylib(self.handle(), dylib) });
        assert_eq!(failed, None, "compiler bug: a dylib could not be removed");
        let removals = self.0.removals.get() + 1;
        self.0.removals.set(removals);
        if removals.is_multiple_of(SWEEP_EVERY) {
            // SAFETY: the session is alive.
            unsafe {
                LLVMOrcSymbolStringPoolClearDeadEntries(
                    LLVMOrcExecutionSessionGetSymbolStringPool(self.handle()),
                );
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(linker) = self.linker.get() {
            // SAFETY: every dylib holds the session, so none is left; the reporter's context is dropped after this.
            let failed = message_of(unsafe { LLVMOrcDisposeLLJIT(linker.lljit) });
            debug_assert_eq!(
                failed, None,
                "compiler bug: the session could not be closed"
            );
        }
        // SAFETY: nobody is left who has something in it.
        unsafe { sumi_orc_dispose_memory(self.memory) };
    }
}

/// Receives the causes of failures, on whatever thread they arise.
extern "C" fn report(context: *mut c_void, error: LLVMErrorRef) {
    // SAFETY: the context is the `Reports` of the session that calls, which outlives it.
    let reports = unsafe { &*context.cast::<Reports>() };
    if let Some(message) = message_of(error) {
        reports.add(message);
    }
}

/// Once per process; repeating it is harmless.
fn initialize_target() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: these only enter the target into LLVM's registry.
        unsafe {
            LLVMInitializeX86TargetInfo();
            LLVMInitializeX86Target();
            LLVMInitializeX86TargetMC();
            LLVMInitializeX86AsmPrinter();
        }
    });
}

/// Names with a zero byte do not come from our lexer; cutting them there is as good as any other reading.
pub(super) fn c_string(text: &str) -> CString {
    let cut = text.split('\0').next().unwrap_or_default();
    CString::new(cut).unwrap_or_else(|_| CStr::to_owned(c""))
}
