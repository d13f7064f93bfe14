//! A target machine with the passes that make objects, which are put together once.

use std::ffi::c_char;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::slice;

use inkwell::llvm_sys::prelude::LLVMModuleRef;
use inkwell::llvm_sys::target_machine::LLVMTargetMachineRef;
use inkwell::module::Module;
use inkwell::targets::TargetMachine;

/// What `pipeline.cpp` keeps.
#[repr(C)]
struct Passes {
    _data: [u8; 0],
    _is_not_sent: PhantomData<*mut u8>,
}

unsafe extern "C" {
    fn sumi_pipeline_create(machine: LLVMTargetMachineRef) -> *mut Passes;
    fn sumi_pipeline_run(
        passes: *mut Passes,
        module: LLVMModuleRef,
        size: *mut usize,
    ) -> *const c_char;
    fn sumi_pipeline_dispose(passes: *mut Passes);
}

pub(super) struct Pipeline {
    passes: NonNull<Passes>,
    machine: TargetMachine,
}

impl Pipeline {
    /// None if LLVM writes no objects for the target.
    pub(super) fn new(machine: TargetMachine) -> Option<Pipeline> {
        // SAFETY: the machine lives as long as the passes do.
        let passes = unsafe { sumi_pipeline_create(machine.as_mut_ptr()) };
        let passes = NonNull::new(passes)?;
        Some(Pipeline { passes, machine })
    }

    pub(super) fn machine(&self) -> &TargetMachine {
        &self.machine
    }

    /// The object of a module.
    pub(super) fn object(&self, module: &Module<'_>) -> Vec<u8> {
        let mut size = 0;
        // SAFETY: both are alive, and one thread alone has the passes. The bytes are copied before they are written again.
        unsafe {
            let bytes = sumi_pipeline_run(self.passes.as_ptr(), module.as_mut_ptr(), &mut size);
            slice::from_raw_parts(bytes.cast::<u8>(), size).to_vec()
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        // SAFETY: nobody else has them.
        unsafe { sumi_pipeline_dispose(self.passes.as_ptr()) };
    }
}
