//! Linking without LLVM: an object file of ours, as LLVM's code generator for x86-64 writes it, put into the memory of a session. For
//! programs that were compiled before, in which nothing is to be replaced: a process that runs one touches nothing of LLVM.
//!
//! Relocations are those of the System V ABI for x86-64; what is too far away for 32 bits is reached through a table, or a jump.

use object::elf::{
    R_X86_64_64, R_X86_64_GOTPCREL, R_X86_64_GOTPCRELX, R_X86_64_PC32, R_X86_64_PLT32,
    R_X86_64_REX_GOTPCRELX, SHF_ALLOC, SHF_WRITE,
};
use object::read::elf::{ElfFile64, ElfSection64, ElfSymbol64};
use object::{
    Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionFlags,
    SectionIndex, SectionKind, SymbolIndex,
};
use rustc_hash::FxHashMap;

use crate::orc::{Room, Session, Use};

/// `jmp [rip + 2]`, two bytes to align, the address.
const JUMP: [u8; 8] = [0xff, 0x25, 2, 0, 0, 0, 0x0f, 0x0b];
const JUMP_SIZE: usize = 16;
const WORD: usize = 8;
const MOST_ALIGNED: usize = 64;

/// An object in memory.
#[derive(Debug)]
pub(crate) struct Image {
    /// What it defines and others may see.
    pub(crate) symbols: FxHashMap<String, usize>,
    /// Where its sections lie, and how large they are.
    pub(crate) sections: Vec<(SectionIndex, usize, usize)>,
}

/// A part of the memory that is filled from its beginning.
struct Part {
    room: Room,
    size: usize,
    used: usize,
}

struct Linking<'d, 'f> {
    file: &'f ElfFile64<'d>,
    text: Part,
    data: Part,
    places: FxHashMap<SectionIndex, Room>,
    outside: &'f dyn Fn(&str) -> Option<usize>,
    /// Where the addresses of symbols lie that are reached through a table.
    table: FxHashMap<SymbolIndex, usize>,
    jumps: FxHashMap<SymbolIndex, usize>,
}

type Section<'d, 'f> = ElfSection64<'d, 'f>;

/// Puts the object into memory. `outside` has what it does not define itself.
///
/// # Errors
/// What of it cannot be linked so.
pub(crate) fn link(
    session: &Session,
    object: &[u8],
    outside: &dyn Fn(&str) -> Option<usize>,
) -> Result<Image, String> {
    let file = ElfFile64::parse(object).map_err(|error| error.to_string())?;
    let mut linking = Linking::new(session, &file, outside)?;
    linking.place_sections()?;
    for section in file.sections().filter(is_loaded) {
        linking.relocate(&section)?;
    }
    let mut symbols = FxHashMap::default();
    for symbol in file.symbols() {
        if symbol.is_global() && symbol.is_definition() {
            let name = symbol.name().map_err(|error| error.to_string())?;
            symbols.insert(name.to_owned(), linking.address(&symbol)?);
        }
    }
    let sections = file.sections().filter(is_loaded).map(|section| {
        let place = linking.places[&section.index()];
        (section.index(), place.address, section.size() as usize)
    });
    Ok(Image {
        symbols,
        sections: sections.collect(),
    })
}

/// Unwind tables are for debuggers: nothing unwinds through generated code.
fn is_loaded(section: &Section<'_, '_>) -> bool {
    let SectionFlags::Elf { sh_flags } = section.flags() else {
        return false;
    };
    sh_flags & u64::from(SHF_ALLOC) != 0 && section.size() > 0 && section.name() != Ok(".eh_frame")
}

fn use_of(section: &Section<'_, '_>) -> Use {
    match section.flags() {
        SectionFlags::Elf { sh_flags } if sh_flags & u64::from(SHF_WRITE) != 0 => Use::Data,
        _ => Use::Text,
    }
}

impl Part {
    fn new(session: &Session, of: Use, size: usize) -> Result<Part, String> {
        let room = session.take(of, size, MOST_ALIGNED);
        Ok(Part {
            room: room.ok_or("there is no room for it")?,
            size,
            used: 0,
        })
    }

    fn take(&mut self, size: usize, alignment: usize) -> Result<Room, String> {
        let begin = self.used.next_multiple_of(alignment.max(1));
        if alignment > MOST_ALIGNED || begin + size > self.size {
            return Err("it is larger than it says".to_owned());
        }
        self.used = begin + size;
        Ok(Room {
            address: self.room.address + begin,
            // SAFETY: within the room.
            working: unsafe { self.room.working.add(begin) },
        })
    }
}

impl Room {
    /// # Safety
    /// There is room for the bytes at this offset.
    unsafe fn write(self, offset: usize, bytes: &[u8]) {
        // SAFETY: the caller's promise; nobody else knows of the memory yet.
        unsafe {
            let to = self.working.add(offset);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
    }
}

impl<'d, 'f> Linking<'d, 'f> {
    fn new(
        session: &Session,
        file: &'f ElfFile64<'d>,
        outside: &'f dyn Fn(&str) -> Option<usize>,
    ) -> Result<Linking<'d, 'f>, String> {
        let (mut text, mut data) = (0, 0);
        for section in file.sections().filter(is_loaded) {
            let total = match use_of(&section) {
                Use::Text => &mut text,
                Use::Data => &mut data,
            };
            *total += section.size() as usize + section.align() as usize;
        }
        // Each symbol may need a word and a jump.
        text += file.symbols().count() * (WORD + JUMP_SIZE) + MOST_ALIGNED;
        Ok(Linking {
            text: Part::new(session, Use::Text, text)?,
            data: Part::new(session, Use::Data, data.max(1))?,
            file,
            places: FxHashMap::default(),
            outside,
            table: FxHashMap::default(),
            jumps: FxHashMap::default(),
        })
    }

    fn place_sections(&mut self) -> Result<(), String> {
        for section in self.file.sections().filter(is_loaded) {
            let part = match use_of(&section) {
                Use::Text => &mut self.text,
                Use::Data => &mut self.data,
            };
            let size = section.size() as usize;
            let place = part.take(size, section.align() as usize)?;
            let bytes = match section.kind() {
                SectionKind::UninitializedData => &[],
                _ => section.data().map_err(|error| error.to_string())?,
            };
            if bytes.len() > size {
                return Err("a section is larger than it says".to_owned());
            }
            // SAFETY: as many bytes as were taken.
            unsafe {
                place.working.write_bytes(0, size);
                place.write(0, bytes);
            }
            self.places.insert(section.index(), place);
        }
        Ok(())
    }

    fn address(&self, symbol: &ElfSymbol64<'_, '_>) -> Result<usize, String> {
        let offset = symbol.address() as usize;
        match symbol.section_index() {
            Some(section) => {
                let place = self.places.get(&section);
                let place = place.ok_or("a symbol lies in no section")?;
                Ok(place.address + offset)
            }
            None if symbol.is_undefined() => {
                let name = symbol.name().map_err(|error| error.to_string())?;
                (self.outside)(name).ok_or_else(|| format!("`{name}` is nowhere"))
            }
            None => Ok(offset),
        }
    }

    fn relocate(&mut self, section: &Section<'_, '_>) -> Result<(), String> {
        let place = self.places[&section.index()];
        let size = section.size() as usize;
        for (offset, relocation) in section.relocations() {
            let RelocationTarget::Symbol(index) = relocation.target() else {
                return Err("a relocation of nothing".to_owned());
            };
            let RelocationFlags::Elf { r_type } = relocation.flags() else {
                return Err("a relocation of no kind".to_owned());
            };
            let symbol = self.file.symbol_by_index(index);
            let target = self.address(&symbol.map_err(|error| error.to_string())?)?;
            let offset = offset as usize;
            let addend = relocation.addend();
            let width = if r_type == R_X86_64_64 { WORD } else { 4 };
            if offset + width > size {
                return Err("a relocation outside of its section".to_owned());
            }
            let here = place.address + offset;
            let relative = |target: usize| -> Option<i32> {
                let distance = (target as i64).wrapping_sub(here as i64);
                distance.wrapping_add(addend).try_into().ok()
            };
            let value = match r_type {
                R_X86_64_64 => {
                    let value = (target as u64).wrapping_add_signed(addend);
                    // SAFETY: within the section.
                    unsafe { place.write(offset, &value.to_le_bytes()) };
                    continue;
                }
                R_X86_64_PC32 => relative(target),
                R_X86_64_PLT32 => match relative(target) {
                    Some(near) => Some(near),
                    None => relative(self.jump(index, target)?),
                },
                R_X86_64_GOTPCREL | R_X86_64_GOTPCRELX | R_X86_64_REX_GOTPCRELX => {
                    match relative(target).filter(|_| r_type == R_X86_64_REX_GOTPCRELX) {
                        Some(near) if loads(section, offset) => {
                            // SAFETY: within the section, since it has these bytes.
                            unsafe { place.write(offset - 2, &[LEA]) };
                            Some(near)
                        }
                        _ => relative(self.word(index, target)?),
                    }
                }
                other => return Err(format!("relocations of kind {other} are not known")),
            };
            let value = value.ok_or("it lies too far from what it needs")?;
            // SAFETY: within the section.
            unsafe { place.write(offset, &value.to_le_bytes()) };
        }
        Ok(())
    }

    fn word(&mut self, symbol: SymbolIndex, target: usize) -> Result<usize, String> {
        if let Some(known) = self.table.get(&symbol) {
            return Ok(*known);
        }
        let word = self.text.take(WORD, WORD)?;
        // SAFETY: as many bytes as were taken.
        unsafe { word.write(0, &target.to_le_bytes()) };
        self.table.insert(symbol, word.address);
        Ok(word.address)
    }

    fn jump(&mut self, symbol: SymbolIndex, target: usize) -> Result<usize, String> {
        if let Some(known) = self.jumps.get(&symbol) {
            return Ok(*known);
        }
        let jump = self.text.take(JUMP_SIZE, JUMP_SIZE)?;
        // SAFETY: as many bytes as were taken.
        unsafe {
            jump.write(0, &JUMP);
            jump.write(JUMP.len(), &target.to_le_bytes());
        }
        self.jumps.insert(symbol, jump.address);
        Ok(jump.address)
    }
}

/// `lea reg, [rip + …]`, which does what `mov reg, [rip + …]` does with a word of the table.
const LEA: u8 = 0x8d;
const MOV: u8 = 0x8b;

/// Whether the address at this offset is that of a `mov` into a register.
fn loads(section: &Section<'_, '_>, offset: usize) -> bool {
    let code = offset.checked_sub(2);
    let byte = code.and_then(|at| section.data().ok()?.get(at).copied());
    byte == Some(MOV)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orc::testing::assemble;

    extern "C" fn far(n: i64) -> i64 {
        n + 1
    }

    const IR: &str = "
        @kept = global i64 40
        @empty = global [100 x i64] zeroinitializer
        @table = constant [2 x ptr] [ptr @add, ptr @kept]
        @elsewhere = external global i64
        declare i64 @far(i64)
        define i64 @add(i64 %n) {
            %old = load i64, ptr @kept
            %new = add i64 %old, %n
            store i64 %new, ptr @kept
            %there = load i64, ptr @elsewhere
            %sum = add i64 %new, %there
            %result = call i64 @far(i64 %sum)
            ret i64 %result
        }
        define i64 @by_table(i64 %n) {
            %code = load ptr, ptr @table
            %result = call i64 %code(i64 %n)
            ret i64 %result
        }
        define i64 @last() {
            %at = getelementptr [100 x i64], ptr @empty, i64 0, i64 99
            %found = load i64, ptr %at
            ret i64 %found
        }";

    #[test]
    fn code_reaches_its_data_and_what_is_outside() {
        let session = Session::new().unwrap();
        let elsewhere = 100_i64;
        let outside = |name: &str| match name {
            "far" => Some(far as *const () as usize),
            "elsewhere" => Some(&raw const elsewhere as usize),
            _ => None,
        };
        let object = assemble(IR);
        let image = link(&session, &object, &outside).unwrap();
        let code = |name: &str| image.symbols[name];
        // SAFETY: the functions that were just linked, of these types.
        unsafe {
            let add: extern "C" fn(i64) -> i64 = std::mem::transmute(code("add"));
            let by_table: extern "C" fn(i64) -> i64 = std::mem::transmute(code("by_table"));
            let last: extern "C" fn() -> i64 = std::mem::transmute(code("last"));
            assert_eq!(add(2), 143);
            assert_eq!(by_table(3), 146);
            assert_eq!(last(), 0);
        }
        assert!(session.text().contains(&code("add")));
        assert!(!session.text().contains(&code("kept")));
        // Another one has data of its own.
        let another = link(&session, &object, &outside).unwrap();
        assert_ne!(another.symbols["kept"], code("kept"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let session = Session::new().unwrap();
        let missing = link(&session, &assemble(IR), &|_| None).unwrap_err();
        assert!(
            missing.contains("elsewhere") || missing.contains("far"),
            "{missing}"
        );
        let torn = &assemble(IR)[..300];
        assert!(link(&session, torn, &|_| None).is_err());
    }
}
