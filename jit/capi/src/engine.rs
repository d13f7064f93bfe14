//! Engines: where output goes, where modules come from, and what is offered to scripts.

use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::ffi::{c_char, c_void};
use std::ptr::null_mut;
use std::rc::Rc;

use jit::{Config, Engine, Interrupter, Types};

use crate::config::SumiConfig;
use crate::error::{Answer, SumiError, answer, misuse, name, out, quietly, required, text};
use crate::module::SumiModule;

thread_local! {
    static HERE: u8 = const { 0 };
}

/// To which thread something belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home(usize);

impl Home {
    pub(crate) fn here() -> Home {
        Home(HERE.with(|mark| std::ptr::from_ref(mark) as usize))
    }

    pub(crate) fn is_here(self) -> bool {
        self == Home::here()
    }

    pub(crate) fn check(self) -> Answer<()> {
        match self.is_here() {
            true => Ok(()),
            false => Err(misuse(
                "an engine and all that is its own belong to the thread that made it",
            )),
        }
    }
}

/// What belongs to C, and is given back when nothing can use it any more.
pub(crate) struct User {
    pub(crate) data: *mut c_void,
    drop: SumiDrop,
}

/// See `sumi_drop` in `sumi.h`.
pub type SumiDrop = Option<unsafe extern "C" fn(*mut c_void)>;

impl User {
    pub(crate) fn new(data: *mut c_void, drop: SumiDrop) -> User {
        User { data, drop }
    }
}

impl Drop for User {
    fn drop(&mut self) {
        if let Some(drop) = self.drop {
            // SAFETY: C has given the function for it.
            unsafe { drop(self.data) }
        }
    }
}

pub(crate) struct Shared {
    engine: RefCell<Engine>,
    pub(crate) types: RefCell<Types>,
    sources: Rc<RefCell<Sources>>,
    pub(crate) home: Home,
}

/// See `sumi_engine` in `sumi.h`.
pub struct SumiEngine(pub(crate) Rc<Shared>);

/// Modules that C has in memory.
#[derive(Default)]
struct Sources {
    texts: BTreeMap<String, String>,
    resolver: Option<Rc<Resolver>>,
}

struct Resolver {
    find: unsafe extern "C" fn(*mut c_void, *const c_char, usize, *mut SumiSource),
    user: User,
}

/// See `sumi_source` in `sumi.h`.
#[derive(Default)]
pub struct SumiSource(Option<String>);

/// See `sumi_sink` in `sumi.h`.
pub type SumiSink = Option<unsafe extern "C" fn(*mut c_void, *const c_char, usize)>;

/// See `sumi_resolver` in `sumi.h`.
pub type SumiResolver =
    Option<unsafe extern "C" fn(*mut c_void, *const c_char, usize, *mut SumiSource)>;

/// See `sumi_stub_reader` in `sumi.h`.
pub type SumiStubReader =
    Option<unsafe extern "C" fn(*mut c_void, *const c_char, usize, *const c_char, usize)>;

impl Shared {
    pub(crate) fn engine(&self) -> Answer<RefMut<'_, Engine>> {
        self.home.check()?;
        self.engine
            .try_borrow_mut()
            .map_err(|_| misuse("the engine is in use: it is loading a script"))
    }

    /// From now on modules come from memory alone.
    fn have_sources(&self) -> Answer<RefMut<'_, Sources>> {
        let sources = Rc::clone(&self.sources);
        self.engine()?.set_resolver(move |path| {
            let sources = sources.try_borrow().ok()?;
            if let Some(text) = sources.texts.get(path) {
                return Some(text.clone());
            }
            let resolver = sources.resolver.clone()?;
            drop(sources);
            let mut found = SumiSource::default();
            // SAFETY: C's function, with what it was given for it.
            unsafe {
                (resolver.find)(
                    resolver.user.data,
                    path.as_ptr().cast(),
                    path.len(),
                    &raw mut found,
                );
            }
            found.0
        });
        let sources = self.sources.try_borrow_mut();
        sources.map_err(|_| misuse("the sources are in use"))
    }
}

/// # Safety
/// As for [`required`].
pub(crate) unsafe fn shared(engine: *const SumiEngine) -> Answer<Rc<Shared>> {
    // SAFETY: the caller's promise.
    let engine = unsafe { required(engine, "engine")? };
    engine.0.home.check()?;
    Ok(Rc::clone(&engine.0))
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_new(
    config: *const SumiConfig,
    engine: *mut *mut SumiEngine,
) -> *mut SumiError {
    // SAFETY: C's promise.
    unsafe { make(config, engine, |config| Ok(Engine::new(config)?)) }
}

/// # Safety
/// The pointers are as `sumi.h` says.
unsafe fn make(
    config: *const SumiConfig,
    engine: *mut *mut SumiEngine,
    make: impl FnOnce(Config) -> Answer<Engine>,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: the caller's promise.
        let (engine, config) = unsafe { (out(engine, "engine", null_mut())?, config.as_ref()) };
        let config = config.map(|config| config.0.clone()).unwrap_or_default();
        let shared = Shared {
            engine: RefCell::new(make(config)?),
            types: RefCell::default(),
            sources: Rc::default(),
            home: Home::here(),
        };
        engine.set(Box::into_raw(Box::new(SumiEngine(Rc::new(shared)))));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_child(
    parent: *const SumiEngine,
    config: *const SumiConfig,
    engine: *mut *mut SumiEngine,
) -> *mut SumiError {
    let child = |config| {
        // SAFETY: C's promise.
        let parent = unsafe { shared(parent)? };
        Ok(parent.engine()?.child(config)?)
    };
    // SAFETY: as above.
    unsafe { make(config, engine, child) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_free(engine: *mut SumiEngine) {
    quietly((), || {
        // SAFETY: C's promise.
        if unsafe { engine.as_ref() }.is_some_and(|engine| engine.0.home.is_here()) {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(engine) });
        }
    });
}

type Install = fn(&mut Engine, Box<dyn FnMut(&str)>);

unsafe fn sink(
    engine: *const SumiEngine,
    sink: SumiSink,
    user: User,
    install: Install,
) -> *mut SumiError {
    answer(move || {
        // SAFETY: C's promise.
        let shared = unsafe { shared(engine)? };
        let sink = sink.ok_or_else(|| misuse("`sink` is NULL"))?;
        let tell = move |text: &str| {
            let user = &user;
            // SAFETY: C's function, with what it was given for it.
            unsafe { sink(user.data, text.as_ptr().cast(), text.len()) }
        };
        install(&mut *shared.engine()?, Box::new(tell));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_on_print(
    engine: *mut SumiEngine,
    tell: SumiSink,
    user: *mut c_void,
    drop: SumiDrop,
) -> *mut SumiError {
    // SAFETY: C's promise.
    unsafe {
        sink(engine, tell, User::new(user, drop), |engine, tell| {
            engine.on_print(tell);
        })
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_on_error_print(
    engine: *mut SumiEngine,
    tell: SumiSink,
    user: *mut c_void,
    drop: SumiDrop,
) -> *mut SumiError {
    // SAFETY: C's promise.
    unsafe {
        sink(engine, tell, User::new(user, drop), |engine, tell| {
            engine.on_error_print(tell);
        })
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_on_warning(
    engine: *mut SumiEngine,
    tell: SumiSink,
    user: *mut c_void,
    drop: SumiDrop,
) -> *mut SumiError {
    // SAFETY: C's promise.
    unsafe {
        sink(engine, tell, User::new(user, drop), |engine, tell| {
            engine.on_warning(tell);
        })
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_add_source(
    engine: *mut SumiEngine,
    path: *const c_char,
    source: *const c_char,
    length: usize,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (shared, path, source) = unsafe {
            (
                shared(engine)?,
                name(path, "path")?,
                text(source, length, "source")?,
            )
        };
        let mut sources = shared.have_sources()?;
        sources.texts.insert(path.to_owned(), source.to_owned());
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_set_resolver(
    engine: *mut SumiEngine,
    resolver: SumiResolver,
    user: *mut c_void,
    drop: SumiDrop,
) -> *mut SumiError {
    let user = User::new(user, drop);
    answer(move || {
        // SAFETY: C's promise.
        let shared = unsafe { shared(engine)? };
        let find = resolver.ok_or_else(|| misuse("`resolver` is NULL"))?;
        let former = shared
            .have_sources()?
            .resolver
            .replace(Rc::new(Resolver { find, user }));
        std::mem::drop(former); // which calls C
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_source_set(
    source: *mut SumiSource,
    found: *const c_char,
    length: usize,
) -> bool {
    quietly(false, || {
        // SAFETY: C's promise.
        match unsafe { (source.as_mut(), text(found, length, "text")) } {
            (Some(source), Ok(text)) => {
                source.0 = Some(text.to_owned());
                true
            }
            (_, Err(_)) | (None, Ok(_)) => false,
        }
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_add(
    engine: *mut SumiEngine,
    module: *const SumiModule,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (shared, module) = unsafe { (shared(engine)?, required(module, "module")?) };
        if !Rc::ptr_eq(&shared, &module.shared) {
            return Err(misuse("the module was made for another engine"));
        }
        shared.engine()?.add(&module.module)?;
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_stubs(
    engine: *const SumiEngine,
    read: SumiStubReader,
    user: *mut c_void,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let shared = unsafe { shared(engine)? };
        let read = read.ok_or_else(|| misuse("`read` is NULL"))?;
        let stubs: Vec<(String, String)> = shared
            .engine()?
            .stubs()
            .map(|(path, text)| (path, text.to_owned()))
            .collect();
        for (path, text) in &stubs {
            // SAFETY: C's function, with what it was given for it.
            unsafe {
                read(
                    user,
                    path.as_ptr().cast(),
                    path.len(),
                    text.as_ptr().cast(),
                    text.len(),
                );
            }
        }
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_live_blocks(engine: *const SumiEngine) -> usize {
    quietly(0, || {
        // SAFETY: C's promise.
        let shared = unsafe { shared(engine) };
        let blocks = shared.and_then(|shared| Ok(shared.engine()?.live_blocks()));
        blocks.unwrap_or_default()
    })
}

unsafe fn fuel(engine: *const SumiEngine, which: fn(&Engine) -> Option<u64>) -> u64 {
    quietly(0, || {
        // SAFETY: C's promise.
        let shared = unsafe { shared(engine) };
        let fuel = shared.and_then(|shared| Ok(which(&*shared.engine()?)));
        fuel.ok().flatten().unwrap_or(0)
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_fuel_left(engine: *const SumiEngine) -> u64 {
    // SAFETY: C's promise.
    unsafe { fuel(engine, Engine::fuel_left) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_fuel_used(engine: *const SumiEngine) -> u64 {
    // SAFETY: C's promise.
    unsafe { fuel(engine, Engine::fuel_used) }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_set_fuel(
    engine: *mut SumiEngine,
    units: u64,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let shared = unsafe { shared(engine)? };
        let engine = shared.engine()?;
        if engine.fuel_left().is_none() {
            return Err(misuse(
                "the engine was made without sumi_config_fuel(), so its code counts nothing",
            ));
        }
        engine.set_fuel(units);
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_engine_interrupter(
    engine: *const SumiEngine,
    interrupter: *mut *mut Interrupter,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let interrupter = unsafe { out(interrupter, "interrupter", null_mut())? };
        // SAFETY: as above.
        let shared = unsafe { shared(engine)? };
        let new = shared.engine()?.interrupter();
        interrupter.set(Box::into_raw(Box::new(new)));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_interrupt(interrupter: *const Interrupter) {
    // SAFETY: C's promise.
    if let Some(interrupter) = unsafe { interrupter.as_ref() } {
        interrupter.interrupt();
    }
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_is_running(interrupter: *const Interrupter) -> bool {
    // SAFETY: C's promise.
    unsafe { interrupter.as_ref() }.is_some_and(Interrupter::is_running)
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_interrupter_free(interrupter: *mut Interrupter) {
    if !interrupter.is_null() {
        // SAFETY: C's promise.
        drop(unsafe { Box::from_raw(interrupter) });
    }
}
