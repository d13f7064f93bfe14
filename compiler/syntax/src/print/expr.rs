//! Expressions and statements as trees.

use super::pattern::{byte, bytes, dots, path, pattern, type_, types};
use super::{Tree, item, node, word};
use crate::ast::*;

/// On one line, however long.
pub(super) fn line(found: &Expr) -> String {
    let mut out = String::new();
    expr(found).flat(usize::MAX, &mut out);
    out
}

pub(super) fn expr(found: &Expr) -> Tree {
    match &found.kind {
        ExprKind::Int(value) => word(value.to_string()),
        ExprKind::Float(value) => word(format!("{value:?}")),
        ExprKind::Bool(value) => word(value.to_string()),
        ExprKind::Char(value) => word(format!("{value:?}")),
        ExprKind::Byte(value) => word(byte(*value)),
        ExprKind::Bytes(value) => word(bytes(value)),
        ExprKind::Str(parts) => text(parts),
        ExprKind::Name(name) => word(name.as_str()),
        ExprKind::TypePath { path: found, args } => {
            word(format!("{}<{}>", path(found), types(args)))
        }
        ExprKind::Field { base, name } => node(".", vec![expr(base), word(name.as_str())]),
        ExprKind::TupleField { base, index, .. } => {
            node(".", vec![expr(base), word(index.to_string())])
        }
        ExprKind::OptField { base, name } => node("?.", vec![expr(base), word(name.as_str())]),
        ExprKind::Call { callee, args } => with_args("call", vec![expr(callee)], args),
        ExprKind::MethodCall { recv, name, args } => {
            with_args("method", vec![expr(recv), word(name.as_str())], args)
        }
        ExprKind::OptMethodCall { recv, name, args } => {
            with_args("?method", vec![expr(recv), word(name.as_str())], args)
        }
        ExprKind::Index { base, args } => with_args("index", vec![expr(base)], args),
        ExprKind::Try(inner) => node("?", vec![expr(inner)]),
        ExprKind::Unary { op, operand, .. } => node(op.text(), vec![expr(operand)]),
        ExprKind::Binary {
            op, left, right, ..
        } => node(op.text(), vec![expr(left), expr(right)]),
        ExprKind::Range {
            start,
            end,
            inclusive,
        } => node(dots(*inclusive), vec![range_end(start), range_end(end)]),
        ExprKind::Tuple(list) => node("tuple", exprs(list)),
        ExprKind::Array(list) => node("array", exprs(list)),
        ExprKind::Repeat { value, count } => node("repeat", vec![expr(value), expr(count)]),
        ExprKind::Map(entries) => {
            let entry = |(key, value): &(Expr, Expr)| node(":", vec![expr(key), expr(value)]);
            node("map", entries.iter().map(entry).collect())
        }
        ExprKind::Block(found) => block(found),
        ExprKind::If {
            condition,
            then_block,
            else_branch,
        } => {
            let mut parts = vec![expr(condition), block(then_block)];
            parts.extend(else_branch.as_ref().map(|branch| expr(branch)));
            node("if", parts)
        }
        ExprKind::Match { subject, arms } => {
            let mut parts = vec![expr(subject)];
            parts.extend(arms.iter().map(arm));
            node("match", parts)
        }
        ExprKind::Loop { label, body } => node(labelled("loop", label), vec![block(body)]),
        ExprKind::While {
            label,
            condition,
            body,
        } => node(labelled("while", label), vec![expr(condition), block(body)]),
        ExprKind::For {
            label,
            pattern: found,
            source,
            body,
        } => node(
            labelled("for", label),
            vec![word(pattern(found)), expr(source), block(body)],
        ),
        ExprKind::Closure {
            params,
            result,
            body,
        } => closure(params, result.as_deref(), body),
        ExprKind::Return(value) => node("return", value.iter().map(|e| expr(e)).collect()),
        ExprKind::Break { label, value } => node(
            labelled("break", label),
            value.iter().map(|e| expr(e)).collect(),
        ),
        ExprKind::Continue { label } => node(labelled("continue", label), Vec::new()),
        ExprKind::Is {
            pattern: found,
            value,
        } => node("is", vec![word(pattern(found)), expr(value)]),
        ExprKind::Paren(inner) => node("paren", vec![expr(inner)]),
        ExprKind::Error => word("error"),
    }
}

fn exprs(list: &[Expr]) -> Vec<Tree> {
    list.iter().map(expr).collect()
}

fn range_end(end: &Option<Box<Expr>>) -> Tree {
    end.as_ref().map_or(word("_"), |end| expr(end))
}

fn labelled(head: &str, label: &Option<Ident>) -> String {
    match label {
        Some(label) => format!("{head} {}:", label.name),
        None => head.to_string(),
    }
}

fn with_args(head: &str, mut parts: Vec<Tree>, args: &[Arg]) -> Tree {
    parts.extend(args.iter().map(arg));
    node(head, parts)
}

pub(super) fn arg(found: &Arg) -> Tree {
    let value = expr(&found.value);
    let value = if found.is_mut {
        node("mut", vec![value])
    } else {
        value
    };
    match &found.name {
        Some(name) => node(format!("{}:", name.name), vec![value]),
        None => value,
    }
}

fn arm(found: &Arm) -> Tree {
    let mut parts = vec![word(pattern(&found.pattern))];
    let guard = found.guard.as_ref();
    parts.extend(guard.map(|guard| node("if", vec![expr(guard)])));
    parts.push(expr(&found.body));
    node("=>", parts)
}

fn closure(params: &[ClosureParam], result: Option<&Type>, body: &Expr) -> Tree {
    let params = params.iter().map(|param| {
        let ty = param.ty.as_ref();
        let ty = ty.map_or(String::new(), |ty| format!(": {}", type_(ty)));
        format!("{}{ty}", pattern(&param.pattern))
    });
    let params: Vec<String> = params.collect();
    let result = result.map_or(String::new(), |ty| format!(" -> {}", type_(ty)));
    let head = format!("closure |{}|{result}", params.join(", "));
    node(head, vec![expr(body)])
}

fn text(parts: &[StrPart]) -> Tree {
    match parts {
        [] => word("\"\""),
        [StrPart::Text(text)] => word(format!("{:?}", text.as_str())),
        _ => node("text", parts.iter().map(text_part).collect()),
    }
}

fn text_part(part: &StrPart) -> Tree {
    match part {
        StrPart::Text(text) => word(format!("{:?}", text.as_str())),
        StrPart::Interp { expr: inner, spec } => {
            let mut parts = vec![expr(inner)];
            parts.extend(spec.as_ref().map(|spec| word(format_spec(spec))));
            node("show", parts)
        }
    }
}

fn format_spec(spec: &FormatSpec) -> String {
    let mut out = ":".to_string();
    out.push_str(match spec.align {
        Some(Align::Left) => "<",
        Some(Align::Center) => "^",
        Some(Align::Right) => ">",
        None => "",
    });
    out.push_str(if spec.plus { "+" } else { "" });
    out.push_str(if spec.zero { "0" } else { "" });
    out.extend(spec.width.map(|width| width.to_string()));
    out.push_str(if spec.group { "_" } else { "" });
    out.extend(spec.digits.map(|digits| format!(".{digits}")));
    out.push_str(match spec.radix {
        Some(Radix::Hex) => "x",
        Some(Radix::Binary) => "b",
        Some(Radix::Octal) => "o",
        Some(Radix::Exponent) => "e",
        None => "",
    });
    out
}

pub(super) fn block(found: &Block) -> Tree {
    node("block", found.stmts.iter().map(stmt).collect())
}

pub(super) fn stmt(found: &Stmt) -> Tree {
    match &found.kind {
        StmtKind::Let(binding) => let_stmt(binding),
        StmtKind::Assign(assign) => {
            let op = assign.op.map_or("", BinaryOp::text);
            let parts = vec![expr(&assign.place), expr(&assign.value)];
            node(format!("{op}="), parts)
        }
        StmtKind::Expr(value) => expr(value),
        StmtKind::Item(inner) => item::item(inner),
        StmtKind::Error => word("error"),
    }
}

fn let_stmt(binding: &LetStmt) -> Tree {
    let head = match binding.kind {
        BindingKind::Let => "let",
        BindingKind::Var => "var",
        BindingKind::Const => "const",
    };
    let ty = binding.ty.as_ref();
    let ty = ty.map_or(String::new(), |ty| format!(": {}", type_(ty)));
    let head = format!("{head} {}{ty}", pattern(&binding.pattern));
    let mut parts = vec![expr(&binding.value)];
    let other = binding.else_block.as_ref();
    parts.extend(other.map(|other| node("else", vec![block(other)])));
    node(head, parts)
}
