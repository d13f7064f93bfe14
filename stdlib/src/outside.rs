//! What the program sees of the outside: printing, reading, arguments.

use std::io::{BufRead, Read};

use crate::block::{Block, bytes, empty, text};
use crate::desc;
use crate::memory::{grow, release};
use crate::runtime::{Capability, Outside, TrapKind, current, raise, work};
use crate::show::new_bytes;
use crate::system::{self, Request};

/// Output is handed on in pieces of this size.
const BUFFER: usize = 1 << 16;

/// Ends the run if the outside is closed. Nothing of the caller's may need dropping.
unsafe fn change_outside() {
    // SAFETY: called during a run.
    unsafe {
        if current().outside != Outside::Open {
            current().outside = Outside::Refused;
            raise(TrapKind::Exit, 0, 0);
        }
    }
}

/// Ends the run if the program may not do this. Nothing of the caller's may need dropping.
unsafe fn need(capability: Capability) {
    // SAFETY: called during a run.
    unsafe {
        if !current().granted.has(capability) {
            raise(TrapKind::Denied, capability as i64, 0);
        }
    }
}

/// Ends the run if that is more than a call may print. Nothing of the caller's may need dropping.
unsafe fn take_output(bytes: usize) {
    // SAFETY: called during a run.
    unsafe {
        work(bytes as u64);
        let runtime = current();
        match runtime.output_left.checked_sub(bytes as u64) {
            Some(left) => runtime.output_left = left,
            None => raise(TrapKind::Output, runtime.output_limit as i64, 0),
        }
    }
}

unsafe fn put(piece: &[u8], end: &[u8]) {
    // SAFETY: called during a run.
    unsafe {
        if current().outside != Outside::Open {
            return;
        }
        take_output(piece.len() + end.len());
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
        if runtime.outside != Outside::Open {
            return;
        }
        take_output((*s).len as usize + 1);
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
        need(Capability::Input);
        change_outside();
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
        need(Capability::Input);
        change_outside();
        current().flush();
        let mut content = Vec::new();
        // What came before an error is all there is.
        let _ = current().input.read_to_end(&mut content);
        input_text(content)
    }
}

pub(crate) unsafe extern "C" fn sumi_args() -> *mut Block {
    // SAFETY: called during a run.
    unsafe {
        let args: *const [String] = current().args.as_slice();
        list_of(&*args)
    }
}

/// A new array of texts. They stand in the runtime, since making a block may end the run.
unsafe fn list_of(texts: &[String]) -> *mut Block {
    // SAFETY: called during a run; `grow` makes room for each.
    unsafe {
        let mut list = empty();
        for text in texts {
            let piece = new_bytes(text.as_bytes());
            let block = grow(&raw const desc::STR, &raw mut list, 1);
            let end = crate::block::elements(block).cast::<*mut Block>();
            end.add((*block).len as usize).write(piece);
            (*block).len += 1;
        }
        list
    }
}

/// Asks the operating system; see [`crate::system`]. What was answered stands in the runtime while the blocks are made.
pub(crate) unsafe extern "C" fn sumi_system(
    what: *const Block,
    words: *const Block,
    input: *const Block,
    number: i64,
    out_words: *mut *mut Block,
    out_bytes: *mut *mut Block,
) -> i64 {
    // SAFETY: live blocks and places; the words are texts.
    unsafe {
        need(system::capability(text(what)));
        if system::is_change(text(what)) {
            change_outside();
        }
        current().flush();
        let first = crate::block::elements(words).cast::<*const Block>();
        let words = (0..(*words).len as usize).map(|index| text(*first.add(index)).to_owned());
        let request = Request {
            what: text(what).to_owned(),
            words: words.collect(),
            bytes: bytes(input).to_vec(),
            number,
        };
        if let Some(path) = system::path_asked(&request) {
            current().note_file(path);
        }
        let answer = system::answer(&request);
        drop(request);
        current().reply = answer;
        let reply: *const system::Reply = &raw const current().reply;
        let new = list_of(&(*reply).words);
        release(out_words.replace(new));
        let new = new_bytes(&(*reply).bytes);
        release(out_bytes.replace(new));
        let number = (*reply).number;
        current().reply = system::Reply::default();
        number
    }
}

/// Ends the run, and the program with it.
pub(crate) unsafe extern "C" fn sumi_exit(status: i64) {
    // SAFETY: called during a run; nothing here needs dropping.
    unsafe {
        change_outside();
        raise(TrapKind::Exit, status, 0)
    }
}
