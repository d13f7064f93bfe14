//! The text of a value, as section 12 of the language says; a type's own `show` is asked first.

use std::rc::Rc;

use text::FormatSpec;

use super::heap::Data;
use super::value::Value;
use super::{Interpreter, Run};
use crate::boxes::fields_of;
use crate::env::DefId;
use crate::mono::Program;
use crate::types::{FloatTy, Ty, TyKind, TyNames};

impl Interpreter<'_> {
    /// The text; with `quoted` the literal form of text and characters.
    pub(super) fn show(
        &mut self,
        program: &Rc<Program>,
        ty: Ty,
        value: &Value,
        quoted: bool,
    ) -> Run<String> {
        let mut out = String::new();
        self.push_shown(program, ty, value, quoted, &mut out)?;
        Ok(out)
    }

    fn push_shown(
        &mut self,
        program: &Rc<Program>,
        ty: Ty,
        value: &Value,
        quoted: bool,
        out: &mut String,
    ) -> Run<()> {
        if let Some(own) = program.overrides.get(&ty).and_then(|own| own.show) {
            let shown = self.call_target(program, own, vec![value.clone()])?;
            out.push_str(self.text(&shown));
            self.heap.release(shown);
            return Ok(());
        }
        match (ty.kind(), value) {
            (_, Value::Int(value)) => text::push_int(out, *value),
            (TyKind::Float(FloatTy::F32), Value::Float(value)) => {
                text::push_f32(out, *value as f32);
            }
            (_, Value::Float(value)) => text::push_f64(out, *value),
            (_, Value::Bool(value)) => out.push_str(if *value { "true" } else { "false" }),
            (_, Value::Char(value)) if quoted => text::push_quoted_char(out, *value),
            (_, Value::Char(value)) => out.push(*value),
            (_, Value::Block(block)) => match self.heap.data(*block).clone() {
                Data::Bytes(_) if quoted => text::push_quoted(out, self.text(value)),
                Data::Bytes(_) => out.push_str(self.text(value)),
                Data::Values(values) => self.push_elements(program, ty, &values, out)?,
            },
            (TyKind::FixedArray(..), Value::Fields(fields)) => {
                self.push_elements(program, ty, fields, out)?;
            }
            (TyKind::Simd(..), Value::Fields(lanes)) => {
                out.push_str(&ty.display(&self.env));
                self.push_fields(program, ty, 0, lanes, out)?;
            }
            (_, Value::Any(inside, block)) => {
                let program = self.program_of_inside(program, *inside);
                let value = self.heap.values(*block)[0].clone();
                self.push_shown(&program, *inside, &value, quoted, out)?;
            }
            (TyKind::Fn(_) | TyKind::CFn(_), _) => out.push_str(&ty.display(&self.env)),
            (TyKind::Adt(DefId::MAP, args), Value::Fields(fields)) => {
                self.push_entries(program, args, &fields[1], out)?;
            }
            (TyKind::Adt(DefId::SET, args), Value::Fields(fields)) => {
                let Value::Fields(map) = &fields[0] else {
                    panic!("compiler bug: a set that is no map");
                };
                out.push_str("Set(");
                self.push_entries(program, args, &map[1], out)?;
                out.push(')');
            }
            (_, Value::Fields(fields)) => self.push_struct(program, ty, fields, out)?,
            (_, Value::Variant(variant, fields)) => {
                out.push_str(&self.variant_name(ty, *variant).unwrap_or_default());
                if !fields.is_empty() {
                    self.push_fields(program, ty, *variant, fields, out)?;
                }
            }
            (_, Value::Empty | Value::Function(_) | Value::Reference(_)) => {
                panic!("compiler bug: {value:?} has no text")
            }
        }
        Ok(())
    }

    fn push_struct(
        &mut self,
        program: &Rc<Program>,
        ty: Ty,
        fields: &[Value],
        out: &mut String,
    ) -> Run<()> {
        if ty.is_unit() {
            out.push_str("()");
            return Ok(());
        }
        if let TyKind::Adt(def, _) = ty.kind() {
            out.push_str(&self.env.name_of(*def));
            if fields.is_empty() {
                out.push_str("()");
                return Ok(());
            }
        }
        self.push_fields(program, ty, 0, fields, out)
    }

    /// `(name: value, …)`; of a tuple and of unnamed fields the values alone.
    fn push_fields(
        &mut self,
        program: &Rc<Program>,
        ty: Ty,
        variant: u32,
        fields: &[Value],
        out: &mut String,
    ) -> Run<()> {
        let names = self.field_names(ty, variant);
        out.push('(');
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            if let Some(name) = names.get(at).filter(|name| !name.is_empty()) {
                out.push_str(name);
                out.push_str(": ");
            }
            let part = self.part_ty(ty, variant, at);
            let field = self.unboxed(ty, variant, at, field);
            self.push_shown(program, part, &field, true, out)?;
        }
        if fields.len() == 1 && matches!(ty.kind(), TyKind::Tuple(_)) {
            out.push(',');
        }
        out.push(')');
        Ok(())
    }

    /// Those of the language's own enums are not shown.
    fn field_names(&self, ty: Ty, variant: u32) -> Vec<String> {
        match ty.kind() {
            TyKind::Adt(def, _) if ty.option_of().is_none() && *def != DefId::RESULT => {
                let fields = fields_of(&self.env, *def, variant).unwrap_or_default();
                fields.iter().map(|field| field.name.to_string()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// `[key: value, …]`, `[:]`; of a set, which has no type of values, the keys alone.
    fn push_entries(
        &mut self,
        program: &Rc<Program>,
        types: &[Ty],
        entries: &Value,
        out: &mut String,
    ) -> Run<()> {
        let entries = self.heap.values(entries.block()).to_vec();
        let mut separator = "";
        out.push('[');
        for entry in &entries {
            let Value::Variant(1, pair) = entry else {
                continue;
            };
            let Value::Fields(pair) = &pair[0] else {
                panic!("compiler bug: an entry that is no pair");
            };
            for (part, ty) in pair.iter().zip(types) {
                out.push_str(separator);
                self.push_shown(program, *ty, part, true, out)?;
                separator = ": ";
            }
            separator = ", ";
        }
        if separator.is_empty() && types.len() == 2 {
            out.push(':');
        }
        out.push(']');
        Ok(())
    }

    fn push_elements(
        &mut self,
        program: &Rc<Program>,
        ty: Ty,
        values: &[Value],
        out: &mut String,
    ) -> Run<()> {
        let elem = ty.elem().expect("compiler bug: only arrays have elements");
        out.push('[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.push_shown(program, elem, value, true, out)?;
        }
        out.push(']');
        Ok(())
    }

    pub(super) fn formatted(
        &mut self,
        program: &Rc<Program>,
        ty: Ty,
        value: &Value,
        spec: &FormatSpec,
    ) -> Run<String> {
        let has_own = program
            .overrides
            .get(&ty)
            .is_some_and(|own| own.show.is_some());
        Ok(match (ty.kind(), value) {
            (TyKind::Int(int), Value::Int(value)) if !has_own => {
                text::format_int(*value, int.bits(), int.is_signed(), spec)
            }
            (TyKind::Float(FloatTy::F32), Value::Float(value)) => {
                text::format_f32(*value as f32, spec)
            }
            (TyKind::Float(FloatTy::F64), Value::Float(value)) => text::format_f64(*value, spec),
            _ => text::format_str(&self.show(program, ty, value, false)?, spec),
        })
    }

    pub(super) fn text(&self, value: &Value) -> &str {
        std::str::from_utf8(self.heap.bytes(value.block()))
            .expect("compiler bug: a text that is not UTF-8")
    }
}
