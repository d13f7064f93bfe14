//! From a return address to function, file and line: the DWARF line tables of the object that a unit was linked from, read
//! when the first error asks for them.
//!
//! The object is not linked for debuggers, so its debug sections still carry relocations; they are applied here, with the
//! addresses that the code was loaded at.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use addr2line::Context;
use gimli::{EndianRcSlice, LittleEndian};
use object::elf::{R_X86_64_32, R_X86_64_32S, R_X86_64_64};
use object::read::elf::{ElfFile64, ElfSymbol64};
use object::{
    Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionIndex,
    SectionKind, SymbolKind,
};
use rustc_hash::FxHashMap;

use crate::orc::{Dylib, LinkError};
use crate::report::Frame;

type Reader = EndianRcSlice<LittleEndian>;

/// How many bytes before an instruction without a line one is looked for.
const FAR: usize = 4096;

/// An object and where its code was loaded.
pub struct DebugInfo {
    object: Vec<u8>,
    code: Vec<LoadedSection>,
    /// Empty if the object has no line tables, or damaged ones.
    context: OnceCell<Option<Context<Reader>>>,
}

struct LoadedSection {
    index: SectionIndex,
    addresses: Range<usize>,
}

impl DebugInfo {
    /// `object` has been added to `dylib`; this links it.
    pub fn new(object: Vec<u8>, dylib: &Dylib) -> Result<DebugInfo, LinkError> {
        let code = loaded_sections(&object, dylib)?;
        Ok(DebugInfo {
            object,
            code,
            context: OnceCell::new(),
        })
    }

    /// Of an object whose sections lie at these addresses, with these sizes.
    pub(crate) fn placed(object: Vec<u8>, sections: &[(SectionIndex, usize, usize)]) -> DebugInfo {
        let is_code = |index: SectionIndex| {
            let section =
                parse(&object).and_then(|file| Some(file.section_by_index(index).ok()?.kind()));
            section == Some(SectionKind::Text)
        };
        let code = sections.iter().filter(|(index, ..)| is_code(*index));
        let code = code.map(|(index, start, size)| LoadedSection {
            index: *index,
            addresses: *start..start + size,
        });
        DebugInfo {
            code: code.collect(),
            object,
            context: OnceCell::new(),
        }
    }

    pub fn contains(&self, address: usize) -> bool {
        self.code
            .iter()
            .any(|section| section.addresses.contains(&address))
    }

    /// The frames at a return address, innermost first: several where functions were inlined.
    pub fn symbolize(&self, return_address: usize) -> Vec<Frame> {
        let pc = return_address - 1; // within the call
        let context = self
            .context
            .get_or_init(|| read_lines(&self.object, &self.code));
        let frames = context
            .as_ref()
            .and_then(|context| frames_at(context, pc as u64));
        let mut frames = frames.unwrap_or_default();
        if frames.is_empty() {
            frames.push(Frame::default());
        }
        if let (Some(context), Some(innermost)) = (context, frames.first_mut())
            && innermost.line == 0
        {
            self.nearest_line(context, pc, innermost);
        }
        // Line tables name only functions that others were inlined into.
        if let Some(outermost) = frames.last_mut()
            && outermost.function.is_empty()
        {
            outermost.function = self.function_at(pc).unwrap_or_else(|| "?".to_owned());
        }
        frames
    }

    /// Instructions that stand for several lines have none: then the last one before them in the same function.
    fn nearest_line(&self, context: &Context<Reader>, pc: usize, frame: &mut Frame) {
        let Some(start) = self.start_of_function(pc) else {
            return;
        };
        let nearest = (start..pc).rev().take(FAR).find_map(|before| {
            let found = context.find_location(before as u64).ok()??;
            let line = found.line.filter(|line| *line > 0)?;
            Some((found.file?.to_owned(), line))
        });
        if let Some((file, line)) = nearest {
            (frame.file, frame.line) = (file, line); // without a column: about there
        }
    }

    fn start_of_function(&self, pc: usize) -> Option<usize> {
        let section = self.section_of(pc)?;
        let file = parse(&self.object)?;
        let symbol = symbol_before(&file, section, pc)?;
        Some(section.addresses.start + symbol.address() as usize)
    }

    fn section_of(&self, pc: usize) -> Option<&LoadedSection> {
        let mut sections = self.code.iter();
        sections.find(|section| section.addresses.contains(&pc))
    }

    /// From the symbol table: `area#17` is the function `area`.
    fn function_at(&self, pc: usize) -> Option<String> {
        let name = self.symbol_at(pc)?;
        let number = name.split_once('#');
        Some(number.map_or(&*name, |(name, _)| name).to_owned())
    }

    /// The name of the function, private ones included, that an address lies in.
    pub fn symbol_at(&self, address: usize) -> Option<String> {
        let section = self.section_of(address)?;
        let file = parse(&self.object)?;
        let symbol = symbol_before(&file, section, address)?;
        symbol.name().ok().map(str::to_owned)
    }
}

fn symbol_before<'d, 'f>(
    file: &'f ElfFile64<'d>,
    section: &LoadedSection,
    pc: usize,
) -> Option<ElfSymbol64<'d, 'f>> {
    let offset = (pc - section.addresses.start) as u64;
    let before = file.symbols().filter(|symbol| {
        symbol.kind() == SymbolKind::Text
            && symbol.section_index() == Some(section.index)
            && symbol.address() <= offset
    });
    before.max_by_key(ObjectSymbol::address)
}

fn parse(object: &[u8]) -> Option<ElfFile64<'_>> {
    ElfFile64::parse(object).ok()
}

/// A section lies where one of its exported symbols says.
fn loaded_sections(object: &[u8], dylib: &Dylib) -> Result<Vec<LoadedSection>, LinkError> {
    let Some(file) = parse(object) else {
        return Ok(Vec::new());
    };
    let mut anchors: FxHashMap<SectionIndex, (String, u64)> = FxHashMap::default();
    for symbol in file
        .symbols()
        .filter(|symbol| symbol.is_global() && symbol.is_definition())
    {
        if let (Some(section), Ok(name)) = (symbol.section_index(), symbol.name()) {
            anchors
                .entry(section)
                .or_insert_with(|| (name.to_owned(), symbol.address()));
        }
    }
    let mut loaded = Vec::new();
    for section in file
        .sections()
        .filter(|section| section.kind() == SectionKind::Text && section.size() > 0)
    {
        if let Some((name, offset)) = anchors.get(&section.index()) {
            let start = dylib.lookup(name)? - *offset as usize;
            loaded.push(LoadedSection {
                index: section.index(),
                addresses: start..start + section.size() as usize,
            });
        }
    }
    Ok(loaded)
}

fn read_lines(object: &[u8], code: &[LoadedSection]) -> Option<Context<Reader>> {
    let file = parse(object)?;
    let load = |id: gimli::SectionId| -> Result<Reader, gimli::Error> {
        let data = relocated(&file, id.name(), code).unwrap_or_default();
        Ok(EndianRcSlice::new(Rc::from(data), LittleEndian))
    };
    Context::from_dwarf(gimli::Dwarf::load(load).ok()?).ok()
}

/// A debug section with its relocations applied: code at its address, debug sections at 0.
fn relocated(file: &ElfFile64<'_>, name: &str, code: &[LoadedSection]) -> Option<Vec<u8>> {
    let section = file.section_by_name(name)?;
    let mut data = section.uncompressed_data().ok()?.into_owned();
    let address_of = |index: Option<SectionIndex>| {
        let section = code.iter().find(|section| Some(section.index) == index);
        section.map_or(0, |section| section.addresses.start as u64)
    };
    for (offset, relocation) in section.relocations() {
        let target = match relocation.target() {
            RelocationTarget::Symbol(symbol) => {
                let symbol = file.symbol_by_index(symbol).ok()?;
                address_of(symbol.section_index()) + symbol.address()
            }
            RelocationTarget::Section(index) => address_of(Some(index)),
            _ => 0,
        };
        let value = target
            .wrapping_add_signed(relocation.addend())
            .to_le_bytes();
        let bytes = match relocation.flags() {
            RelocationFlags::Elf {
                r_type: R_X86_64_64,
            } => 8,
            RelocationFlags::Elf {
                r_type: R_X86_64_32 | R_X86_64_32S,
            } => 4,
            _ => continue,
        };
        let at = offset as usize;
        data.get_mut(at..at + bytes)?
            .copy_from_slice(&value[..bytes]);
    }
    Some(data)
}

fn frames_at(context: &Context<Reader>, pc: u64) -> Option<Vec<Frame>> {
    let mut found = context.find_frames(pc).skip_all_loads().ok()?;
    let mut frames = Vec::new();
    while let Ok(Some(frame)) = found.next() {
        let function = frame
            .function
            .as_ref()
            .and_then(|function| function.raw_name().ok());
        let location = frame.location.as_ref();
        frames.push(Frame {
            function: function.map(|name| name.into_owned()).unwrap_or_default(),
            file: location
                .and_then(|location| location.file)
                .unwrap_or_default()
                .to_owned(),
            line: location.and_then(|location| location.line).unwrap_or(0),
            column: location.and_then(|location| location.column).unwrap_or(0),
        });
    }
    Some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orc::Session;
    use crate::orc::testing::assemble;

    const IR: &str = r#"
        define i64 @outer(i64 %n) !dbg !10 { %r = add i64 %n, 1, !dbg !20
          %p = inttoptr i64 %r to ptr
          %v = load volatile i64, ptr %p, !dbg !21
          ret i64 %v, !dbg !20 }
        !llvm.module.flags = !{!0, !1}
        !llvm.dbg.cu = !{!2}
        !0 = !{i32 2, !"Debug Info Version", i32 3}
        !1 = !{i32 7, !"Dwarf Version", i32 5}
        !2 = distinct !DICompileUnit(language: DW_LANG_C, file: !3, emissionKind: LineTablesOnly)
        !3 = !DIFile(filename: "sheet.sumi", directory: "")
        !4 = !DISubroutineType(types: !{})
        !10 = distinct !DISubprogram(name: "outer", file: !3, line: 3, type: !4, unit: !2, spFlags: DISPFlagDefinition)
        !11 = distinct !DISubprogram(name: "inlined", file: !3, line: 8, type: !4, unit: !2, spFlags: DISPFlagDefinition)
        !20 = !DILocation(line: 4, column: 5, scope: !10)
        !21 = !DILocation(line: 9, column: 7, scope: !11, inlinedAt: !20)
    "#;

    #[test]
    fn inlined_frames_come_first() {
        let session = Session::new().unwrap();
        let dylib = session.add_dylib("unit");
        let object = assemble(IR);
        dylib.add_object(&object, "unit").unwrap();
        let info = DebugInfo::new(object, &dylib).unwrap();
        let start = dylib.lookup("outer").unwrap();
        let mut seen: Vec<String> = Vec::new();
        for pc in start..start + 32 {
            assert!(info.contains(pc) || !seen.is_empty());
            let frames = info.symbolize(pc + 1);
            let text: Vec<String> = frames
                .iter()
                .map(|frame| {
                    format!(
                        "{} {}:{}:{}",
                        frame.function, frame.file, frame.line, frame.column
                    )
                })
                .collect();
            let text = text.join(" < ");
            if seen.last() != Some(&text) {
                seen.push(text);
            }
        }
        assert!(
            seen.contains(&"inlined sheet.sumi:9:7 < outer sheet.sumi:4:5".to_owned()),
            "{seen:#?}"
        );
    }
}
