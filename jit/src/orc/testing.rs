//! LLVM IR text to object bytes, so that the tests of linking and running need no compiler.

use std::ffi::{CStr, CString};
use std::{ptr, slice};

use llvm_sys::core::{
    LLVMContextCreate, LLVMContextDispose, LLVMCreateMemoryBufferWithMemoryRangeCopy,
    LLVMDisposeMemoryBuffer, LLVMDisposeMessage, LLVMDisposeModule, LLVMGetBufferSize,
    LLVMGetBufferStart, LLVMSetTarget,
};
use llvm_sys::ir_reader::LLVMParseIRInContext2;
use llvm_sys::target::{
    LLVMDisposeTargetData, LLVMInitializeX86AsmParser, LLVMSetModuleDataLayout,
};
use llvm_sys::target_machine::{
    LLVMCodeGenFileType, LLVMCodeGenOptLevel, LLVMCodeModel, LLVMCreateTargetDataLayout,
    LLVMCreateTargetMachine, LLVMDisposeTargetMachine, LLVMGetTargetFromTriple, LLVMRelocMode,
    LLVMTargetMachineEmitToMemoryBuffer,
};

use super::Session;

const TRIPLE: &CStr = c"x86_64-unknown-linux-gnu";

pub(crate) fn assemble(text: &str) -> Vec<u8> {
    Session::new()
        .expect("a session also enters the target")
        .handle();
    let text = CString::new(text).expect("IR text has no zero bytes");
    // SAFETY: handles are created, used and disposed of in this function, each once, and none of them leaves it.
    unsafe {
        LLVMInitializeX86AsmParser();
        let context = LLVMContextCreate();
        let buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(
            text.as_ptr(),
            text.as_bytes().len(),
            c"test".as_ptr(),
        );
        let (mut module, mut message) = (ptr::null_mut(), ptr::null_mut());
        if LLVMParseIRInContext2(context, buffer, &raw mut module, &raw mut message) != 0 {
            panic!("{}", CStr::from_ptr(message).to_string_lossy());
        }
        LLVMDisposeMemoryBuffer(buffer);
        let mut target = ptr::null_mut();
        assert_eq!(
            LLVMGetTargetFromTriple(TRIPLE.as_ptr(), &raw mut target, &raw mut message),
            0
        );
        let machine = LLVMCreateTargetMachine(
            target,
            TRIPLE.as_ptr(),
            c"x86-64-v2".as_ptr(),
            c"".as_ptr(),
            LLVMCodeGenOptLevel::LLVMCodeGenLevelNone,
            LLVMRelocMode::LLVMRelocPIC,
            LLVMCodeModel::LLVMCodeModelSmall,
        );
        LLVMSetTarget(module, TRIPLE.as_ptr());
        let layout = LLVMCreateTargetDataLayout(machine);
        LLVMSetModuleDataLayout(module, layout);
        let mut object = ptr::null_mut();
        let kind = LLVMCodeGenFileType::LLVMObjectFile;
        if LLVMTargetMachineEmitToMemoryBuffer(
            machine,
            module,
            kind,
            &raw mut message,
            &raw mut object,
        ) != 0
        {
            panic!("{}", CStr::from_ptr(message).to_string_lossy());
        }
        let bytes = slice::from_raw_parts(
            LLVMGetBufferStart(object).cast::<u8>(),
            LLVMGetBufferSize(object),
        )
        .to_vec();
        LLVMDisposeMemoryBuffer(object);
        LLVMDisposeTargetData(layout);
        LLVMDisposeTargetMachine(machine);
        LLVMDisposeModule(module);
        LLVMContextDispose(context);
        if !message.is_null() {
            LLVMDisposeMessage(message);
        }
        bytes
    }
}
