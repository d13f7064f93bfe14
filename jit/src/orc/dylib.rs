//! One unit's symbols: what it defines, what it links to, and the addresses of both.

use std::cell::RefCell;
use std::ffi::{CStr, c_void};
use std::rc::Rc;
use std::sync::mpsc;
use std::{ptr, slice};

use llvm_sys::core::LLVMCreateMemoryBufferWithMemoryRangeCopy;
use llvm_sys::error::LLVMErrorRef;
use llvm_sys::orc2::lljit::{LLVMOrcLLJITAddObjectFile, LLVMOrcLLJITGetGlobalPrefix};
use llvm_sys::orc2::{
    LLVMJITEvaluatedSymbol, LLVMJITSymbolFlags, LLVMJITSymbolGenericFlags, LLVMOrcAbsoluteSymbols,
    LLVMOrcCJITDylibSearchOrderElement, LLVMOrcCLookupSetElement, LLVMOrcCSymbolMapPair,
    LLVMOrcCSymbolMapPairs, LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess,
    LLVMOrcDisposeMaterializationUnit, LLVMOrcExecutionSessionLookup, LLVMOrcJITDylibAddGenerator,
    LLVMOrcJITDylibDefine, LLVMOrcJITDylibLookupFlags, LLVMOrcJITDylibRef, LLVMOrcLookupKind,
    LLVMOrcSymbolLookupFlags, LLVMOrcSymbolStringPoolEntryStr,
};
use rustc_hash::FxHashMap;

use super::error::{LinkError, message_of};
use super::{DylibId, Session};

unsafe extern "C" {
    fn sumi_orc_add_to_link_order(dylib: LLVMOrcJITDylibRef, next: LLVMOrcJITDylibRef);
}

/// A set of symbols that is linked, and removed, as a whole: when the last owner drops it.
pub struct Dylib {
    raw: LLVMOrcJITDylibRef,
    /// In link order. Being here keeps their code in memory.
    links: RefCell<Vec<Rc<Dylib>>>,
    /// Last, so that the session outlives the dylib.
    session: Session,
}

impl Dylib {
    pub(super) fn new(session: Session, raw: LLVMOrcJITDylibRef) -> Dylib {
        Dylib {
            raw,
            links: RefCell::default(),
            session,
        }
    }

    pub fn id(&self) -> DylibId {
        DylibId(self.raw as usize)
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What is not found here or in earlier links is looked for in `next`.
    pub fn link_to(&self, next: &Rc<Dylib>) {
        if ptr::eq(self, &**next)
            || self
                .links
                .borrow()
                .iter()
                .any(|linked| Rc::ptr_eq(linked, next))
        {
            return;
        }
        // SAFETY: both dylibs are alive and of one session; `links` keeps the second alive as long as the first.
        unsafe { sumi_orc_add_to_link_order(self.raw, next.raw) };
        self.links.borrow_mut().push(Rc::clone(next));
    }

    /// Gives names to addresses that are already in the process.
    pub fn define_absolute<'a>(
        &self,
        symbols: impl IntoIterator<Item = (&'a str, usize)>,
    ) -> Result<(), LinkError> {
        let flags = LLVMJITSymbolGenericFlags::LLVMJITSymbolGenericFlagsExported as u8;
        let mut pairs: Vec<LLVMOrcCSymbolMapPair> = symbols
            .into_iter()
            .map(|(name, address)| LLVMOrcCSymbolMapPair {
                Name: self.session.intern(name),
                Sym: LLVMJITEvaluatedSymbol {
                    Address: address as u64,
                    Flags: LLVMJITSymbolFlags {
                        GenericFlags: flags,
                        TargetFlags: 0,
                    },
                },
            })
            .collect();
        if pairs.is_empty() {
            return Ok(());
        }
        // SAFETY: the names are handed over with their counts; the unit is handed over unless defining fails.
        unsafe {
            let unit = LLVMOrcAbsoluteSymbols(pairs.as_mut_ptr(), pairs.len());
            let defined = self
                .session
                .reports()
                .check(LLVMOrcJITDylibDefine(self.raw, unit));
            if defined.is_err() {
                LLVMOrcDisposeMaterializationUnit(unit);
            }
            defined
        }
    }

    /// Adds an object file. It is linked when one of its symbols is looked up.
    pub fn add_object(&self, bytes: &[u8], name: &str) -> Result<(), LinkError> {
        let name = super::session::c_string(name);
        // SAFETY: the bytes are copied into a buffer that the JIT takes over, also when it fails.
        let added = unsafe {
            let buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(
                bytes.as_ptr().cast(),
                bytes.len(),
                name.as_ptr(),
            );
            LLVMOrcLLJITAddObjectFile(self.session.lljit(), self.raw, buffer)
        };
        self.session.reports().check(added)
    }

    /// Lets this dylib find every symbol of the process itself, as `extern { … }` asks for.
    pub fn find_process_symbols(&self) -> Result<(), LinkError> {
        let mut generator = ptr::null_mut();
        // SAFETY: the generator is written on success and then handed over.
        unsafe {
            let prefix = LLVMOrcLLJITGetGlobalPrefix(self.session.lljit());
            self.session
                .reports()
                .check(LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(
                    &raw mut generator,
                    prefix,
                    None,
                    ptr::null_mut(),
                ))?;
            LLVMOrcJITDylibAddGenerator(self.raw, generator);
        }
        Ok(())
    }

    /// The address of `name`, here or along the link order; links what defines it.
    pub fn lookup(&self, name: &str) -> Result<usize, LinkError> {
        let found = self.lookup_all(&[name])?;
        found.get(name).copied().ok_or_else(|| {
            self.session
                .reports()
                .explain(format!("`{name}` was not found"))
        })
    }

    /// As [`Dylib::lookup`], for several names in one step: all are found or none.
    pub fn lookup_all(&self, names: &[&str]) -> Result<FxHashMap<String, usize>, LinkError> {
        let mut order = vec![LLVMOrcCJITDylibSearchOrderElement {
            JD: self.raw,
            JDLookupFlags: LLVMOrcJITDylibLookupFlags::LLVMOrcJITDylibLookupFlagsMatchAllSymbols,
        }];
        order.extend(self.links.borrow().iter().map(|link| LLVMOrcCJITDylibSearchOrderElement {
            JD: link.raw,
            JDLookupFlags: LLVMOrcJITDylibLookupFlags::LLVMOrcJITDylibLookupFlagsMatchExportedSymbolsOnly,
        }));
        let mut wanted: Vec<LLVMOrcCLookupSetElement> = names
            .iter()
            .map(|name| LLVMOrcCLookupSetElement {
                Name: self.session.intern(name),
                LookupFlags: LLVMOrcSymbolLookupFlags::LLVMOrcSymbolLookupFlagsRequiredSymbol,
            })
            .collect();
        let (sender, receiver) = mpsc::channel::<Answer>();
        // SAFETY: the names' counts are handed over, the arrays are read before the call returns, and the sender is
        // given back to Rust by the one call of `receive`.
        unsafe {
            LLVMOrcExecutionSessionLookup(
                self.session.handle(),
                LLVMOrcLookupKind::LLVMOrcLookupKindStatic,
                order.as_mut_ptr(),
                order.len(),
                wanted.as_mut_ptr(),
                wanted.len(),
                receive,
                Box::into_raw(Box::new(sender)).cast(),
            );
        }
        let answer = receiver.recv().expect("compiler bug: ORC dropped a lookup");
        answer.map_err(|message| self.session.reports().explain(message))
    }
}

impl Drop for Dylib {
    fn drop(&mut self) {
        self.session.remove(self.raw);
    }
}

type Answer = Result<FxHashMap<String, usize>, String>;

extern "C" fn receive(
    error: LLVMErrorRef,
    pairs: LLVMOrcCSymbolMapPairs,
    count: usize,
    context: *mut c_void,
) {
    // SAFETY: the context is the boxed sender of the lookup, which ORC answers once.
    let sender = unsafe { Box::from_raw(context.cast::<mpsc::Sender<Answer>>()) };
    let answer = match message_of(error) {
        Some(message) => Err(message),
        None if count == 0 => Ok(FxHashMap::default()),
        // SAFETY: on success there are `count` pairs, alive during this call, with names that ORC keeps.
        None => Ok(unsafe { slice::from_raw_parts(pairs, count) }
            .iter()
            .map(|pair| (name_of(pair), pair.Sym.Address as usize))
            .collect()),
    };
    let _ = sender.send(answer); // nobody waits only if the waiting thread has panicked
}

fn name_of(pair: &LLVMOrcCSymbolMapPair) -> String {
    // SAFETY: a pool entry's text is zero-terminated and lives as long as the entry.
    unsafe { CStr::from_ptr(LLVMOrcSymbolStringPoolEntryStr(pair.Name)) }
        .to_string_lossy()
        .into_owned()
}
