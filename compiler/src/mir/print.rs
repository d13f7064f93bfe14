//! The text of a body: what `--emit mir|drops` shows and what tests compare. Ids print as they are, definitions by name.

use std::fmt::Write;

use text::{Align, FormatSpec, Radix};

use super::{
    Arg, Base, Block, BlockId, Body, Callee, Check, Const, FormatPart, Fuel, Local, LocalKind, Old,
    Operand, ParamMode, Place, Projection, Rvalue, StatementKind, Terminator,
};
use crate::env::DefId;
use crate::hir::{BinaryOp, UnaryOp};
use crate::types::{FloatTy, IntTy, Ty, TyNames};

impl Body {
    pub fn display(&self, names: &dyn TyNames) -> String {
        let mut printer = Printer {
            names,
            out: String::new(),
        };
        printer.body(self);
        printer.out
    }
}

/// One statement, for messages.
pub(super) fn statement_text(kind: &StatementKind, names: &dyn TyNames) -> String {
    let printer = Printer {
        names,
        out: String::new(),
    };
    printer.statement(kind)
}

struct Printer<'a> {
    names: &'a dyn TyNames,
    out: String,
}

impl Printer<'_> {
    fn body(&mut self, body: &Body) {
        self.header(body);
        self.locals(body);
        for (id, block) in body.blocks.iter() {
            self.block(id, block);
        }
        self.out.push_str("}\n");
    }

    fn header(&mut self, body: &Body) {
        let locals: Vec<_> = body.locals.iter().collect();
        let params: Vec<String> = body
            .params
            .iter()
            .zip(locals.iter().skip(1))
            .map(|(mode, (id, decl))| {
                let ty = self.ty(decl.ty);
                match mode {
                    ParamMode::Borrow => format!("{id}: ref {ty}"),
                    ParamMode::Own => format!("{id}: {ty}"),
                    ParamMode::Mut => format!("{id}: mut {ty}"),
                }
            })
            .collect();
        let ret = self.ty(body.locals[Local::RESULT].ty);
        let name = &body.name;
        let params = params.join(", ");
        self.line(format_args!("fn {name}({params}) -> {ret} {{"));
    }

    fn locals(&mut self, body: &Body) {
        for (id, decl) in body.locals.iter().skip(1 + body.params.len()) {
            let kind = match decl.kind {
                LocalKind::Owned => "",
                LocalKind::Borrowed => "ref ",
                LocalKind::Ref => "mut ",
                LocalKind::Flag => "flag ",
            };
            let ty = self.ty(decl.ty);
            let name = decl
                .name
                .as_ref()
                .map_or_else(String::new, |name| format!(" // {name}"));
            self.line(format_args!("  let {id}: {kind}{ty}{name}"));
        }
    }

    fn block(&mut self, id: BlockId, block: &Block) {
        let label = format!("{id}: ");
        let mut lead = format!("  {label}");
        let indent = " ".repeat(lead.len());
        for statement in &block.statements {
            if matches!(statement.kind, StatementKind::Nop) {
                continue;
            }
            let text = self.statement(&statement.kind);
            self.line(format_args!("{lead}{text}"));
            lead.clone_from(&indent);
        }
        let text = self.terminator(&block.terminator);
        self.line(format_args!("{lead}{text}"));
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        writeln!(self.out, "{text}").expect("writing to a string");
    }

    fn statement(&self, kind: &StatementKind) -> String {
        match kind {
            StatementKind::Assign { place, value, old } => format!(
                "{} = {}{}",
                self.place(place),
                self.rvalue(value),
                old_text(*old)
            ),
            StatementKind::Call {
                dest,
                callee,
                args,
                old,
                open,
            } => {
                let open: Vec<String> = open.iter().map(|def| self.names.name_of(*def)).collect();
                let args: Vec<String> = args.iter().map(|arg| self.arg(arg)).collect();
                format!(
                    "{} = call {}({}){}{}",
                    self.place(dest),
                    self.callee(callee),
                    args.join(", "),
                    old_text(*old),
                    match open.as_slice() {
                        [] => String::new(),
                        open => format!(" while {} is open", open.join(", ")),
                    }
                )
            }
            StatementKind::Open { reference, place } => {
                format!("{reference} = open {}", self.place(place))
            }
            StatementKind::Check(check) => self.check(check),
            StatementKind::MakeUnique(place) => format!("unique {}", self.place(place)),
            StatementKind::Unpack {
                place,
                variant,
                moved,
            } => format!("unpack {}#{variant} without {moved:?}", self.place(place)),
            StatementKind::Drop { place, flag: None } => format!("drop {}", self.place(place)),
            StatementKind::Drop {
                place,
                flag: Some(flag),
            } => format!("drop {} if {flag}", self.place(place)),
            StatementKind::Nop => "nop".to_string(),
        }
    }

    fn check(&self, check: &Check) -> String {
        match check {
            Check::Index {
                index,
                place,
                length,
            } => {
                let known = length.map(|local| format!(", as long as {local}"));
                let (index, place) = (self.operand(index), self.place(place));
                format!("check {index} in {place}{}", known.unwrap_or_default())
            }
            Check::NotZero(operand) => format!("check {} != 0", self.operand(operand)),
            Check::NotNegative(operand) => format!("check {} >= 0", self.operand(operand)),
            Check::Character(operand) => format!("check {} is a char", self.operand(operand)),
            Check::Disjoint {
                first,
                second,
                place,
            } => format!(
                "check {} apart from {} in {}",
                self.operand(first),
                self.operand(second),
                self.place(place)
            ),
            Check::Closed(def) => format!("check closed for {}", self.names.name_of(*def)),
            Check::Begin(open) => {
                let names = open
                    .iter()
                    .map(|def| format!("@{}", self.names.name_of(*def)));
                format!("begin {}", names.collect::<Vec<_>>().join(", "))
            }
            Check::End(count) => format!("end {count}"),
            Check::Fuel(Fuel::Units(units)) => format!("fuel {units}"),
            Check::Fuel(Fuel::Advance(units)) => format!("fuel {units} in advance"),
            Check::Fuel(Fuel::Go {
                cond,
                stays_if_true,
                into,
            }) => {
                let word = if *stays_if_true { "if" } else { "unless" };
                format!("{into} = fuel {word} {}", self.operand(cond))
            }
            Check::Fuel(Fuel::Was) => "fuel was there".to_string(),
            Check::Fuel(Fuel::Reach { from, to, into }) => {
                format!(
                    "{into} = reach {} .. {}",
                    self.operand(from),
                    self.operand(to)
                )
            }
            Check::Fuel(Fuel::Below { from, to }) => {
                format!("fuel {} .. {}", self.operand(from), self.operand(to))
            }
            Check::Fuel(Fuel::Through { from, to }) => {
                format!("fuel {} ..= {}", self.operand(from), self.operand(to))
            }
        }
    }

    fn terminator(&self, terminator: &Terminator) -> String {
        match terminator {
            Terminator::Goto(block) => format!("goto {block}"),
            Terminator::If {
                cond,
                then,
                otherwise,
            } => format!("if {} then {then} else {otherwise}", self.operand(cond)),
            Terminator::Switch {
                value,
                cases,
                default,
            } => {
                let mut arms: Vec<String> = cases
                    .iter()
                    .map(|(case, block)| format!("{case} => {block}"))
                    .collect();
                arms.extend(default.map(|block| format!("_ => {block}")));
                format!("switch {} {{ {} }}", self.operand(value), arms.join(", "))
            }
            Terminator::Return => "return".to_string(),
            Terminator::Panic { kind, message, .. } => {
                let message = message
                    .as_ref()
                    .map_or_else(String::new, |m| format!(" {}", self.operand(m)));
                format!("panic.{kind:?}{message}")
            }
            Terminator::Unreachable => "unreachable".to_string(),
        }
    }

    fn rvalue(&self, value: &Rvalue) -> String {
        match value {
            Rvalue::Use(operand) => self.operand(operand),
            Rvalue::Unary(op, operand) => format!("{} {}", unary(*op), self.operand(operand)),
            Rvalue::Binary(op, left, right) => format!(
                "{} {}, {}",
                binary(*op),
                self.operand(left),
                self.operand(right)
            ),
            Rvalue::Compare(op, left, right) => format!(
                "compare {} {}, {}",
                binary(*op),
                self.operand(left),
                self.operand(right)
            ),
            Rvalue::Convert { operand, to } => {
                format!("{} as {}", self.operand(operand), self.ty(*to))
            }
            Rvalue::Aggregate(ty, fields) => {
                format!("{} {{ {} }}", self.ty(*ty), self.operands(fields))
            }
            Rvalue::Variant {
                ty,
                variant,
                fields,
            } => format!("{} #{variant}({})", self.ty(*ty), self.operands(fields)),
            Rvalue::Array { elem, items } => {
                format!("array {} [{}]", self.ty(*elem), self.operands(items))
            }
            Rvalue::Repeat { ty, value, count } => format!(
                "repeat {} [{}; {}]",
                self.ty(*ty),
                self.operand(value),
                self.operand(count)
            ),
            Rvalue::Len(place) => format!("len {}", self.place(place)),
            Rvalue::Discriminant(place) => format!("discriminant {}", self.place(place)),
            Rvalue::Holds(place, ty) => format!("{} holds {}", self.place(place), self.ty(*ty)),
            Rvalue::Any { ty, value } => format!("{} ({})", self.ty(*ty), self.operand(value)),
            Rvalue::Format(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.format_part(part)).collect();
                format!("format [{}]", parts.join(", "))
            }
            Rvalue::Closure {
                def,
                type_args,
                captures,
            } => {
                let captures: Vec<String> = captures.iter().map(|arg| self.arg(arg)).collect();
                let function = Const::Fn(*def, type_args.clone());
                format!(
                    "closure {} [{}]",
                    self.constant(&function),
                    captures.join(", ")
                )
            }
        }
    }

    fn format_part(&self, part: &FormatPart) -> String {
        match part {
            FormatPart::Text(text) => format!("{text:?}"),
            FormatPart::Value {
                operand,
                spec,
                literal,
            } => {
                let literal = if *literal { "literal " } else { "" };
                let spec = spec
                    .as_ref()
                    .map_or_else(String::new, |spec| format!(" : {}", spec_text(spec)));
                format!("{literal}{}{spec}", self.operand(operand))
            }
        }
    }

    fn arg(&self, arg: &Arg) -> String {
        match arg {
            Arg::Value(operand) => self.operand(operand),
            Arg::Mut(place) => format!("mut {}", self.place(place)),
        }
    }

    fn callee(&self, callee: &Callee) -> String {
        match callee {
            Callee::Fn(def, type_args) => self.function(*def, type_args),
            Callee::Value(operand) => format!("({})", self.operand(operand)),
            Callee::TraitMethod(def, type_args) => {
                format!("trait {}", self.function(*def, type_args))
            }
        }
    }

    fn function(&self, def: DefId, type_args: &[Ty]) -> String {
        let name = self.names.name_of(def);
        if type_args.is_empty() {
            return name;
        }
        let args: Vec<String> = type_args.iter().map(|ty| self.ty(*ty)).collect();
        format!("{name}<{}>", args.join(", "))
    }

    fn operands(&self, operands: &[Operand]) -> String {
        let texts: Vec<String> = operands.iter().map(|o| self.operand(o)).collect();
        texts.join(", ")
    }

    fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Copy(place) => self.place(place),
            Operand::Move(place) => format!("move {}", self.place(place)),
            Operand::Borrow(place) => format!("borrow {}", self.place(place)),
            Operand::Const(value) => self.constant(value),
        }
    }

    fn constant(&self, value: &Const) -> String {
        match value {
            Const::Int(IntTy::I64, value) => value.to_string(),
            Const::Int(ty, value) => format!("{value}{}", ty.name()),
            Const::Float(FloatTy::F64, value) => format!("{value:?}"),
            Const::Float(FloatTy::F32, value) => format!("{:?}f32", *value as f32),
            Const::Bool(value) => value.to_string(),
            Const::Char(value) => format!("{value:?}"),
            Const::Unit => "()".to_string(),
            Const::Str(text) => format!("{text:?}"),
            Const::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
            Const::Fn(def, type_args) => format!("fn {}", self.function(*def, type_args)),
            Const::CFn(def) => format!("extern fn {}", self.names.name_of(*def)),
            Const::Def(def) => format!("const {}", self.names.name_of(*def)),
            Const::Data(ty, value) => format!("data {} {value:?}", self.ty(*ty)),
        }
    }

    fn place(&self, place: &Place) -> String {
        let mut text = match place.base {
            Base::Local(local) => local.to_string(),
            Base::Global(def) => format!("@{}", self.names.name_of(def)),
        };
        for projection in &place.projections {
            text = match projection {
                Projection::Field(field) => format!("{text}.{field}"),
                Projection::Payload { variant, field } => format!("{text}#{variant}.{field}"),
                Projection::Index(index) => format!("{text}[{index}]"),
                Projection::ConstIndex(index) => format!("{text}[{index}]"),
                Projection::Inside(ty) => format!("({text} as {})", self.ty(*ty)),
                Projection::Deref => format!("(*{text})"),
            };
        }
        text
    }

    fn ty(&self, ty: Ty) -> String {
        ty.display(self.names)
    }
}

/// A format spec as it is written.
fn spec_text(spec: &FormatSpec) -> String {
    let mut text = String::new();
    text.push_str(match spec.align {
        Some(Align::Left) => "<",
        Some(Align::Center) => "^",
        Some(Align::Right) => ">",
        None => "",
    });
    let flags = [(spec.plus, "+"), (spec.zero, "0")];
    text.extend(flags.iter().filter(|(set, _)| *set).map(|(_, sign)| *sign));
    if spec.width > 0 {
        text.push_str(&spec.width.to_string());
    }
    if spec.group {
        text.push('_');
    }
    text.extend(spec.digits.map(|digits| format!(".{digits}")));
    text.push_str(match spec.radix {
        Some(Radix::X) => "x",
        Some(Radix::B) => "b",
        Some(Radix::O) => "o",
        Some(Radix::E) => "e",
        None => "",
    });
    text
}

fn old_text(old: Old) -> String {
    match old {
        Old::Unknown | Old::Nothing => String::new(),
        Old::Drop => " // drops the old".to_string(),
        Old::DropIf(flag) => format!(" // drops the old if {flag}"),
    }
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Neg => "neg",
        UnaryOp::Not => "not",
        UnaryOp::BitNot => "bitnot",
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "add",
        BinaryOp::Sub => "sub",
        BinaryOp::Mul => "mul",
        BinaryOp::Div => "div",
        BinaryOp::Rem => "rem",
        BinaryOp::Pow => "pow",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Xor => "xor",
        BinaryOp::Shl => "shl",
        BinaryOp::Shr => "shr",
        BinaryOp::Eq => "eq",
        BinaryOp::Ne => "ne",
        BinaryOp::Lt => "lt",
        BinaryOp::Le => "le",
        BinaryOp::Gt => "gt",
        BinaryOp::Ge => "ge",
    }
}
