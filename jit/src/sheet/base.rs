//! What the text of a sheet stands on: the library, and the modules that it imports, which are loaded again when one of their files changes.

use std::rc::Rc;

use compiler::env::Env;
use compiler::hir::Imports;
use compiler::incremental::{Base, Fingerprint};
use compiler::pipeline::{self, Source};
use rustc_hash::FxHashMap;
use syntax::{Diagnostic, Diagnostics, FileId, ast};

use super::Sheet;
use super::code::Module;
use crate::front::{Front, Gathered, import_path};

/// The imports that are loaded.
#[derive(Default)]
pub(super) struct Known {
    /// Their pieces.
    files: Vec<FileId>,
    next_version: u32,
}

/// Nothing but the library.
pub(super) fn library(front: &Front) -> Base {
    Base {
        env: front.env.clone(),
        module: front.home,
        imports: Imports::default(),
        print: Fingerprint::default(),
        failed: FxHashMap::default(),
    }
}

impl Sheet {
    /// Loads the imports anew if they are others than before, or one of their files is.
    pub(super) fn bring_base_up_to_date(&mut self) {
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
        let mut env = self.front.env.clone();
        self.text.ids_for_base(&mut env);
        let before = std::mem::replace(&mut self.front.env, env);
        let base = self.load(&items);
        self.front.env = before;
        self.text.set_base(base);
    }

    fn load(&mut self, items: &[(FileId, ast::Item)]) -> Base {
        let mut gathered = Gathered::default();
        let mut base = library(&self.front);
        let chain = vec![self.name.clone()];
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
        self.set_modules(gathered);
        let prints: Vec<Fingerprint> = self.modules.iter().map(|module| module.code).collect();
        let files: Vec<u32> = self.imports.files.iter().map(|file| file.0).collect();
        base.print = Fingerprint::of(&(prints, files));
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

    fn set_modules(&mut self, gathered: Gathered) {
        let modules = gathered.units.into_iter().map(|ready| {
            self.imports.next_version += 1;
            let code = compiler::incremental::code_of(&ready.compiled.env, &ready.compiled.unit);
            Rc::new(Module {
                version: self.imports.next_version,
                ready,
                code,
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
