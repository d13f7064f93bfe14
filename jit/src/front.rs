//! From texts to checked units: keeps the environment and the sources, and finds what a source imports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use compiler::budget::Budget;
use compiler::env::{DefId, DefKind, Env, Ids, Import, KnownIds, ModuleId};
use compiler::hir::{Imports, nearest};
use compiler::incremental::{self, Fingerprint, OfModule};
use compiler::mir::Const;
use compiler::mir::interpret::eval_const;
use compiler::mono::{self, Mode, Program};
use compiler::{Compiled, render};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use syntax::{Diagnostic, FileId, LineColumn, Sources, Span, ast};

use crate::report::{Error, Problem};

/// Gives the text of a module by its path, `ai.steering`; none if there is no such module.
pub(crate) type Resolver = Rc<dyn Fn(&str) -> Option<String>>;

pub(crate) struct Front {
    pub(crate) env: Env,
    pub(crate) sources: Sources,
    /// The scope of scripts, sheets and lines.
    pub(crate) home: ModuleId,
    pub(crate) color: bool,
    /// Where modules come from, if a host says so.
    pub(crate) resolver: Option<Resolver>,
    /// The modules of the host, by their paths.
    pub(crate) host_modules: BTreeMap<String, String>,
    /// What imports were looked for, and what was found.
    pub(crate) searches: Vec<Search>,
    /// Whether the tests of a source are wanted; those of what it imports never are.
    pub(crate) with_tests: bool,
    /// Where modules are loaded again: the ids of what they define.
    pub(crate) kept_ids: Option<KeptIds>,
    /// How much may be compiled of each source that is gathered, and how much be optimised.
    pub(crate) limits: (Option<u64>, Option<u64>),
}

/// What defines the same has the same id, so that those who use it stay right.
#[derive(Default)]
pub(crate) struct KeptIds {
    /// By the names of their sources.
    modules: FxHashMap<String, ModuleId>,
    named: KnownIds,
    /// Of each module, in the order in which they are given out.
    nameless: FxHashMap<ModuleId, Arc<Vec<DefId>>>,
    /// The modules as they were compiled last, by the names of their sources, if they may stay so.
    units: Option<FxHashMap<String, Rc<KeptUnit>>>,
}

/// A module that stays what it is as long as nothing changes that it follows from.
struct KeptUnit {
    text: String,
    imports: Vec<(SmolStr, Span)>,
    key: Fingerprint,
    interface: OfModule,
    code: Fingerprint,
    ready: Ready,
}

impl KeptIds {
    /// Whether modules that did not change are to be kept too.
    pub(crate) fn new(keeps_units: bool) -> KeptIds {
        KeptIds {
            units: keeps_units.then(FxHashMap::default),
            ..KeptIds::default()
        }
    }

    fn of(&self, module: ModuleId) -> Ids {
        let nameless = self.nameless.get(&module).cloned();
        Ids::new(self.named.clone(), nameless.unwrap_or_default())
    }

    fn remember(&mut self, module: ModuleId, ids: &Ids) {
        let mut nameless = Vec::new();
        for (key, id) in ids.given() {
            match key {
                Some(key) => drop(self.named.insert(key.clone(), *id)),
                None => nameless.push(*id),
            }
        }
        self.nameless.insert(module, Arc::new(nameless));
    }
}

/// A unit that is ready to be made concrete.
#[derive(Clone)]
pub(crate) struct Ready {
    pub(crate) file: FileId,
    pub(crate) module: ModuleId,
    pub(crate) imports: Imports,
    /// The environment that it was compiled in.
    pub(crate) before: Env,
    pub(crate) compiled: Compiled,
}

/// The units of a source: what it imports for the first time, in the order in which they run, then itself.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) units: Vec<Ready>,
    pub(crate) warnings: Vec<String>,
    /// The same as data.
    pub(crate) problems: Vec<Problem>,
    /// Of what others may know of the units so far: those who import them, and all.
    named: FxHashMap<ModuleId, Fingerprint>,
    shared: Fingerprint,
    /// Of the code of all of them.
    pub(crate) code: Fingerprint,
    /// What is wrong with modules that could not be loaded: whoever imports one says that, and nothing of names that are missing.
    failed: FxHashMap<ModuleId, Vec<Diagnostic>>,
}

impl Gathered {
    /// What a module with these imports follows from that comes next: what it is compiled with is known by what others may know of it, but for
    /// what it computes meanwhile.
    fn key(&self, env: &Env, text: &str, imports: impl Iterator<Item = ModuleId>) -> Fingerprint {
        let computes = text.contains("const") || text.contains(';');
        let known = self.known_to(env, imports);
        Fingerprint::of(&(text, known, computes.then_some(self.code)))
    }

    /// What those may know who import these, and with them what they pass on.
    pub(crate) fn known_to(
        &self,
        env: &Env,
        imports: impl Iterator<Item = ModuleId>,
    ) -> Fingerprint {
        let mut pending: Vec<ModuleId> = imports.collect();
        let mut modules = BTreeMap::new();
        let mut passed_on = BTreeMap::new();
        while let Some(module) = pending.pop() {
            if modules.insert(module, self.named.get(&module)).is_some() {
                continue;
            }
            for import in env.module(module).exports.values() {
                match import {
                    Import::Module(module) => pending.push(*module),
                    Import::Def(def) => {
                        passed_on.insert(*def, incremental::interface_of(env, *def));
                    }
                }
            }
        }
        let named = (Vec::from_iter(modules), Vec::from_iter(passed_on));
        Fingerprint::of(&(self.shared, named))
    }

    /// What others may know of a unit that comes next.
    fn note(&mut self, module: ModuleId, compiled: &mut Compiled) -> (Fingerprint, OfModule) {
        let code = incremental::code_of(&compiled.env, &compiled.unit);
        let own = compiled.env.journal().clone();
        // A constant may be computed by what was there before.
        let with_former = Fingerprint::of(&(self.code, code));
        for def in &own.defs {
            compiled.env.set_print(*def, with_former.as_u128());
        }
        let interface = incremental::interface_of_module(&compiled.env, module, &own);
        self.take(module, code, interface);
        (code, interface)
    }

    /// As of a unit that was there before.
    fn take(&mut self, module: ModuleId, code: Fingerprint, interface: OfModule) {
        self.code = Fingerprint::of(&(self.code, code));
        self.named.insert(module, interface.named);
        self.shared = Fingerprint::of(&(self.shared, interface.shared));
    }
}

/// One import that was looked for.
#[derive(Clone)]
pub(crate) struct Search {
    wanted: Wanted,
    /// The name and text of the module.
    found: Option<Module>,
}

/// What the prelude defines, and its texts. All engines of a process share them, since they would take each half a MiB.
fn prelude() -> &'static (Env, Sources) {
    static PRELUDE: LazyLock<(Env, Sources)> = LazyLock::new(|| {
        let mut sources = Sources::new();
        for (name, text) in stdlib::lang::PRELUDE {
            sources.add(format!("<{name}>"), *text);
        }
        (compiler::snapshot::read(snapshot::PRELUDE), sources)
    });
    &PRELUDE
}

/// What is looked for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Wanted {
    path: SmolStr,
    /// The folder of the importer, and that of the program.
    beside: Option<PathBuf>,
    root: Option<PathBuf>,
}

/// Its name and its text.
type Module = (String, String);

/// A module on the way of being loaded, for the message about a cycle.
pub(crate) type Chain = Vec<String>;

impl Front {
    /// With the prelude.
    pub(crate) fn new(color: bool) -> Front {
        let (mut env, sources) = prelude().clone();
        env.set_budget(Budget::default());
        Front {
            home: env.fresh_module("main"),
            env,
            sources,
            color,
            resolver: None,
            host_modules: BTreeMap::new(),
            searches: Vec::new(),
            with_tests: false,
            kept_ids: None,
            limits: (None, None),
        }
    }

    /// One for another text, with what imports are looked for in.
    pub(crate) fn another(&self) -> Front {
        Front {
            env: self.env.clone(),
            sources: self.sources.clone(),
            resolver: self.resolver.clone(),
            host_modules: self.host_modules.clone(),
            searches: Vec::new(),
            kept_ids: None,
            ..*self
        }
    }

    /// Compiles a source and all that it imports. The environment is extended by what was accepted; on an error it is as before.
    pub(crate) fn gather(&mut self, name: &str, text: &str) -> Result<Gathered, Error> {
        let file = self.sources.add(name, text);
        self.gather_file(file, &[])
    }

    /// As [`Front::gather`], with items of earlier sources that are compiled again as if they stood at the end of this one, bindings at its
    /// start.
    pub(crate) fn gather_file(
        &mut self,
        file: FileId,
        again: &[ast::Item],
    ) -> Result<Gathered, Error> {
        self.env.budget().begin(self.limits.0, self.limits.1);
        let before = self.env.clone();
        let mut gathered = Gathered::default();
        let chain = vec![self.sources.file(file).name.clone()];
        match self.unit(file, self.home, &chain, again, &mut gathered) {
            Ok(()) => Ok(gathered),
            Err(diagnostics) => {
                self.env = before;
                Err(self.rejected(diagnostics.iter()))
            }
        }
    }

    fn unit(
        &mut self,
        file: FileId,
        module: ModuleId,
        chain: &Chain,
        again: &[ast::Item],
        gathered: &mut Gathered,
    ) -> Result<(), Vec<Diagnostic>> {
        let source = self.sources.file(file).clone();
        if !self.env.budget().take_text(source.text.len()) {
            let end = Span::new(file, 0, 0);
            let found = self
                .env
                .budget()
                .exceeded("the text alone is too long", end);
            return Err(vec![found]);
        }
        let mut parsed = syntax::parse(&source);
        let mut imports = Imports::default();
        let mut paths = Vec::new();
        for item in &parsed.module.items {
            if let ast::ItemKind::Import(import) = &item.kind {
                let (path, span) = import_path(import);
                let module = self.import(&path, span, file, chain, gathered)?;
                imports.insert(path.clone(), module);
                paths.push((path, span));
            }
        }
        let is_script = chain.len() == 1 && source.name.ends_with(".sumi") && !self.with_tests;
        if let Some(warning) = main_not_called(&parsed.module, &source.text).filter(|_| is_script) {
            parsed.diagnostics.push(warning);
        }
        let (bindings, others): (Vec<_>, Vec<_>) = again.iter().cloned().partition(is_binding);
        parsed.module.items.splice(0..0, bindings);
        parsed.module.items.extend(others);
        if let Some(kept) = &self.kept_ids {
            self.env.set_ids(kept.of(module));
        }
        let compiled_from = compiler::Source {
            tree: &parsed.module,
            module,
            imports: &imports,
            texts: &self.sources,
        };
        let mut compiled = compiler::compile_tree(&self.env, compiled_from, parsed.diagnostics);
        if !compiled.is_accepted() {
            return Err(compiled.diagnostics.into_iter().collect());
        }
        if let Some(kept) = &mut self.kept_ids {
            kept.remember(module, compiled.env.ids());
        }
        if !self.with_tests || chain.len() > 1 {
            compiled.drop_tests();
        }
        self.tell(&compiled, gathered);
        let key = gathered.key(&self.env, &source.text, imports.values().copied());
        let noted = self
            .kept_ids
            .is_some()
            .then(|| gathered.note(module, &mut compiled));
        let before = std::mem::replace(&mut self.env, compiled.env.clone());
        let ready = Ready {
            file,
            module,
            imports,
            before,
            compiled,
        };
        let kept = self.kept_ids.as_mut();
        let kept = kept.and_then(|kept| kept.units.as_mut());
        if let Some((kept, (code, interface))) = kept.zip(noted) {
            let unit = KeptUnit {
                text: source.text.to_string(),
                imports: paths,
                key,
                interface,
                code,
                ready: ready.clone(),
            };
            kept.insert(source.name.clone(), Rc::new(unit));
        }
        gathered.units.push(ready);
        Ok(())
    }

    /// The module of an import, loaded now if it is new.
    pub(crate) fn import(
        &mut self,
        path: &str,
        span: Span,
        importer: FileId,
        chain: &Chain,
        gathered: &mut Gathered,
    ) -> Result<ModuleId, Vec<Diagnostic>> {
        let beside = Path::new(&self.sources.file(importer).name)
            .parent()
            .map(Path::to_owned);
        let root = Path::new(&chain[0]).parent().map(Path::to_owned);
        let wanted = Wanted {
            path: path.into(),
            beside,
            root,
        };
        let found = self.find(path, &wanted);
        self.searches.push(Search {
            wanted,
            found: found.clone(),
        });
        let Some((name, text)) = found else {
            let error = Diagnostic::error("unknown-module", format!("there is no module `{path}`"))
                .at(span, "not found");
            let error = error.help(match self.resolver {
                Some(_) => "the program that runs this says which modules there are, beside those of the library",
                None => "a module is a file beside this one, under the project's root, in SUMI_PATH, or one of the library",
            });
            let known = self.host_modules.keys().map(String::as_str);
            let known = known.chain(stdlib::lang::MODULES.iter().map(|(name, _)| *name));
            let error = match nearest(path, known) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            };
            let error = match path.rsplit_once('.') {
                Some((module, item)) if self.is_there(module) => error.help(format!(
                    "names out of a module stand in braces: `import {module}.{{{item}}}`"
                )),
                _ => error,
            };
            return Err(vec![error]);
        };
        if chain.contains(&name) {
            let through: Vec<&str> = chain.iter().chain([&name]).map(String::as_str).collect();
            let error = Diagnostic::error("import-cycle", "modules that import each other")
                .at(span, "this closes the cycle")
                .note(through.join(" imports "));
            return Err(vec![error]);
        }
        if let Some(module) = self.env.loaded_module(&name) {
            return match gathered.failed.get(&module) {
                Some(found) => Err(found.clone()),
                None => Ok(module),
            };
        }
        let module = self.module_id(&name, path);
        self.env.mark_loaded(name.as_str().into(), module);
        let mut deeper = chain.clone();
        deeper.push(name.clone());
        let kept = self.kept_ids.as_ref();
        let kept = kept.and_then(|kept| kept.units.as_ref()?.get(&name).cloned());
        let same = kept.filter(|kept| kept.text == text);
        let is_put_back = match &same {
            Some(kept) => self.put_back(kept, &deeper, gathered),
            None => Ok(false),
        };
        let loaded = is_put_back.and_then(|is_put_back| {
            if is_put_back {
                return Ok(());
            }
            let file = self.sources.add(name.clone(), text);
            self.unit(file, module, &deeper, &[], gathered)
        });
        match loaded {
            Ok(()) => Ok(module),
            Err(found) => {
                gathered.failed.insert(module, found.clone());
                Err(found)
            }
        }
    }

    /// Takes a module as it was compiled before, if all that it may follow from is as it was then.
    fn put_back(
        &mut self,
        kept: &KeptUnit,
        chain: &Chain,
        gathered: &mut Gathered,
    ) -> Result<bool, Vec<Diagnostic>> {
        for (path, span) in &kept.imports {
            self.import(path, *span, kept.ready.file, chain, gathered)?;
        }
        let imports = kept.ready.imports.values().copied();
        if kept.key != gathered.key(&self.env, &kept.text, imports) {
            return Ok(false);
        }
        let before = self.env.clone();
        let Ready {
            module, compiled, ..
        } = &kept.ready;
        let from = &compiled.env;
        self.env.replay_module(*module, from.journal(), from);
        self.tell(compiled, gathered);
        gathered.take(*module, kept.code, kept.interface);
        gathered.units.push(Ready {
            before,
            ..kept.ready.clone()
        });
        Ok(true)
    }

    fn tell(&self, compiled: &Compiled, gathered: &mut Gathered) {
        for each in &compiled.diagnostics {
            let rendered = render::render(&self.sources, each, self.color);
            gathered.warnings.push(rendered);
            gathered.problems.push(self.problem(each));
        }
    }

    /// The scope of a module that is loaded.
    fn module_id(&mut self, name: &str, path: &str) -> ModuleId {
        let known = self.kept_ids.as_ref();
        let known = known.and_then(|kept| kept.modules.get(name)).copied();
        if let Some(module) = known {
            self.env.add_module(module, path);
            return module;
        }
        let module = self.env.fresh_module(path);
        if let Some(kept) = &mut self.kept_ids {
            kept.modules.insert(name.to_owned(), module);
        }
        module
    }

    /// A module beside that of which the newest search was.
    fn is_there(&self, path: &str) -> bool {
        let search = self.searches.last();
        search.is_some_and(|search| self.find(path, &search.wanted).is_some())
    }

    fn find(&self, path: &str, wanted: &Wanted) -> Option<Module> {
        if let Some(text) = self.host_modules.get(path) {
            return Some((format!("<host:{path}>"), text.clone()));
        }
        match &self.resolver {
            Some(resolver) => resolved(path, resolver),
            None => find_module(path, wanted.beside.clone(), wanted.root.clone()),
        }
    }

    /// What was looked for to load all modules.
    pub(crate) fn wanted_modules(&self) -> Vec<Wanted> {
        let wanted = self.searches.iter().map(|search| search.wanted.clone());
        wanted.collect()
    }

    /// Of what was found; equal in every process.
    pub(crate) fn modules_print(&self) -> Fingerprint {
        let found = self.searches.iter().map(|search| &search.found);
        Fingerprint::of(&found.collect::<Vec<_>>())
    }

    /// Of what would be found now.
    pub(crate) fn print_of(&self, wanted: &[Wanted]) -> Fingerprint {
        let found = wanted.iter().map(|each| self.find(&each.path, each));
        Fingerprint::of(&found.collect::<Vec<_>>())
    }

    /// All imports are looked for anew from now on.
    pub(crate) fn forget_searches(&mut self) {
        self.searches.clear();
    }

    /// Whether a search would come to something else now.
    pub(crate) fn have_modules_changed(&self) -> bool {
        let mut searches = self.searches.iter();
        searches.any(|search| self.find(&search.wanted.path, &search.wanted) != search.found)
    }

    /// The files of the modules that were found, and those that would be the first to be found of the others.
    pub(crate) fn module_files(&self) -> impl Iterator<Item = PathBuf> {
        self.searches
            .iter()
            .filter_map(|search| match &search.found {
                Some((name, _)) => (!name.starts_with('<')).then(|| PathBuf::from(name)),
                None => {
                    let folder = search.wanted.beside.as_ref()?;
                    Some(folder.join(file_of(&search.wanted.path)))
                }
            })
    }

    pub(crate) fn rejected<'d>(
        &self,
        diagnostics: impl Iterator<Item = &'d Diagnostic> + Clone,
    ) -> Error {
        let problems = diagnostics
            .clone()
            .map(|diagnostic| self.problem(diagnostic))
            .collect();
        let shown = diagnostics.clone().take(MOST_SHOWN);
        let mut rendered = render::render_all(&self.sources, shown, self.color);
        match diagnostics.count().saturating_sub(MOST_SHOWN) {
            0 => {}
            1 => rendered += "\nand one more mistake\n",
            more => rendered += &format!("\nand {more} more mistakes\n"),
        }
        Error::Rejected { rendered, problems }
    }

    /// Something that the text needs from outside is not there, or otherwise.
    pub(crate) fn not_linked(&self, found: &[Diagnostic]) -> Error {
        Error::Link {
            rendered: render::render_all(&self.sources, found, self.color),
            problems: found.iter().map(|each| self.problem(each)).collect(),
        }
    }

    /// What a host asks for is not there, or otherwise.
    pub(crate) fn not_as_asked(&self, found: &Diagnostic) -> Error {
        Error::Signature {
            message: found.message.clone(),
            rendered: render::render(&self.sources, found, self.color),
            problems: vec![self.problem(found)],
        }
    }

    pub(crate) fn problem(&self, diagnostic: &Diagnostic) -> Problem {
        let place = diagnostic
            .span()
            .map(|span| self.sources.current(span))
            .and_then(|span| Some((self.sources.get(span.file)?, span)));
        let (name, start, end) = match place {
            Some((file, span)) => (
                file.name.clone(),
                file.shown(span.start),
                file.shown(span.end),
            ),
            None => (
                String::new(),
                LineColumn { line: 1, column: 1 },
                LineColumn { line: 1, column: 1 },
            ),
        };
        Problem {
            severity: if diagnostic.is_error() {
                "error"
            } else {
                "warning"
            },
            code: diagnostic.code.to_string(),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            file: name,
            line: start.line as usize,
            column: start.column as usize,
            end_line: end.line as usize,
            end_column: end.column as usize,
        }
    }

    /// The concrete program of a unit.
    pub(crate) fn program(
        &self,
        ready: &Ready,
        mode: Mode,
        constants: Constants,
    ) -> Result<Program, Error> {
        let (env, unit) = (&ready.compiled.env, &ready.compiled.unit);
        program(env, unit, mode, constants)
            .map_err(|diagnostic| self.rejected([&*diagnostic].into_iter()))
    }
}

/// The concrete program of a unit of that environment.
pub(crate) fn program(
    env: &Env,
    unit: &mono::Unit,
    mode: Mode,
    constants: Constants,
) -> Result<Program, Box<Diagnostic>> {
    let known = std::cell::RefCell::new(FxHashMap::default());
    let constant = |def| {
        let found: Option<Option<Const>> = known.borrow().get(&def).cloned();
        found.unwrap_or_else(|| {
            let computed = constant(env, def, constants);
            known.borrow_mut().insert(def, computed.clone());
            computed
        })
    };
    mono::instantiate(env, unit, mode, &constant)
}

/// How constants that are no literals reach their users.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constants {
    /// By name: codegen lays them out.
    AsData,
    /// Computed at each use: the interpreter has no data.
    AtUse,
}

/// Of the mistakes in one text so many are shown; nobody reads on.
const MOST_SHOWN: usize = 100;

/// Warns of a `fn main` that a script declares and never mentions again: elsewhere it would be called.
fn main_not_called(module: &ast::Module, text: &str) -> Option<Diagnostic> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let code = text.lines().filter_map(|line| line.split("//").next());
    let mut words = code.flat_map(|line| line.split(|c| !is_part(c)));
    if words.by_ref().filter(|word| *word == "main").count() != 1 {
        return None;
    }
    let name = module.items.iter().find_map(|item| match &item.kind {
        ast::ItemKind::Fn(ast::FnDecl {
            name: ast::FnName::Ident(name),
            body: Some(_),
            ..
        }) if name.name == "main" => Some(name),
        _ => None,
    })?;
    Some(
        Diagnostic::warning("main-not-called", "nothing calls `main`")
            .at(name.span, "a function like any other")
            .help("a file runs from top to bottom: write `main()` at its end, or its statements without the function"),
    )
}

/// Whether what comes after it may use it only there.
fn is_binding(item: &ast::Item) -> bool {
    match &item.kind {
        ast::ItemKind::Stmt(ast::Stmt {
            kind: ast::StmtKind::Let(binding),
            ..
        }) => binding.kind != ast::BindingKind::Const,
        _ => false,
    }
}

/// A constant as an operand: a literal, or its name for what is laid out as data. One that holds functions is computed where it is used.
fn constant(env: &Env, def: compiler::env::DefId, constants: Constants) -> Option<Const> {
    let DefKind::Const(found) = &env.def(def).kind else {
        return None;
    };
    if found.literal.is_some() {
        return found.literal.clone();
    }
    let body = env.function(found.init).body().cloned()?;
    let known = |needed| match &env.def(needed).kind {
        DefKind::Const(needed) => needed.literal.clone(),
        _ => None,
    };
    let value = eval_const(env, body, &known).ok()?;
    value.literal(found.ty()).or_else(|| {
        (constants == Constants::AsData && !value.holds_functions()).then_some(Const::Def(def))
    })
}

pub(crate) fn import_path(import: &ast::Import) -> (SmolStr, Span) {
    let names: Vec<&str> = import
        .path
        .segments
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    (names.join(".").into(), import.path.span)
}

/// The name and text of a module of a host, or of the library. Files are not looked for.
fn resolved(path: &str, resolver: &Resolver) -> Option<Module> {
    if let Some(text) = resolver(path) {
        return Some((format!("{}.sumi", path.replace('.', "/")), text));
    }
    let text = stdlib::lang::module(path)?;
    Some((format!("<{path}>"), text.to_owned()))
}

/// As [`Front::print_of`], where no host says what modules there are.
pub(crate) fn found_now(wanted: &[Wanted]) -> Fingerprint {
    let found = wanted
        .iter()
        .map(|each| find_module(&each.path, each.beside.clone(), each.root.clone()));
    Fingerprint::of(&found.collect::<Vec<_>>())
}

fn file_of(path: &str) -> PathBuf {
    path.split('.').collect::<PathBuf>().with_extension("sumi")
}

/// The name and text of a module: beside the importer, in the project's root, in `SUMI_PATH`, in the library.
fn find_module(path: &str, beside: Option<PathBuf>, root: Option<PathBuf>) -> Option<Module> {
    let relative = file_of(path);
    let search = std::env::var_os("SUMI_PATH").unwrap_or_default();
    let folders = beside
        .into_iter()
        .chain(root)
        .chain(std::env::split_paths(&search));
    for folder in folders {
        let file = folder.join(&relative);
        if let Ok(text) = std::fs::read_to_string(&file) {
            return Some((file.display().to_string(), text));
        }
    }
    let text = stdlib::lang::module(path)?;
    Some((format!("<{path}>"), text.to_owned()))
}
