//! The first half of step one: imports are bound, and every top-level name of the unit gets its id.

use smol_str::{SmolStr, ToSmolStr};
use syntax::{Diagnostic, Span, ast};

use super::{Imports, Unit, duplicate_name};
use crate::env::{
    Def, DefId, DefKey, DefKind, EnumDef, Generic, GlobalDef, GlobalOrigin, Import, StructDef,
    TraitDef,
};

/// What was declared for each item, by its index.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) items: Vec<ItemDefs>,
}

/// The definitions of one item, in the order of the text.
#[derive(Default)]
pub(crate) struct ItemDefs {
    pub(crate) defs: Vec<DefId>,
    /// The hidden global for the value of an expression.
    pub(crate) value: Option<DefId>,
}

impl<'a> Unit<'a> {
    pub(super) fn declare_imports(&mut self, tree: &ast::Module, imports: &Imports) {
        for item in &tree.items {
            if let ast::ItemKind::Import(import) = &item.kind {
                self.declare_import(import, item.is_pub, imports);
            }
        }
    }

    fn declare_import(&mut self, import: &ast::Import, is_pub: bool, imports: &Imports) {
        let path = import_path(import);
        let Some(&id) = imports.get(&path) else {
            self.diags.push(
                Diagnostic::error("unknown-module", format!("there is no module `{path}`"))
                    .at(import.path.span, "not found"),
            );
            self.silence(import);
            return;
        };
        self.env.use_module(self.module, id, is_pub);
        let Some(names) = &import.names else {
            let last = import.path.segments.last();
            if let Some(local) = import.alias.as_ref().or(last) {
                self.bind_import(local, Import::Module(id), is_pub);
            }
            return;
        };
        for name in names {
            let local = name.alias.as_ref().unwrap_or(&name.name);
            if let Some(module) = self.public_module(id, &name.name.name) {
                self.env.use_module(self.module, module, is_pub);
                self.bind_import(local, Import::Module(module), is_pub);
            } else if let Some(def) = self.member_of_module(id, &name.name) {
                if let Some(alias) = &name.alias {
                    let found = self.env.def(def).clone();
                    self.check_alias(alias, &found);
                }
                self.bind_import(local, Import::Def(def), is_pub);
            } else {
                self.first_report(&local.name);
            }
        }
    }

    fn bind_import(&mut self, local: &ast::Ident, import: Import, is_pub: bool) {
        let name = local.name.clone();
        let same = self.env.module(self.module).imports.get(&name) == Some(&import);
        if !(same && self.own_names.contains_key(&name)) {
            self.claim(local);
        }
        if is_pub {
            self.env.bind_export(self.module, name.clone(), import);
        }
        self.env.bind_import(self.module, name, import);
    }

    /// What an import that failed would have brought in is not complained about again.
    fn silence(&mut self, import: &ast::Import) {
        let locals: Vec<&ast::Ident> = match &import.names {
            Some(names) => names
                .iter()
                .map(|name| name.alias.as_ref().unwrap_or(&name.name))
                .collect(),
            None => {
                let local = import.alias.as_ref().or(import.path.segments.last());
                local.into_iter().collect()
            }
        };
        for local in locals {
            self.first_report(&local.name);
        }
    }

    pub(super) fn declare_names(&mut self, tree: &'a ast::Module) -> Declared {
        let mut declared = Declared::default();
        for item in &tree.items {
            let defs = self.declare_item(item);
            declared.items.push(defs);
        }
        declared
    }

    fn declare_item(&mut self, item: &'a ast::Item) -> ItemDefs {
        let mut found = ItemDefs::default();
        match &item.kind {
            ast::ItemKind::Fn(decl) => {
                if let ast::FnName::Ident(name) = &decl.name {
                    self.check_free(name, false);
                    let def = self.named_def(name);
                    self.bind(name, def);
                    found.defs.push(def);
                } else {
                    found.defs.push(self.env.fresh_def());
                }
            }
            ast::ItemKind::Struct(decl) => {
                let kind = DefKind::Struct(StructDef {
                    generics: bare_generics(&decl.generics),
                    fields: Vec::new(),
                });
                found.defs.push(self.declare_type(&decl.name, item, kind));
            }
            ast::ItemKind::Enum(decl) => {
                let kind = DefKind::Enum(EnumDef {
                    generics: bare_generics(&decl.generics),
                    variants: Vec::new(),
                });
                let def = self.declare_type(&decl.name, item, kind);
                for variant in &decl.variants {
                    self.env.add_variant_name(variant.name.name.clone(), def);
                }
                found.defs.push(def);
            }
            ast::ItemKind::ExternType(decl) => {
                let kind = DefKind::ExternType { drop: None };
                found.defs.push(self.declare_type(&decl.name, item, kind));
            }
            ast::ItemKind::Extern(block) => self.declare_extern(block, &mut found),
            ast::ItemKind::Stmt(stmt) => self.declare_stmt(stmt, item, &mut found),
            ast::ItemKind::Trait(decl) => {
                self.check_free(&decl.name, true);
                let kind = DefKind::Trait(TraitDef {
                    generics: bare_generics(&decl.generics),
                    supers: Vec::new(),
                    methods: Vec::new(),
                });
                found.defs.push(self.declare_type(&decl.name, item, kind));
            }
            ast::ItemKind::TypeAlias(alias) => {
                // Uses of the name are not complained about again.
                self.first_report(&alias.name.name);
                self.diags.push(no_aliases(alias));
            }
            ast::ItemKind::Test(test) if test.is_bench => {
                found.value = Some(self.declare_hidden(item.span));
            }
            ast::ItemKind::Test(_) => {}
            ast::ItemKind::Impl(_) | ast::ItemKind::Import(_) | ast::ItemKind::Error => {}
        }
        found
    }

    fn declare_type(&mut self, name: &ast::Ident, item: &ast::Item, kind: DefKind) -> DefId {
        let id = self.named_def(name);
        self.bind(name, id);
        let mut def = self.new_def(id, name, item.is_pub, kind);
        def.docs.clone_from(&item.docs);
        def.was = former_name(&item.attrs);
        self.env.insert(def);
        id
    }

    fn declare_extern(&mut self, block: &'a ast::ExternBlock, found: &mut ItemDefs) {
        for function in &block.fns {
            let def = if let ast::FnName::Ident(name) = &function.decl.name {
                let def = self.named_def(name);
                self.bind(name, def);
                def
            } else {
                self.env.fresh_def()
            };
            found.defs.push(def);
        }
        for global in &block.globals {
            let def = self.named_def(&global.name);
            self.bind(&global.name, def);
            found.defs.push(def);
        }
        for ty in &block.types {
            let id = self.named_def(&ty.name);
            self.bind(&ty.name, id);
            let kind = DefKind::ExternType { drop: None };
            let def = self.new_def(id, &ty.name, ty.is_pub, kind);
            self.env.insert(def);
            found.defs.push(id);
        }
    }

    fn declare_stmt(&mut self, stmt: &'a ast::Stmt, item: &ast::Item, found: &mut ItemDefs) {
        match &stmt.kind {
            ast::StmtKind::Let(binding) if binding.kind == ast::BindingKind::Const => {
                match &binding.pattern.kind {
                    ast::PatternKind::Bind { name, .. } => self.declare_const(name, binding, found),
                    ast::PatternKind::Path(path) if path.segments.len() == 1 => {
                        self.declare_const(&path.segments[0], binding, found);
                    }
                    // The parser has said that a constant has one name.
                    _ => {}
                }
            }
            ast::StmtKind::Let(binding) => {
                let is_var = binding.kind == ast::BindingKind::Var;
                for name in bound_names(&binding.pattern) {
                    self.declare_global(name, is_var, item, found);
                }
            }
            ast::StmtKind::Expr(expr) => {
                found.value = Some(self.declare_hidden(expr.span));
            }
            ast::StmtKind::Assign(_) | ast::StmtKind::Item(_) | ast::StmtKind::Error => {}
        }
    }

    /// The id for what has this name in the module.
    fn named_def(&mut self, name: &ast::Ident) -> DefId {
        self.id_named(None, name.name.clone())
    }

    /// The same for a member by its whole name, of an implementation of a trait if there is one.
    pub(super) fn id_named(&mut self, of_trait: Option<DefId>, name: SmolStr) -> DefId {
        self.env.named_def(DefKey {
            module: self.module,
            of_trait,
            within: None,
            name,
            index: 0,
        })
    }

    /// The global for a value that has no name.
    fn declare_hidden(&mut self, span: Span) -> DefId {
        let id = self.env.fresh_def();
        let kind = DefKind::Global(GlobalDef {
            ty: None,
            is_var: false,
            origin: GlobalOrigin::Hidden,
        });
        let name = ast::Ident {
            name: id.to_smolstr(),
            span,
        };
        let def = self.new_def(id, &name, false, kind);
        self.env.insert(def);
        id
    }

    fn declare_const(
        &mut self,
        name: &ast::Ident,
        binding: &'a ast::LetStmt,
        found: &mut ItemDefs,
    ) {
        let def = self.named_def(name);
        self.bind(name, def);
        self.const_exprs.insert(def, &binding.value);
        found.defs.push(def);
    }

    fn declare_global(
        &mut self,
        name: &ast::Ident,
        is_var: bool,
        item: &ast::Item,
        found: &mut ItemDefs,
    ) {
        let id = self.named_def(name);
        let module = self.env.module(self.module);
        let imported = match module.imports.get(&name.name) {
            Some(Import::Def(def)) => Some(*def),
            Some(Import::Module(_)) | None => None,
        };
        let before = module.names.get(&name.name).copied().or(imported);
        // Two bindings of one name in one file have been reported; the first is not what the second's value means.
        let before = before.filter(|_| !self.own_names.contains_key(&name.name));
        self.bind(name, id);
        self.not_bound.insert(id, before);
        let kind = DefKind::Global(GlobalDef {
            ty: None,
            is_var,
            origin: GlobalOrigin::Sumi,
        });
        let mut def = self.new_def(id, name, item.is_pub, kind);
        def.docs.clone_from(&item.docs);
        def.was = former_name(&item.attrs);
        self.env.insert(def);
        found.defs.push(id);
    }

    /// Makes the name mean `def` from now on; once in a unit.
    fn bind(&mut self, name: &ast::Ident, def: DefId) {
        self.claim(name);
        self.env.bind_name(self.module, name.name.clone(), def);
    }

    /// Reports a name that the unit has already, by a definition or an import.
    fn claim(&mut self, name: &ast::Ident) {
        if let Some(first) = self.own_names.get(&name.name) {
            let module = self.env.module(self.module);
            let by_import = module.imports.contains_key(&name.name);
            let diagnostic = duplicate_name(name, *first, by_import);
            self.diags.push(diagnostic);
        } else {
            self.own_names.insert(name.name.clone(), name.span);
        }
    }

    pub(super) fn new_def(&self, id: DefId, name: &ast::Ident, is_pub: bool, kind: DefKind) -> Def {
        Def {
            id,
            name: name.name.clone(),
            module: self.module,
            is_pub,
            span: name.span,
            docs: None,
            was: None,
            kind,
        }
    }
}

/// By `@was`.
pub(super) fn former_name(attrs: &[ast::Attr]) -> Option<SmolStr> {
    let name = attrs.iter().find_map(ast::Attr::former_name)?;
    Some(name.name.clone())
}

/// The dotted path of an import, by which its module is looked for.
pub fn import_path(import: &ast::Import) -> SmolStr {
    let names: Vec<&str> = import
        .path
        .segments
        .iter()
        .map(ast::Ident::as_str)
        .collect();
    names.join(".").into()
}

/// The names that a pattern binds, each once.
pub(crate) fn bound_names(pattern: &ast::Pattern) -> Vec<&ast::Ident> {
    let mut names = Vec::new();
    collect_bound(pattern, &mut names);
    names
}

fn collect_bound<'p>(pattern: &'p ast::Pattern, names: &mut Vec<&'p ast::Ident>) {
    match &pattern.kind {
        ast::PatternKind::Bind { name, .. } => {
            if !names.iter().any(|known| known.name == name.name) {
                names.push(name);
            }
        }
        ast::PatternKind::Tuple(parts)
        | ast::PatternKind::Array(parts)
        | ast::PatternKind::Or(parts) => parts.iter().for_each(|part| collect_bound(part, names)),
        ast::PatternKind::Variant { fields, .. } => fields
            .iter()
            .for_each(|field| collect_bound(&field.pattern, names)),
        ast::PatternKind::Typed { pattern, .. } | ast::PatternKind::Paren(pattern) => {
            collect_bound(pattern, names);
        }
        ast::PatternKind::Wildcard
        | ast::PatternKind::Literal(_)
        | ast::PatternKind::Range { .. }
        | ast::PatternKind::Path(_)
        | ast::PatternKind::Rest
        | ast::PatternKind::Error => {}
    }
}

/// Generics without their bounds, enough to count type arguments.
pub(super) fn bare_generics(params: &[ast::GenericParam]) -> Vec<Generic> {
    params
        .iter()
        .map(|param| Generic {
            name: param.name.name.clone(),
            bounds: Vec::new(),
            is_const: matches!(param.kind, ast::GenericKind::Const { .. }),
        })
        .collect()
}

fn no_aliases(alias: &ast::TypeAlias) -> Diagnostic {
    let name = &alias.name.name;
    Diagnostic::error("no-type-alias", "a type has no second name")
        .at(alias.name.span, "this would be one")
        .help(format!(
            "write the type itself, or make a type of its own: `struct {name} {{ value: … }}`"
        ))
}
