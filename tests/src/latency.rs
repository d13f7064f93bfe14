//! `cargo dev latency [CELLS [ROUNDS]]`: how long a worksheet takes to follow an edit, in the process, from the text to the report. A tenth of its cells
//! call functions of thirty lines; ten times as many lines as cells. Medians, and the worst of so many rounds. Nothing here is asserted.

use std::fmt::Write;
use std::time::Instant;

use jit::{Config, Counts, Sheet};

const ROUNDS: usize = 21;

pub fn run(args: &[String]) -> Result<(), String> {
    let cells = args
        .first()
        .and_then(|arg| arg.parse().ok())
        .unwrap_or(1000);
    let rounds = args.get(1).and_then(|arg| arg.parse().ok());
    let rounds = rounds.unwrap_or(ROUNDS);
    let text = sheet(cells);
    println!("{} lines, {} cells", text.lines().count(), cells);
    let mut sheet = Sheet::new(Config::trusted()).map_err(|e| e.to_string())?;
    let start = Instant::now();
    let counts = sheet.edit("sheet.sumi", &text);
    println!("opened in {:.1} ms: {counts:?}", ms(start));
    for (name, edit) in edits(&text, cells) {
        measure(&mut sheet, rounds, name, &text, edit)?;
    }
    Ok(())
}

/// The text after an edit; each number gives another one.
type Edit<'t> = Box<dyn Fn(usize) -> String + 't>;

fn edits(text: &str, cells: usize) -> Vec<(&'static str, Edit<'_>)> {
    let middle = cells / 2;
    let literal = format!("let lone{middle} = 5");
    let (same, of_function) = (literal.clone(), "acc = acc * 31 + 17");
    vec![
        (
            "a literal",
            Box::new(move |n| text.replace(&literal, &format!("let lone{middle} = {n}"))),
        ),
        (
            "a literal with ten dependents",
            Box::new(move |n| text.replace("let shared = 7", &format!("let shared = {n}"))),
        ),
        (
            "a comment",
            Box::new(move |n| text.replace(&same, &format!("{same} // {n}"))),
        ),
        (
            "a line more at the top",
            Box::new(move |n| "\n".repeat(n % 7 + 1) + text),
        ),
        (
            "a function that two cells call",
            Box::new(move |n| text.replacen(of_function, &format!("acc = acc * 31 + {n}"), 1)),
        ),
    ]
}

fn measure(
    sheet: &mut Sheet,
    rounds: usize,
    name: &str,
    text: &str,
    edit: impl Fn(usize) -> String,
) -> Result<(), String> {
    let mut times = Vec::new();
    let mut counts = Counts::default();
    for round in 0..rounds {
        let edited = edit(1000 + round);
        if edited == text {
            return Err(format!("{name}: nothing was edited"));
        }
        let start = Instant::now();
        counts = sheet.edit("sheet.sumi", &edited);
        times.push(ms(start));
    }
    sheet.edit("sheet.sumi", text);
    let first = times[0];
    times.sort_by(f64::total_cmp);
    let (median, worst) = (times[rounds / 2], times[rounds - 1]);
    println!("{name}: {median:.2} ms, first {first:.2}, worst {worst:.2}; {counts:?}");
    Ok(())
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

pub(crate) fn sheet(cells: usize) -> String {
    let mut text = String::from("let shared = 7\nstruct Point { x: f64, y: f64 }\n");
    for group in 0..cells / 10 {
        let _ = writeln!(
            text,
            "\n// The group {group}.\nfn work{group}(n: i64, seed: i64) -> i64 {{\n    var acc = seed"
        );
        for line in 0..20 {
            let _ = writeln!(
                text,
                "    if acc % {} == n % {} {{ acc += {line} }} else {{ acc -= n }}",
                line + 2,
                line + 3
            );
            let _ = writeln!(text, "    acc = acc * 31 + {}", line + 17);
            let _ = writeln!(text, "    // step {line}");
        }
        text += "    acc\n}\n";
        let _ = writeln!(text, "let first{group} = work{group}(3, {group})");
        let _ = writeln!(text, "let points{group} = [Point(1, {group}), Point(2, 3)]");
        let _ = writeln!(text, "points{group}.map(|p| p.x + p.y).sum()");
        let _ = writeln!(
            text,
            "var total{group} = 0\nfor p in points{group} {{ total{group} += i64(p.x) }}"
        );
        let _ = writeln!(text, "total{group} + work{group}(1, 2)");
        let uses = if group < 10 { "shared" } else { "1" };
        let _ = writeln!(text, "first{group} + {uses}");
        let _ = writeln!(text, "\"group {{first{group}}} of {group}\"");
        for lone in 0..2 {
            let _ = writeln!(text, "let lone{} = 5", group * 10 + lone * 5);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an edit costs in a large sheet does not depend on how large that is.
    #[test]
    fn an_edit_costs_what_it_changes() {
        const CELLS: usize = 100;
        let text = sheet(CELLS);
        let mut sheet = Sheet::new(Config::trusted()).expect("a sheet");
        let opened = sheet.edit("sheet.sumi", &text);
        assert_eq!((opened.checked, opened.ran), (112, 101));
        let mut found = String::new();
        for (name, edit) in edits(&text, CELLS) {
            let counts = [1001, 1002].map(|n| sheet.edit("sheet.sumi", &edit(n)));
            assert_eq!(counts[0], counts[1], "{name}");
            let Counts {
                parsed,
                checked,
                compiled,
                ran,
            } = counts[1];
            found += &format!(
                "{name}: parsed {parsed}, checked {checked}, compiled {compiled}, ran {ran}\n"
            );
            sheet.edit("sheet.sumi", &text);
        }
        expect_test::expect![[r#"
            a literal: parsed 1, checked 1, compiled 1, ran 1
            a literal with ten dependents: parsed 1, checked 1, compiled 1, ran 11
            a comment: parsed 0, checked 0, compiled 0, ran 0
            a line more at the top: parsed 0, checked 0, compiled 0, ran 0
            a function that two cells call: parsed 1, checked 1, compiled 1, ran 4
        "#]]
        .assert_eq(&found);
        assert_eq!(sheet.close(), 0);
    }
}
