//! Patterns and types print as they are written.

use crate::ast::*;

pub(super) fn path(path: &Path) -> String {
    let names: Vec<&str> = path.segments.iter().map(Ident::as_str).collect();
    names.join(".")
}

pub(super) fn pattern(found: &Pattern) -> String {
    match &found.kind {
        PatternKind::Wildcard => "_".to_string(),
        PatternKind::Bind { is_mut, name } => format!("{}{}", mark(*is_mut), name.name),
        PatternKind::Literal(value) => literal(value),
        PatternKind::Range {
            start,
            end,
            inclusive,
        } => {
            let start = start.as_deref().map_or(String::new(), literal);
            let end = end.as_deref().map_or(String::new(), literal);
            format!("{start}{}{end}", dots(*inclusive))
        }
        PatternKind::Tuple(list) => format!("({})", patterns(list)),
        PatternKind::Path(found) => path(found),
        PatternKind::Variant {
            path: found,
            fields,
            rest,
        } => {
            let mut list: Vec<String> = fields.iter().map(pattern_field).collect();
            list.extend(rest.then(|| "..".to_string()));
            format!("{}({})", path(found), list.join(", "))
        }
        PatternKind::Array(list) => format!("[{}]", patterns(list)),
        PatternKind::Rest => "..".to_string(),
        PatternKind::Or(list) => {
            let list: Vec<String> = list.iter().map(pattern).collect();
            list.join(" | ")
        }
        PatternKind::Typed { pattern: inner, ty } => format!("{}: {}", pattern(inner), type_(ty)),
        PatternKind::Paren(inner) => format!("({})", pattern(inner)),
        PatternKind::Error => "error".to_string(),
    }
}

fn patterns(list: &[Pattern]) -> String {
    let list: Vec<String> = list.iter().map(pattern).collect();
    list.join(", ")
}

fn pattern_field(field: &PatternField) -> String {
    let inner = pattern(&field.pattern);
    match &field.name {
        Some(name) => format!("{}: {inner}", name.name),
        None => inner,
    }
}

fn literal(found: &PatternLiteral) -> String {
    let minus = |negative: bool| if negative { "-" } else { "" };
    match &found.kind {
        PatternLiteralKind::Int { negative, value } => format!("{}{value}", minus(*negative)),
        PatternLiteralKind::Float { negative, value } => format!("{}{value:?}", minus(*negative)),
        PatternLiteralKind::Bool(value) => value.to_string(),
        PatternLiteralKind::Char(value) => format!("{value:?}"),
        PatternLiteralKind::Byte(value) => byte(*value),
        PatternLiteralKind::Bytes(value) => bytes(value),
        PatternLiteralKind::Str(value) => format!("{:?}", value.as_str()),
        PatternLiteralKind::Path(found) => path(found),
    }
}

pub(super) fn byte(value: u8) -> String {
    format!("b'{}'", value.escape_ascii())
}

pub(super) fn bytes(value: &[u8]) -> String {
    format!("b\"{}\"", value.escape_ascii())
}

pub(super) fn dots(inclusive: bool) -> &'static str {
    if inclusive { "..=" } else { ".." }
}

pub(super) fn mark(is_mut: bool) -> &'static str {
    if is_mut { "mut " } else { "" }
}

pub(super) fn types(list: &[Type]) -> String {
    let list: Vec<String> = list.iter().map(type_).collect();
    list.join(", ")
}

pub(super) fn with_args(found: &Path, args: &[Type]) -> String {
    let name = path(found);
    match args {
        [] => name,
        _ => format!("{name}<{}>", types(args)),
    }
}

pub(super) fn type_(found: &Type) -> String {
    match &found.kind {
        TypeKind::Path { path, args } => with_args(path, args),
        TypeKind::Tuple(list) => format!("({})", types(list)),
        TypeKind::Array(element) => format!("[{}]", type_(element)),
        TypeKind::FixedArray { element, len } => {
            format!("[{}; {}]", type_(element), super::expr::line(len))
        }
        TypeKind::Map { key, value } => format!("[{}: {}]", type_(key), type_(value)),
        TypeKind::Optional(inner) => format!("{}?", type_(inner)),
        TypeKind::Fallible(inner) => format!("{}!", type_(inner)),
        TypeKind::Fn(found) => fn_type(found),
        TypeKind::Any(bound) => format!("any {}", with_args(&bound.path, &bound.args)),
        TypeKind::Const(value) => super::expr::line(value),
        TypeKind::Paren(inner) => format!("({})", type_(inner)),
        TypeKind::Error => "error".to_string(),
    }
}

fn fn_type(found: &FnType) -> String {
    let params = found.params.iter();
    let params: Vec<String> = params
        .map(|param| format!("{}{}", mark(param.is_mut), type_(&param.ty)))
        .collect();
    let head = if found.is_extern { "extern fn" } else { "fn" };
    let result = found.result.as_ref();
    let result = result.map_or(String::new(), |ty| format!(" -> {}", type_(ty)));
    format!("{head}({}){result}", params.join(", "))
}
