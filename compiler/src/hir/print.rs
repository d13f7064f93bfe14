//! The HIR as text (`--emit hir`): near the source, with ids on what has them. With the types of locals, every binding shows its own.

use std::fmt::Write;

use cranelift_entity::SecondaryMap;

use super::{
    Arg, BinaryOp, Body, Callee, ExprId, ExprKind, FieldPat, LocalId, Module, PatId, PatKind, Stmt,
    StrPart, UnaryOp,
};
use crate::env::{DefId, DefKind, Env};
use crate::types::Ty;

/// What the checker found out about the locals of a body.
pub type LocalTypes = SecondaryMap<LocalId, Option<Ty>>;

/// A unit: its functions in the order in which they were lowered, then its cells.
pub fn print(env: &Env, module: &Module) -> String {
    let mut text = String::new();
    for function in &module.functions {
        text.push_str(&print_function(env, function.def, &function.body, None));
    }
    for cell in &module.cells {
        text.push_str(&print_cell_head(env, &cell.defines, cell.value));
        text.push_str(&print_body(env, &cell.body, None));
        text.push('\n');
    }
    text
}

/// The first line of a cell: what it gives values to.
pub fn print_cell_head(env: &Env, defines: &[DefId], value: Option<DefId>) -> String {
    let names: Vec<String> = defines.iter().map(|def| def_name(env, *def)).collect();
    match (names.is_empty(), value) {
        (false, _) => format!("cell {}: ", names.join(", ")),
        (true, Some(value)) => format!("cell -> {value}: "),
        (true, None) => "cell: ".to_string(),
    }
}

pub fn print_function(env: &Env, def: DefId, body: &Body, types: Option<&LocalTypes>) -> String {
    let function = env.function(def);
    let generics: Vec<&str> = function.generics.iter().map(|g| g.name.as_str()).collect();
    let generics = if generics.is_empty() {
        String::new()
    } else {
        format!("<{}>", generics.join(", "))
    };
    let params: Vec<String> = body
        .locals
        .iter()
        .zip(&function.params)
        .map(|((id, local), param)| {
            let mark = if param.is_mut { "mut " } else { "" };
            format!("{mark}{}.{id}: {}", local.name, param.ty.display(env))
        })
        .collect();
    let ret = match function.ret {
        Some(ty) if ty.is_unit() => String::new(),
        Some(ty) => format!(" -> {}", ty.display(env)),
        None => " -> _".to_string(),
    };
    format!(
        "fn {}{generics}({}){ret} = {}\n",
        def_name(env, def),
        params.join(", "),
        print_body(env, body, types)
    )
}

/// The expression that a body is.
pub fn print_body(env: &Env, body: &Body, types: Option<&LocalTypes>) -> String {
    let mut printer = Printer {
        env,
        body,
        types,
        text: String::new(),
        indent: 0,
    };
    printer.expr(body.root);
    printer.text
}

fn def_name(env: &Env, def: DefId) -> String {
    match env.try_def(def) {
        Some(found) if found.name != def.to_string() => format!("{}.{def}", found.name),
        _ => def.to_string(),
    }
}

struct Printer<'a> {
    env: &'a Env,
    body: &'a Body,
    types: Option<&'a LocalTypes>,
    text: String,
    indent: usize,
}

impl Printer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.indent {
            self.text.push_str("    ");
        }
    }

    fn ty(&self, ty: Ty) -> String {
        ty.display(self.env)
    }

    fn list(&mut self, exprs: &[ExprId]) {
        for (index, expr) in exprs.iter().enumerate() {
            if index > 0 {
                self.put(", ");
            }
            self.expr(*expr);
        }
    }

    fn optional(&mut self, expr: Option<ExprId>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn local(&mut self, id: LocalId) {
        let local = &self.body.locals[id];
        let name = local.name.clone();
        let _ = write!(self.text, "{name}.{id}");
    }

    fn expr(&mut self, id: ExprId) {
        match &self.body.exprs[id].kind {
            ExprKind::Int(value) => self.put(&value.to_string()),
            ExprKind::Float(value) => self.put(&text::f64_text(*value)),
            ExprKind::Bool(value) => self.put(if *value { "true" } else { "false" }),
            ExprKind::Char(value) => self.put(&text::quoted_char(*value)),
            ExprKind::Byte(value) => self.put(&format!("b{value}")),
            ExprKind::Bytes(bytes) => self.put(&format!("b{bytes:?}")),
            ExprKind::Str(value) => self.put(&text::quoted(value)),
            ExprKind::Interpolate(parts) => self.interpolation(parts),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::Global(def) | ExprKind::Const(def) | ExprKind::Fn(def) => {
                self.put(&def_name(self.env, *def));
            }
            ExprKind::Tuple(parts) => {
                self.put("(");
                self.list(parts);
                self.put(if parts.len() == 1 { ",)" } else { ")" });
            }
            ExprKind::Array(items) => {
                self.put("[");
                self.list(items);
                self.put("]");
            }
            ExprKind::Repeat { value, count } => {
                self.put("[");
                self.expr(*value);
                self.put("; ");
                self.expr(*count);
                self.put("]");
            }
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Range {
                start,
                end,
                inclusive,
            } => {
                self.optional(*start);
                self.put(if *inclusive { "..=" } else { ".." });
                self.optional(*end);
            }
            ExprKind::Call { callee, args } => {
                self.callee(callee);
                self.args(args);
            }
            ExprKind::MethodCall {
                receiver,
                name,
                args,
                optional,
                ..
            } => {
                self.expr(*receiver);
                self.put(if *optional { "?." } else { "." });
                self.put(name);
                self.args(args);
            }
            ExprKind::Convert { to, arg } => {
                let to = self.ty(*to);
                self.put(&format!("convert {to}("));
                self.expr(*arg);
                self.put(")");
            }
            ExprKind::Vector { ty, lanes } => {
                let ty = self.ty(*ty);
                self.put(&format!("vector {ty}("));
                for (at, lane) in lanes.iter().enumerate() {
                    if at > 0 {
                        self.put(", ");
                    }
                    self.expr(*lane);
                }
                self.put(")");
            }
            ExprKind::Field {
                base,
                name,
                optional,
                ..
            } => {
                self.expr(*base);
                self.put(if *optional { "?." } else { "." });
                self.put(name);
            }
            ExprKind::TypeConst { ty, name, .. } => {
                let ty = self.ty(*ty);
                self.put(&format!("{ty}.{name}"));
            }
            ExprKind::Index {
                base,
                index,
                default,
            } => {
                self.expr(*base);
                self.put("[");
                self.expr(*index);
                if let Some(default) = default {
                    self.put(", default: ");
                    self.expr(*default);
                }
                self.put("]");
            }
            ExprKind::Slice {
                base,
                start,
                end,
                inclusive,
            } => {
                self.expr(*base);
                self.put("[");
                self.optional(*start);
                self.put(if *inclusive { "..=" } else { ".." });
                self.optional(*end);
                self.put("]");
            }
            ExprKind::Unary { op, operand } => {
                self.put(match op {
                    UnaryOp::Neg => "-",
                    UnaryOp::Not => "!",
                    UnaryOp::BitNot => "~",
                });
                self.expr(*operand);
            }
            ExprKind::Binary {
                op, left, right, ..
            } => self.infix(op.symbol(), *left, *right),
            ExprKind::And(left, right) => self.infix("&&", *left, *right),
            ExprKind::Or(left, right) => self.infix("||", *left, *right),
            ExprKind::Coalesce(left, right) => self.infix("??", *left, *right),
            ExprKind::Try(inner) => {
                self.expr(*inner);
                self.put("?");
            }
            ExprKind::Is { pat, expr } => {
                self.put("(");
                self.expr(*expr);
                self.put(" is ");
                self.pat(*pat);
                self.put(")");
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.put("if ");
                self.expr(*cond);
                self.put(" ");
                self.expr(*then);
                if let Some(otherwise) = otherwise {
                    self.put(" else ");
                    self.expr(*otherwise);
                }
            }
            ExprKind::Match { scrutinee, arms } => {
                self.put("match ");
                self.expr(*scrutinee);
                self.put(" {");
                self.indent += 1;
                for arm in arms {
                    self.line();
                    self.pat(arm.pat);
                    if let Some(guard) = arm.guard {
                        self.put(" if ");
                        self.expr(guard);
                    }
                    self.put(" => ");
                    self.expr(arm.body);
                }
                self.indent -= 1;
                self.line();
                self.put("}");
            }
            ExprKind::Loop {
                id,
                body,
                from_while,
            } => {
                self.put(&format!("{id}: "));
                self.put(if *from_while {
                    "loop (while) "
                } else {
                    "loop "
                });
                self.expr(*body);
            }
            ExprKind::For {
                id,
                pat,
                source,
                body,
            } => {
                self.put(&format!("{id}: for "));
                self.pat(*pat);
                self.put(" in ");
                self.expr(*source);
                self.put(" ");
                self.expr(*body);
            }
            ExprKind::Break { target, value } => {
                self.put(&format!("break {target}"));
                if let Some(value) = value {
                    self.put(": ");
                    self.expr(*value);
                }
            }
            ExprKind::Continue { target } => self.put(&format!("continue {target}")),
            ExprKind::Return(value) => {
                self.put("return");
                if let Some(value) = value {
                    self.put(" ");
                    self.expr(*value);
                }
            }
            ExprKind::Block { stmts, tail } => self.block(stmts, *tail),
            ExprKind::Assign {
                place, op, value, ..
            } => {
                self.expr(*place);
                let op = op.map_or("", BinaryOp::symbol);
                self.put(&format!(" {op}= "));
                self.expr(*value);
            }
            ExprKind::Init { global, value } => {
                let name = def_name(self.env, *global);
                self.put(&format!("init {name} = "));
                self.expr(*value);
            }
            ExprKind::Closure { params, ret, body } => {
                self.put("|");
                for (index, param) in params.iter().enumerate() {
                    if index > 0 {
                        self.put(", ");
                    }
                    self.pat(param.pat);
                    if let Some(ty) = param.ty {
                        let ty = self.ty(ty);
                        self.put(&format!(": {ty}"));
                    }
                }
                self.put("| ");
                if let Some(ret) = ret {
                    let ret = self.ty(*ret);
                    self.put(&format!("-> {ret} "));
                }
                self.expr(*body);
            }
            ExprKind::Constructor(callee) => self.callee(callee),
            ExprKind::Error => self.put("<error>"),
        }
    }

    fn infix(&mut self, op: &str, left: ExprId, right: ExprId) {
        self.put("(");
        self.expr(left);
        self.put(&format!(" {op} "));
        self.expr(right);
        self.put(")");
    }

    fn interpolation(&mut self, parts: &[StrPart]) {
        self.put("\"");
        for part in parts {
            match part {
                StrPart::Text(text) => {
                    let quoted = text::quoted(text);
                    self.put(quoted.trim_matches('"'));
                }
                StrPart::Expr { expr, spec } => {
                    self.put("{");
                    self.expr(*expr);
                    self.put(if spec.is_some() { ":…}" } else { "}" });
                }
            }
        }
        self.put("\"");
    }

    fn map(&mut self, entries: &[(ExprId, ExprId)]) {
        self.put(if entries.is_empty() { "[:" } else { "[" });
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.put(", ");
            }
            self.expr(*key);
            self.put(": ");
            self.expr(*value);
        }
        self.put("]");
    }

    fn callee(&mut self, callee: &Callee) {
        match callee {
            Callee::Fn(def) | Callee::Struct(def, None) => self.put(&def_name(self.env, *def)),
            Callee::Struct(def, Some(args)) => {
                let args: Vec<String> = args.iter().map(|arg| self.ty(*arg)).collect();
                let name = def_name(self.env, *def);
                self.put(&format!("{name}<{}>", args.join(", ")));
            }
            Callee::Variant { of, name, .. } => self.variant_name(*of, name),
            Callee::Assoc { ty, name, .. } => {
                let ty = self.ty(*ty);
                self.put(&format!("{ty}.{name}"));
            }
            Callee::Builtin(builtin) => self.put(&format!("{builtin:?}").to_lowercase()),
            Callee::Value(expr) => self.expr(*expr),
        }
    }

    fn variant_name(&mut self, of: Option<DefId>, name: &str) {
        if let Some(of) = of {
            let of = &self.env.def(of).name;
            let _ = write!(self.text, "{of}");
        }
        self.put(".");
        self.put(name);
    }

    fn args(&mut self, args: &[Arg]) {
        self.put("(");
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                self.put(", ");
            }
            if let Some((name, _)) = &arg.name {
                self.put(&format!("{name}: "));
            }
            if arg.is_mut {
                self.put("mut ");
            }
            self.expr(arg.value);
        }
        self.put(")");
    }

    fn block(&mut self, stmts: &[Stmt], tail: Option<ExprId>) {
        self.put("{");
        self.indent += 1;
        for stmt in stmts {
            self.line();
            match stmt {
                Stmt::Let {
                    pat,
                    ty,
                    value,
                    otherwise,
                } => {
                    self.put("let ");
                    self.pat(*pat);
                    if let Some(ty) = ty {
                        let ty = self.ty(*ty);
                        self.put(&format!(": {ty}"));
                    }
                    if let Some(value) = value {
                        self.put(" = ");
                        self.expr(*value);
                    }
                    if let Some(otherwise) = otherwise {
                        self.put(" else ");
                        self.expr(*otherwise);
                    }
                }
                Stmt::Expr(expr) => {
                    self.expr(*expr);
                    self.put(";");
                }
                Stmt::Fn(def) => self.inner_fn(*def),
            }
        }
        if let Some(tail) = tail {
            self.line();
            self.expr(tail);
        }
        self.indent -= 1;
        if !stmts.is_empty() || tail.is_some() {
            self.line();
        }
        self.put("}");
    }

    fn inner_fn(&mut self, def: DefId) {
        let name = def_name(self.env, def);
        self.put(&format!("fn {name}("));
        let body = self.body;
        if let Some(inner) = body.inner_fn(def) {
            for (index, param) in inner.params.iter().enumerate() {
                if index > 0 {
                    self.put(", ");
                }
                self.binding(*param);
            }
            self.put(") = ");
            self.expr(inner.body);
        }
    }

    fn pats(&mut self, pats: &[PatId]) {
        for (index, pat) in pats.iter().enumerate() {
            if index > 0 {
                self.put(", ");
            }
            self.pat(*pat);
        }
    }

    fn pat(&mut self, id: PatId) {
        match &self.body.pats[id].kind {
            PatKind::Wildcard => self.put("_"),
            PatKind::Bind(local) => self.binding(*local),
            PatKind::Int { value, negative } => {
                self.put(if *negative { "-" } else { "" });
                self.put(&value.to_string());
            }
            PatKind::Float(value) => self.put(&text::f64_text(*value)),
            PatKind::Bool(value) => self.put(if *value { "true" } else { "false" }),
            PatKind::Char(value) => self.put(&text::quoted_char(*value)),
            PatKind::Str(value) => self.put(&text::quoted(value)),
            PatKind::Const(def) => self.put(&def_name(self.env, *def)),
            PatKind::Range {
                low,
                high,
                inclusive,
            } => {
                if let Some(low) = low {
                    self.pat(*low);
                }
                self.put(if *inclusive { "..=" } else { ".." });
                if let Some(high) = high {
                    self.pat(*high);
                }
            }
            PatKind::Tuple(parts) => {
                self.put("(");
                self.pats(parts);
                self.put(")");
            }
            PatKind::Array {
                before,
                rest,
                after,
            } => {
                self.put("[");
                self.pats(before);
                self.put(if *rest { ", ..; " } else { "" });
                self.pats(after);
                self.put("]");
            }
            PatKind::Variant {
                of,
                name,
                fields,
                rest,
                ..
            } => {
                self.variant_name(*of, name);
                if let Some(fields) = fields {
                    self.field_pats(fields, *rest);
                }
            }
            PatKind::Struct { def, fields, rest } => {
                self.put(&def_name(self.env, *def));
                self.field_pats(fields, *rest);
            }
            PatKind::Or(alternatives) => {
                for (index, pat) in alternatives.iter().enumerate() {
                    if index > 0 {
                        self.put(" | ");
                    }
                    self.pat(*pat);
                }
            }
            PatKind::Typed { pat, ty } => {
                self.pat(*pat);
                let ty = self.ty(*ty);
                self.put(&format!(": {ty}"));
            }
            PatKind::Error => self.put("<error>"),
        }
    }

    fn binding(&mut self, id: LocalId) {
        let local = &self.body.locals[id];
        self.put(match (local.is_ref, local.is_var) {
            (true, _) => "mut ",
            (false, true) => "var ",
            (false, false) => "",
        });
        self.local(id);
        if let Some(ty) = self.types.and_then(|types| types[id]) {
            let ty = self.ty(ty);
            self.put(&format!(": {ty}"));
        }
    }

    fn field_pats(&mut self, fields: &[FieldPat], rest: bool) {
        self.put("(");
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                self.put(", ");
            }
            if let Some((name, _)) = &field.name {
                self.put(&format!("{name}: "));
            }
            self.pat(field.pat);
        }
        self.put(match (rest, fields.is_empty()) {
            (true, true) => "..",
            (true, false) => ", ..",
            (false, _) => "",
        });
        self.put(")");
    }
}

/// The definitions of a unit, one line each: what the `Env` knows after lowering.
pub fn print_def(env: &Env, id: DefId) -> String {
    let def = env.def(id);
    let name = def_name(env, id);
    match &def.kind {
        DefKind::Struct(of) => {
            let fields: Vec<String> = of
                .fields
                .iter()
                .map(|field| format!("{}: {}", field.name, field.ty.display(env)))
                .collect();
            format!("struct {name}({})", fields.join(", "))
        }
        DefKind::Enum(of) => {
            let variants: Vec<&str> = of.variants.iter().map(|v| v.name.as_str()).collect();
            format!("enum {name}({})", variants.join(", "))
        }
        DefKind::Fn(function) => format!("fn {name}/{}", function.params.len()),
        DefKind::Trait(_) => format!("trait {name}"),
        DefKind::Global(global) => {
            let word = if global.is_var { "var" } else { "let" };
            let ty = global.ty.map_or("_".to_string(), |ty| ty.display(env));
            format!("{word} {name}: {ty}")
        }
        DefKind::Const(constant) => {
            let ty = constant.ty.map_or("_".to_string(), |ty| ty.display(env));
            format!("const {name}: {ty}")
        }
        DefKind::ExternType { .. } => format!("extern type {name}"),
    }
}
