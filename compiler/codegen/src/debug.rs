//! Line tables, so that a return address says which functions, inlined ones included, stand at which lines.

use std::cell::RefCell;

use compiler::env::{DefId, Env};
use compiler::mir::Body;
use inkwell::builder::Builder;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlags, DIFlagsConstants, DISubprogram, DWARFEmissionKind,
    DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module};
use inkwell::values::FunctionValue;
use rustc_hash::FxHashMap;
use syntax::{FileId, Sources, Span};

use crate::file_of_function;

pub(crate) struct Debug<'a, 'ctx> {
    builder: DebugInfoBuilder<'ctx>,
    unit: DICompileUnit<'ctx>,
    sources: &'a Sources,
    /// Where lines count from the functions of the program.
    by_function: Option<&'a Env>,
    files: RefCell<FxHashMap<String, DIFile<'ctx>>>,
    context: inkwell::context::ContextRef<'ctx>,
    optimised: bool,
}

pub(crate) struct Scope<'ctx> {
    subprogram: DISubprogram<'ctx>,
    file: FileId,
    /// What lines count from, if not from the beginning of the file.
    whole: Option<Span>,
}

impl<'a, 'ctx> Debug<'a, 'ctx> {
    pub(crate) fn new(
        module: &Module<'ctx>,
        sources: &'a Sources,
        by_function: Option<&'a Env>,
        optimised: bool,
    ) -> Debug<'a, 'ctx> {
        let context = module.get_context();
        let version = context.i32_type().const_int(
            u64::from(inkwell::debug_info::debug_metadata_version()),
            false,
        );
        module.add_basic_value_flag("Debug Info Version", FlagBehavior::Warning, version);
        let (builder, unit) = module.create_debug_info_builder(
            true,
            DWARFSourceLanguage::C,
            "unit",
            "",
            "sumi",
            optimised,
            "",
            0,
            "",
            DWARFEmissionKind::LineTablesOnly,
            0,
            false,
            false,
            "",
            "",
        );
        Debug {
            builder,
            unit,
            sources,
            by_function,
            files: RefCell::default(),
            context,
            optimised,
        }
    }

    fn file(&self, name: String) -> DIFile<'ctx> {
        let mut files = self.files.borrow_mut();
        let made = |name: &String| self.builder.create_file(name, "");
        let file = files.get(&name).copied().unwrap_or_else(|| made(&name));
        files.insert(name, file);
        file
    }

    fn is_apart(&self, def: DefId) -> bool {
        self.by_function.is_some_and(|env| {
            let module = env.try_def(def).map(|found| found.module);
            !module.is_some_and(|module| env.is_library(module))
        })
    }

    /// Describes a function; nothing if its text is not known, as in tests.
    pub(crate) fn function(
        &self,
        value: FunctionValue<'ctx>,
        name: &str,
        body: &Body,
    ) -> Option<Scope<'ctx>> {
        let span = body.span;
        let source = self.sources.get(span.file)?;
        let is_apart = self.is_apart(body.def);
        let (file, line) = match is_apart {
            true => (file_of_function(body.def), 1),
            false => (source.key(), source.line_column(span.start).line),
        };
        let file = self.file(file);
        let ty = self
            .builder
            .create_subroutine_type(file, None, &[], DIFlags::PUBLIC);
        let subprogram = self.builder.create_function(
            self.unit.as_debug_info_scope(),
            name,
            None,
            file,
            line,
            ty,
            true,
            true,
            line,
            DIFlags::PUBLIC,
            self.optimised,
        );
        value.set_subprogram(subprogram);
        Some(Scope {
            subprogram,
            file: span.file,
            whole: is_apart.then(|| body.extent()),
        })
    }

    /// What is built from now on comes from `span`.
    pub(crate) fn locate(&self, builder: &Builder<'ctx>, scope: &Scope<'ctx>, span: Span) {
        let is_inside = scope.whole.is_none_or(|whole| whole.contains(span));
        let (line, column) = if span.file == scope.file && is_inside {
            let source = self.sources.file(span.file);
            let found = source.line_column(span.start);
            let first = scope.whole.map_or(1, |whole| source.line(whole.start));
            (found.line - first + 1, found.column)
        } else {
            (0, 0)
        };
        let location = self.builder.create_debug_location(
            self.context,
            line,
            column,
            scope.subprogram.as_debug_info_scope(),
            None,
        );
        builder.set_current_debug_location(location);
    }

    pub(crate) fn finish(&self) {
        self.builder.finalize();
    }
}
