//! The second half of step one: the types of fields, parameters, results, bindings.

use smol_str::{SmolStr, format_smolstr};
use syntax::{Diagnostic, Span, ast};

use super::declare::{Declared, former_name};
use super::heads::named_again;
use super::{Job, Unit};
use crate::env::{
    Bound, ConstDef, DefId, DefKey, DefKind, EnumDef, FieldDef, FnDef, FnOrigin, Generic,
    GlobalDef, GlobalOrigin, ModuleId, ParamDef, Projected, StructDef, VariantDef,
};
use crate::hir::resolve::TypeScope;
use crate::types::Ty;

impl<'a> Unit<'a> {
    pub(super) fn lower_signatures(&mut self, tree: &'a ast::Module, declared: &Declared) {
        for (item, found) in tree.items.iter().zip(&declared.items) {
            let mut defs = found.defs.iter().copied();
            match &item.kind {
                ast::ItemKind::Fn(decl) => {
                    if let Some(def) = defs.next() {
                        self.free_function(def, decl, item);
                    }
                }
                ast::ItemKind::Struct(decl) => {
                    if let Some(def) = defs.next() {
                        self.struct_fields(def, decl);
                    }
                }
                ast::ItemKind::Enum(decl) => {
                    if let Some(def) = defs.next() {
                        self.enum_variants(def, decl);
                    }
                }
                ast::ItemKind::Impl(decl) => self.impl_block(decl),
                ast::ItemKind::Extern(block) => self.extern_block(block, &found.defs),
                ast::ItemKind::ExternType(decl) => {
                    if let Some(def) = defs.next() {
                        self.extern_type(def, decl);
                    }
                }
                ast::ItemKind::Stmt(stmt) => self.binding_types(stmt, item, &found.defs),
                ast::ItemKind::Trait(decl) => {
                    if let Some(def) = defs.next() {
                        self.trait_signatures(def, decl);
                    }
                }
                ast::ItemKind::TypeAlias(_)
                | ast::ItemKind::Import(_)
                | ast::ItemKind::Test(_)
                | ast::ItemKind::Error => {}
            }
        }
    }

    fn free_function(&mut self, id: DefId, decl: &'a ast::FnDecl, item: &'a ast::Item) {
        let (name, span) = fn_name(decl);
        let mut function = self.signature(id, &name, decl, &TypeScope::default(), FnOrigin::Sumi);
        if decl.is_extern {
            function.for_c = true;
            self.env.allow_callbacks();
        }
        if matches!(decl.name, ast::FnName::Op(..)) {
            self.enter_operator(id, &name, span, &function);
        }
        if self.module == ModuleId::PRELUDE && name == "no_cause" {
            self.env.set_default(DefId::ERROR, "cause", id);
        }
        self.insert_fn(id, name, span, item.is_pub, item.docs.clone(), function);
    }

    pub(super) fn insert_fn(
        &mut self,
        id: DefId,
        name: SmolStr,
        span: Span,
        is_pub: bool,
        docs: Option<String>,
        function: FnDef,
    ) {
        let name = ast::Ident { name, span };
        let mut def = self.new_def(id, &name, is_pub, DefKind::Fn(function));
        def.docs = docs;
        self.env.insert(def);
    }

    /// The signature of a function; its body and defaults become jobs.
    pub(super) fn signature(
        &mut self,
        id: DefId,
        name: &str,
        decl: &'a ast::FnDecl,
        outer: &TypeScope,
        origin: FnOrigin,
    ) -> FnDef {
        let mut scope = outer.clone();
        self.check_head(decl, origin != FnOrigin::Sumi);
        let own = self.generics(&decl.generics, &scope);
        scope.generics.extend(own);
        let mut params = Vec::new();
        for param in &decl.params {
            let lowered = self.param(name, param, &params, &scope);
            params.push(lowered);
        }
        let is_foreign = origin != FnOrigin::Sumi;
        let ret = match (&decl.result, &decl.body) {
            (Some(result), _) => Some(self.resolve_result(&result.ty, &scope)),
            (None, Some(ast::FnBody::Expr(_))) => None,
            (None, Some(ast::FnBody::Block(_)) | None) => Some(Ty::unit()),
        };
        // The parser has said where a body is missing, or stands in an `extern` block.
        if decl.body.is_some() && !is_foreign {
            self.with_body.insert(id);
            self.jobs.push(Job::Fn {
                def: id,
                decl,
                scope: scope.clone(),
            });
        }
        let projection = self.projection(decl, &mut params);
        FnDef {
            generics: scope.generics,
            inherited: 0,
            has_self: decl.params.first().is_some_and(ast::Param::is_self),
            params,
            ret,
            self_ty: outer.self_ty,
            captures: None,
            within: None,
            origin,
            for_c: false,
            of_trait: None,
            projection,
            known: None,
            stored: None,
        }
    }

    /// `-> mut T`. As a function it only reads its `self`; the place is opened where it is used.
    fn projection(&mut self, decl: &ast::FnDecl, params: &mut [ParamDef]) -> Option<Projected> {
        let result = decl.result.as_ref().filter(|result| result.is_mut)?;
        match params.split_first_mut() {
            Some((first, others)) if first.is_mut && decl.params[0].is_self() => {
                first.is_mut = false;
                if let Some(other) = others.iter_mut().find(|param| param.is_mut) {
                    self.diags.push(projection_takes_values(other));
                    other.is_mut = false;
                }
            }
            first => {
                let place = first.map_or(decl.head_span, |(first, _)| first.span);
                self.diags
                    .push(projection_needs_mut_self(place, result.span));
            }
        }
        Some(Projected::default())
    }

    fn param(
        &mut self,
        function: &str,
        param: &'a ast::Param,
        before: &[ParamDef],
        scope: &TypeScope,
    ) -> ParamDef {
        let name = &param.name;
        let ty = match (&param.ty, scope.self_ty) {
            (Some(ty), _) => self.resolve_type(ty, scope),
            (None, Some(self_ty)) if param.is_self() => {
                if !before.is_empty() {
                    self.diags.push(misplaced_self(name.span));
                }
                self_ty
            }
            (None, _) => {
                self.diags.push(if param.is_self() {
                    misplaced_self(name.span)
                } else {
                    missing_param_type(name)
                });
                Ty::error()
            }
        };
        if let (true, Some(default)) = (param.is_mut, &param.default) {
            self.diags.push(default_of_mut(&name.name, default.span));
        }
        let default = param.default.as_ref().filter(|_| !param.is_mut);
        let default = default.map(|expr| {
            let name = format_smolstr!("{function}.{}", name.name);
            self.value_fn(name, expr, Some(ty), scope)
        });
        ParamDef {
            name: name.name.clone(),
            is_mut: param.is_mut,
            ty,
            default,
            span: name.span,
        }
    }

    /// A function without parameters that computes a default or a constant.
    pub(super) fn value_fn(
        &mut self,
        name: SmolStr,
        expr: &'a ast::Expr,
        ty: Option<Ty>,
        scope: &TypeScope,
    ) -> DefId {
        let id = self.env.next_def(DefKey {
            module: self.module,
            of_trait: None,
            within: None,
            // No item is called so.
            name: format_smolstr!("= {name}"),
            index: 0,
        });
        let function = FnDef {
            generics: scope.generics.clone(),
            inherited: 0,
            params: Vec::new(),
            ret: ty,
            self_ty: None,
            has_self: false,
            captures: None,
            within: None,
            origin: FnOrigin::Sumi,
            for_c: false,
            of_trait: None,
            projection: None,
            known: None,
            stored: None,
        };
        self.insert_fn(id, name, expr.span, false, None, function);
        self.jobs.push(Job::Value {
            def: id,
            expr,
            scope: scope.clone(),
        });
        id
    }

    pub(super) fn generics(
        &mut self,
        params: &[ast::GenericParam],
        outer: &TypeScope,
    ) -> Vec<Generic> {
        self.check_type_params(params, &outer.generics);
        // Bounds may name the parameters beside them: `<T, I: Iter<T>>`.
        let mut outer = outer.clone();
        outer.generics.extend(super::declare::bare_generics(params));
        let outer = &outer;
        // There the parameters have no bounds yet.
        let applied = self.applied.len();
        let generics = params
            .iter()
            .map(|param| {
                let (bounds, is_const) = match &param.kind {
                    ast::GenericKind::Type { bounds } => (self.bounds(bounds, outer), false),
                    ast::GenericKind::Const { ty } => {
                        let ty = self.resolve_type(ty, outer);
                        if ty != Ty::i64() && !ty.is_error() {
                            self.reject("a constant parameter that is not an `i64`", param.span);
                        }
                        (Vec::new(), true)
                    }
                };
                Generic {
                    name: param.name.name.clone(),
                    bounds,
                    is_const,
                }
            })
            .collect();
        self.applied.truncate(applied);
        generics
    }

    pub(super) fn bounds(&mut self, bounds: &[ast::TraitRef], scope: &TypeScope) -> Vec<Bound> {
        let mut known = Vec::new();
        for bound in bounds {
            let name = bound.path.segments.last().map_or("", ast::Ident::as_str);
            match name {
                "Eq" => known.push(Bound::Eq),
                "Ord" => known.push(Bound::Ord),
                "Hash" => known.push(Bound::Hash),
                "Show" => known.push(Bound::Show),
                "Num" => known.push(Bound::Num),
                "Int" => known.push(Bound::Int),
                "Float" => known.push(Bound::Float),
                _ => {
                    let found = self.trait_ref(bound, scope);
                    known.extend(found.map(|(def, args)| Bound::Trait(def, args)));
                }
            }
        }
        known
    }

    fn struct_fields(&mut self, id: DefId, decl: &'a ast::StructDecl) {
        let mut scope = TypeScope::default();
        scope.generics = self.generics(&decl.generics, &scope);
        scope.self_ty = Some(applied(id, &scope.generics));
        let mut fields: Vec<FieldDef> = Vec::new();
        for field in &decl.fields {
            let ty = self.resolve_type(&field.ty, &scope);
            self.check_field_name(&fields, &field.name);
            let default = field.default.as_ref().map(|expr| {
                let name = format_smolstr!("{}.{}", decl.name.name, field.name.name);
                self.value_fn(name, expr, Some(ty), &scope)
            });
            fields.push(FieldDef {
                name: field.name.name.clone(),
                ty,
                default,
                was: former_name(&field.attrs),
                span: field.name.span,
            });
        }
        let generics = scope.generics;
        self.set_kind(id, DefKind::Struct(StructDef { generics, fields }));
    }

    fn enum_variants(&mut self, id: DefId, decl: &'a ast::EnumDecl) {
        let mut scope = TypeScope::default();
        scope.generics = self.generics(&decl.generics, &scope);
        scope.self_ty = Some(applied(id, &scope.generics));
        let mut variants: Vec<VariantDef> = Vec::new();
        for variant in &decl.variants {
            let name = &variant.name;
            if let Some(first) = variants.iter().find(|other| other.name == name.name) {
                let diagnostic = super::duplicate_name(name, first.span, false);
                self.diags.push(diagnostic);
            }
            let fields = self.variant_fields(variant, &scope);
            variants.push(VariantDef {
                name: name.name.clone(),
                fields,
                was: former_name(&variant.attrs),
                span: name.span,
            });
        }
        let generics = scope.generics;
        self.set_kind(id, DefKind::Enum(EnumDef { generics, variants }));
    }

    /// Positional fields have an empty name.
    fn variant_fields(&mut self, variant: &'a ast::Variant, scope: &TypeScope) -> Vec<FieldDef> {
        let mut fields: Vec<FieldDef> = Vec::new();
        for field in &variant.fields {
            let ty = self.resolve_type(&field.ty, scope);
            if let Some(name) = &field.name {
                self.check_field_name(&fields, name);
            }
            let name = field.name.as_ref().map_or("", ast::Ident::as_str);
            let default = field.default.as_ref().map(|expr| {
                let name = format_smolstr!("{}.{name}", variant.name.name);
                self.value_fn(name, expr, Some(ty), scope)
            });
            fields.push(FieldDef {
                name: name.into(),
                ty,
                default,
                was: None,
                span: field.span,
            });
        }
        fields
    }

    fn check_field_name(&mut self, before: &[FieldDef], name: &ast::Ident) {
        if let Some(first) = before.iter().find(|other| other.name == name.name) {
            self.diags
                .push(named_again("two fields have", name, first.span));
        }
    }

    pub(super) fn set_kind(&mut self, id: DefId, kind: DefKind) {
        let mut def = (**self.env.def(id)).clone();
        def.kind = kind;
        self.env.insert(def);
    }

    fn extern_block(&mut self, block: &'a ast::ExternBlock, defs: &[DefId]) {
        let mut defs = defs.iter().copied();
        for (function, id) in block.fns.iter().zip(&mut defs) {
            let (name, span) = fn_name(&function.decl);
            let origin = self.extern_origin(&block.library, &name, function.decl.is_variadic);
            let signature =
                self.signature(id, &name, &function.decl, &TypeScope::default(), origin);
            self.insert_fn(
                id,
                name,
                span,
                function.is_pub,
                function.docs.clone(),
                signature,
            );
        }
        for (global, id) in block.globals.iter().zip(&mut defs) {
            let ty = self.resolve_type(&global.ty, &TypeScope::default());
            if !matches!(block.library, ast::ExternLibrary::Host) {
                self.reject("a variable of a C library", global.span);
            }
            let kind = DefKind::Global(GlobalDef {
                ty: Some(ty),
                is_var: global.is_var,
                origin: GlobalOrigin::Host,
            });
            let mut def = self.new_def(id, &global.name, global.is_pub, kind);
            def.docs.clone_from(&global.docs);
            self.env.insert(def);
        }
        for (ty, id) in block.types.iter().zip(&mut defs) {
            self.extern_type(id, ty);
        }
    }

    fn extern_type(&mut self, id: DefId, decl: &ast::ExternType) {
        let Some(release) = &decl.drop else { return };
        match self.env.module(self.module).names.get(&release.name) {
            Some(def) => {
                let drop = Some(*def);
                self.set_kind(id, DefKind::ExternType { drop });
            }
            None => self.diags.push(
                Diagnostic::error(
                    "unknown-name",
                    format!("there is no function `{}`", release.name),
                )
                .at(release.span, "not found in this file"),
            ),
        }
    }

    fn extern_origin(
        &self,
        library: &ast::ExternLibrary,
        name: &SmolStr,
        variadic: bool,
    ) -> FnOrigin {
        match library {
            ast::ExternLibrary::Lib(lib, _)
                if lib == "sumi" && self.module == ModuleId::PRELUDE =>
            {
                FnOrigin::Intrinsic(name.clone())
            }
            ast::ExternLibrary::Lib(lib, _) => FnOrigin::C {
                library: Some(lib.clone()),
                variadic,
            },
            ast::ExternLibrary::Process => FnOrigin::C {
                library: None,
                variadic,
            },
            ast::ExternLibrary::Host => FnOrigin::Host,
        }
    }

    fn binding_types(&mut self, stmt: &'a ast::Stmt, item: &ast::Item, defs: &[DefId]) {
        let ast::StmtKind::Let(binding) = &stmt.kind else {
            return;
        };
        let scope = TypeScope::default();
        let is_simple = matches!(binding.pattern.kind, ast::PatternKind::Bind { .. });
        if binding.kind == ast::BindingKind::Const {
            let [id] = defs else { return };
            let name = match &binding.pattern.kind {
                ast::PatternKind::Bind { name, .. } => name,
                ast::PatternKind::Path(path) => &path.segments[0],
                _ => return,
            };
            self.constant(*id, name, binding, item.is_pub, &scope);
        } else if let (Some(ty), true, [id]) = (&binding.ty, is_simple, defs) {
            let ty = self.resolve_type(ty, &scope);
            self.env.set_inferred_type(*id, ty);
        }
    }

    /// A `const` of the top level or of a body.
    pub(super) fn constant(
        &mut self,
        id: DefId,
        name: &ast::Ident,
        binding: &'a ast::LetStmt,
        is_pub: bool,
        scope: &TypeScope,
    ) {
        let ty = binding.ty.as_ref().map(|ty| self.resolve_type(ty, scope));
        let init = self.value_fn(name.name.clone(), &binding.value, ty, scope);
        let kind = DefKind::Const(ConstDef {
            ty,
            init,
            int_value: self.int_const(&binding.value, scope, 0),
            literal: None,
            print: 0,
        });
        let def = self.new_def(id, name, is_pub, kind);
        self.env.insert(def);
    }
}

/// The name under which a function is known; operators by their symbol, unary minus as `neg`.
pub(crate) fn fn_name(decl: &ast::FnDecl) -> (SmolStr, Span) {
    match &decl.name {
        ast::FnName::Ident(name) => (name.name.clone(), name.span),
        ast::FnName::Op(ast::FnOp::Binary(ast::BinaryOp::Sub), span) if decl.params.len() == 1 => {
            ("neg".into(), *span)
        }
        ast::FnName::Op(ast::FnOp::Binary(op), span) => (op.text().into(), *span),
        ast::FnName::Op(ast::FnOp::Index, span) => ("[]".into(), *span),
        ast::FnName::Op(ast::FnOp::Other, span) => ("an operator".into(), *span),
    }
}

/// A definition applied to its own parameters.
fn applied(id: DefId, generics: &[Generic]) -> Ty {
    Ty::new(crate::types::TyKind::Adt(id, own_args(generics)))
}

pub(super) fn own_args(generics: &[Generic]) -> Vec<Ty> {
    use crate::types::{Len, TyKind};
    (0u32..)
        .zip(generics)
        .map(|(index, generic)| {
            if generic.is_const {
                let len = Len::Param(index, generic.name.clone());
                Ty::new(TyKind::FixedArray(Ty::unit(), len))
            } else {
                Ty::param(index, &generic.name)
            }
        })
        .collect()
}

fn misplaced_self(span: Span) -> Diagnostic {
    Diagnostic::error(
        "misplaced-self",
        "`self` is the first parameter of a method",
    )
    .at(span, "not possible here")
    .help("methods stand in an `impl Type { … }`")
}

fn projection_needs_mut_self(span: Span, result: Span) -> Diagnostic {
    Diagnostic::error("projection", "only a place in `self` can be given away as `mut`")
        .at(result, "`-> mut` makes this a projection")
        .also(span, "a projection begins with `mut self`")
        .help("write it as a method, `fn name(mut self, …) -> mut T = self.field`, or return a value without `mut`")
}

fn projection_takes_values(param: &ParamDef) -> Diagnostic {
    let name = &param.name;
    Diagnostic::error(
        "projection",
        "a projection opens nothing but a place in `self`",
    )
    .at(param.span, format!("`{name}` is `mut` too"))
    .help(format!("take `{name}` as a value"))
}

fn default_of_mut(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "extra-mut",
        format!("`{name}` is a place of the caller, so it has no default"),
    )
    .at(span, "this is a value, not a place")
    .help("leave the default out; or leave `mut` out, and give the changed value back")
}

fn missing_param_type(name: &ast::Ident) -> Diagnostic {
    let text = &name.name;
    Diagnostic::error(
        "missing-type",
        format!("the parameter `{text}` needs a type"),
    )
    .at(name.span, "its type is not written")
    .help(format!(
        "write it as `{text}: i64`, with the type that is meant"
    ))
}
