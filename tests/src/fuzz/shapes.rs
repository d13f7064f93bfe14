//! Statements that take values apart, leave early, or stand in functions of their own.

use super::generate::Generator;
use super::types::{Ty, field, variant_name};

impl Generator {
    pub(crate) fn shaped(&mut self, depth: usize) {
        match self.random.below(16) {
            0 => self.let_else(),
            1 => self.while_let(depth),
            2 => self.labelled(depth),
            3 | 4 => self.nested(depth),
            5 => self.match_numbers(),
            6 => self.match_texts(),
            7 => self.match_array(),
            8 => self.take_apart(),
            9 => self.empty(),
            10 | 11 => self.rebuild(),
            12 => self.look_in_box(depth),
            13 => self.assign_if_there(),
            14 => self.loop_with_value(),
            _ => self.in_step(depth),
        }
    }

    /// `let … else` with each way out that there is here.
    fn let_else(&mut self) {
        let found = (0..8).find_map(|_| match self.place(false)? {
            (place, Ty::Optional(inner), _) => Some((place, *inner, "some")),
            (place, Ty::Outcome(inner), _) => Some((place, *inner, "ok")),
            _ => None,
        });
        let Some((place, inner, variant)) = found else {
            return self.assign();
        };
        let otherwise = match self.result.clone() {
            _ if self.loops > 0 => (*self.random.pick(&["break", "continue"])).to_string(),
            Some(result) => format!("return {}", self.literal(&result, 1)),
            None => "panic(\"nothing there\")".to_string(),
        };
        let name = self.name('v');
        self.line(&format!(
            "let {variant}({name}) = {place} else {{ {otherwise} }}"
        ));
        let global = self.indent == 0;
        self.declare(&name, inner, false, global);
    }

    /// Until an array is empty.
    fn while_let(&mut self, depth: usize) {
        let Some((place, element, root)) = self.array_place(true) else {
            return self.assign();
        };
        let name = self.name('x');
        self.declare(&name, element, false, false);
        // Nothing in the body makes it longer.
        self.locked.push(root);
        self.looped(
            &format!("while let some({name}) = {place}.pop()"),
            depth.min(1),
        );
        self.locked.pop();
        self.scope.retain(|v| v.name != name);
    }

    fn labelled(&mut self, depth: usize) {
        let (label, outer, inner) = (self.name('l'), self.name('k'), self.name('k'));
        self.line(&format!("{label}: for {outer} in 0..3 {{"));
        self.indent += 1;
        self.declare(&outer, Ty::i64(), false, false);
        self.line(&format!("for {inner} in {outer}..3 {{"));
        self.indent += 1;
        let condition = self.expr(&Ty::Bool, 1);
        let how = *self.random.pick(&["break", "continue"]);
        self.line(&format!(
            "if {inner} > 0 && {condition} {{ {how} {label} }}"
        ));
        let scope = self.scope.len();
        let calls = std::mem::take(&mut self.calls_left);
        self.loops += 1;
        self.statement(depth.min(1));
        self.loops -= 1;
        self.calls_left = calls;
        self.scope.truncate(scope);
        self.indent -= 1;
        self.line("}");
        self.indent -= 1;
        self.line("}");
        self.scope.retain(|v| v.name != outer);
    }

    /// A function in the body of another, which uses what is around it and calls itself.
    fn nested(&mut self, depth: usize) {
        let (outer, name, count) = (self.name('w'), self.name('z'), self.name('n'));
        let result = self.types.any(&mut self.random, 2);
        let start = self.literal(&result, 1);
        let scope = self.scope.clone();
        let is_inside = self.indent > 0;
        if !is_inside {
            self.line(&format!("fn {outer}() -> {} {{", result.text()));
            self.indent += 1;
            self.scope.retain(|v| v.global);
        }
        let around = self.name('v');
        self.line(&format!("var {around}: {} = {start}", result.text()));
        self.declare(&around, result.clone(), true, false);
        self.line(&format!("fn {name}({count}: i64) -> {} {{", result.text()));
        self.indent += 1;
        let inside = self.scope.len();
        let (calls, loops) = (
            std::mem::take(&mut self.calls_left),
            std::mem::take(&mut self.loops),
        );
        let outer_result = self.result.replace(result.clone());
        self.declare(&count, Ty::i64(), false, false);
        self.line(&format!("if {count} <= 0 {{ return {around} }}"));
        self.statement(depth.min(1));
        let value = self.expr(&result, 1);
        self.line(&format!("{around} = {value}"));
        self.line(&format!("{name}({count} - 1)"));
        (self.calls_left, self.loops, self.result) = (calls, loops, outer_result);
        self.scope.truncate(inside);
        self.indent -= 1;
        self.line("}");
        let times = self.random.below(4);
        if is_inside {
            self.line(&format!("let _ = {name}({times})"));
            self.scope = scope;
            return self.declare(&around, result, true, false);
        }
        self.line(&format!("{name}({times})"));
        self.indent -= 1;
        self.line("}");
        self.scope = scope;
        let value = self.name('v');
        self.line(&format!("let {value} = {outer}()"));
        self.declare(&value, result, false, true);
    }

    fn match_numbers(&mut self) {
        let (first, second) = (self.expr(&Ty::i64(), 1), self.expr(&Ty::Bool, 1));
        let ty = self.types.any(&mut self.random, 2);
        let name = self.name('v');
        self.line(&format!(
            "var {name}: {} = match ({first}, {second}) {{",
            ty.text()
        ));
        self.indent += 1;
        let bound = self.name('x');
        let guard = self.expr(&Ty::Bool, 1);
        for pattern in [
            "(0, _)".to_string(),
            "(1..=9 | -3, true)".to_string(),
            format!("({bound}, false) if {bound} > 99 || {guard}"),
            "_".to_string(),
        ] {
            let value = self.expr(&ty, 1);
            self.line(&format!("{pattern} => {value}"));
        }
        self.indent -= 1;
        self.line("}");
        let global = self.indent == 0;
        self.declare(&name, ty, true, global);
    }

    fn match_texts(&mut self) {
        let text = self.expr(&Ty::Str, 1);
        let ty = self.types.any(&mut self.random, 1);
        let (name, bound) = (self.name('v'), self.name('x'));
        self.line(&format!("var {name}: {} = match {text} {{", ty.text()));
        self.indent += 1;
        for pattern in ["\"\" | \"a\"", "\"é\"", &bound] {
            if pattern == bound {
                self.declare(&bound, Ty::Str, false, false);
            }
            let value = self.expr(&ty, 1);
            self.line(&format!("{pattern} => {value}"));
        }
        self.scope.retain(|v| v.name != bound);
        self.indent -= 1;
        self.line("}");
        let global = self.indent == 0;
        self.declare(&name, ty, true, global);
    }

    fn match_array(&mut self) {
        let Some((place, element, root)) = self.array_place(true) else {
            return self.take_apart();
        };
        let in_place = self.random.chance(50);
        let mark = if in_place { "mut " } else { "" };
        let (first, last) = (self.name('x'), self.name('x'));
        if in_place {
            self.locked.push(root);
        }
        self.line(&format!("match {place} {{"));
        self.indent += 1;
        self.line("[] => print(\"empty\")");
        for (pattern, names) in [
            (format!("[{mark}{first}]"), vec![&first]),
            (
                format!("[{mark}{first}, .., {mark}{last}]"),
                vec![&first, &last],
            ),
        ] {
            let scope = self.scope.len();
            for name in names {
                self.declare(name, element.clone(), in_place, false);
            }
            self.block(&format!("{pattern} =>"), 0);
            self.scope.truncate(scope);
        }
        self.indent -= 1;
        self.line("}");
        if in_place {
            self.locked.pop();
        }
    }

    /// A struct or tuple into its parts.
    fn take_apart(&mut self) {
        let found = (0..8).find_map(|_| match self.place(false)? {
            (place, Ty::Struct(index), _) => {
                Some((place, self.types.structs[index].clone(), Some(index)))
            }
            (place, Ty::Tuple(parts), _) => Some((place, parts, None)),
            _ => None,
        });
        let Some((place, parts, index)) = found else {
            return self.assign();
        };
        let names: Vec<String> = parts.iter().map(|_| self.name('v')).collect();
        let pattern = match index {
            None => format!("({})", names.join(", ")),
            Some(index) => {
                let fields: Vec<String> = (names.iter().enumerate())
                    .map(|(at, name)| format!("{}: {name}", field(at)))
                    .collect();
                format!("S{index}({})", fields.join(", "))
            }
        };
        let mutable = self.random.chance(50);
        let how = if mutable { "var" } else { "let" };
        self.line(&format!("{how} {pattern} = {place}"));
        let global = self.indent == 0;
        for (name, ty) in names.iter().zip(parts) {
            self.declare(name, ty, mutable, global);
        }
    }

    /// A value leaves its place empty.
    fn empty(&mut self) {
        let found = (0..8).find_map(|_| {
            let (place, ty, _) = self.place(true)?;
            self.types.has_empty(&ty).then_some((place, ty))
        });
        let Some((place, ty)) = found else {
            return self.assign();
        };
        let name = self.name('v');
        self.line(&format!("let {name} = take(mut {place})"));
        let global = self.indent == 0;
        self.declare(&name, ty, false, global);
    }

    /// A function that takes a recursive value apart and makes it anew, applied to a variable.
    fn rebuild(&mut self) {
        let index = (0..self.types.enums.len()).find(|index| {
            let own = Ty::Enum(*index);
            self.types.enums[*index]
                .iter()
                .any(|variant| variant.contains(&own))
        });
        let Some(index) = index.filter(|_| self.indent == 0) else {
            return self.take_apart();
        };
        let own = Ty::Enum(index);
        let (function, value) = (self.name('z'), self.name('v'));
        let scope = std::mem::take(&mut self.scope);
        let calls = std::mem::take(&mut self.calls_left);
        self.line(&format!(
            "fn {function}(t: E{index}) -> E{index} = match t {{"
        ));
        self.indent += 1;
        for (at, payload) in self.types.enums[index].clone().into_iter().enumerate() {
            let names: Vec<String> = payload.iter().map(|_| self.name('x')).collect();
            let outer = self.scope.len();
            for (name, ty) in names.iter().zip(&payload) {
                self.declare(name, ty.clone(), false, false);
            }
            let parts: Vec<String> = (names.iter().zip(&payload))
                .map(|(name, ty)| match *ty == own {
                    true => format!("{function}({name})"),
                    false if self.random.chance(50) => self.expr(ty, 1),
                    false => name.clone(),
                })
                .collect();
            self.scope.truncate(outer);
            let (head, made) = match names.is_empty() {
                true => (String::new(), String::new()),
                false => (
                    format!("({})", names.join(", ")),
                    format!("({})", parts.join(", ")),
                ),
            };
            let variant = variant_name(at);
            self.line(&format!("{variant}{head} => E{index}.{variant}{made}"));
        }
        self.indent -= 1;
        self.line("}");
        self.scope = scope;
        let first = self.literal(&own, 2);
        self.line(&format!("var {value}: E{index} = {first}"));
        self.declare(&value, own.clone(), true, true);
        for _ in 0..1 + self.random.below(3) {
            let deeper = self.literal(&own, 2);
            self.line(&format!("{value} = {deeper}"));
        }
        self.line(&format!("{value} = {function}({value})"));
        self.line(&format!("let {value}b = {function}({value})"));
        self.declare(&format!("{value}b"), own, false, true);
        self.calls_left = calls;
    }

    /// What is in an `any`, as a value or in place.
    fn look_in_box(&mut self, depth: usize) {
        let found = (0..8).find_map(|_| match self.place(true)? {
            (place, Ty::Boxed, root) => Some((place, root)),
            _ => None,
        });
        let Some((place, root)) = found else {
            return self.assign();
        };
        if self.random.chance(40) {
            let by = self.random.below(5);
            let how = *self.random.pick(&["poke", "both"]);
            return match how {
                "poke" => self.line(&format!("{place}.poke({by})")),
                _ => self.line(&format!("print({place}.both({by}))")),
            };
        }
        let in_place = self.random.chance(50);
        let mark = if in_place { "mut " } else { "" };
        if in_place {
            self.locked.push(root);
        }
        self.line(&format!("match {place} {{"));
        self.indent += 1;
        let mut held = vec![Ty::i64()];
        held.extend((0..self.types.structs.len()).map(Ty::Struct));
        for ty in held {
            let name = self.name('x');
            let scope = self.scope.len();
            self.declare(&name, ty.clone(), in_place, false);
            self.block(&format!("{mark}{name}: {} =>", ty.text()), depth.min(1));
            self.scope.truncate(scope);
        }
        self.line("_ => print(\"another\")");
        self.indent -= 1;
        self.line("}");
        if in_place {
            self.locked.pop();
        }
    }

    fn assign_if_there(&mut self) {
        let found = (0..8).find_map(|_| match self.place(true)? {
            (place, Ty::Optional(inner), _) => match *inner {
                Ty::Struct(index) => Some((place, index)),
                _ => None,
            },
            _ => None,
        });
        let Some((place, index)) = found else {
            return self.take_apart();
        };
        let at = self.random.below(self.types.structs[index].len());
        let ty = self.types.structs[index][at].clone();
        let value = self.expr(&ty, 2);
        self.line(&format!("{place}?.{} = {value}", field(at)));
    }

    fn loop_with_value(&mut self) {
        let ty = self.types.any(&mut self.random, 1);
        let (name, count) = (self.name('v'), self.name('n'));
        let (early, late) = (self.expr(&ty, 1), self.expr(&ty, 1));
        let condition = self.expr(&Ty::Bool, 1);
        self.line(&format!("var {count} = 0"));
        self.line(&format!("let {name}: {} = loop {{", ty.text()));
        self.line(&format!("    {count} += 1"));
        self.line(&format!("    if {condition} {{ break {early} }}"));
        self.line(&format!("    if {count} > 3 {{ break {late} }}"));
        self.line("}");
        let global = self.indent == 0;
        self.declare(&name, ty, false, global);
    }

    /// Two arrays in step, or one with its indices, in place.
    fn in_step(&mut self, depth: usize) {
        let Some((place, element, root)) = self.array_place(true) else {
            return self.assign();
        };
        let (first, second) = (self.name('x'), self.name('x'));
        self.locked.push(root);
        let other = self.array_place(false);
        self.declare(&first, element, true, false);
        let head = match other {
            Some((other, its, _)) if self.random.chance(50) => {
                self.declare(&second, its, false, false);
                format!("for (mut {first}, {second}) in zip({place}, {other})")
            }
            _ => {
                self.declare(&second, Ty::i64(), false, false);
                format!("for ({second}, mut {first}) in {place}.enumerate()")
            }
        };
        self.looped(&head, depth.min(1));
        self.locked.pop();
        self.scope.retain(|v| v.name != first && v.name != second);
    }

    pub(crate) fn array_place(&mut self, mutable: bool) -> Option<(String, Ty, String)> {
        (0..8).find_map(|_| match self.place(mutable)? {
            (place, Ty::Array(element), root) => Some((place, *element, root)),
            _ => None,
        })
    }
}
