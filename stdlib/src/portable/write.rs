//! Values to bytes.

use rustc_hash::FxHashMap;

use super::schema::{Collected, Id, Types, pair_of};
use super::{HEAD, MAGIC, Malformed, VERSION, seal};
use crate::block::{Block, bytes, elements};
use crate::desc::{FieldDesc, Kind, TypeDesc};
use crate::map::Map;
use crate::show::read_int;
use crate::walk::Root;

/// The bytes of these values, each under a name. An error if a type is nested too deeply to be read again.
///
/// # Safety
/// Valid values without closed parts, which nothing writes meanwhile.
pub unsafe fn write(roots: &[(&str, Root)]) -> Result<Vec<u8>, Malformed> {
    let mut writer = Writer::default();
    // SAFETY: the caller's promise.
    let ids: Vec<Id> = unsafe {
        let ids = roots.iter().map(|(_, root)| writer.types.add(&*root.0));
        ids.collect()
    };
    Types::check(writer.types.all.clone())?;
    // SAFETY: the caller's promise; descriptors are constants.
    unsafe {
        for (_, root) in roots {
            writer.blocks_of(&*root.0, root.1);
        }
        let blocks = writer.count;
        let body = std::mem::take(&mut writer.out);
        writer.out.extend(MAGIC);
        writer.out.push(VERSION);
        writer.out.resize(HEAD, 0);
        let types = postcard::to_stdvec(&writer.types.all);
        writer.out.extend(types.unwrap_or_default());
        writer.number(blocks);
        writer.out.extend(body);
        writer.number(roots.len() as u64);
        for ((name, (desc, value)), id) in roots.iter().zip(ids) {
            writer.number(name.len() as u64);
            writer.out.extend(name.as_bytes());
            writer.number(u64::from(id));
            writer.value(&**desc, *value);
        }
    }
    let mut out = writer.out;
    seal(&mut out);
    Ok(out)
}

#[derive(Default)]
struct Writer {
    types: Collected,
    out: Vec<u8>,
    /// Which of the blocks it became.
    done: FxHashMap<(*mut Block, Id), u64>,
    count: u64,
}

/// A block, and the type of the value that leads to it.
#[derive(Clone, Copy)]
struct Part {
    block: *mut Block,
    desc: *const TypeDesc,
}

enum Task {
    Enter(Part),
    /// What it leads to is written.
    Finish(Part),
}

impl Writer {
    fn key(&self, part: Part) -> (*mut Block, Id) {
        // SAFETY: a constant.
        (part.block, self.types.id(unsafe { &*part.desc }))
    }

    /// Writes all blocks that a value leads to, those that a block leads to before it.
    unsafe fn blocks_of(&mut self, desc: &TypeDesc, value: *const u8) {
        let mut tasks = Vec::new();
        // SAFETY: the caller's promise.
        unsafe { each_part(desc, value, &mut |part| tasks.push(Task::Enter(part))) };
        tasks.reverse();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Enter(part) => {
                    if self.done.contains_key(&self.key(part)) {
                        continue;
                    }
                    tasks.push(Task::Finish(part));
                    let first = tasks.len();
                    // SAFETY: a part of a valid value.
                    unsafe {
                        each_element(part, &mut |desc, value| {
                            each_part(desc, value, &mut |part| tasks.push(Task::Enter(part)));
                        });
                    }
                    tasks[first..].reverse();
                }
                Task::Finish(part) => {
                    let key = self.key(part);
                    if self.done.contains_key(&key) {
                        continue;
                    }
                    // SAFETY: as above.
                    unsafe { self.block(part, key.1) };
                    self.done.insert(key, self.count);
                    self.count += 1;
                }
            }
        }
    }

    unsafe fn block(&mut self, part: Part, id: Id) {
        self.number(u64::from(id));
        // SAFETY: a part of a valid value.
        unsafe {
            let desc = &*part.desc;
            let block = part.block;
            if desc.kind == Kind::Map {
                let mut live = 0_u64;
                each_element(part, &mut |_, _| live += 1);
                self.number(live / 2);
                each_element(part, &mut |desc, value| self.value(desc, value));
                return;
            }
            self.number((*block).len as u64);
            let elem = &*desc.elem;
            match elem.kind {
                // Their bytes are what is written.
                Kind::U8 | Kind::I8 | Kind::Bool => self.out.extend(bytes(block)),
                Kind::F32 | Kind::F64 => {
                    let size = (*block).len as usize * elem.size as usize;
                    let all = std::slice::from_raw_parts(elements(block), size);
                    self.out.extend(all);
                }
                _ => each_element(part, &mut |desc, value| self.value(desc, value)),
            }
        }
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    /// How many blocks ago it was.
    fn lead_to(&mut self, part: Part) {
        // SAFETY: a live block.
        let is_empty = unsafe { (*part.block).len == 0 };
        let back = match is_empty {
            true => 0,
            false => self.count - self.done[&self.key(part)],
        };
        self.number(back);
    }

    unsafe fn value(&mut self, desc: &TypeDesc, value: *const u8) {
        // SAFETY: the descriptor says what stands there.
        unsafe {
            match desc.kind {
                Kind::I8 | Kind::U8 | Kind::Bool => self.out.push(value.read()),
                Kind::I16 | Kind::I32 | Kind::I64 => {
                    let number = read_int(desc.kind, value) as i64;
                    self.number(((number << 1) ^ (number >> 63)) as u64);
                }
                Kind::U16 | Kind::U32 | Kind::U64 => {
                    self.number(read_int(desc.kind, value) as u64);
                }
                Kind::Char => self.number(u64::from(value.cast::<u32>().read())),
                Kind::F32 => self.out.extend(value.cast::<[u8; 4]>().read()),
                Kind::F64 => self.out.extend(value.cast::<[u8; 8]>().read()),
                Kind::Unit => {}
                Kind::Str | Kind::Array | Kind::Box => {
                    let block = value.cast::<*mut Block>().read();
                    self.lead_to(Part { block, desc });
                }
                Kind::Map => {
                    let map = Map::read(desc, value);
                    match map.live {
                        0 => self.number(0),
                        _ => self.lead_to(Part {
                            block: map.entries,
                            desc,
                        }),
                    }
                }
                Kind::Struct | Kind::Tuple | Kind::Set => self.fields(desc.fields(), value),
                Kind::Enum | Kind::Option | Kind::Result => {
                    let tag = desc.tag(value);
                    self.number(tag as u64);
                    self.fields(desc.variants()[tag].fields(), value);
                }
                Kind::FixedArray | Kind::Simd => {
                    let elem = &*desc.elem;
                    for index in 0..desc.count as usize {
                        self.value(elem, value.add(index * elem.size as usize));
                    }
                }
                Kind::Fn | Kind::Any | Kind::Opaque | Kind::Ptr | Kind::CStr => {
                    debug_assert!(false, "compiler bug: {} is written", desc.name());
                }
            }
        }
    }

    unsafe fn fields(&mut self, fields: &[FieldDesc], value: *const u8) {
        for field in fields {
            // SAFETY: offsets count from the whole value.
            unsafe { self.value(field.ty(), value.add(field.offset as usize)) };
        }
    }
}

/// The blocks that a value itself leads to.
unsafe fn each_part(desc: &TypeDesc, value: *const u8, visit: &mut dyn FnMut(Part)) {
    if !desc.has_heap() {
        return;
    }
    // SAFETY: the descriptor says what stands there.
    unsafe {
        match desc.kind {
            Kind::Str | Kind::Array | Kind::Box => {
                let block = value.cast::<*mut Block>().read();
                if (*block).len > 0 {
                    visit(Part { block, desc });
                }
            }
            Kind::Map => {
                let map = Map::read(desc, value);
                if map.live > 0 {
                    visit(Part {
                        block: map.entries,
                        desc,
                    });
                }
            }
            Kind::Struct | Kind::Tuple | Kind::Set => {
                for field in desc.fields() {
                    each_part(field.ty(), value.add(field.offset as usize), visit);
                }
            }
            Kind::Enum | Kind::Option | Kind::Result => {
                for field in desc.variants()[desc.tag(value)].fields() {
                    each_part(field.ty(), value.add(field.offset as usize), visit);
                }
            }
            Kind::FixedArray | Kind::Simd => {
                let elem = &*desc.elem;
                for index in 0..desc.count as usize {
                    each_part(elem, value.add(index * elem.size as usize), visit);
                }
            }
            _ => {}
        }
    }
}

/// The values in a block: of a map keys and values by turns.
unsafe fn each_element(part: Part, visit: &mut dyn FnMut(&TypeDesc, *const u8)) {
    // SAFETY: a part of a valid value.
    unsafe {
        let desc = &*part.desc;
        let block = part.block;
        if desc.kind == Kind::Map {
            let (key, value) = pair_of(desc);
            let map = Map::of_entries(desc, block);
            for at in 0..map.len() {
                if let Some(pair) = map.pair_at(at) {
                    visit(key.ty(), pair.add(key.offset as usize));
                    visit(value.ty(), pair.add(value.offset as usize));
                }
            }
            return;
        }
        let elem = &*desc.elem;
        if elem.size == 0 || elem.kind == Kind::U8 {
            return;
        }
        for index in 0..(*block).len as usize {
            visit(elem, elements(block).add(index * elem.size as usize));
        }
    }
}
