//! What the program sees of the outside: printing, reading, arguments.

use std::io::{BufRead, Read};

use crate::block::{Block, bytes, empty};
use crate::desc;
use crate::memory::{grow, release};
use crate::runtime::current;
use crate::show::new_bytes;

/// Output is handed on in pieces of this size.
const BUFFER: usize = 1 << 16;

unsafe fn put(piece: &[u8], end: &[u8]) {
    // SAFETY: called during a run.
    unsafe {
        let output = &mut current().output;
        output.buffer.extend_from_slice(piece);
        output.buffer.extend_from_slice(end);
        let line_done = output.flush_lines && output.buffer.ends_with(b"\n");
        if line_done || output.buffer.len() >= BUFFER {
            current().flush();
        }
    }
}

/// With a newline after it.
pub(crate) unsafe extern "C" fn sumi_print(s: *const Block) {
    // SAFETY: a live text.
    unsafe { put(bytes(s), b"\n") }
}

/// Without one.
pub(crate) unsafe extern "C" fn sumi_write(s: *const Block) {
    // SAFETY: a live text.
    unsafe { put(bytes(s), b"") }
}

/// To standard error, after what was printed before.
pub(crate) unsafe extern "C" fn sumi_eprint(s: *const Block) {
    // SAFETY: a live text.
    unsafe {
        let runtime = current();
        runtime.flush();
        let mut line = bytes(s).to_vec();
        line.push(b'\n');
        (runtime.output.errors)(&line);
    }
}

/// Bytes that are no UTF-8 are replaced. What was read stands in the runtime while the block is made.
unsafe fn input_text(read: Vec<u8>) -> *mut Block {
    // SAFETY: called during a run.
    unsafe {
        current().scratch = match String::from_utf8(read) {
            Ok(valid) => valid,
            Err(invalid) => String::from_utf8_lossy(invalid.as_bytes()).into_owned(),
        };
        let content: *const [u8] = current().scratch.as_bytes();
        new_bytes(&*content)
    }
}

/// The next line without its break; false at the end of the input, and after an error of the system.
pub(crate) unsafe extern "C" fn sumi_read_line(out: *mut *mut Block) -> bool {
    // SAFETY: a place with a `str`.
    unsafe {
        current().flush();
        let mut line = Vec::new();
        if !matches!(current().input.read_until(b'\n', &mut line), Ok(count) if count > 0) {
            return false;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        let new = input_text(line);
        let old = out.replace(new);
        release(old);
        true
    }
}

pub(crate) unsafe extern "C" fn sumi_read_all() -> *mut Block {
    // SAFETY: called during a run.
    unsafe {
        current().flush();
        let mut content = Vec::new();
        // What came before an error is all there is.
        let _ = current().input.read_to_end(&mut content);
        input_text(content)
    }
}

pub(crate) unsafe extern "C" fn sumi_args() -> *mut Block {
    // SAFETY: called during a run; `grow` makes room for each.
    unsafe {
        let mut list = empty();
        for index in 0..current().args.len() {
            let arg: *const [u8] = current().args[index].as_bytes();
            let piece = new_bytes(&*arg);
            let block = grow(&raw const desc::STR, &raw mut list, 1);
            let end = crate::block::elements(block).cast::<*mut Block>();
            end.add((*block).len as usize).write(piece);
            (*block).len += 1;
        }
        list
    }
}
