//! How what is typed may go on: commands, files, modules, members by type, named arguments, names. Nothing is run to find out.

use jit::{Names, TokenClass};
use rustyline::completion::{FilenameCompleter, Pair};

use super::commands;

pub(super) fn complete(
    names: &Names,
    line: &str,
    pos: usize,
) -> rustyline::Result<(usize, Vec<Pair>)> {
    let before = &line[..pos];
    let text = before.trim_start();
    let Some(command) = text.strip_prefix(':') else {
        return code(names, line, before, pos);
    };
    let Some((command, rest)) = command.split_once(' ') else {
        let start = pos - command.len();
        return Ok((start, pairs(commands::starting_with(command))));
    };
    match command {
        "load" | "l" | "save" => FilenameCompleter::new().complete_path(line, pos),
        "emit" if !rest.trim_start().contains(' ') => {
            let prefix = rest.trim_start();
            let stages = commands::STAGES
                .into_iter()
                .filter(|s| s.starts_with(prefix));
            Ok((
                pos - prefix.len(),
                pairs(stages.map(str::to_owned).collect()),
            ))
        }
        "doc" | "d" => {
            let start = word_start(before);
            let prefix = &before[start..];
            let mut found = match before[..start].strip_suffix('.') {
                Some(of) => names.documented(&of[receiver_start(of)..], prefix),
                None => names.top_level(prefix),
            };
            if !before[..start].ends_with('.') {
                found.extend(names.modules(prefix));
                found.sort();
                found.dedup();
            }
            Ok((start, pairs(found)))
        }
        _ => code(names, line, before, pos),
    }
}

fn pairs(found: Vec<String>) -> Vec<Pair> {
    let pair = |name: String| Pair {
        display: name.clone(),
        replacement: name,
    };
    found.into_iter().map(pair).collect()
}

fn code(
    names: &Names,
    line: &str,
    before: &str,
    pos: usize,
) -> rustyline::Result<(usize, Vec<Pair>)> {
    // What stands in the braces of a text is code.
    let (from, quoted) = innermost(before);
    if quoted {
        let outside = &before[..from.saturating_sub(1)];
        return match is_path(outside) {
            true => FilenameCompleter::new().complete_path(line, pos),
            false => Ok((pos, Vec::new())),
        };
    }
    let before_here = &before[from..];
    let start = word_start(before_here);
    let (head, prefix) = (&before_here[..start], &before_here[start..]);
    let found = if let Some(found) = imported(names, head, prefix) {
        found
    } else if let Some(receiver) = head.strip_suffix('.').or(head.strip_suffix("?.")) {
        let receiver = receiver.trim_end_matches('?');
        let earlier = earlier_lines(before);
        names.members(earlier, &receiver[receiver_start(receiver)..], prefix)
    } else {
        let mut found = arguments(names, before, head, prefix);
        found.extend(names.top_level(prefix));
        found.extend(own_names(before, prefix));
        found.sort_by_key(|name| (!name.ends_with(": "), name.clone()));
        found.dedup();
        found
    };
    Ok((from + start, pairs(found)))
}

/// Where the code begins that the text ends in, or the text literal, which comes second.
fn innermost(text: &str) -> (usize, bool) {
    // For each level where it begins, and whether it is a literal.
    let mut levels = vec![(0, false)];
    let mut depths = vec![0_usize];
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let (_, quoted) = levels[levels.len() - 1];
        match (quoted, c) {
            (true, '\\') => {
                chars.next();
            }
            (true, '"') => {
                levels.pop();
            }
            (true, '{') if chars.peek().is_some_and(|(_, next)| *next == '{') => {
                chars.next();
            }
            (true, '{') => {
                levels.push((at + 1, false));
                depths.push(0);
            }
            (false, '"') => levels.push((at + 1, true)),
            (false, '{') => *depths.last_mut().unwrap_or(&mut 0) += 1,
            (false, '}') if depths.last() == Some(&0) && levels.len() > 1 => {
                levels.pop();
                depths.pop();
            }
            (false, '}') => {
                let depth = depths.last_mut();
                depth
                    .into_iter()
                    .for_each(|depth| *depth = depth.saturating_sub(1));
            }
            _ => {}
        }
    }
    levels[levels.len() - 1]
}

/// Whether a text literal here is the argument of a function of `fs`.
fn is_path(before: &str) -> bool {
    let called = before.trim_end().strip_suffix('(').unwrap_or_default();
    called[receiver_start(called)..].starts_with("fs.")
}

/// After `import`: modules, or the names in one.
fn imported(names: &Names, head: &str, prefix: &str) -> Option<Vec<String>> {
    let statement = head.rsplit(['\n', ';']).next().unwrap_or_default();
    let rest = statement.trim_start().strip_prefix("import ")?;
    if let Some((module, _)) = rest.split_once(".{") {
        return Some(names.module_names(module.trim(), prefix));
    }
    if rest.trim().contains(' ') {
        return Some(Vec::new()); // `as` a name of the user's own
    }
    let path = format!("{}{prefix}", rest.trim_start());
    let found = names.modules(&path).into_iter();
    let skipped = path.len() - prefix.len();
    Some(found.map(|name| name[skipped..].to_owned()).collect())
}

/// `width: ` of the call that the cursor is in, of those that were not given yet.
fn arguments(names: &Names, before: &str, head: &str, prefix: &str) -> Vec<String> {
    let is_first = head.trim_end().ends_with(['(', ',']);
    if !is_first {
        return Vec::new();
    }
    let tokens = jit::token_classes(head);
    let mut depth = 0_usize;
    for (span, _) in tokens.iter().rev() {
        match &head[span.clone()] {
            ")" | "]" | "}" => depth += 1,
            "(" if depth == 0 => {
                let called = &head[..span.start];
                let callee = &called[receiver_start(called)..];
                let given = &head[span.end..];
                let earlier = earlier_lines(before);
                let found = names.arguments(earlier, callee, prefix).into_iter();
                let is_new = |name: &String| !given.contains(&format!("{name}:"));
                return found.filter(is_new).map(|name| name + ": ").collect();
            }
            "[" | "{" if depth == 0 => return Vec::new(),
            "(" | "[" | "{" => depth -= 1,
            _ => {}
        }
    }
    Vec::new()
}

/// The lines of the entry before the one that the cursor is in, if that is at its top level.
fn earlier_lines(before: &str) -> &str {
    let line = before.rfind('\n').map_or("", |end| &before[..end]);
    match jit::is_complete(line) {
        true => line,
        false => "",
    }
}

/// Names that stand in the entry already, which the session does not know yet.
fn own_names(before: &str, prefix: &str) -> Vec<String> {
    if prefix.is_empty() {
        return Vec::new();
    }
    let tokens = jit::token_classes(before);
    let names = tokens
        .iter()
        .filter(|(span, class)| {
            matches!(class, TokenClass::Name | TokenClass::TypeName) && span.end < before.len()
        })
        .map(|(span, _)| &before[span.clone()]);
    let fitting = names.filter(|name| name.starts_with(prefix) && *name != prefix);
    fitting.map(str::to_owned).collect()
}

/// Where the name begins that ends the text.
fn word_start(text: &str) -> usize {
    let name = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
    name.len()
}

/// Where the expression begins that ends the text: names, literals, calls and indices with dots between them.
fn receiver_start(text: &str) -> usize {
    let tokens = jit::token_classes(text);
    let mut start = text.len();
    let mut open = 0_usize;
    let mut wants_name = true;
    for (span, class) in tokens.into_iter().rev() {
        let token = &text[span.clone()];
        match token {
            ")" | "]" if open > 0 || wants_name => {
                open += 1;
                wants_name = true;
            }
            "(" | "[" if open > 0 => {
                open -= 1;
                wants_name = true; // what is called or indexed may stand before it
            }
            _ if open > 0 => {}
            "." | "?." => wants_name = true,
            _ if wants_name && class != TokenClass::Operator && class != TokenClass::Keyword => {
                wants_name = false;
            }
            _ => break,
        }
        start = span.start;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(text: &str) -> &str {
        &text[receiver_start(text)..]
    }

    #[test]
    fn the_receiver_is_the_whole_chain() {
        assert_eq!(receiver("let a = b.c"), "b.c");
        assert_eq!(receiver("1 + f(2, g[3]).x"), "f(2, g[3]).x");
        assert_eq!(receiver("print(xs"), "xs");
        assert_eq!(receiver("x = \"a b\""), "\"a b\"");
        assert_eq!(receiver("a + [1, 2]"), "[1, 2]");
        assert_eq!(receiver("f(a.b"), "a.b");
        assert_eq!(receiver("1 + $3"), "$3");
    }

    /// What follows the cursor at the end of a text, after an entry.
    fn after(entry: &str, text: &str) -> Vec<String> {
        let config = jit::Config {
            capture: true,
            ..jit::Config::trusted()
        };
        let mut session = jit::Session::new(config).expect("a session");
        session.run_line("<repl>", entry).expect("an entry");
        let (_, found) = complete(&session.names(), text, text.len()).expect("candidates");
        found.into_iter().map(|pair| pair.replacement).collect()
    }

    #[test]
    fn members_are_those_of_the_type() {
        let shapes = "enum Shape { Circle(radius: f64), Point }\nimpl Shape { fn unit() -> Shape = Circle(1)\nfn area(self) -> f64 = 2 }";
        assert_eq!(after(shapes, "Shape."), ["Circle", "Point", "unit"]);
        assert_eq!(after(shapes, "Shape.Point.a"), ["area"]);
        assert_eq!(after(shapes, "Shape.Circle(ra"), ["radius: "]);
        assert_eq!(after("(1, [2])", "it.1.le"), ["len"]);
        assert_eq!(after("(1, [2])", "\"{$1.1.le"), ["len"]);
        assert_eq!(after("1", "\"abc\".starts"), ["starts_with"]);
        assert_eq!(
            after("1", "[1, 2].map(|x| x).fil"),
            ["fill", "filter", "filter_map"]
        );
        assert_eq!(after("import math", "math.ta"), ["tau"]);
        assert_eq!(after("1", "let p = [1]\np.is_e"), ["is_empty"]);
        assert!(after("1", "i64.").contains(&"parse".to_owned()));
    }

    #[test]
    fn arguments_are_those_of_what_is_called() {
        let f = "fn f(width: i64, height: i64 = 2) -> i64 = width * height\nstruct P { x: i64, y: i64 }";
        assert_eq!(after(f, "f(wi"), ["width: "]);
        assert_eq!(after(f, "f(width: 1, he"), ["height: "]);
        assert_eq!(after(f, "P(x: f(1), "), after(f, "P(x: f(1), "));
        assert_eq!(after(f, "P(x: f(1), ")[0], "y: ");
        assert_eq!(after(f, "1 + f(2, "), after(f, "1 + f(2, "));
        assert_eq!(after(f, "xs.f"), [""; 0]);
    }

    #[test]
    fn modules_stand_after_import() {
        assert_eq!(after("1", "import ma"), ["math"]);
        assert_eq!(after("1", "import math.{ta"), ["tau"]);
        assert_eq!(after("1", ":un"), ["undo"]);
        assert_eq!(after("1", ":emit ll"), ["llvm"]);
        assert_eq!(after("1", ":doc ran"), ["random"]);
    }

    #[test]
    fn the_innermost_part_of_a_text() {
        assert_eq!(innermost("f(\"a"), (3, true));
        assert_eq!(innermost("f(\"a {x"), (6, false));
        assert_eq!(innermost("f(\"a {x}\" + y"), (0, false));
        assert_eq!(innermost("f(\"a {{x"), (3, true));
    }
}
