//! What the heads of declarations say whatever their types are: attributes, and names that have the wrong case, are there twice or belong to
//! the language.

use syntax::{Diagnostic, Span, ast};

use super::{BUILT_IN_TRAITS, Unit};
use crate::env::{Def, DefKind, Generic, ModuleId};
use crate::hir::resolve::{scalar, vector};

impl Unit<'_> {
    pub(super) fn check_attributes(&mut self, items: &[ast::Item]) {
        for item in items {
            let takes = match &item.kind {
                ast::ItemKind::Fn(_) => Some("fast"),
                ast::ItemKind::Struct(_) | ast::ItemKind::Enum(_) => Some("was"),
                ast::ItemKind::Stmt(stmt) if has_one_name(stmt) => Some("was"),
                _ => None,
            };
            self.check_attributes_of(&item.attrs, takes);
            match &item.kind {
                ast::ItemKind::Struct(found) => {
                    for field in &found.fields {
                        self.check_attributes_of(&field.attrs, Some("was"));
                    }
                }
                ast::ItemKind::Enum(found) => {
                    for variant in &found.variants {
                        self.check_attributes_of(&variant.attrs, Some("was"));
                    }
                }
                _ => {}
            }
            match &item.kind {
                ast::ItemKind::Impl(found) => self.check_attributes(&found.members),
                ast::ItemKind::Trait(found) => self.check_attributes(&found.members),
                _ => {}
            }
        }
    }

    /// `takes` is the name of the only one that may stand there.
    fn check_attributes_of(&mut self, attrs: &[ast::Attr], takes: Option<&str>) {
        for (index, attr) in attrs.iter().enumerate() {
            let name = attr.name.as_str();
            let first = attrs[..index].iter().find(|first| first.name.name == name);
            let report = if name != "fast" && name != "was" {
                unknown_attribute(attr)
            } else if takes != Some(name) {
                let places = match name {
                    "fast" => "a function",
                    _ => {
                        "a struct, an enum, a field, a variant, or a `let` or `var` of one name at the top level"
                    }
                };
                misplaced(attr, format!("`@{name}` stands before {places}"), attr.span)
            } else if name == "fast"
                && let Some(argument) = attr.args.first()
            {
                misplaced(
                    attr,
                    "`@fast` takes no arguments".to_owned(),
                    argument.value.span,
                )
            } else if name == "was" && attr.former_name().is_none() {
                misplaced(attr, "`@was` takes one name".to_owned(), attr.span)
            } else if let Some(first) = first {
                misplaced(attr, format!("`@{name}` stands here twice"), attr.span)
                    .also(first.span, "here first")
            } else {
                continue;
            };
            self.diags.push(report);
        }
    }

    /// Names that mean something everywhere mean nothing else in a file.
    pub(super) fn check_free(&mut self, name: &ast::Ident, is_trait: bool) {
        if self.module == ModuleId::PRELUDE {
            return;
        }
        let text = name.as_str();
        let is_type = scalar(text).or_else(|| vector(text)).is_some();
        let is_bound = is_trait && BUILT_IN_TRAITS.contains(&text);
        if is_type || is_bound {
            let kind = if is_type { "type" } else { "trait" };
            self.diags.push(belongs_to_language(name, kind));
        }
    }

    pub(super) fn check_type_params(&mut self, params: &[ast::GenericParam], outer: &[Generic]) {
        for (index, param) in params.iter().enumerate() {
            let name = &param.name;
            let before = params[..index].iter().map(|param| &param.name);
            let first = before.into_iter().find(|other| other.name == name.name);
            if let Some(first) = first {
                self.diags
                    .push(named_again("two type parameters have", name, first.span));
            } else if outer.iter().any(|other| other.name == name.name) {
                self.diags.push(hides_type_param(name));
            }
            let is_type = matches!(param.kind, ast::GenericKind::Type { .. });
            if is_type && !name.is_upper() {
                self.diags.push(lower_case("a type parameter", name));
            }
        }
    }

    /// What is written between the name of a function and its body.
    pub(super) fn check_head(&mut self, decl: &ast::FnDecl, is_foreign: bool) {
        if decl.is_variadic && !is_foreign {
            self.diags.push(variadic(decl.head_span));
        }
        if is_foreign {
            return;
        }
        if let ast::FnName::Ident(name) = &decl.name
            && name.is_upper()
        {
            self.diags.push(upper_case("a function", name));
        }
        for (index, param) in decl.params.iter().enumerate() {
            let name = &param.name;
            if name.is_upper() {
                self.diags.push(upper_case("a parameter", name));
            }
            let mut before = decl.params[..index].iter().map(|param| &param.name);
            let first = before.find(|other| other.name == name.name && name.name != "_");
            if let Some(first) = first {
                self.diags
                    .push(named_again("two parameters have", name, first.span));
            }
        }
    }

    /// `import m.{Vec2 as vec}`: the new name is of the kind of the old one.
    pub(super) fn check_alias(&mut self, alias: &ast::Ident, def: &Def) {
        match (&def.kind, alias.is_upper()) {
            (
                DefKind::Struct(_)
                | DefKind::Enum(_)
                | DefKind::Trait(_)
                | DefKind::ExternType { .. },
                false,
            ) => self.diags.push(lower_case("a type or trait", alias)),
            (DefKind::Fn(_), true) => self.diags.push(upper_case("a function", alias)),
            _ => {}
        }
    }
}

pub(super) fn named_again(what: &str, name: &ast::Ident, first: Span) -> Diagnostic {
    let message = format!("{what} the name `{}`", name.name);
    Diagnostic::error("duplicate-name", message)
        .at(name.span, "named again here")
        .also(first, "first named here")
}

fn hides_type_param(name: &ast::Ident) -> Diagnostic {
    let text = &name.name;
    let message = format!("what stands around it has a type parameter `{text}` already");
    Diagnostic::error("duplicate-name", message)
        .at(name.span, "named again here")
        .help(format!(
            "leave it out if it means the same type; otherwise give it another name than `{text}`"
        ))
}

fn lower_case(what: &str, name: &ast::Ident) -> Diagnostic {
    let message = format!("the name of {what} begins with an upper-case letter");
    Diagnostic::error("lower-case-type", message)
        .at(name.span, "in lower case")
        .help(format!(
            "call it `{}`",
            first_letter(&name.name, char::to_uppercase)
        ))
}

fn upper_case(what: &str, name: &ast::Ident) -> Diagnostic {
    let message = format!("the name of {what} begins with a lower-case letter");
    let diagnostic = Diagnostic::error("upper-case-name", message).at(
        name.span,
        "such a name is one of a type, a variant or a constant",
    );
    let lower = if name.name.chars().any(char::is_lowercase) {
        first_letter(&name.name, char::to_lowercase)
    } else {
        name.name.to_lowercase()
    };
    diagnostic.help(format!("call it `{lower}`"))
}

fn first_letter<I: Iterator<Item = char>>(name: &str, case: fn(char) -> I) -> String {
    let mut chars = name.chars();
    let first = chars.by_ref().take(1).flat_map(case);
    first.collect::<String>() + chars.as_str()
}

fn variadic(span: Span) -> Diagnostic {
    Diagnostic::error("misplaced-modifier", "`...` is for functions of C")
        .at(span, "a function of Sumi has a fixed number of parameters")
        .help("take an array: `fn f(xs: [i64])`, called as `f([1, 2])`")
}

fn belongs_to_language(name: &ast::Ident, kind: &str) -> Diagnostic {
    let text = &name.name;
    Diagnostic::error(
        "duplicate-name",
        format!("`{text}` is a {kind} of the language"),
    )
    .at(name.span, "this would be another one")
    .help("give it a name of its own")
}

fn unknown_attribute(attr: &ast::Attr) -> Diagnostic {
    let message = format!("there is no attribute `@{}`", attr.name.name);
    Diagnostic::error("unknown-attribute", message)
        .at(attr.span, "not known")
        .help(
            "there are `@fast`, before a function, and `@was(name)`, before what had another name",
        )
}

fn misplaced(attr: &ast::Attr, message: String, span: Span) -> Diagnostic {
    let help = match attr.name.as_str() {
        "fast" => "it is written so: `@fast fn f() { … }`",
        _ => {
            "it is written so: `@was(speed) velocity: f64`, and says what the field was called when the values were made that live on"
        }
    };
    Diagnostic::error("unknown-attribute", message)
        .at(span, "not possible here")
        .help(help)
}

fn has_one_name(stmt: &ast::Stmt) -> bool {
    match &stmt.kind {
        ast::StmtKind::Let(found) => matches!(found.pattern.kind, ast::PatternKind::Bind { .. }),
        _ => false,
    }
}
