//! A script that an earlier process compiled: its objects, what they need from outside, and what they were compiled from. A process that runs
//! one compares the sources, and does nothing else with them; LLVM stays asleep.

use std::rc::Rc;
use std::sync::Arc;

use codegen::{Exports, GlobalExport, Object};
use compiler::env::{Def, DefId, DefKind, FnOrigin, GlobalOrigin};
use compiler::incremental::Fingerprint;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::better::{self, Better};
use crate::compile::Compilation;
use crate::config::Config;
use crate::failure;
use crate::front::{Front, Wanted, found_now};
use crate::linked::Linked;
use crate::machine::Machine;
use crate::report::Error;
use crate::run::Interrupter;
use crate::trap::Trap;

/// Of one build of Sumi and one kind of processor; as bytes for the next process.
#[derive(Serialize, Deserialize)]
pub struct CompiledScript {
    /// What its imports were looked for by, and what was found.
    wanted: Vec<Wanted>,
    modules: Fingerprint,
    /// Rendered.
    warnings: String,
    /// In the order in which they run.
    units: Vec<Unit>,
    /// Of all units, one after another. Not a part of the rest, which would be read byte by byte.
    #[serde(skip)]
    objects: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Unit {
    /// Of its object.
    size: usize,
    cells: Vec<String>,
    main: Option<String>,
    /// What it is, the symbol of its value, that of its descriptor.
    globals: Vec<(DefId, String, String)>,
    callbacks: Vec<String>,
    natives: Vec<Native>,
}

/// A function of C.
#[derive(Serialize, Deserialize)]
struct Native {
    library: Option<String>,
    name: String,
    /// As the code calls it, if it does.
    symbol: Option<String>,
}

/// By what a script is known: equal where the same text is compiled in the same way.
pub fn script_key(config: &Config, name: &str, text: &str) -> u128 {
    let options = format!("{:?}", config.code_options());
    let key = Fingerprint::of(&(options, config.color, config.allow_extern, name, text));
    key.as_u128()
}

impl CompiledScript {
    pub(crate) fn new(front: &Front, warnings: &[String]) -> CompiledScript {
        CompiledScript {
            wanted: front.wanted_modules(),
            modules: front.modules_print(),
            warnings: warnings.concat(),
            units: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// Takes the next unit, which declares this; not if something of it comes from a host.
    pub(crate) fn add<'d>(
        &mut self,
        object: &Object,
        declared: impl Iterator<Item = &'d Arc<Def>>,
    ) -> Option<()> {
        let exports = &object.exports;
        let mut natives = Vec::new();
        let mut add = |name: &str, origin: &FnOrigin, symbol: Option<&String>| {
            match origin {
                FnOrigin::C { library, .. } => natives.push(Native {
                    library: library.as_ref().map(ToString::to_string),
                    name: name.to_owned(),
                    symbol: symbol.cloned(),
                }),
                FnOrigin::Host => return None,
                FnOrigin::Sumi | FnOrigin::Intrinsic(_) => {}
            }
            Some(())
        };
        for need in &exports.needs {
            add(&need.name, &need.origin, Some(&need.symbol))?;
        }
        for def in declared {
            match &def.kind {
                DefKind::Fn(function) => add(&def.name, &function.origin, None)?,
                DefKind::Global(global) if global.origin == GlobalOrigin::Host => return None,
                _ => {}
            }
        }
        let globals = exports.globals.iter();
        let globals = globals.map(|of| (of.def, of.symbol.clone(), of.desc.clone()));
        self.units.push(Unit {
            size: object.bytes.len(),
            cells: exports.cells.clone(),
            main: exports.main.clone(),
            globals: globals.collect(),
            callbacks: exports.callbacks.clone(),
            natives,
        });
        self.objects.extend(&object.bytes);
        Some(())
    }

    /// The whole of it, for [`CompiledScript::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = postcard::to_stdvec(self).expect("compiler bug: what is compiled has bytes");
        let size = (head.len() as u64).to_le_bytes();
        [&size[..], &head, &self.objects].concat()
    }

    /// None if it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<CompiledScript> {
        let (size, rest) = bytes.split_first_chunk()?;
        let size = usize::try_from(u64::from_le_bytes(*size)).ok()?;
        let (head, objects) = rest.split_at_checked(size)?;
        let script: CompiledScript = postcard::from_bytes(head).ok()?;
        let sizes = script.units.iter().map(|unit| unit.size);
        (sizes.sum::<usize>() == objects.len()).then(|| CompiledScript {
            objects: objects.to_vec(),
            ..script
        })
    }
}

/// Better code for some loops of a script, each by its position and its symbol.
pub struct BetterLoops {
    pub(crate) loops: Vec<(usize, String)>,
    pub(crate) object: Object,
}

/// A compiled script in memory, which nothing has run of yet.
pub struct LoadedScript {
    machine: Rc<Machine>,
    units: Vec<Rc<Linked>>,
    /// What is known by its symbol, of the runtime, of C and of the units.
    known: FxHashMap<String, usize>,
    config: Config,
    name: String,
    text: String,
}

impl LoadedScript {
    /// Puts it into memory, and passes on the warnings of its text. None if it has to be compiled: one of its modules is another one now, or
    /// something of C that it needs is not there.
    pub fn new(
        config: Config,
        name: &str,
        text: &str,
        script: &CompiledScript,
    ) -> Option<LoadedScript> {
        if found_now(&script.wanted) != script.modules {
            return None;
        }
        let machine = Machine::new(config.stack_bytes, config.memory_limit).ok()?;
        machine.set_up(&config);
        let mut known: FxHashMap<String, usize> = machine
            .runtime_symbols()
            .map(|(name, address)| (name.to_owned(), address))
            .collect();
        let mut units = Vec::new();
        let mut objects = &*script.objects;
        for unit in &script.units {
            let (object, rest) = objects.split_at_checked(unit.size)?;
            objects = rest;
            for native in &unit.natives {
                let mut libraries = machine.libraries.borrow_mut();
                let address = libraries.symbol(native.library.as_deref(), &native.name);
                let address = address.ok()?;
                known.extend(native.symbol.clone().map(|symbol| (symbol, address)));
            }
            let outside = |symbol: &str| known.get(symbol).copied();
            let linked = Linked::of_image(&machine, &unit.exports(), object.to_vec(), &outside);
            let (linked, symbols) = linked.ok()?;
            known.extend(symbols);
            units.push(linked);
        }
        crate::session::tell_warnings(&std::cell::RefCell::default(), &script.warnings);
        Some(LoadedScript {
            machine,
            units,
            known,
            config,
            name: name.to_owned(),
            text: text.to_owned(),
        })
    }

    /// Ends the run from any thread.
    pub fn interrupter(&self) -> Interrupter {
        self.machine.interrupter()
    }

    /// Its loops go on in better code as the compilation makes that, during the runs of `body`.
    pub fn with_better<R>(&self, compilation: &mut Compilation, body: impl FnOnce() -> R) -> R {
        let _coming = Better::coming(&self.machine, &self.known, compilation);
        body()
    }

    /// From now on its loops run as this code. False if it cannot be linked.
    pub fn take_better(&self, loops: BetterLoops) -> bool {
        better::link(&self.machine, &self.known, loops).is_ok()
    }

    /// Runs it from top to bottom; stops at the first error.
    pub fn run(&self) -> Result<(), Error> {
        for unit in &self.units {
            let cells = (0..unit.cell_count()).map(|index| unit.cell(index));
            let mut code = cells.chain(unit.main());
            // SAFETY: generated code without parameters.
            let result = code.try_for_each(|code| unsafe { self.machine.run(|| code()) });
            self.machine.with_runtime(|runtime| runtime.flush());
            if let Err(trap) = result {
                let error = self.describe(&trap);
                unit.globals().iter().for_each(|global| global.forget());
                self.machine.sweep([]);
                return Err(error);
            }
            unit.globals()
                .iter()
                .for_each(|global| global.is_bound.set(true));
        }
        self.machine.lost_output().map_or(Ok(()), Err)
    }

    /// Drops every global; gives the number of blocks that are still live, which is a bug of ours if it is not 0.
    pub fn close(mut self) -> usize {
        self.clear();
        self.machine.with_runtime(|runtime| {
            runtime.flush();
            runtime.live_blocks() as usize
        })
    }

    /// Newest first, since later units use earlier ones; the better code of loops at last, since values may hold constants of it.
    fn clear(&mut self) {
        while self.units.pop().is_some() {}
        self.machine.better.borrow_mut().clear();
    }

    /// Where something failed is told with the sources, which are read only now.
    fn describe(&self, trap: &Trap) -> Error {
        let mut front = Front::new(self.config.color);
        match front.gather(&self.name, &self.text) {
            Ok(_) => Error::Runtime(failure::describe(
                &self.machine,
                &front.sources,
                trap,
                self.config.color,
            )),
            Err(error) => error,
        }
    }
}

impl Unit {
    fn exports(&self) -> Exports {
        let global = |(def, symbol, desc): &(DefId, String, String)| GlobalExport {
            def: *def,
            symbol: symbol.clone(),
            desc: desc.clone(),
        };
        Exports {
            cells: self.cells.clone(),
            main: self.main.clone(),
            globals: self.globals.iter().map(global).collect(),
            callbacks: self.callbacks.clone(),
            ..Exports::default()
        }
    }
}

impl Drop for LoadedScript {
    fn drop(&mut self) {
        self.clear();
    }
}
