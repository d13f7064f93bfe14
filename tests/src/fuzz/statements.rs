//! Statements, each of a few balanced lines, so that shrinking can drop them.

use super::generate::Generator;
use super::types::{Ty, variant_name};

impl Generator {
    pub(crate) fn statement(&mut self, depth: usize) {
        if self.random.chance(30) {
            return match self.random.chance(60) {
                true => self.shaped(depth.saturating_sub(1)),
                false => self.of_library(depth.saturating_sub(1)),
            };
        }
        match self.random.below(if depth == 0 { 14 } else { 25 }) {
            0 | 1 => self.binding(),
            2..=4 => self.assign(),
            5 => self.grow(),
            6 => self.exchange(),
            7 => match self.call(None, 2) {
                Some(call) => self.line(&call),
                None => self.assign(),
            },
            8 => self.leave(),
            9 => self.closure(),
            10 => self.each(),
            11 => self.through_generic(),
            12 => self.poke(),
            13 => self.change(),
            14 | 15 => self.branch(depth - 1),
            16 | 17 => self.for_each(depth - 1),
            18 | 19 => self.for_mut(depth - 1),
            20 => self.counted(depth - 1),
            21 => self.while_loop(depth - 1),
            22 => self.look_inside(depth - 1),
            23 => self.match_enum(depth - 1),
            _ => self.opened(depth - 1),
        }
    }

    fn body(&mut self, depth: usize) {
        let scope = self.scope.len();
        self.indent += 1;
        for _ in 0..1 + self.random.below(1 + self.size.min(2)) {
            self.statement(depth);
        }
        if self.result.is_none() && self.random.chance(30) {
            self.show();
        }
        self.indent -= 1;
        self.scope.truncate(scope);
    }

    pub(crate) fn block(&mut self, head: &str, depth: usize) {
        self.line(&format!("{head} {{"));
        self.body(depth);
        self.line("}");
    }

    fn binding(&mut self) {
        let ty = self.types.any(&mut self.random, 2);
        let value = self.deep(&ty);
        let name = self.name('v');
        let mutable = self.random.chance(70);
        self.line(&format!(
            "{} {name}: {} = {value}",
            if mutable { "var" } else { "let" },
            ty.text()
        ));
        let global = self.indent == 0;
        self.declare(&name, ty, mutable, global);
    }

    pub(crate) fn assign(&mut self) {
        let Some((place, ty, _)) = self.place(true) else {
            return self.binding();
        };
        let value = self.deep(&ty);
        match ty {
            Ty::Int(_) if self.random.chance(40) => {
                let operator = *self
                    .random
                    .pick(&["+", "-", "*", "&", "|", "^", "<<", ">>"]);
                self.line(&format!("{place} {operator}= {value}"));
            }
            Ty::Float(_) if self.random.chance(40) => {
                let operator = *self.random.pick(&["+", "-", "*", "/"]);
                self.line(&format!("{place} {operator}= {value}"));
            }
            Ty::Str if self.random.chance(50) => {
                self.line(&format!("if {place}.len() < 30 {{ {place} += {value} }}"));
            }
            _ => self.line(&format!("{place} = {value}")),
        }
    }

    /// Through a trait, on one value or all of an array.
    fn poke(&mut self) {
        let found = (0..10).find_map(|_| match self.place(true) {
            Some((place, Ty::Struct(_) | Ty::Int("i64"), _)) => Some((place, "poked")),
            Some((place, Ty::Array(element), _)) => {
                matches!(*element, Ty::Struct(_) | Ty::Int("i64")).then_some((place, "poke_all"))
            }
            _ => None,
        });
        let Some((place, function)) = found else {
            return self.assign();
        };
        let by = self.random.below(9);
        self.line(&format!("let _ = {function}(mut {place}, {by})"));
    }

    /// Each element by what a closure, or a function that may touch the same array, makes of it.
    fn change(&mut self) {
        let found = (0..10).find_map(|_| match self.place(true) {
            Some((place, Ty::Array(element), _)) => Some((place, *element)),
            _ => None,
        });
        let Some((place, element)) = found else {
            return self.grow();
        };
        if let Some(function) = self.function_over(&element) {
            return self.line(&format!("change(mut {place}, {function})"));
        }
        let param = self.name('x');
        self.declare(&param, element.clone(), false, false);
        let calls = std::mem::take(&mut self.calls_left);
        let value = self.expr(&element, 2);
        self.calls_left = calls;
        self.scope.retain(|v| v.name != param);
        self.line(&format!(
            "change(mut {place}, |{param}: {0}| -> {0} {{ {value} }})",
            element.text()
        ));
    }

    /// An entry comes or goes.
    fn entry(&mut self, place: &str, key: &Ty, value: Option<&Ty>) {
        let key = Generator::key(key, self.random.below(5));
        let full = format!("if {place}.len() < 6 {{");
        match value {
            _ if self.random.chance(30) => self.line(&format!("{place}.remove({key})")),
            Some(value) => {
                let value = self.expr(value, 2);
                self.line(&format!("{full} {place}[{key}] = {value} }}"));
            }
            None => self.line(&format!("{full} {place}.add({key}) }}")),
        }
    }

    /// A container grows or shrinks.
    fn grow(&mut self) {
        let found = (0..10).find_map(|_| match self.place(true) {
            Some((place, Ty::Array(element), _)) => Some((place, *element)),
            Some((place, Ty::Map(key, value), _)) => {
                self.entry(&place, &key, Some(&value));
                None
            }
            Some((place, Ty::Set(element), _)) => {
                self.entry(&place, &element, None);
                None
            }
            _ => None,
        });
        let Some((place, element)) = found else {
            return self.assign();
        };
        let value = self.expr(&element, 2);
        match self.random.below(6) {
            0 => self.line(&format!("let _ = {place}.pop()")),
            1 => self.line(&format!(
                "if {place}.len() < 6 {{ {place}.insert({place}.len() / 2, {value}) }}"
            )),
            2 => self.line(&format!("if {place}.len() > 1 {{ {place}.remove(0) }}")),
            3 => self.line(&format!("{place}.reverse()")),
            _ => self.line(&format!("if {place}.len() < 6 {{ {place}.push({value}) }}")),
        }
    }

    /// Two places of one type change their values, or one gives its value away.
    fn exchange(&mut self) {
        let Some((first, ty, root)) = self.place(true) else {
            return self.assign();
        };
        let second = (0..10).find_map(|_| {
            let (text, other, its) = self.place(true)?;
            (other == ty && its != root).then_some(text)
        });
        match second {
            Some(second) if self.random.chance(50) => {
                self.line(&format!("swap(mut {first}, mut {second})"))
            }
            Some(second) => self.line(&format!("({first}, {second}) = ({second}, {first})")),
            None => {
                let value = self.expr(&ty, 2);
                let name = self.name('v');
                self.line(&format!("let {name} = replace(mut {first}, {value})"));
                let global = self.indent == 0;
                self.declare(&name, ty, false, global);
            }
        }
    }

    /// A closure with what it captures; what it captured changes before it is called.
    fn closure(&mut self) {
        let (from, to) = (
            self.types.any(&mut self.random, 1),
            self.types.any(&mut self.random, 2),
        );
        let (function, param) = (self.name('q'), self.name('p'));
        self.declare(&param, from.clone(), false, false);
        let calls = std::mem::take(&mut self.calls_left);
        let body = self.deep(&to);
        self.calls_left = calls;
        self.scope.retain(|v| v.name != param);
        self.line(&format!(
            "let {function} = |{param}: {}| -> {} {{ {body} }}",
            from.text(),
            to.text()
        ));
        if self.random.chance(50) {
            self.assign();
        }
        let argument = self.expr(&from, 2);
        let name = self.name('v');
        self.line(&format!("let {name} = {function}({argument})"));
        let global = self.indent == 0;
        self.declare(&name, to, false, global);
    }

    /// A closure that writes a variable around it, for each element.
    fn each(&mut self) {
        let element = self.types.any(&mut self.random, 1);
        let Some((target, ty, root)) = self.place(true) else {
            return self.binding();
        };
        if target != root || matches!(ty, Ty::Str) {
            return self.assign();
        }
        let array = Ty::Array(Box::new(element.clone()));
        let source = self.name('v');
        let value = self.literal(&array, 2);
        self.line(&format!("let {source}: {} = {value}", array.text()));
        let param = self.name('x');
        self.declare(&param, element, false, false);
        let calls = std::mem::take(&mut self.calls_left);
        let value = self.expr(&ty, 2);
        self.calls_left = calls;
        self.scope.retain(|v| v.name != param);
        self.line(&format!(
            "{source}.each(|{param}| {{ {target} = {value} }})"
        ));
    }

    fn through_generic(&mut self) {
        let Some((first, ty, root)) = self.place(true) else {
            return self.assign();
        };
        if let Ty::Array(element) = &ty
            && self.random.chance(50)
        {
            let value = self.expr(element, 2);
            return self.line(&format!("keep(mut {first}, {value})"));
        }
        let mut roots = vec![root];
        let mut places = vec![first];
        for _ in 0..20 {
            if let Some((text, other, its)) = self.place(true)
                && other == ty
                && !roots.contains(&its)
            {
                roots.push(its);
                places.push(text);
            }
        }
        match places.as_slice() {
            [a, b, c, ..] => self.line(&format!("rotate(mut {a}, mut {b}, mut {c})")),
            _ => self.assign(),
        }
    }

    /// Out of a loop or a function, on a condition.
    fn leave(&mut self) {
        let condition = self.expr(&Ty::Bool, 2);
        match self.result.clone() {
            Some(Ty::Optional(_)) if self.random.chance(50) => {
                let optional = self.types.any(&mut self.random, 1);
                let wanted = Ty::Optional(Box::new(optional.clone()));
                let name = self.name('v');
                let value = self.literal(&wanted, 2);
                self.line(&format!("let {name}: {} = {value}", wanted.text()));
                let value = self.name('v');
                self.line(&format!("let {value} = {name}?"));
                self.declare(&value, optional, false, false);
            }
            Some(result) if self.random.chance(60) => {
                let value = self.expr(&result, 1);
                self.line(&format!("if {condition} {{ return {value} }}"));
            }
            _ if self.loops > 0 => {
                let how = *self.random.pick(&["break", "continue"]);
                self.line(&format!("if {condition} {{ {how} }}"));
            }
            _ => self.assign(),
        }
    }

    fn branch(&mut self, depth: usize) {
        let condition = self.expr(&Ty::Bool, 2);
        self.block(&format!("if {condition}"), depth);
        if self.random.chance(50)
            && let Some(last) = self.lines.last_mut()
        {
            last.push_str(" else {");
            self.body(depth);
            self.line("}");
        }
    }

    pub(crate) fn looped(&mut self, head: &str, depth: usize) {
        let calls = std::mem::replace(&mut self.calls_left, usize::from(self.result.is_none()));
        self.loops += 1;
        self.block(head, depth);
        self.loops -= 1;
        self.calls_left = calls;
    }

    fn for_each(&mut self, depth: usize) {
        let element = self.types.any(&mut self.random, 1);
        let array = Ty::Array(Box::new(element.clone()));
        let mut source = self.expr(&array, 2);
        if source.contains('[') {
            // An empty literal needs a type from its surroundings.
            let name = self.name('v');
            self.line(&format!("let {name}: {} = {source}", array.text()));
            source = name;
        }
        let name = self.name('x');
        self.declare(&name, element, false, false);
        self.looped(&format!("for {name} in {source}"), depth);
        self.scope.retain(|v| v.name != name);
    }

    fn for_mut(&mut self, depth: usize) {
        let found = (0..10).find_map(|_| match self.place(true) {
            Some((place, Ty::Array(element) | Ty::Fixed(element, _), root)) => {
                Some((place, *element, root, false))
            }
            Some((place, Ty::Map(_, value), root)) => Some((place, *value, root, true)),
            _ => None,
        });
        let Some((place, element, root, is_map)) = found else {
            return self.for_each(depth);
        };
        let name = self.name('x');
        self.declare(&name, element, true, false);
        self.locked.push(root);
        let element = match is_map {
            true => format!("(_, mut {name})"),
            false => format!("mut {name}"),
        };
        self.looped(&format!("for {element} in {place}"), depth);
        self.locked.pop();
        self.scope.retain(|v| v.name != name);
    }

    fn counted(&mut self, depth: usize) {
        let name = self.name('k');
        let end = self.random.below(4);
        self.declare(&name, Ty::i64(), false, false);
        self.looped(&format!("for {name} in 0..{end}"), depth);
        self.scope.retain(|v| v.name != name);
    }

    fn while_loop(&mut self, depth: usize) {
        let name = self.name('n');
        let condition = self.expr(&Ty::Bool, 1);
        self.line(&format!("var {name} = 0"));
        // The counter is in no scope: nothing but the loop changes it.
        self.looped(
            &format!("while {{ {name} += 1; {name} < 4 && {condition} }}"),
            depth,
        );
    }

    /// `if let`, with the payload as a value or in place.
    fn look_inside(&mut self, depth: usize) {
        let found = (0..10).find_map(|_| match self.place(true) {
            Some((place, Ty::Optional(inner), root)) => Some((place, *inner, root)),
            _ => None,
        });
        let Some((place, inner, root)) = found else {
            return self.branch(depth);
        };
        let name = self.name('x');
        let in_place = self.random.chance(50);
        self.declare(&name, inner, in_place, false);
        if in_place {
            self.locked.push(root);
        }
        self.block(
            &format!(
                "if let some({}{name}) = {place}",
                if in_place { "mut " } else { "" }
            ),
            depth,
        );
        if in_place {
            self.locked.pop();
        }
        self.scope.retain(|v| v.name != name);
    }

    fn match_enum(&mut self, depth: usize) {
        let found = (0..10).find_map(|_| match self.place(true) {
            Some((place, Ty::Enum(index), root)) => Some((place, index, root)),
            _ => None,
        });
        let Some((place, index, root)) = found else {
            return self.look_inside(depth);
        };
        let in_place = self.random.chance(50);
        self.line(&format!("match {place} {{"));
        self.indent += 1;
        for (at, payload) in self.types.enums[index].clone().into_iter().enumerate() {
            let scope = self.scope.len();
            let mut names = Vec::new();
            for ty in payload {
                let name = self.name('x');
                names.push(format!("{}{name}", if in_place { "mut " } else { "" }));
                self.declare(&name, ty, in_place, false);
            }
            let payload = if names.is_empty() {
                String::new()
            } else {
                format!("({})", names.join(", "))
            };
            let opens = in_place && !names.is_empty();
            if opens {
                self.locked.push(root.clone());
            }
            self.block(&format!("{}{payload} =>", variant_name(at)), depth);
            if opens {
                self.locked.pop();
            }
            self.scope.truncate(scope);
        }
        self.indent -= 1;
        self.line("}");
    }

    /// A block with bindings of its own, of which one is its value.
    fn opened(&mut self, depth: usize) {
        let ty = self.types.any(&mut self.random, 2);
        let name = self.name('v');
        let scope = self.scope.len();
        self.line(&format!("var {name}: {} = {{", ty.text()));
        self.indent += 1;
        self.statement(depth.min(1));
        let value = self.expr(&ty, 2);
        self.line(&value);
        self.indent -= 1;
        self.line("}");
        self.scope.truncate(scope);
        let global = self.indent == 0;
        self.declare(&name, ty, true, global);
    }
}
