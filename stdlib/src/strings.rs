//! Text: the primitives the library's `str` and `char` methods are written in. A `str` is a block of bytes that holds UTF-8;
//! positions are byte offsets on character boundaries, which callers have checked.

#![expect(
    improper_ctypes_definitions,
    reason = "the calling convention of `char` is that of `u32`"
)]

use crate::block::{Block, bytes, elements, empty, retain, text};
use crate::desc;
use crate::memory::{allocate, grow};
use crate::runtime::{TrapKind, current, raise, work};
use crate::show::{new_bytes, push_bytes};

type Str = *const Block;
type Place = *mut *mut Block;

/// A text all of which is looked at; takes fuel for that.
unsafe fn looked_at<'a>(s: Str) -> &'a str {
    // SAFETY: a live `str`, during a run; callers hold nothing that needs dropping.
    unsafe {
        work((*s).len as u64);
        text(s)
    }
}

unsafe fn new_text(content: &str) -> *mut Block {
    // SAFETY: called during a run.
    unsafe { new_bytes(content.as_bytes()) }
}

/// A `str` or array as a value of its own.
unsafe fn shared(block: Str) -> *mut Block {
    // SAFETY: a live block.
    unsafe {
        retain(block);
        block.cast_mut()
    }
}

/// The part of `whole` that `part` is, shared if it is all of it.
unsafe fn part_of(whole: Str, part: &str) -> *mut Block {
    // SAFETY: a live block.
    unsafe {
        if part.len() as i64 == (*whole).len {
            shared(whole)
        } else {
            new_text(part)
        }
    }
}

/// Moves a Rust string into a block. It stands in the runtime meanwhile, where being abandoned does not lose it.
unsafe fn moved(content: String) -> *mut Block {
    // SAFETY: called during a run.
    unsafe {
        current().scratch = content;
        let content: *const [u8] = current().scratch.as_bytes();
        new_bytes(&*content)
    }
}

/// `[str]` of the pieces. The array is complete after every push, so that a failure in between leaves nothing odd.
unsafe fn pieces<'a>(parts: impl Iterator<Item = &'a str>) -> *mut Block {
    // SAFETY: called during a run.
    unsafe {
        let mut list = empty();
        for part in parts {
            let piece = new_text(part);
            let block = grow(&raw const desc::STR, &raw mut list, 1);
            let end = elements(block).cast::<*mut Block>();
            end.add((*block).len as usize).write(piece);
            (*block).len += 1;
        }
        list
    }
}

pub(crate) unsafe extern "C" fn sumi_str_len(s: Str) -> i64 {
    // SAFETY: a live block.
    unsafe { (*s).len }
}

pub(crate) unsafe extern "C" fn sumi_str_byte(s: Str, i: i64) -> u8 {
    // SAFETY: callers checked the index.
    unsafe { elements(s).add(i as usize).read() }
}

pub(crate) unsafe extern "C" fn sumi_str_is_boundary(s: Str, i: i64) -> bool {
    // SAFETY: a live `str`.
    unsafe { text(s).is_char_boundary(i as usize) }
}

pub(crate) unsafe extern "C" fn sumi_str_slice(s: Str, start: i64, end: i64) -> *mut Block {
    // SAFETY: callers checked the bounds.
    unsafe { part_of(s, text(s).get_unchecked(start as usize..end as usize)) }
}

pub(crate) unsafe extern "C" fn sumi_str_concat(a: Str, b: Str) -> *mut Block {
    // SAFETY: both are live; the new block has room for both.
    unsafe {
        let (first, second) = (bytes(a), bytes(b));
        if second.is_empty() {
            return shared(a);
        }
        if first.is_empty() {
            return shared(b);
        }
        let len = (first.len() + second.len()) as i64;
        let both = allocate(&raw const desc::U8, len);
        let start = elements(both);
        std::ptr::copy_nonoverlapping(first.as_ptr(), start, first.len());
        std::ptr::copy_nonoverlapping(second.as_ptr(), start.add(first.len()), second.len());
        (*both).len = len;
        both
    }
}

pub(crate) unsafe extern "C" fn sumi_str_push(s: Place, t: Str) {
    // SAFETY: as for arrays: a text pushed onto itself is read at its new address.
    unsafe {
        let count = (*t).len as usize;
        if count == 0 {
            return;
        }
        work(count as u64);
        let itself = std::ptr::eq(*s, t);
        let block = grow(&raw const desc::U8, s, count as i64);
        let from = if itself { block.cast_const() } else { t };
        let end = elements(block).add((*block).len as usize);
        std::ptr::copy_nonoverlapping(elements(from), end, count);
        (*block).len += count as i64;
    }
}

/// Appends text from memory that is no block: the fixed parts of an interpolation.
pub(crate) unsafe extern "C" fn sumi_str_push_bytes(s: Place, start: *const u8, len: i64) {
    // SAFETY: generated code passes a constant.
    unsafe { push_bytes(s, std::slice::from_raw_parts(start, len as usize)) }
}

pub(crate) unsafe extern "C" fn sumi_str_push_char(s: Place, c: char) {
    // SAFETY: a place with a `str`; `grow` makes room.
    unsafe {
        if !c.is_ascii() {
            return push_bytes(s, c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let block = grow(&raw const desc::U8, s, 1);
        elements(block).add((*block).len as usize).write(c as u8);
        (*block).len += 1;
    }
}

pub(crate) unsafe extern "C" fn sumi_str_bytes(s: Str) -> *mut Block {
    // A `str` is a `[u8]`; whoever writes it first takes a copy.
    // SAFETY: a live block.
    unsafe { shared(s) }
}

pub(crate) unsafe extern "C" fn sumi_str_is_utf8(b: Str) -> bool {
    // SAFETY: a live block of bytes.
    unsafe {
        work((*b).len as u64);
        std::str::from_utf8(bytes(b)).is_ok()
    }
}

pub(crate) unsafe extern "C" fn sumi_str_from_utf8(b: Str) -> *mut Block {
    // SAFETY: a live block of bytes, which callers checked to be UTF-8.
    unsafe { shared(b) }
}

pub(crate) unsafe extern "C" fn sumi_str_chars(s: Str) -> *mut Block {
    // SAFETY: the new block has room for as many characters as were counted.
    unsafe {
        let content = looked_at(s);
        let count = content.chars().count() as i64;
        if count == 0 {
            return empty();
        }
        let list = allocate(&raw const desc::CHAR, count);
        let first = elements(list).cast::<char>();
        for (index, c) in content.chars().enumerate() {
            first.add(index).write(c);
        }
        (*list).len = count;
        list
    }
}

pub(crate) unsafe extern "C" fn sumi_str_from_chars(cs: Str) -> *mut Block {
    // SAFETY: a live block of characters; the new one has room for all of them.
    unsafe {
        work((*cs).len as u64 * 4);
        let chars = std::slice::from_raw_parts(elements(cs).cast::<char>(), (*cs).len as usize);
        let len: usize = chars.iter().map(|c| c.len_utf8()).sum();
        if len == 0 {
            return empty();
        }
        let block = allocate(&raw const desc::U8, len as i64);
        let mut end = elements(block);
        for &c in chars {
            let mut encoded = [0; 4];
            let piece = c.encode_utf8(&mut encoded);
            std::ptr::copy_nonoverlapping(piece.as_ptr(), end, piece.len());
            end = end.add(piece.len());
        }
        (*block).len = len as i64;
        block
    }
}

fn position(found: Option<usize>) -> i64 {
    found.map_or(-1, |at| at as i64)
}

pub(crate) unsafe extern "C" fn sumi_str_find(s: Str, what: Str, from: i64) -> i64 {
    // SAFETY: live texts; callers checked the position.
    unsafe {
        let from = from as usize;
        let rest = text(s).get_unchecked(from..);
        work(rest.len() as u64);
        position(rest.find(text(what)).map(|at| at + from))
    }
}

pub(crate) unsafe extern "C" fn sumi_str_find_last(s: Str, what: Str) -> i64 {
    // SAFETY: live texts.
    unsafe { position(looked_at(s).rfind(text(what))) }
}

/// An empty `from` stands nowhere in a text.
pub(crate) unsafe extern "C" fn sumi_str_replace(s: Str, from: Str, to: Str) -> *mut Block {
    // SAFETY: live texts.
    unsafe {
        let (content, pattern) = (looked_at(s), text(from));
        if pattern.is_empty() || !content.contains(pattern) {
            return shared(s);
        }
        let mut out = empty();
        let mut rest = 0;
        for (at, found) in content.match_indices(pattern) {
            push_bytes(&raw mut out, &content.as_bytes()[rest..at]);
            push_bytes(&raw mut out, bytes(to));
            rest = at + found.len();
        }
        push_bytes(&raw mut out, &content.as_bytes()[rest..]);
        out
    }
}

/// By an empty text: into its characters.
pub(crate) unsafe extern "C" fn sumi_str_split(s: Str, by: Str) -> *mut Block {
    // SAFETY: live texts; the iterators own no memory.
    unsafe {
        let (content, separator) = (looked_at(s), text(by));
        if separator.is_empty() {
            let chars = content.char_indices();
            return pieces(chars.map(|(at, c)| &content[at..at + c.len_utf8()]));
        }
        pieces(content.split(separator))
    }
}

pub(crate) unsafe extern "C" fn sumi_str_split_whitespace(s: Str) -> *mut Block {
    // SAFETY: a live text; the iterator owns no memory.
    unsafe { pieces(text::unicode::split_whitespace(looked_at(s))) }
}

pub(crate) unsafe extern "C" fn sumi_str_lines(s: Str) -> *mut Block {
    // SAFETY: a live text; the iterator owns no memory.
    unsafe { pieces(text::unicode::lines(looked_at(s))) }
}

pub(crate) unsafe extern "C" fn sumi_str_trim(s: Str, start: bool, end: bool) -> *mut Block {
    // SAFETY: a live text.
    unsafe {
        let mut rest = looked_at(s);
        if start {
            rest = text::unicode::trim_start(rest);
        }
        if end {
            rest = text::unicode::trim_end(rest);
        }
        part_of(s, rest)
    }
}

pub(crate) unsafe extern "C" fn sumi_str_upper(s: Str) -> *mut Block {
    // SAFETY: a live text.
    unsafe { moved(text::unicode::upper(looked_at(s))) }
}

pub(crate) unsafe extern "C" fn sumi_str_lower(s: Str) -> *mut Block {
    // SAFETY: a live text.
    unsafe { moved(text::unicode::lower(looked_at(s))) }
}

pub(crate) unsafe extern "C" fn sumi_str_repeat(s: Str, n: i64) -> *mut Block {
    // SAFETY: a live text; the new block has room for all copies.
    unsafe {
        let content = bytes(s);
        if content.is_empty() || n <= 0 {
            return empty();
        }
        let Some(len) = (content.len() as i64).checked_mul(n) else {
            let limit = current().memory_limit as i64;
            raise(TrapKind::Memory, i64::MAX, limit)
        };
        let block = allocate(&raw const desc::U8, len);
        let first = elements(block);
        for index in 0..n as usize {
            let at = first.add(index * content.len());
            std::ptr::copy_nonoverlapping(content.as_ptr(), at, content.len());
        }
        (*block).len = len;
        block
    }
}

pub(crate) unsafe extern "C" fn sumi_str_reversed(s: Str) -> *mut Block {
    // SAFETY: a live text; the new block has room for the same characters.
    unsafe {
        let content = text(s);
        if content.is_empty() {
            return empty();
        }
        let block = allocate(&raw const desc::U8, content.len() as i64);
        let mut end = elements(block).add(content.len());
        for c in content.chars() {
            let mut encoded = [0; 4];
            let piece = c.encode_utf8(&mut encoded);
            end = end.sub(piece.len());
            std::ptr::copy_nonoverlapping(piece.as_ptr(), end, piece.len());
        }
        (*block).len = content.len() as i64;
        block
    }
}

pub(crate) unsafe extern "C" fn sumi_str_join(parts: Str, by: Str) -> *mut Block {
    // SAFETY: a live array of texts; the new block has room for all of them.
    unsafe {
        work((*parts).len as u64 * 8);
        let parts =
            std::slice::from_raw_parts(elements(parts).cast::<Str>(), (*parts).len as usize);
        let Some((&first, others)) = parts.split_first() else {
            return empty();
        };
        if others.is_empty() {
            return shared(first);
        }
        let between = (*by).len * others.len() as i64;
        let len = between + parts.iter().map(|&part| (*part).len).sum::<i64>();
        let mut out = allocate(&raw const desc::U8, len);
        sumi_str_push(&raw mut out, first);
        for &part in others {
            sumi_str_push(&raw mut out, by);
            sumi_str_push(&raw mut out, part);
        }
        out
    }
}

/// 0 digit, 1 alpha, 2 alnum, 3 space, 4 upper, 5 lower.
pub(crate) unsafe extern "C" fn sumi_char_class(c: char, class: i64) -> bool {
    match class {
        0 => text::unicode::is_digit(c),
        1 => text::unicode::is_alpha(c),
        2 => text::unicode::is_alnum(c),
        3 => text::unicode::is_space(c),
        4 => text::unicode::is_upper(c),
        5 => text::unicode::is_lower(c),
        _ => false,
    }
}

pub(crate) unsafe extern "C" fn sumi_char_upper(c: char) -> char {
    text::unicode::char_upper(c)
}

pub(crate) unsafe extern "C" fn sumi_char_lower(c: char) -> char {
    text::unicode::char_lower(c)
}

/// The bits of an integer of `bits` bits, in `out`; false if the text is none or it does not fit.
pub(crate) unsafe extern "C" fn sumi_parse_int(
    s: Str,
    radix: i64,
    bits: i64,
    signed: bool,
    out: *mut i64,
) -> bool {
    let radix = u32::try_from(radix).unwrap_or(0);
    // SAFETY: a live text and a place.
    unsafe {
        match text::parse_int(looked_at(s), radix, bits as u32, signed) {
            Some(value) => {
                out.write(value as i64);
                true
            }
            None => false,
        }
    }
}

pub(crate) unsafe extern "C" fn sumi_parse_float(s: Str, out: *mut f64) -> bool {
    // SAFETY: a live text and a place.
    unsafe {
        match text::parse_f64(looked_at(s)) {
            Some(value) => {
                out.write(value);
                true
            }
            None => false,
        }
    }
}
