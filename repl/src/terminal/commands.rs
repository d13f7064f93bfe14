//! The REPL's commands, which begin with a colon.

use std::time::Instant;

use jit::{Session, Stage};

use crate::streams::{complain, say};

pub(crate) enum After {
    Continue,
    Quit,
}

const HELP: &str = "\
:type EXPR         the type of an expression, which is not run
:time CODE         runs it and says how long that took
:emit STAGE CODE   what the compiler makes of it: tokens, ast, hir, mir, drops, llvm or asm
:vars              the variables and their values
:undo              takes back the last entry, its effects on variables included
:help              this list
:quit              leaves, as Ctrl-D does
An entry goes on over several lines while a bracket is open. Ctrl-C stops what runs and keeps the session.";

const NAMES: [&str; 7] = ["type", "time", "emit", "vars", "undo", "help", "quit"];

pub(crate) fn starting_with(prefix: &str) -> Vec<String> {
    let found = NAMES.iter().filter(|name| name.starts_with(prefix));
    found.map(ToString::to_string).collect()
}

pub(crate) fn run(session: &mut Session, command: &str) -> After {
    let (name, rest) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    let rest = rest.trim();
    let lacks_code = match name {
        "type" | "t" | "time" => rest.is_empty(),
        "emit" => rest.split_whitespace().nth(1).is_none(),
        _ => false,
    };
    match name {
        _ if lacks_code => complain!("`:{name}` needs code; `:help` says how"),
        "type" | "t" => print_or_fail(session.type_of(rest)),
        "time" => time(session, rest),
        "emit" => emit(session, rest),
        "vars" => {
            let variables = session.variables();
            variables.iter().for_each(super::say_variable);
        }
        "undo" | "u" => match session.undo() {
            Some(what) => say!("took back: {what}"),
            None => say!("there is nothing to take back"),
        },
        "help" | "h" | "?" => say!("{HELP}"),
        "quit" | "q" | "exit" => return After::Quit,
        _ => complain!("there is no command `:{name}`; `:help` lists them"),
    }
    After::Continue
}

fn print_or_fail(result: Result<String, jit::Error>) {
    match result {
        Ok(text) => say!("{}", text.trim_end()),
        Err(error) => complain!("{}", error.to_string().trim_end()),
    }
}

fn time(session: &mut Session, code: &str) {
    let start = Instant::now();
    let result = session.run_line("<repl>", code);
    let elapsed = start.elapsed();
    match result {
        Ok(report) => super::show(&report),
        Err(error) => super::fail(&error),
    };
    say!("{:.3} ms, compiling included", elapsed.as_secs_f64() * 1e3);
}

fn emit(session: &mut Session, rest: &str) {
    let (stage, code) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match stage.parse::<Stage>() {
        Ok(stage) => print_or_fail(session.emit("<repl>", code, stage)),
        Err(message) => complain!("{message}"),
    }
}
