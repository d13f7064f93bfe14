//! What became of a program in LLVM's hands: what its passes say of loops, and which calls are left in the code that they made, each with its
//! place, the functions that it was inlined into, and the loop around it.

use std::ffi::c_void;
use std::slice;

use inkwell::context::AsContextRef;
use inkwell::llvm_sys::prelude::{LLVMContextRef, LLVMModuleRef};

use crate::Input;
use crate::emit::{self, new_context};

/// One thing that is worth telling. What is compiled for several types, or inlined in several places, is told for each.
#[derive(Clone, Debug)]
pub struct Finding {
    pub what: What,
    /// Innermost first; nothing where LLVM lost it.
    pub at: Vec<Frame>,
    /// The innermost loop around it, or, of what a pass says, the loop that it is about.
    pub around: Option<Loop>,
}

#[derive(Clone, Debug)]
pub enum What {
    /// A function of the runtime or of C is called.
    Call {
        symbol: String,
        /// The first argument, or 0 if it is no number that is known.
        number: u32,
        stays: Stays,
    },
    /// A pass has changed a loop. The name is LLVM's for the remark; the words are for people who know LLVM.
    Done { name: String, words: String },
    /// A pass has not. That is said after the reasons, if those are known.
    Missed { name: String, words: String },
    /// Why it has not.
    Why { name: String, words: String },
}

/// Why the check of an index is still in its loop, as far as that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stays {
    Unknown,
    /// The index is read from memory in each round.
    IndexFromMemory,
    /// The length is.
    LengthReadAnew,
}

#[derive(Clone, Debug)]
pub struct Loop {
    pub at: Vec<Frame>,
    /// It has only the rounds before and after the main part of the loop, which has no checks or is one of vectors.
    pub is_rest: bool,
}

/// A place in the text, and the function whose code it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// As [`syntax::SourceFile::key`] has it.
    pub file: String,
    pub function: String,
    /// From 1; 0 if unknown.
    pub line: u32,
    pub column: u32,
}

/// As `explain.cpp` has it.
#[repr(C)]
struct Text {
    bytes: *const u8,
    size: usize,
}

#[repr(C)]
struct RawFrame {
    file: Text,
    function: Text,
    line: u32,
    column: u32,
}

#[repr(C)]
struct RawFrames {
    innermost: *const RawFrame,
    count: usize,
}

#[repr(u32)]
#[derive(Clone, Copy)]
#[expect(dead_code, reason = "C++ makes them")]
enum RawWhat {
    Call,
    Done,
    Missed,
    Why,
}

#[repr(C)]
struct RawFound {
    what: RawWhat,
    name: Text,
    words: Text,
    number: u32,
    stays: Stays,
    at: RawFrames,
    around: RawFrames,
    is_in_rest: bool,
}

type Tell = extern "C" fn(*mut c_void, *const RawFound);

unsafe extern "C" {
    fn sumi_explain_listen(context: LLVMContextRef, to: *mut c_void, tell: Tell);
    fn sumi_explain_calls(module: LLVMModuleRef, to: *mut c_void, tell: Tell);
}

/// What is to be told of a unit, in the order of the code. Remarks need `Options::optimise`. An error is LLVM's own text.
pub fn explain(input: Input<'_>) -> Result<Vec<Finding>, String> {
    let mut found: Vec<Finding> = Vec::new();
    let to = (&raw mut found).cast::<c_void>();
    // Goes before what it tells to.
    let context = new_context();
    // SAFETY: the context is alive; `take` is given `found`, which outlives the context and is not used meanwhile by others.
    unsafe { sumi_explain_listen((&context).as_ctx_ref(), to, take) };
    let module = emit::optimised(&context, input)?;
    // SAFETY: the module is alive; as above.
    unsafe { sumi_explain_calls(module.as_mut_ptr(), to, take) };
    drop(module);
    drop(context);
    Ok(found)
}

extern "C" fn take(to: *mut c_void, found: *const RawFound) {
    // SAFETY: `explain` gives its list, and all that C++ tells is there during this call.
    unsafe {
        let found = &*found;
        let finding = found.finding();
        (*to.cast::<Vec<Finding>>()).push(finding);
    }
}

impl RawFound {
    /// # Safety
    /// What it refers to is there.
    unsafe fn finding(&self) -> Finding {
        // SAFETY: as this function demands.
        unsafe {
            let (name, words) = (self.name.read(), self.words.read());
            let what = match self.what {
                RawWhat::Call => What::Call {
                    symbol: name,
                    number: self.number,
                    stays: self.stays,
                },
                RawWhat::Done => What::Done { name, words },
                RawWhat::Missed => What::Missed { name, words },
                RawWhat::Why => What::Why { name, words },
            };
            let around = self.around.read();
            Finding {
                what,
                at: self.at.read(),
                around: (!around.is_empty()).then_some(Loop {
                    at: around,
                    is_rest: self.is_in_rest,
                }),
            }
        }
    }
}

impl Text {
    /// # Safety
    /// The bytes are there.
    unsafe fn read(&self) -> String {
        if self.size == 0 {
            return String::new();
        }
        // SAFETY: as this function demands.
        let bytes = unsafe { slice::from_raw_parts(self.bytes, self.size) };
        String::from_utf8_lossy(bytes).into_owned()
    }
}

impl RawFrames {
    /// # Safety
    /// The frames and their texts are there.
    unsafe fn read(&self) -> Vec<Frame> {
        if self.count == 0 {
            return Vec::new();
        }
        // SAFETY: as this function demands.
        let frames = unsafe { slice::from_raw_parts(self.innermost, self.count) };
        let read = |frame: &RawFrame| {
            // SAFETY: as this function demands.
            let (file, function) = unsafe { (frame.file.read(), frame.function.read()) };
            Frame {
                file,
                function,
                line: frame.line,
                column: frame.column,
            }
        };
        frames.iter().map(read).collect()
    }
}
