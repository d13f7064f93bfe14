//! The text of a value of any type, driven by its descriptor and by a work list instead of the stack.
//!
//! A type's own `show` is generated code: it may come back here and it may fail. So the list stands in the runtime, a nested
//! call works above the mark of the outer one, and nothing is held across the call.

use std::borrow::Cow;
use std::ffi::{CStr, c_char};

use crate::block::{Block, bytes, elements, text};
use crate::desc::{FieldDesc, Kind, SHOWN_BY_NAME, TypeDesc};
use crate::memory::{allocate, grow, release};
use crate::runtime::{current, work};
use crate::{block, desc};

/// What is still to be written, last first.
#[derive(Default)]
pub(crate) struct ShowWork(Vec<Item>);

impl ShowWork {
    pub(crate) fn mark(&self) -> usize {
        self.0.len()
    }

    /// Forgets what came after the mark.
    pub(crate) fn rewind(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
}

#[derive(Clone, Copy)]
enum Item {
    Value {
        desc: *const TypeDesc,
        value: *const u8,
        quoted: bool,
    },
    Elements {
        elem: *const TypeDesc,
        first: *const u8,
        index: i64,
        len: i64,
    },
    /// Of a vector.
    Lanes {
        elem: *const TypeDesc,
        first: *const u8,
        index: u64,
        count: u64,
    },
    /// Entries of a map or set that are still to come; `separator` stands before the next one.
    Entries {
        entry: *const TypeDesc,
        first: *const u8,
        left: i64,
        is_map: bool,
        separator: &'static str,
    },
    Text(&'static str),
    Fields {
        fields: *const FieldDesc,
        value: *const u8,
        index: u64,
        count: u64,
        /// A tuple of one has a comma behind it.
        tuple: bool,
    },
}

/// What is written for a value whose type has a `show` of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// What that `show` gives.
    Called,
    /// The parts, as if there were none.
    Ignored { met: bool },
}

/// The `str` that grows, and how much it may still grow.
struct Target {
    out: *mut *mut Block,
    left: i64,
    own: Own,
}

impl Target {
    /// False when the limit has been reached.
    unsafe fn push(&mut self, piece: &str) -> bool {
        let fits = self.left < 0 || piece.len() as i64 <= self.left;
        let piece = if fits {
            piece
        } else {
            &piece[..piece.floor_char_boundary(self.left as usize)]
        };
        // SAFETY: `out` is a place with a `str`.
        unsafe { push_bytes(self.out, piece.as_bytes()) };
        if self.left >= 0 {
            self.left -= piece.len() as i64;
        }
        fits
    }

    unsafe fn push_scratch(&mut self, write: impl FnOnce(&mut String)) -> bool {
        // SAFETY: the string is taken for a moment; if pushing fails only its storage is lost to the next user.
        unsafe {
            let runtime = current();
            runtime.scratch.clear();
            write(&mut runtime.scratch);
            let piece: *const str = runtime.scratch.as_str();
            self.push(&*piece)
        }
    }

    unsafe fn push_quoted(&mut self, content: &str) -> bool {
        let shown = if self.left < 0 || content.len() as i64 <= self.left {
            content
        } else {
            &content[..content.floor_char_boundary(self.left as usize)]
        };
        // SAFETY: as for `push_scratch`.
        unsafe {
            self.push_scratch(|out| text::push_quoted(out, shown)) && shown.len() == content.len()
        }
    }
}

/// Appends bytes to the text at `out`, making it unique first. They may not lie in that very text.
///
/// # Safety
/// `out` is a place with a block of bytes; the result must be what the type of the place demands.
pub(crate) unsafe fn push_bytes(out: *mut *mut Block, piece: &[u8]) {
    if piece.is_empty() {
        return;
    }
    // SAFETY: the caller's promise; `grow` makes room.
    unsafe {
        work(piece.len() as u64);
        let block = grow(&raw const desc::U8, out, piece.len() as i64);
        let end = elements(block).add((*block).len as usize);
        std::ptr::copy_nonoverlapping(piece.as_ptr(), end, piece.len());
        (*block).len += piece.len() as i64;
    }
}

/// Appends the text of a value; `quoted` for the literal form of text at the top. At most `limit` bytes, if that is not negative;
/// false if that was not enough.
///
/// # Safety
/// `value` is a valid value of that type, `out` a place with a `str`.
pub(crate) unsafe fn show(
    desc: *const TypeDesc,
    value: *const u8,
    out: *mut *mut Block,
    quoted: bool,
    limit: i64,
) -> bool {
    let mut target = Target {
        out,
        left: limit,
        own: Own::Called,
    };
    // SAFETY: the caller's promise.
    unsafe { show_into(desc, value, quoted, &mut target) }
}

/// As [`show`], but without calling any `show` of a type; also whether there was one.
///
/// # Safety
/// As for [`show`].
pub(crate) unsafe fn show_parts(
    desc: *const TypeDesc,
    value: *const u8,
    out: *mut *mut Block,
    quoted: bool,
    limit: i64,
) -> (bool, bool) {
    let mut target = Target {
        out,
        left: limit,
        own: Own::Ignored { met: false },
    };
    // SAFETY: the caller's promise.
    let complete = unsafe { show_into(desc, value, quoted, &mut target) };
    (complete, target.own == Own::Ignored { met: true })
}

unsafe fn show_into(
    desc: *const TypeDesc,
    value: *const u8,
    quoted: bool,
    target: &mut Target,
) -> bool {
    // SAFETY: values stay valid while they are shown; the list is used through fresh references only.
    unsafe {
        // Most of what is shown has no parts: the kinds up to `Str`.
        if (*desc).kind as u32 <= Kind::Str as u32 {
            return show_value(&*desc, value, quoted, target);
        }
        let mark = current().show_work.0.len();
        current().show_work.0.push(Item::Value {
            desc,
            value,
            quoted,
        });
        while current().show_work.0.len() > mark {
            let Some(item) = current().show_work.0.pop() else {
                break;
            };
            if !step(item, target) {
                current().show_work.0.truncate(mark);
                return false;
            }
        }
    }
    true
}

unsafe fn later(item: Item) {
    // SAFETY: called during a run.
    unsafe { current().show_work.0.push(item) }
}

unsafe fn step(item: Item, target: &mut Target) -> bool {
    // SAFETY: items hold valid values and constants.
    unsafe {
        match item {
            Item::Value {
                desc,
                value,
                quoted,
            } => show_value(&*desc, value, quoted, target),
            Item::Elements {
                elem,
                first,
                index,
                len,
            } => {
                if index == len {
                    return target.push("]");
                }
                later(Item::Elements {
                    elem,
                    first,
                    index: index + 1,
                    len,
                });
                later(Item::Value {
                    desc: elem,
                    value: first.add(index as usize * (*elem).size as usize),
                    quoted: true,
                });
                target.push(if index == 0 { "[" } else { ", " })
            }
            Item::Lanes {
                elem,
                first,
                index,
                count,
            } => {
                if index == count {
                    return target.push(")");
                }
                later(Item::Lanes {
                    elem,
                    first,
                    index: index + 1,
                    count,
                });
                later(Item::Value {
                    desc: elem,
                    value: first.add(index as usize * (*elem).size as usize),
                    quoted: true,
                });
                index == 0 || target.push(", ")
            }
            Item::Entries {
                entry,
                mut first,
                mut left,
                is_map,
                separator,
            } => {
                let size = (*entry).size as usize;
                while left > 0 && (*entry).tag(first) == 0 {
                    (first, left) = (first.add(size), left - 1);
                }
                if left == 0 {
                    return target.push(match (is_map, separator) {
                        (true, "") => ":]",
                        (true, _) => "]",
                        (false, _) => "])",
                    });
                }
                later(Item::Entries {
                    entry,
                    first: first.add(size),
                    left: left - 1,
                    is_map,
                    separator: ", ",
                });
                let pair = &(*entry).variants()[1].fields()[0];
                let at = first.add(pair.offset as usize);
                let part = |index: usize| {
                    let field = &pair.ty().fields()[index];
                    Item::Value {
                        desc: field.ty,
                        value: at.add(field.offset as usize),
                        quoted: true,
                    }
                };
                if is_map {
                    later(part(1));
                    later(Item::Text(": "));
                }
                later(part(0));
                target.push(separator)
            }
            Item::Text(text) => target.push(text),
            Item::Fields {
                fields,
                value,
                index,
                count,
                tuple,
            } => {
                if index == count {
                    return target.push(match (tuple, count) {
                        (true, 1) => ",)",
                        _ => ")",
                    });
                }
                let field = &*fields.add(index as usize);
                later(Item::Fields {
                    fields,
                    value,
                    index: index + 1,
                    count,
                    tuple,
                });
                later(Item::Value {
                    desc: field.ty,
                    value: value.add(field.offset as usize),
                    quoted: true,
                });
                target.push(if index == 0 { "(" } else { ", " })
                    && field
                        .name()
                        .is_none_or(|name| target.push(name) && target.push(": "))
            }
        }
    }
}

unsafe fn show_value(desc: &TypeDesc, value: *const u8, quoted: bool, target: &mut Target) -> bool {
    // SAFETY: the descriptor says what stands at `value`.
    unsafe {
        if let Some(own) = desc.show {
            match target.own {
                Own::Called => {
                    let shown = own(value);
                    let fits = target.push(block::text(shown));
                    release(shown);
                    return fits;
                }
                Own::Ignored { .. } => target.own = Own::Ignored { met: true },
            }
        }
        match desc.kind {
            Kind::I8
            | Kind::I16
            | Kind::I32
            | Kind::I64
            | Kind::U8
            | Kind::U16
            | Kind::U32
            | Kind::U64 => {
                let number = read_int(desc.kind, value);
                target.push_scratch(|out| text::push_int(out, number))
            }
            Kind::F32 => {
                let number = value.cast::<f32>().read();
                target.push_scratch(|out| text::push_f32(out, number))
            }
            Kind::F64 => {
                let number = value.cast::<f64>().read();
                target.push_scratch(|out| text::push_f64(out, number))
            }
            Kind::Bool => target.push(if value.read() != 0 { "true" } else { "false" }),
            Kind::Char => {
                let c = value.cast::<char>().read();
                if quoted {
                    target.push_scratch(|out| text::push_quoted_char(out, c))
                } else {
                    target.push(c.encode_utf8(&mut [0; 4]))
                }
            }
            Kind::Unit => target.push("()"),
            Kind::Str => {
                let content = text(value.cast::<*mut Block>().read());
                if quoted {
                    target.push_quoted(content)
                } else {
                    target.push(content)
                }
            }
            Kind::Tuple => later_fields(desc.fields(), value, true, target),
            Kind::Struct => {
                let name = desc.name();
                target.push(name.split('<').next().unwrap_or(name))
                    && later_fields(desc.fields(), value, false, target)
            }
            Kind::Enum | Kind::Option | Kind::Result => {
                let Some(variant) = desc.variants().get(desc.tag(value)) else {
                    return target.push(desc.name());
                };
                target.push(variant.name())
                    && (variant.count == 0 || later_fields(variant.fields(), value, false, target))
            }
            Kind::Array => {
                let array = value.cast::<*mut Block>().read();
                later_elements(desc.elem, elements(array), (*array).len, target)
            }
            Kind::Simd => target.push(desc.name()) && target.push("(") && later_lanes(desc, value),
            Kind::FixedArray => later_elements(desc.elem, value, desc.count as i64, target),
            Kind::Box => {
                let inner = value.cast::<*mut Block>().read();
                later(Item::Value {
                    desc: desc.elem,
                    value: elements(inner),
                    quoted,
                });
                true
            }
            Kind::Any => {
                let inner = value.add(8).cast::<*mut Block>().read();
                later(Item::Value {
                    desc: (*inner).elem,
                    value: elements(inner),
                    quoted,
                });
                true
            }
            Kind::CStr => {
                let content = c_text(value.cast::<*const c_char>().read());
                if quoted {
                    target.push_quoted(&content)
                } else {
                    target.push_scratch(|out| out.push_str(&content))
                }
            }
            Kind::Map => later_entries(desc, value, true, target),
            Kind::Set => {
                let map = &desc.fields()[0];
                target.push("Set(")
                    && later_entries(map.ty(), value.add(map.offset as usize), false, target)
            }
            Kind::Fn | Kind::Opaque => target.push(desc.name()),
            Kind::Ptr if desc.flags & SHOWN_BY_NAME != 0 => target.push(desc.name()),
            Kind::Ptr => {
                let address = value.cast::<usize>().read();
                target.push_scratch(|out| out.push_str(&format!("0x{address:x}")))
            }
        }
    }
}

unsafe fn later_elements(
    elem: *const TypeDesc,
    first: *const u8,
    len: i64,
    target: &mut Target,
) -> bool {
    if len == 0 {
        // SAFETY: `target` is valid.
        return unsafe { target.push("[]") };
    }
    // SAFETY: called during a run.
    unsafe {
        later(Item::Elements {
            elem,
            first,
            index: 0,
            len,
        });
    }
    true
}

unsafe fn later_lanes(desc: &TypeDesc, first: *const u8) -> bool {
    // SAFETY: called during a run.
    unsafe {
        later(Item::Lanes {
            elem: desc.elem,
            first,
            index: 0,
            count: desc.count,
        });
    }
    true
}

/// The entries of a map; of a set the keys alone, and the bracket of its `Set(`.
unsafe fn later_entries(
    desc: &TypeDesc,
    map: *const u8,
    is_map: bool,
    target: &mut Target,
) -> bool {
    // SAFETY: the second field of a map is an array; called during a run.
    unsafe {
        let field = &desc.fields()[1];
        let entries = map.add(field.offset as usize).cast::<*mut Block>().read();
        later(Item::Entries {
            entry: field.ty().elem,
            first: elements(entries),
            left: (*entries).len,
            is_map,
            separator: "",
        });
        target.push("[")
    }
}

unsafe fn later_fields(
    fields: &[FieldDesc],
    value: *const u8,
    tuple: bool,
    target: &mut Target,
) -> bool {
    if fields.is_empty() {
        // SAFETY: `target` is valid.
        return unsafe { target.push("()") };
    }
    // SAFETY: called during a run.
    unsafe {
        later(Item::Fields {
            fields: fields.as_ptr(),
            value,
            index: 0,
            count: fields.len() as u64,
            tuple,
        });
    }
    true
}

/// The value of an integer of any width; 0 for what is none.
///
/// # Safety
/// `value` is a valid value of that kind.
pub(crate) unsafe fn read_int(kind: Kind, value: *const u8) -> i128 {
    // SAFETY: the caller's promise.
    unsafe {
        match kind {
            Kind::I8 => i128::from(value.cast::<i8>().read()),
            Kind::I16 => i128::from(value.cast::<i16>().read()),
            Kind::I32 => i128::from(value.cast::<i32>().read()),
            Kind::I64 => i128::from(value.cast::<i64>().read()),
            Kind::U8 => i128::from(value.read()),
            Kind::U16 => i128::from(value.cast::<u16>().read()),
            Kind::U32 => i128::from(value.cast::<u32>().read()),
            Kind::U64 => i128::from(value.cast::<u64>().read()),
            _ => 0,
        }
    }
}

/// Appends the text of a value as a format spec wants it: a number by all of it, anything else padded.
///
/// # Safety
/// As for [`show`].
unsafe fn show_with_spec(
    desc: &TypeDesc,
    value: *const u8,
    out: *mut *mut Block,
    spec: &text::FormatSpec,
) {
    // SAFETY: the descriptor says what stands at `value`. A failing push loses a string's storage at worst, and only under
    // a memory limit.
    unsafe {
        let formatted = match desc.kind {
            _ if desc.show.is_some() => None,
            Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => {
                let number = read_int(desc.kind, value);
                Some(text::format_int(number, desc.size as u32 * 8, true, spec))
            }
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => {
                let number = read_int(desc.kind, value);
                Some(text::format_int(number, desc.size as u32 * 8, false, spec))
            }
            Kind::F32 => Some(text::format_f32(value.cast::<f32>().read(), spec)),
            Kind::F64 => {
                let mut scratch = std::mem::take(&mut current().scratch);
                scratch.clear();
                text::push_format_f64(&mut scratch, value.cast::<f64>().read(), spec);
                Some(scratch)
            }
            _ => None,
        };
        let formatted = match formatted {
            Some(formatted) => formatted,
            None => {
                let mut plain = block::empty();
                show(desc, value, &raw mut plain, false, -1);
                let padded = text::format_str(text(plain), spec);
                release(plain);
                padded
            }
        };
        // The string moves into the runtime, where it is safe from being abandoned.
        current().scratch = formatted;
        let piece: *const [u8] = current().scratch.as_bytes();
        push_bytes(out, &*piece);
    }
}

/// `sumi_append(desc, value, out, literal, limit) -> bool`: appends the text of a value to the `str` at `out`. With `literal`,
/// text at the top is quoted, too. At most `limit` bytes if that is not negative; false if there was more.
pub(crate) unsafe extern "C" fn sumi_append(
    desc: *const TypeDesc,
    value: *const u8,
    out: *mut *mut Block,
    literal: u32,
    limit: i64,
) -> bool {
    // SAFETY: generated code passes a value of that type and a place with a `str`.
    unsafe { show(desc, value, out, literal != 0, limit) }
}

/// `sumi_append_spec(desc, value, out, spec)`: as `sumi_append`, by a packed format spec.
pub(crate) unsafe extern "C" fn sumi_append_spec(
    desc: *const TypeDesc,
    value: *const u8,
    out: *mut *mut Block,
    spec: u64,
) {
    // SAFETY: generated code passes a value of that type and a place with a `str`.
    unsafe { show_with_spec(&*desc, value, out, &text::FormatSpec::unpack(spec)) }
}

/// `sumi_show(T, x) -> str`: the text of a value.
pub(crate) unsafe extern "C" fn sumi_show(desc: *const TypeDesc, value: *const u8) -> *mut Block {
    // SAFETY: generated code passes a value of that type.
    unsafe {
        if (*desc).kind == Kind::Str && (*desc).show.is_none() {
            let content = value.cast::<*mut Block>().read();
            block::retain(content);
            return content;
        }
        let mut out = block::empty();
        show(desc, value, &raw mut out, false, -1);
        out
    }
}

/// What C wrote, with what is no UTF-8 replaced; a null pointer is the empty text. (A failure loses the storage of a replaced one.)
///
/// # Safety
/// `start` is null or points to bytes that end with a zero.
unsafe fn c_text<'a>(start: *const c_char) -> Cow<'a, str> {
    if start.is_null() {
        return Cow::Borrowed("");
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(start).to_string_lossy() }
}

/// `sumi_cstr_to_str(p) -> str`: a copy of what C wrote.
pub(crate) unsafe extern "C" fn sumi_cstr_to_str(start: *const c_char) -> *mut Block {
    // SAFETY: generated code passes a pointer of C.
    unsafe { new_bytes(c_text(start).as_bytes()) }
}

/// `sumi_str_to_cstr(s) -> block`: a `[u8]` with the text and a zero byte; its elements are the `cstr` as long as the
/// block lives. A zero byte within the text ends it for C.
pub(crate) unsafe extern "C" fn sumi_str_to_cstr(s: *const Block) -> *mut Block {
    // SAFETY: a live text; the new block has room for it and the zero.
    unsafe {
        let content = bytes(s);
        let len = content.len();
        let block = allocate(&raw const desc::U8, len as i64 + 1);
        let first = elements(block);
        std::ptr::copy_nonoverlapping(content.as_ptr(), first, len);
        first.add(len).write(0);
        (*block).len = len as i64 + 1;
        block
    }
}

/// A new `str` or `[u8]`.
///
/// # Safety
/// Called during a run.
pub(crate) unsafe fn new_bytes(content: &[u8]) -> *mut Block {
    if content.is_empty() {
        return block::empty();
    }
    // SAFETY: a new block with room for the content.
    unsafe {
        let block = allocate(&raw const desc::U8, content.len() as i64);
        std::ptr::copy_nonoverlapping(content.as_ptr(), elements(block), content.len());
        (*block).len = content.len() as i64;
        debug_assert_eq!(bytes(block), content);
        block
    }
}
