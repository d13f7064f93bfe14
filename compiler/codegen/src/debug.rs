//! Line tables, so that a return address says which functions, inlined ones included, stand at which lines.

use std::cell::RefCell;

use inkwell::builder::Builder;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlags, DIFlagsConstants, DISubprogram, DWARFEmissionKind,
    DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module};
use inkwell::values::FunctionValue;
use rustc_hash::FxHashMap;
use syntax::{FileId, Sources, Span};

pub(crate) struct Debug<'a, 'ctx> {
    builder: DebugInfoBuilder<'ctx>,
    unit: DICompileUnit<'ctx>,
    sources: &'a Sources,
    files: RefCell<FxHashMap<FileId, DIFile<'ctx>>>,
    context: inkwell::context::ContextRef<'ctx>,
    optimised: bool,
}

pub(crate) struct Scope<'ctx> {
    subprogram: DISubprogram<'ctx>,
    file: FileId,
}

impl<'a, 'ctx> Debug<'a, 'ctx> {
    pub(crate) fn new(
        module: &Module<'ctx>,
        sources: &'a Sources,
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
            files: RefCell::default(),
            context,
            optimised,
        }
    }

    fn file(&self, id: FileId) -> Option<DIFile<'ctx>> {
        let source = self.sources.get(id)?;
        let mut files = self.files.borrow_mut();
        Some(
            *files
                .entry(id)
                .or_insert_with(|| self.builder.create_file(&source.key(), "")),
        )
    }

    /// Describes a function; nothing if its text is not known, as in tests.
    pub(crate) fn function(
        &self,
        value: FunctionValue<'ctx>,
        name: &str,
        span: Span,
    ) -> Option<Scope<'ctx>> {
        let file = self.file(span.file)?;
        let line = self.sources.file(span.file).line_column(span.start).line;
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
        })
    }

    /// What is built from now on comes from `span`.
    pub(crate) fn locate(&self, builder: &Builder<'ctx>, scope: &Scope<'ctx>, span: Span) {
        let (line, column) = if span.file == scope.file {
            let found = self.sources.file(span.file).line_column(span.start);
            (found.line, found.column)
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
