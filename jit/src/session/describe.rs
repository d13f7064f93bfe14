//! `:doc`: what a name stands for, with its signature and the `///` lines before its declaration, of the program's own definitions
//! and of the library's.

use compiler::env::{Def, DefId, DefKind, Env, FnDef, Generic, Head, Import, ModuleId, VariantDef};
use compiler::types::{Ty, TyKind};
use syntax::Span;

use super::Session;

/// Of a type so many methods are listed, of a module so many names.
const MOST_LISTED: usize = 200;

/// Functions that the language itself knows.
const BUILT_IN: [(&str, &str, &str); 9] = [
    (
        "print",
        "fn print(…)",
        "Writes its arguments with blanks between them, and ends the line.",
    ),
    ("eprint", "fn eprint(…)", "As `print`, to standard error."),
    (
        "assert",
        "fn assert(condition: bool, message: str)",
        "Ends the run if the condition does not hold; the message may be left out.",
    ),
    (
        "panic",
        "fn panic(message: str) -> never",
        "Ends the run with a message.",
    ),
    (
        "unreachable",
        "fn unreachable() -> never",
        "Ends the run: control came where it never should.",
    ),
    ("some", "fn some(value: T) -> T?", "A value that is there."),
    ("none", "none: T?", "No value."),
    ("ok", "fn ok(value: T) -> Result<T, E>", "A success."),
    ("err", "fn err(error: E) -> Result<T, E>", "A failure."),
];

/// What a part of a path stands for.
enum Found {
    Module(String, ModuleId),
    Def(DefId),
    /// A type that has no definition, or the type of a value.
    Type(Ty),
    Text(String),
}

impl Session {
    /// What a name or a path like `str.split`, `math.pi`, `Point.x` stands for.
    pub fn doc(&mut self, path: &str) -> Result<String, String> {
        let (before, sources) = (self.front.env.clone(), self.front.sources.len());
        let described = self.doc_of(path.trim());
        self.front.env = before;
        self.front.sources.truncate(sources);
        described
    }

    fn doc_of(&mut self, path: &str) -> Result<String, String> {
        if let Some((_, signature, docs)) = BUILT_IN.iter().find(|(name, ..)| *name == path) {
            return Ok(format!("{signature}\n{docs}\n"));
        }
        let mut parts = split(path).into_iter();
        let first = parts.next().ok_or("`:doc` needs a name")?;
        let mut found = self.first(&first)?;
        for part in parts {
            found = self.member(&found, &part)?;
        }
        Ok(match &found {
            Found::Module(name, id) => self.describe_module(name, *id),
            Found::Def(def) => self.describe_def(*def),
            Found::Type(ty) => {
                let shown = ty.display(&self.front.env);
                format!("{shown}\n{}", self.methods(*ty))
            }
            Found::Text(text) => format!("{text}\n"),
        })
    }

    fn first(&mut self, name: &str) -> Result<Found, String> {
        let home = self.front.env.module(self.front.home);
        match (home.names.get(name), home.imports.get(name)) {
            (Some(def), _) | (None, Some(Import::Def(def))) => return Ok(Found::Def(*def)),
            (None, Some(Import::Module(id))) => {
                return Ok(Found::Module(name.to_owned(), *id));
            }
            (None, None) => {}
        }
        let prelude = self.front.env.module(ModuleId::PRELUDE);
        let known = prelude.names.get(name).copied();
        if let Some(def) = known.filter(|def| self.front.env.def(*def).is_pub) {
            return Ok(Found::Def(def));
        }
        if let Some(ty) = self.type_named(name) {
            return Ok(Found::Type(ty));
        }
        if stdlib::lang::module(name).is_some()
            && self
                .front
                .gather("<doc>", &format!("import {name}"))
                .is_ok()
            && let Some(Import::Module(id)) =
                self.front.env.module(self.front.home).imports.get(name)
        {
            return Ok(Found::Module(name.to_owned(), *id));
        }
        Err(self.unknown(name))
    }

    fn unknown(&self, name: &str) -> String {
        let env = &self.front.env;
        let mut near = self.near(name);
        if near.is_empty() {
            let prelude = env.module(ModuleId::PRELUDE).names.iter();
            let public = prelude.filter(|(_, def)| env.def(**def).is_pub);
            let mut known: Vec<&str> = public.map(|(name, _)| name.as_str()).collect();
            known.extend(stdlib::lang::MODULES.iter().map(|(name, _)| *name));
            known.extend(BUILT_IN.iter().map(|(name, ..)| *name));
            known.sort_unstable();
            let found = compiler::hir::nearest(name, known);
            near = found.map_or(near, |found| format!("; did you mean `{found}`?"));
        }
        if near.is_empty()
            && let Some(method) = env.methods_named(name).next()
            && let Some(ty) = env.function(method).self_ty
        {
            near = format!("; it is a method: `:doc {}.{name}`", receiver(ty, env));
        }
        format!("there is no `{name}`{near}")
    }

    fn type_named(&self, name: &str) -> Option<Ty> {
        let name = match name {
            "[]" | "[T]" | "array" => "[i64]",
            "[:]" | "[K: V]" | "map" => "[str: i64]",
            other => other,
        };
        super::look::type_named(&self.front.env, self.front.home, name)
    }

    fn member(&self, of: &Found, name: &str) -> Result<Found, String> {
        let env = &self.front.env;
        let ty = match of {
            Found::Module(module, id) => {
                let scope = env.module(*id);
                let found = scope.names.get(name).copied();
                let found = found.filter(|def| env.def(*def).is_pub);
                return found.map(Found::Def).ok_or_else(|| {
                    let known = scope.names.iter().filter(|(_, def)| env.def(**def).is_pub);
                    let mut known: Vec<&str> = known.map(|(name, _)| name.as_str()).collect();
                    known.sort_unstable();
                    let near = compiler::hir::nearest(name, known);
                    let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
                    format!("the module `{module}` has no `{name}`{near}")
                });
            }
            Found::Def(def) => {
                if let Some(found) = self.part(*def, name) {
                    return Ok(found);
                }
                match &env.def(*def).kind {
                    DefKind::Struct(_) | DefKind::Enum(_) | DefKind::ExternType { .. } => {
                        Some(Ty::new(TyKind::Adt(*def, Vec::new())))
                    }
                    DefKind::Global(global) => global.ty,
                    DefKind::Const(found) => found.ty,
                    DefKind::Fn(_) | DefKind::Trait(_) => None,
                }
            }
            Found::Type(ty) => Some(*ty),
            Found::Text(_) => None,
        };
        if let Some(TyKind::Adt(def, _)) = ty.map(Ty::kind)
            && let Some(found) = self.part(*def, name)
        {
            return Ok(found);
        }
        let head = ty.and_then(Head::of);
        let method = head
            .as_ref()
            .and_then(|head| env.methods(head, name).next());
        let method = method.or_else(|| env.trait_methods(name).find(|_| ty.is_some()));
        method.map(Found::Def).ok_or_else(|| {
            let known = head.map_or(Vec::new(), |head| env.method_names(&head));
            let mut known: Vec<&str> = known.iter().map(smol_str::SmolStr::as_str).collect();
            known.sort_unstable();
            let near = compiler::hir::nearest(name, known);
            let near = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            let of = ty.map_or_else(|| "it".to_owned(), |ty| format!("`{}`", ty.display(env)));
            format!("{of} has no `{name}`{near}")
        })
    }

    /// A field, variant or method that stands in the definition itself.
    fn part(&self, def: DefId, name: &str) -> Option<Found> {
        let env = &self.front.env;
        let owner = &env.def(def).name;
        match &env.def(def).kind {
            DefKind::Struct(found) => {
                let field = found.fields.iter().find(|field| field.name == name)?;
                let ty = field.ty.display(env);
                let text = format!("{owner}.{name}: {ty}");
                Some(Found::Text(self.with_docs(text, field.span)))
            }
            DefKind::Enum(found) => {
                let variant = found.variants.iter().find(|variant| variant.name == name)?;
                let text = format!("{owner}.{}", written(env, variant));
                Some(Found::Text(self.with_docs(text, variant.span)))
            }
            DefKind::Trait(found) => {
                let mut methods = found.methods.iter();
                methods
                    .find(|def| env.def(**def).name == name)
                    .map(|def| Found::Def(*def))
            }
            DefKind::Fn(_)
            | DefKind::Global(_)
            | DefKind::Const(_)
            | DefKind::ExternType { .. } => None,
        }
    }

    fn describe_module(&self, name: &str, id: ModuleId) -> String {
        let env = &self.front.env;
        let scope = env.module(id);
        let public = scope.names.iter().filter(|(_, def)| env.def(**def).is_pub);
        let mut names: Vec<&str> = public.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let first = scope
            .names
            .values()
            .next()
            .map(|def| env.def(*def).span.file);
        let about = first.and_then(|file| self.front.sources.get(file));
        let about = about.map_or(String::new(), |file| head_comment(&file.text));
        format!("module {name}\n{about}{}", list("", &names))
    }

    fn describe_def(&self, def: DefId) -> String {
        let env = &self.front.env;
        let found = env.def(def);
        let text = self.with_docs(declaration(env, found, &self.front.sources), found.span) + "\n";
        match &found.kind {
            DefKind::Struct(_) | DefKind::Enum(_) | DefKind::ExternType { .. } => {
                text + &self.methods(Ty::new(TyKind::Adt(def, Vec::new())))
            }
            DefKind::Fn(_) | DefKind::Trait(_) | DefKind::Global(_) | DefKind::Const(_) => text,
        }
    }

    fn methods(&self, ty: Ty) -> String {
        let env = &self.front.env;
        let Some(head) = Head::of(ty) else {
            return String::new();
        };
        let mut names = env.method_names(&head);
        names.retain(|name| {
            env.methods(&head, name).any(|method| {
                let def = env.def(method);
                def.is_pub || def.module == self.front.home
            })
        });
        names.sort_unstable();
        let names: Vec<&str> = names.iter().map(smol_str::SmolStr::as_str).collect();
        list("methods: ", &names)
    }

    /// With the `///` lines that stand before the declaration.
    fn with_docs(&self, text: String, span: Span) -> String {
        let Some(file) = self.front.sources.get(span.file) else {
            return text;
        };
        let mut docs = Vec::new();
        let mut line = file.line(span.start);
        while line > 1 {
            line -= 1;
            let above = file.line_text(line).trim();
            match above.strip_prefix("///") {
                Some(doc) => docs.push(doc.strip_prefix(' ').unwrap_or(doc)),
                None if above.starts_with('@') => {}
                None => break,
            }
        }
        docs.push(&text);
        docs.reverse();
        docs.join("\n")
    }
}

/// At dots, but not within brackets.
fn split(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for c in path.chars() {
        match c {
            '.' if depth == 0 => parts.push(String::new()),
            _ => {
                depth = match c {
                    '[' | '(' => depth + 1,
                    ']' | ')' => depth.saturating_sub(1),
                    _ => depth,
                };
                parts.last_mut().into_iter().for_each(|part| part.push(c));
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The comment that a file begins with.
fn head_comment(text: &str) -> String {
    let lines = text.lines().map_while(|line| {
        let line = line
            .strip_prefix("//")
            .filter(|line| !line.starts_with('/'))?;
        Some(line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n")
    });
    lines.collect()
}

fn list(before: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let shown = names[..names.len().min(MOST_LISTED)].join(" ");
    match names.len().saturating_sub(MOST_LISTED) {
        0 => format!("{before}{shown}\n"),
        more => format!("{before}{shown} and {more} more\n"),
    }
}

/// How a type is written before a method's name.
fn receiver(ty: Ty, env: &Env) -> String {
    match ty.kind() {
        TyKind::Array(_) | TyKind::FixedArray(..) => "[]".to_owned(),
        TyKind::Adt(DefId::MAP, _) => "map".to_owned(),
        TyKind::Adt(def, _) => env.def(*def).name.to_string(),
        _ => ty.display(env),
    }
}

/// A definition as it is declared, without its body.
fn declaration(env: &Env, found: &Def, sources: &syntax::Sources) -> String {
    let name = &found.name;
    let default = |def: Option<DefId>| {
        let text = def.map(|def| sources.slice(env.def(def).span));
        let text = text.filter(|text| !text.is_empty());
        text.map_or(String::new(), |text| format!(" = {text}"))
    };
    match &found.kind {
        DefKind::Fn(function) => signature(env, name, function, &default),
        DefKind::Struct(of) => {
            let fields = of.fields.iter().map(|field| {
                let ty = field.ty.display(env);
                format!("    {}: {ty}{}\n", field.name, default(field.default))
            });
            let fields: String = fields.collect();
            let body = match fields.is_empty() {
                true => "{ }".to_owned(),
                false => format!("{{\n{fields}}}"),
            };
            format!("struct {name}{} {body}", generics(env, &of.generics))
        }
        DefKind::Enum(of) => {
            let variants = of.variants.iter();
            let variants: String = variants
                .map(|variant| format!("    {}\n", written(env, variant)))
                .collect();
            format!(
                "enum {name}{} {{\n{variants}}}",
                generics(env, &of.generics)
            )
        }
        DefKind::Trait(of) => {
            let methods = of.methods.iter().map(|method| {
                let method = env.def(*method);
                format!("    {}\n", declaration(env, method, sources))
            });
            let methods: String = methods.collect();
            format!(
                "trait {name}{} {{\n{methods}}}",
                generics(env, &of.generics)
            )
        }
        DefKind::Global(global) => {
            let word = if global.is_var { "var" } else { "let" };
            let ty = global.ty.map_or(String::new(), |ty| ty.display(env));
            match compiler::env::GlobalOrigin::Hidden == global.origin {
                true => format!("the value of an entry, of type {ty}"),
                false => format!("{word} {name}: {ty}"),
            }
        }
        DefKind::Const(of) => {
            let ty = of.ty.map_or(String::new(), |ty| ty.display(env));
            format!("const {name}: {ty}{}", default(Some(of.init)))
        }
        DefKind::ExternType { .. } => format!("extern type {name}"),
    }
}

/// A variant with its payload.
fn written(env: &Env, variant: &VariantDef) -> String {
    let fields = variant.fields.iter().map(|field| {
        let ty = field.ty.display(env);
        match field.name.is_empty() {
            true => ty,
            false => format!("{}: {ty}", field.name),
        }
    });
    let fields: Vec<String> = fields.collect();
    match fields.is_empty() {
        true => variant.name.to_string(),
        false => format!("{}({})", variant.name, fields.join(", ")),
    }
}

fn signature(
    env: &Env,
    name: &str,
    function: &FnDef,
    default: &dyn Fn(Option<DefId>) -> String,
) -> String {
    // Those of the `impl` are seen in its type; that of a trait is `Self`.
    let mut own = function.generics.clone();
    if let Some(ty) = function.self_ty {
        own.retain(|generic| {
            !ty.any_part(
                &mut |part| matches!(part.kind(), TyKind::Param(_, name) if *name == generic.name),
            )
        });
    }
    let params: Vec<String> = function
        .params
        .iter()
        .map(|param| {
            let mark = if param.is_mut { "mut " } else { "" };
            match param.name.as_str() {
                "self" => format!("{mark}self"),
                name => {
                    let ty = param.ty.display(env);
                    format!("{mark}{name}: {ty}{}", default(param.default))
                }
            }
        })
        .collect();
    let owner = function
        .self_ty
        .filter(|ty| !matches!(ty.kind(), TyKind::Param(..)));
    let owner = owner.map_or(String::new(), |ty| ty.display(env) + ".");
    let projected = if function.projection.is_some() {
        "mut "
    } else {
        ""
    };
    let result = match function.ret {
        Some(ty) if !ty.is_unit() => format!(" -> {projected}{}", ty.display(env)),
        _ => String::new(),
    };
    let generics = generics(env, &own);
    format!("fn {owner}{name}{generics}({}){result}", params.join(", "))
}

fn generics(env: &Env, list: &[Generic]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = list
        .iter()
        .map(|generic| {
            let bounds: Vec<String> = generic.bounds.iter().map(|b| b.display(env)).collect();
            match bounds.is_empty() {
                true => generic.name.to_string(),
                false => format!("{}: {}", generic.name, bounds.join(" + ")),
            }
        })
        .collect();
    format!("<{}>", shown.join(", "))
}
