//! The REPL's commands, which begin with a colon.

use std::time::Instant;

use jit::{Session, Stage, UnitKind};

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

pub(crate) fn run(session: &mut Session, command: &str) -> After {
    let (name, rest) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    let rest = rest.trim();
    match name {
        "type" | "t" => print_or_fail(session.type_of(rest)),
        "time" => time(session, rest),
        "emit" => emit(session, rest),
        "vars" => {
            for shown in session.variables() {
                println!("{}: {} = {}", shown.name, shown.ty, shown.text);
            }
        }
        "undo" | "u" => match session.undo() {
            Some(what) => println!("took back: {what}"),
            None => println!("there is nothing to take back"),
        },
        "help" | "h" | "?" => println!("{HELP}"),
        "quit" | "q" | "exit" => return After::Quit,
        _ => eprintln!("there is no command `:{name}`; `:help` lists them"),
    }
    After::Continue
}

fn print_or_fail(result: Result<String, jit::Error>) {
    match result {
        Ok(text) => println!("{}", text.trim_end()),
        Err(error) => eprintln!("{}", error.to_string().trim_end()),
    }
}

fn time(session: &mut Session, code: &str) {
    let start = Instant::now();
    let result = session.run_unit("<repl>", code, UnitKind::Line);
    let elapsed = start.elapsed();
    match result {
        Ok(report) => super::show(&report),
        Err(error) => super::fail(&error),
    };
    println!("{:.3} ms, compiling included", elapsed.as_secs_f64() * 1e3);
}

fn emit(session: &mut Session, rest: &str) {
    let (stage, code) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match stage.parse::<Stage>() {
        Ok(stage) => print_or_fail(session.emit("<repl>", code, stage)),
        Err(message) => eprintln!("{message}"),
    }
}
