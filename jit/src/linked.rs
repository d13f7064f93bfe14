//! A unit in memory: linked code, the places of its globals, and what it keeps alive. Dropping the last owner drops the values of
//! its globals and removes its code.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use codegen::{Exports, GlobalExport, Object};
use compiler::env::DefId;
use object::read::elf::ElfFile64;
use object::{Object as _, ObjectSymbol};
use rustc_hash::FxHashMap;
use stdlib::{Root, TypeDesc, value};

use crate::build::Origin;
use crate::image;
use crate::machine::{Machine, backend};
use crate::orc::{Dylib, DylibId};
use crate::report::{Error, Frame};
use crate::symbolize::DebugInfo;

pub(crate) struct Linked {
    machine: Rc<Machine>,
    globals: Vec<GlobalPlace>,
    functions: Vec<(DefId, FunctionPlace)>,
    cells: Vec<usize>,
    tables: Vec<usize>,
    values: Vec<usize>,
    /// What function values have the code of, by its symbol.
    origins: FxHashMap<String, Origin>,
    /// C may have addresses of its code.
    has_callbacks: bool,
    main: Option<usize>,
    debug: DebugInfo,
    homes: Option<Rc<Homes>>,
    /// None if it was linked without LLVM.
    dylib: Option<Rc<Dylib>>,
    /// Whom it calls and whose globals it uses: they stay as long as it does.
    _uses: Vec<Rc<Linked>>,
    kept: RefCell<Vec<Rc<Linked>>>,
}

pub(crate) struct GlobalPlace {
    pub(crate) def: DefId,
    /// Of a unit that stays as long as the value; null before the first one.
    pub(crate) desc: Cell<*const TypeDesc>,
    pub(crate) address: *mut u8,
    /// Holds a value; otherwise it is all zeroes.
    pub(crate) is_bound: Cell<bool>,
    /// A run that was stopped left it half written; it has no value until it gets a new one.
    pub(crate) is_torn: Cell<bool>,
}

#[derive(Clone, Copy)]
pub(crate) struct FunctionPlace {
    pub(crate) address: usize,
    /// Of a function that migrates values: the descriptor of what it takes, and whether it drops that.
    pub(crate) former: Option<(*const TypeDesc, bool)>,
    /// The pointer through which other units call it.
    pub(crate) slot: Option<usize>,
}

/// What a unit is linked against besides the runtime.
pub(crate) struct Surroundings<'a> {
    /// The unit that defines a symbol of an earlier one.
    pub(crate) provider: &'a dyn Fn(&str) -> Option<Rc<Linked>>,
    /// Addresses that were found in libraries and in the host's table.
    pub(crate) absolute: Vec<(String, usize)>,
    /// Of code whose lines count from its functions.
    pub(crate) homes: Option<Rc<Homes>>,
    /// What function values have the code of, by its symbol.
    pub(crate) origins: FxHashMap<String, Origin>,
}

/// Where the functions of a text stand by now. Of one that is gone, where it stood last.
#[derive(Default)]
pub(crate) struct Homes(RefCell<FxHashMap<DefId, (Rc<str>, u32)>>);

impl Homes {
    /// In that file, from that line on.
    pub(crate) fn note(&self, function: DefId, file: &Rc<str>, line: u32) {
        let home = (Rc::clone(file), line);
        self.0.borrow_mut().insert(function, home);
    }

    fn bring_home(&self, mut frame: Frame) -> Frame {
        if let Some(function) = codegen::function_of_file(&frame.file) {
            let homes = self.0.borrow();
            let (file, line) = homes
                .get(&function)
                .map_or(("", 0), |(file, line)| (&**file, *line));
            frame.file = file.to_owned();
            frame.line = match (line, frame.line) {
                (0, _) | (_, 0) => 0,
                (first, line) => first + line - 1,
            };
        }
        frame
    }
}

impl Linked {
    pub(crate) fn new(
        machine: &Rc<Machine>,
        name: &str,
        object: Object,
        around: Surroundings<'_>,
    ) -> Result<Rc<Linked>, Error> {
        let dylib = machine.orc().add_dylib(name);
        let absolute = around
            .absolute
            .iter()
            .map(|(name, address)| (name.as_str(), *address));
        dylib.define_absolute(absolute).map_err(backend)?;
        dylib.link_to(machine.base().map_err(backend)?);
        let uses = providers(&object.bytes, &around);
        for used in &uses {
            used.dylib.iter().for_each(|used| dylib.link_to(used));
        }
        if let Some(code) = machine.host_code.dylib() {
            dylib.link_to(code);
        }
        dylib.add_object(&object.bytes, name).map_err(backend)?;
        let exports = &object.exports;
        let names: Vec<&str> = exported_names(exports).collect();
        let found = if names.is_empty() {
            FxHashMap::default()
        } else {
            dylib.lookup_all(&names).map_err(backend)?
        };
        let globals = exports.globals.iter().map(|global| GlobalPlace {
            def: global.def,
            desc: Cell::new(found[&global.desc] as *const TypeDesc),
            address: found[&global.symbol] as *mut u8,
            is_bound: Cell::new(false),
            is_torn: Cell::new(false),
        });
        let functions = exports.functions.iter().map(|function| {
            let slot = function.slot.as_ref().map(|slot| found[slot]);
            let former = function.former.as_ref();
            (
                function.def,
                FunctionPlace {
                    address: found[&function.symbol],
                    slot,
                    former: former.map(|(desc, owns)| (found[desc] as *const TypeDesc, *owns)),
                },
            )
        });
        let sizes = sizes_of(&object.bytes, &exports.callbacks);
        for (symbol, size) in exports.callbacks.iter().zip(sizes) {
            machine.add_callback(found[symbol], size);
        }
        let unit = Rc::new(Linked {
            has_callbacks: !exports.callbacks.is_empty(),
            globals: globals.collect(),
            functions: functions.collect(),
            cells: exports.cells.iter().map(|cell| found[cell]).collect(),
            tables: exports.tables.iter().map(|table| found[table]).collect(),
            values: exports.values.iter().map(|value| found[value]).collect(),
            origins: around.origins,
            main: exports.main.as_ref().map(|main| found[main]),
            debug: DebugInfo::new(object.bytes, &dylib).map_err(backend)?,
            homes: around.homes,
            machine: Rc::clone(machine),
            dylib: Some(dylib),
            _uses: uses,
            kept: RefCell::default(),
        });
        machine.add_unit(&unit);
        Ok(unit)
    }

    /// A unit of a program that was compiled before. `outside` has what it needs from elsewhere; nothing in it is replaced later.
    pub(crate) fn of_image(
        machine: &Rc<Machine>,
        exports: &Exports,
        object: Vec<u8>,
        outside: &dyn Fn(&str) -> Option<usize>,
    ) -> Result<(Rc<Linked>, FxHashMap<String, usize>), String> {
        let image = image::link(machine.orc(), &object, outside)?;
        let found = |symbol: &String| {
            let found = image.symbols.get(symbol).copied();
            found.ok_or_else(|| format!("`{symbol}` is nowhere"))
        };
        let all = |symbols: &[String]| symbols.iter().map(found).collect::<Result<Vec<_>, _>>();
        let sizes = sizes_of(&object, &exports.callbacks);
        for (address, size) in all(&exports.callbacks)?.into_iter().zip(sizes) {
            machine.add_callback(address, size);
        }
        let global = |global: &GlobalExport| {
            Ok(GlobalPlace {
                def: global.def,
                desc: Cell::new(found(&global.desc)? as *const TypeDesc),
                address: found(&global.symbol)? as *mut u8,
                is_bound: Cell::new(false),
                is_torn: Cell::new(false),
            })
        };
        let globals: Result<Vec<GlobalPlace>, String> =
            exports.globals.iter().map(global).collect();
        let unit = Rc::new(Linked {
            has_callbacks: !exports.callbacks.is_empty(),
            globals: globals?,
            functions: Vec::new(),
            cells: all(&exports.cells)?,
            tables: Vec::new(),
            values: Vec::new(),
            origins: FxHashMap::default(),
            main: exports.main.as_ref().map(found).transpose()?,
            debug: DebugInfo::placed(object, &image.sections),
            homes: None,
            machine: Rc::clone(machine),
            dylib: None,
            _uses: Vec::new(),
            kept: RefCell::default(),
        });
        machine.add_unit(&unit);
        Ok((unit, image.symbols))
    }

    pub(crate) fn cell_count(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn machine(&self) -> &Rc<Machine> {
        &self.machine
    }

    /// Another unit stays as long as this one.
    pub(crate) fn keep(&self, other: &Rc<Linked>) {
        self.kept.borrow_mut().push(Rc::clone(other));
    }

    /// Whether C may call it at any time, so that it can never go.
    pub(crate) fn has_callbacks(&self) -> bool {
        self.has_callbacks
    }

    pub(crate) fn globals(&self) -> &[GlobalPlace] {
        &self.globals
    }

    pub(crate) fn global(&self, def: DefId) -> Option<&GlobalPlace> {
        self.globals.iter().find(|global| global.def == def)
    }

    pub(crate) fn functions(&self) -> &[(DefId, FunctionPlace)] {
        &self.functions
    }

    pub(crate) fn function(&self, def: DefId) -> Option<FunctionPlace> {
        self.functions
            .iter()
            .find(|(known, _)| *known == def)
            .map(|(_, place)| *place)
    }

    /// What `any`s have, as they were asked for.
    pub(crate) fn tables(&self) -> impl Iterator<Item = *const *const TypeDesc> {
        let words = self.tables.iter();
        // SAFETY: words of the unit.
        words.map(|word| unsafe { *(*word as *const *const *const TypeDesc) })
    }

    /// What function values get, as they were asked for: the code, the type of the function, and that of what it keeps.
    pub(crate) fn values(&self) -> impl Iterator<Item = (usize, *const TypeDesc, *const TypeDesc)> {
        let values = self.values.iter();
        // SAFETY: constants of the unit.
        values.map(|value| unsafe { *(*value as *const (usize, *const TypeDesc, *const TypeDesc)) })
    }

    /// What a function value is that has this code.
    pub(crate) fn origin(&self, code: usize) -> Option<&Origin> {
        self.origins.get(&self.debug.symbol_at(code)?)
    }

    /// The code of a cell, a function without parameters and result.
    pub(crate) fn cell(&self, index: usize) -> extern "C" fn() {
        // SAFETY: cells have this type.
        unsafe { std::mem::transmute::<usize, extern "C" fn()>(self.cells[index]) }
    }

    /// The code that runs all cells of a script.
    pub(crate) fn main(&self) -> Option<extern "C" fn()> {
        // SAFETY: it has this type.
        self.main
            .map(|address| unsafe { std::mem::transmute::<usize, extern "C" fn()>(address) })
    }

    /// Which it is to the linker.
    pub(crate) fn id(&self) -> Option<DylibId> {
        self.dylib.as_ref().map(|dylib| dylib.id())
    }

    pub(crate) fn contains(&self, address: usize) -> bool {
        self.debug.contains(address)
    }

    pub(crate) fn symbolize(&self, address: usize) -> Vec<Frame> {
        let frames = self.debug.symbolize(address);
        match &self.homes {
            Some(homes) => {
                let home = |frame| homes.bring_home(frame);
                frames.into_iter().map(home).collect()
            }
            None => frames,
        }
    }

    /// The values of its globals.
    pub(crate) fn roots(&self) -> impl Iterator<Item = Root> {
        self.globals.iter().filter_map(GlobalPlace::root)
    }

    /// Everything that it defines and others may use.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = DefId> {
        self.globals
            .iter()
            .map(|global| global.def)
            .chain(self.functions.iter().map(|(def, _)| *def))
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> {
        self.functions.iter().filter_map(|(_, place)| place.slot)
    }
}

impl GlobalPlace {
    /// Of a variable of the host, which always has a value.
    pub(crate) fn of_host(def: DefId, address: usize) -> GlobalPlace {
        GlobalPlace {
            def,
            desc: Cell::new(std::ptr::null()),
            address: address as *mut u8,
            is_bound: Cell::new(true),
            is_torn: Cell::new(false),
        }
    }

    pub(crate) fn desc(&self) -> &TypeDesc {
        // SAFETY: a constant of the unit that holds this place.
        unsafe { &*self.desc.get() }
    }

    pub(crate) fn root(&self) -> Option<Root> {
        self.is_bound
            .get()
            .then_some((self.desc.get(), self.address.cast_const()))
    }

    /// Forgets the value without dropping it; the next sweep finds what it owned.
    pub(crate) fn forget(&self) {
        self.is_bound.set(false);
        if self.desc.get().is_null() {
            return; // never had one
        }
        // SAFETY: the place is as large as its type says.
        unsafe { self.address.write_bytes(0, self.desc().size as usize) };
    }

    /// Drops the value.
    pub(crate) fn drop_value(&self, machine: &Machine) {
        if !self.is_bound.replace(false) {
            return;
        }
        if self.desc().has_heap() {
            // SAFETY: the place held a value, and nobody reads it any more. Dropping may call C, but cannot fail.
            let dropped = unsafe { machine.run(|| value::drop_value(self.desc(), self.address)) };
            debug_assert!(dropped.is_ok(), "compiler bug: dropping a value failed");
        }
        self.forget();
    }
}

impl Linked {
    /// Calls that were led here go to what they were compiled for again.
    fn leave_slots(&self) {
        let units = self.machine.units();
        for (_, place) in units.iter().flat_map(|unit| &unit.functions) {
            if let Some(slot) = place.slot
                && self.contains(read_slot(slot))
            {
                write_slot(slot, place.address);
            }
        }
    }
}

pub(crate) fn read_slot(slot: usize) -> usize {
    // SAFETY: slots are pointers in the data of units that are in memory.
    unsafe { *(slot as *const usize) }
}

pub(crate) fn write_slot(slot: usize, target: usize) {
    // SAFETY: as above; no run is under way that reads them.
    unsafe { *(slot as *mut usize) = target };
}

impl Drop for Linked {
    fn drop(&mut self) {
        self.leave_slots();
        for global in self.globals.iter().rev() {
            global.drop_value(&self.machine);
        }
    }
}

fn exported_names(exports: &codegen::Exports) -> impl Iterator<Item = &str> {
    let globals = exports
        .globals
        .iter()
        .flat_map(|global| [&global.symbol, &global.desc]);
    let functions = exports
        .functions
        .iter()
        .flat_map(|function| {
            let former = function.former.as_ref().map(|(desc, _)| desc);
            [Some(&function.symbol), function.slot.as_ref(), former]
        })
        .flatten();
    let code = exports.cells.iter().chain(&exports.main);
    let code = code.chain(&exports.tables).chain(&exports.values);
    let code = code.chain(&exports.callbacks);
    globals.chain(functions).chain(code).map(String::as_str)
}

/// How many bytes of code the functions of these names have.
fn sizes_of(object: &[u8], names: &[String]) -> Vec<usize> {
    if names.is_empty() {
        return Vec::new();
    }
    let file = ElfFile64::<object::Endianness>::parse(object);
    let file = file.expect("compiler bug: an object that was linked cannot be read");
    let sizes = names.iter().map(|name| {
        let symbol = file.symbol_by_name(name);
        let symbol = symbol.expect("compiler bug: an exported function is not in its object");
        usize::try_from(symbol.size()).expect("a size fits")
    });
    sizes.collect()
}

/// The units that define what the object leaves undefined.
fn providers(object: &[u8], around: &Surroundings<'_>) -> Vec<Rc<Linked>> {
    let mut found: Vec<Rc<Linked>> = Vec::new();
    let Ok(file) = ElfFile64::<object::Endianness>::parse(object) else {
        return found;
    };
    for symbol in file.symbols().filter(ObjectSymbol::is_undefined) {
        let provider = symbol.name().ok().and_then(|name| (around.provider)(name));
        if let Some(provider) =
            provider.filter(|unit| !found.iter().any(|known| Rc::ptr_eq(known, unit)))
        {
            found.push(provider);
        }
    }
    found
}
