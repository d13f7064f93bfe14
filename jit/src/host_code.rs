//! The LLVM code that a host gave, as it stands in an engine: compiled once, for those calls that are not inlined.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use codegen::Bitcode;
use object::read::elf::ElfFile64;
use object::{Object as _, ObjectSymbol};

use crate::machine::backend;
use crate::orc::{Dylib, Session};
use crate::report::Error;

#[derive(Default)]
pub(crate) struct HostCode {
    dylib: OnceCell<Rc<Dylib>>,
    linked: RefCell<Vec<Rc<Bitcode>>>,
}

/// To be found by the linker itself.
const OFFSETS: &str = "_GLOBAL_OFFSET_TABLE_";

impl HostCode {
    /// What units link to, if there is any code: that, and the process, of which inlined code may use more than the code itself.
    pub(crate) fn dylib(&self) -> Option<&Rc<Dylib>> {
        self.dylib.get()
    }

    /// Compiles and links it, unless it is there.
    pub(crate) fn add(&self, orc: &Session, bitcode: &Rc<Bitcode>) -> Result<(), Error> {
        let is_it = |known: &Rc<Bitcode>| Rc::ptr_eq(known, bitcode);
        if self.linked.borrow().iter().any(is_it) {
            return Ok(());
        }
        if self.dylib.get().is_none() {
            let dylib = orc.add_dylib("host");
            dylib.find_process_symbols().map_err(backend)?;
            self.dylib.get_or_init(|| dylib);
        }
        let dylib = &self.dylib.get().expect("compiler bug: it was just set");
        let object = bitcode.object().map_err(backend)?;
        let file = ElfFile64::<object::Endianness>::parse(&*object).map_err(backend)?;
        let needs = file.symbols().filter(ObjectSymbol::is_undefined);
        let needs = needs.filter_map(|symbol| symbol.name().ok());
        let needs = needs.filter(|name| !name.is_empty() && *name != OFFSETS);
        let missing: Vec<String> = needs
            .filter(|name| dylib.lookup(name).is_err())
            .map(|name| format!("`{name}`"))
            .collect();
        if !missing.is_empty() {
            return Err(Error::signature(format!(
                "the bitcode uses {}, which neither it nor this process defines; a function of the program itself is found if it is exported (`-rdynamic`)",
                missing.join(", ")
            )));
        }
        dylib.add_object(&object, "host").map_err(backend)?;
        let symbols: Vec<String> = bitcode.symbols().collect();
        let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
        dylib.lookup_all(&symbols).map_err(backend)?;
        self.linked.borrow_mut().push(Rc::clone(bitcode));
        Ok(())
    }
}
