//! What the text of a sheet stands on: the library, and the modules that it imports, which are loaded again when one of their files changes.

use std::rc::Rc;
use std::sync::Arc;

use compiler::env::{Env, ModuleId};
use compiler::hir::Imports;
use compiler::incremental::portable::{Code, Names};
use compiler::incremental::{Base, Fingerprint};
use compiler::pipeline::{self, Source};
use rustc_hash::FxHashMap;
use syntax::{Diagnostic, Diagnostics, FileId, ast};

use super::Build;
use super::code::Module;
use crate::front::{Front, Gathered, import_path};

/// The imports that are loaded.
#[derive(Clone, Default)]
pub(crate) struct Known {
    /// Their pieces.
    files: Vec<FileId>,
    /// Of the texts of all modules.
    print: Fingerprint,
    next_version: u32,
}

/// Nothing but the library.
pub(crate) fn library(front: &Front) -> Base {
    Base {
        env: front.env.clone(),
        module: front.home,
        imports: Imports::default(),
        interface: Fingerprint::default(),
        code: Fingerprint::default(),
        failed: FxHashMap::default(),
        names: Arc::new(Names::new(&front.env)),
    }
}

impl Known {
    /// Versions are never given twice.
    pub(crate) fn go_back(&mut self, former: Known) {
        *self = Known {
            next_version: self.next_version,
            ..former
        };
    }

    /// Of the texts of all modules.
    pub(crate) fn print(&self) -> Fingerprint {
        self.print
    }
}

impl Build {
    /// Loads the imports anew if they are others than before, or one of their files is.
    pub(crate) fn bring_base_up_to_date(&mut self) {
        let files: Vec<FileId> = self.text.imports().map(|(file, _)| file).collect();
        if files == self.imports.files && !self.front.have_modules_changed() {
            return;
        }
        self.front.forget_searches();
        let items: Vec<(FileId, ast::Item)> = self
            .text
            .imports()
            .map(|(file, item)| (file, item.clone()))
            .collect();
        self.imports.files = files;
        let base = library(&self.front);
        let mut env = self.front.env.clone();
        env.skip_ids_of(self.text.env());
        let before = std::mem::replace(&mut self.front.env, env);
        let base = self.load(base, &items);
        self.imports.print = self.front.modules_print();
        self.front.env = before;
        self.text.set_base(base, self.is_in_parts());
    }

    fn load(&mut self, mut base: Base, items: &[(FileId, ast::Item)]) -> Base {
        let mut gathered = Gathered::default();
        let chain = vec![self.name.clone()];
        let mut importers = Vec::new();
        for (file, item) in items {
            let ast::ItemKind::Import(import) = &item.kind else {
                continue;
            };
            let (path, span) = import_path(import);
            let loaded = self.front.import(&path, span, *file, &chain, &mut gathered);
            match loaded {
                Ok(module) => {
                    base.imports.insert(path, module);
                }
                Err(diagnostics) => {
                    base.failed.insert(*file, diagnostics);
                }
            }
            importers.resize(gathered.units.len(), *file);
        }
        let mut env = self.front.env.clone();
        for (file, item) in items {
            if base.failed.contains_key(file) {
                continue;
            }
            match self.bound(&env, item, &base.imports) {
                Ok(with) => env = with,
                Err(diagnostics) => {
                    base.failed.insert(*file, diagnostics);
                }
            }
        }
        base.env = env;
        self.module_warnings = std::mem::take(&mut gathered.warnings);
        let files: Vec<u32> = self.imports.files.iter().map(|file| file.0).collect();
        base.interface = Fingerprint::of(&(
            gathered.known_to(&base.env, base.imports.values().copied()),
            files,
        ));
        base.code = gathered.code;
        self.set_modules(gathered, &importers, &mut base);
        base
    }

    /// With the names of an import.
    fn bound(
        &self,
        env: &Env,
        item: &ast::Item,
        imports: &Imports,
    ) -> Result<Env, Vec<Diagnostic>> {
        let tree = ast::Module {
            items: vec![item.clone()],
            span: item.span,
            stray_expected: Vec::new(),
            doubts: ast::Doubts::default(),
            skipped: Vec::new(),
        };
        let source = Source {
            tree: &tree,
            module: self.front.home,
            imports,
            texts: &self.front.sources,
        };
        let compiled = pipeline::compile_tree(env, source, Diagnostics::new());
        match compiled.is_accepted() {
            true => Ok(compiled.env),
            false => Err(compiled.diagnostics.into_iter().collect()),
        }
    }

    fn set_modules(&mut self, gathered: Gathered, importers: &[FileId], base: &mut Base) {
        let names = Arc::make_mut(&mut base.names);
        for ready in &gathered.units {
            let file = &self.front.sources.file(ready.file).name;
            names.add_module(ready.module, file);
            names.add_unit(&ready.compiled.env, Fingerprint::of(file));
        }
        // The code of each and of all that it imports, here and in any process.
        let mut deep: FxHashMap<ModuleId, (Fingerprint, Option<Fingerprint>)> =
            FxHashMap::default();
        let former = std::mem::take(&mut self.modules).into_iter();
        let former: FxHashMap<FileId, Rc<Module>> =
            former.map(|module| (module.ready.file, module)).collect();
        let modules = gathered.units.into_iter().zip(importers);
        let modules = modules.map(|(ready, importer)| {
            // What was not compiled again is what it was.
            let former = former.get(&ready.file);
            let version = former.map_or_else(
                || {
                    self.imports.next_version += 1;
                    self.imports.next_version
                },
                |former| former.version,
            );
            let (env, unit) = (&ready.compiled.env, &ready.compiled.unit);
            let code = match former {
                Some(former) => former.code,
                None => compiler::incremental::code_of(env, unit),
            };
            let below = ready.imports.values();
            let below = below.filter_map(|module| deep.get(module).copied());
            let mut below: Vec<(Fingerprint, Option<Fingerprint>)> = below.collect();
            below.sort_unstable();
            let (here, anywhere): (Vec<Fingerprint>, Vec<Option<Fingerprint>>) =
                below.into_iter().unzip();
            let print = Fingerprint::of(&(code, here));
            let portable = Code::new(env, unit, &base.names);
            let anywhere: Option<Vec<Fingerprint>> = anywhere.into_iter().collect();
            let anywhere = portable.print.zip(anywhere).map(|(own, mut below)| {
                below.sort_unstable();
                Fingerprint::of(&(own, below))
            });
            deep.insert(ready.module, (print, anywhere));
            Rc::new(Module {
                version,
                importer: *importer,
                code,
                portable,
                portable_deep: anywhere,
                ready,
            })
        });
        self.modules = modules.collect();
        self.module_of.clear();
        for module in &self.modules {
            let ready = &module.ready;
            for def in ready.compiled.env.of_last_unit() {
                self.module_of.insert(def.id, Rc::clone(module));
            }
        }
    }
}
