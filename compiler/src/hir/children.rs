//! Going down the tree of expressions.

use super::{Body, Callee, ExprId, ExprKind, Stmt, StrPart};

/// The expressions directly inside an expression; the bodies of closures and of functions that stand there aside.
pub(crate) fn children(body: &Body, expr: ExprId) -> Vec<ExprId> {
    match &body.exprs[expr].kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::Char(_)
        | ExprKind::Byte(_)
        | ExprKind::Bytes(_)
        | ExprKind::Str(_)
        | ExprKind::Local(_)
        | ExprKind::Global(_)
        | ExprKind::Const(_)
        | ExprKind::Fn(_)
        | ExprKind::Constructor(_)
        | ExprKind::TypeConst { .. }
        | ExprKind::Continue { .. }
        | ExprKind::Closure { .. }
        | ExprKind::Error => Vec::new(),
        ExprKind::Interpolate(parts) => parts
            .iter()
            .filter_map(|part| match part {
                StrPart::Text(_) => None,
                StrPart::Expr { expr, .. } => Some(*expr),
            })
            .collect(),
        ExprKind::Tuple(parts) | ExprKind::Array(parts) | ExprKind::Vector { lanes: parts, .. } => {
            parts.clone()
        }
        ExprKind::Repeat { value, count } => vec![*value, *count],
        ExprKind::Map(entries) => entries.iter().flat_map(|(k, v)| [*k, *v]).collect(),
        ExprKind::Range { start, end, .. } => start.iter().chain(end).copied().collect(),
        ExprKind::Call { callee, args } => {
            let mut found: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
            if let Callee::Value(value) = callee {
                found.push(*value);
            }
            found
        }
        ExprKind::MethodCall { receiver, args, .. } => {
            let mut found = vec![*receiver];
            found.extend(args.iter().map(|arg| arg.value));
            found
        }
        ExprKind::Convert { arg, .. } => vec![*arg],
        ExprKind::Field { base, .. } => vec![*base],
        ExprKind::Index {
            base,
            index,
            default,
        } => [*base, *index].into_iter().chain(*default).collect(),
        ExprKind::Slice {
            base, start, end, ..
        } => [*base].iter().chain(start).chain(end).copied().collect(),
        ExprKind::Unary { operand, .. } => vec![*operand],
        ExprKind::Binary { left, right, .. }
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right)
        | ExprKind::Coalesce(left, right) => vec![*left, *right],
        ExprKind::Try(inner) => vec![*inner],
        ExprKind::Is { expr, .. } => vec![*expr],
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => [*cond, *then].into_iter().chain(*otherwise).collect(),
        ExprKind::Match { scrutinee, arms } => {
            let mut found = vec![*scrutinee];
            for arm in arms {
                found.extend(arm.guard);
                found.push(arm.body);
            }
            found
        }
        ExprKind::Loop { body, .. } => vec![*body],
        ExprKind::For { source, body, .. } => vec![*source, *body],
        ExprKind::Break { value, .. } | ExprKind::Return(value) => value.iter().copied().collect(),
        ExprKind::Block { stmts, tail } => {
            let mut found = Vec::new();
            for stmt in stmts {
                match stmt {
                    Stmt::Let {
                        value, otherwise, ..
                    } => found.extend(value.iter().chain(otherwise)),
                    Stmt::Expr(expr) => found.push(*expr),
                    Stmt::Fn(_) => {}
                }
            }
            found.extend(*tail);
            found
        }
        ExprKind::Assign { place, value, .. } => vec![*place, *value],
        ExprKind::Init { value, .. } => vec![*value],
    }
}
