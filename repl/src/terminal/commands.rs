//! The REPL's commands, which begin with a colon.

use std::time::Instant;

use jit::{Back, Stage};

use super::{Repl, external, files, open_session, report};
use crate::streams::{complain, put, say};

/// What the conversation does after a command.
pub(super) enum After {
    Continue,
    /// Something ran, with this exit status.
    Ran(u8),
    /// The user wrote an entry elsewhere.
    Edited(String),
    Quit,
}

/// Of so many variables each has a line of `:vars`.
const MOST_VARIABLES: usize = 100;

struct Command {
    name: &'static str,
    short: &'static str,
    arguments: &'static str,
    help: &'static str,
    /// What it says when that is left out.
    needs: Option<&'static str>,
}

const fn command(
    [name, short, arguments, help]: [&'static str; 4],
    needs: Option<&'static str>,
) -> Command {
    Command {
        name,
        short,
        arguments,
        help,
        needs,
    }
}

const COMMANDS: [Command; 15] = [
    command(
        [
            "type",
            "t",
            "EXPR",
            "the type of an expression, which is not run",
        ],
        Some("code"),
    ),
    command(
        [
            "doc",
            "d",
            "NAME",
            "what a name is, with its description: `:doc str.split`, `:doc math`",
        ],
        Some("a name"),
    ),
    command(
        [
            "vars",
            "v",
            "[NAME]",
            "the variables and their values; one variable, or those whose names begin so",
        ],
        None,
    ),
    command(
        ["time", "", "CODE", "runs it and says how long that took"],
        Some("code"),
    ),
    command(
        [
            "emit",
            "",
            "STAGE CODE",
            "what the compiler makes of it: tokens, ast, hir, mir, drops, llvm or asm",
        ],
        Some("code"),
    ),
    command(
        [
            "why",
            "w",
            "[N|NAME]",
            "what the last entry, entry N, or the entries did to a name: read, changed, compiled again",
        ],
        None,
    ),
    command(
        [
            "undo",
            "u",
            "[N]",
            "takes back the last entry, or all from entry N on, their effects on variables included",
        ],
        None,
    ),
    command(
        [
            "redo",
            "r",
            "",
            "brings back what `:undo` took, without running it; a new entry forgets it",
        ],
        None,
    ),
    command(
        [
            "edit",
            "e",
            "[N|NAME]",
            "opens the last entry, entry N or a definition in $VISUAL or $EDITOR, and runs what comes back",
        ],
        None,
    ),
    command(
        [
            "save",
            "",
            "FILE",
            "writes the entries that count as a script, redefinitions in their newest form",
        ],
        Some("a file"),
    ),
    command(
        ["load", "l", "FILE", "runs a file as one entry"],
        Some("a file"),
    ),
    command(
        ["reset", "", "", "begins anew; nothing of before is left"],
        None,
    ),
    command(["help", "h", "", "this list"], None),
    command(["quit", "q", "", "leaves, as Ctrl-D does"], None),
    command(["exit", "", "", "the same"], None),
];

const NOTES: &str = "\
An entry goes on over several lines while a bracket is open; what is pasted is one entry. Tab completes names, fields, arguments, paths.
`it` is the value of the last entry that has one, `$3` that of entry 3. The last 1000 entries can be taken back, and their values are kept.
Ctrl-C stops what runs and keeps the session.";

pub(super) fn starting_with(prefix: &str) -> Vec<String> {
    let names = COMMANDS.iter().map(|command| command.name);
    names
        .filter(|name| name.starts_with(prefix))
        .map(str::to_owned)
        .collect()
}

/// The stages that `:emit` knows.
pub(super) const STAGES: [&str; 7] = ["tokens", "ast", "hir", "mir", "drops", "llvm", "asm"];

pub(super) fn run(repl: &mut Repl, text: &str) -> After {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let is_meant = |command: &&Command| {
        command.name == name
            || (!name.is_empty() && command.short == name)
            || (name == "?" && command.name == "help")
    };
    let Some(command) = COMMANDS.iter().find(is_meant) else {
        let near = jit::nearest(name, COMMANDS.iter().map(|command| command.name));
        match near {
            Some(near) => complain!("there is no command `:{name}`; did you mean `:{near}`?"),
            None => complain!("there is no command `:{name}`; `:help` lists them"),
        }
        return After::Continue;
    };
    if let Some(needed) = command.needs.filter(|_| rest.is_empty()) {
        complain!("`:{} {}` needs {needed}", command.name, command.arguments);
        return After::Continue;
    }
    match command.name {
        "type" => print_or_fail(repl.session.type_of(rest)),
        "doc" => doc(repl, rest),
        "vars" => variables(repl, rest),
        "time" => return time(repl, rest),
        "emit" => emit(repl, rest),
        "why" => say_or_complain(repl.session.why(rest)),
        "undo" => undo(repl, rest),
        "redo" => match repl.session.redo() {
            Ok(taken) => report::say_taken("brought back", &taken),
            Err(why) => complain!("{why}"),
        },
        "edit" => return external::edit(repl, rest),
        "save" => files::save(repl, rest),
        "load" => return files::load(repl, rest),
        "reset" => reset(repl),
        "help" => help(),
        _ => return After::Quit,
    }
    After::Continue
}

fn help() {
    for Command {
        name,
        arguments,
        help,
        ..
    } in COMMANDS.iter().filter(|command| command.name != "exit")
    {
        let usage = format!(":{name} {arguments}");
        say!("{usage:<17} {help}");
    }
    say!("{NOTES}");
}

fn print_or_fail(result: Result<String, jit::Error>) {
    match result {
        Ok(text) => say!("{}", text.trim_end()),
        Err(error) => complain!("{}", error.to_string().trim_end()),
    }
}

fn say_or_complain(result: Result<String, String>) {
    match result {
        Ok(text) => put(format_args!("{text}")),
        Err(why) => complain!("{why}"),
    }
}

fn doc(repl: &mut Repl, name: &str) {
    let command = name.strip_prefix(':').map(str::trim);
    let known = command.and_then(|name| COMMANDS.iter().find(|command| command.name == name));
    match known {
        Some(command) => say!(":{} {}\n{}", command.name, command.arguments, command.help),
        None => say_or_complain(repl.session.doc(name)),
    }
}

fn variables(repl: &Repl, prefix: &str) {
    let variables = repl.session.variables();
    if let Some(one) = variables.iter().find(|shown| shown.name == prefix) {
        return report::say_variable(one);
    }
    let chosen: Vec<_> = variables
        .iter()
        .filter(|shown| shown.name.starts_with(prefix))
        .collect();
    if chosen.is_empty() && !prefix.is_empty() {
        let near = jit::nearest(prefix, variables.iter().map(|shown| shown.name.as_str()));
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        complain!("there is no variable `{prefix}`{near}");
    }
    let left_out = chosen.len().saturating_sub(MOST_VARIABLES);
    if left_out > 0 {
        say!("{left_out} earlier ones are left out; `:vars NAME` shows those whose names begin so");
    }
    for shown in &chosen[left_out..] {
        report::say_short(shown);
    }
}

fn undo(repl: &mut Repl, rest: &str) {
    let back = match rest.trim_start_matches('$') {
        "" => Back::Last,
        number => match number.parse() {
            Ok(number) => Back::To(number),
            Err(_) => {
                complain!("`:undo N` needs the number of an entry, as the prompt shows it");
                return;
            }
        },
    };
    match repl.session.undo_to(back) {
        Ok(taken) => report::say_taken("took back", &taken),
        Err(why) => complain!("{why}"),
    }
}

fn reset(repl: &mut Repl) {
    match open_session(&repl.options) {
        Ok(session) => {
            repl.session = session;
            say!("a new session: nothing of the one before is left");
        }
        Err(_) => complain!("the session goes on as it was"),
    }
}

fn time(repl: &mut Repl, code: &str) -> After {
    let start = Instant::now();
    let result = repl.session.run_line("<repl>", code);
    let elapsed = start.elapsed();
    let status = match result {
        Ok(outcome) => report::show(&outcome),
        Err(error) => report::fail(&error),
    };
    say!("{:.3} ms, compiling included", elapsed.as_secs_f64() * 1e3);
    After::Ran(status)
}

fn emit(repl: &mut Repl, rest: &str) {
    let (stage, code) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match stage.parse::<Stage>() {
        Ok(_) if code.trim().is_empty() => complain!("`:emit STAGE CODE` needs code"),
        Ok(stage) => print_or_fail(repl.session.emit("<repl>", code, stage)),
        Err(message) => complain!("{message}"),
    }
}
