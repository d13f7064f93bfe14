//! The REPL: one cell after another in one session.

mod commands;
mod editor;

use std::io::IsTerminal;
use std::path::PathBuf;

use jit::{CellReport, Error, Session, Shown, UnitReport};
use rustyline::error::ReadlineError;
use rustyline::{Config, Editor};

use crate::Options;
use crate::run;
use crate::streams::{complain, say};
use commands::After;
use editor::Helper;

const PROMPT: &str = "sumi> ";

pub(crate) fn repl(options: &Options) -> u8 {
    let interactive = std::io::stdin().is_terminal();
    let mut session = match run::open(jit::Config {
        keep_going: true,
        ..options.config()
    }) {
        Ok(session) => session,
        Err(code) => return code,
    };
    let interrupter = session.interrupter();
    // Without a handler Ctrl-C would end the session; a second handler is a mistake of ours.
    ctrlc::set_handler(move || interrupter.interrupt())
        .expect("compiler bug: the handler of Ctrl-C was already set");
    let mut editor = match open_editor() {
        Ok(editor) => editor,
        Err(error) => {
            complain!("sumi: the terminal cannot be used: {error}");
            return 1;
        }
    };
    if interactive {
        say!(
            "Sumi {}. :help lists the commands, Ctrl-D leaves.",
            env!("CARGO_PKG_VERSION")
        );
    }
    let status = converse(&mut editor, &mut session, interactive);
    if let Some(path) = history_file().filter(|_| interactive) {
        // A history that cannot be written is not worth a message on leaving.
        let _ = path.parent().map(std::fs::create_dir_all);
        let _ = editor.save_history(&path);
    }
    status
}

fn converse(
    editor: &mut Editor<Helper, rustyline::history::DefaultHistory>,
    session: &mut Session,
    interactive: bool,
) -> u8 {
    let mut status = 0;
    // A terminal that cannot be edited would show it for a pipe as well.
    let prompt = if interactive { PROMPT } else { "" };
    loop {
        let line = match editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return status,
            Err(error) => {
                complain!("sumi: {error}");
                return 1;
            }
        };
        if line.trim().is_empty() {
            continue;
        }
        // What cannot be kept in the history can still be run.
        let _ = editor.add_history_entry(line.as_str());
        if let Some(command) = line.trim().strip_prefix(':') {
            match commands::run(session, command) {
                After::Continue => {}
                After::Quit => return status,
            }
        } else {
            let outcome = evaluate(session, &line);
            // A pipe has nobody to try again: its last failure is the status.
            status = if interactive { 0 } else { outcome.max(status) };
        }
        if let Some(helper) = editor.helper_mut() {
            helper.learn(session);
        }
    }
}

fn open_editor() -> rustyline::Result<Editor<Helper, rustyline::history::DefaultHistory>> {
    let config = Config::builder()
        .history_ignore_dups(true)?
        .auto_add_history(false)
        .completion_type(rustyline::CompletionType::List)
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Helper::default()));
    if let Some(path) = history_file() {
        // The first session has none.
        let _ = editor.load_history(&path);
    }
    Ok(editor)
}

/// `$XDG_STATE_HOME/sumi/history`, by default under `~/.local/state`.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| {
            std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"))
        })?;
    Some(state.join("sumi").join("history"))
}

/// Runs one entry and prints what came; gives what the exit status would be.
fn evaluate(session: &mut Session, line: &str) -> u8 {
    match session.run_line("<repl>", line) {
        Ok(report) => show(&report),
        Err(error) => fail(&error),
    }
}

fn fail(error: &Error) -> u8 {
    complain!("{}", error.to_string().trim_end());
    run::exit_status(error)
}

fn show(report: &UnitReport) -> u8 {
    for warning in &report.warnings {
        complain!("{}", warning.trim_end());
    }
    for definition in &report.defined {
        let colon = if definition.ty.is_empty() { "" } else { ": " };
        say!("{}{colon}{}", definition.text, definition.ty);
    }
    if !report.again.is_empty() {
        say!("compiled again: {}", report.again.join(", "));
    }
    if !report.converted.is_empty() {
        say!("converted: {}", report.converted.join(", "));
    }
    report.cells.iter().map(show_cell).max().unwrap_or(0)
}

fn show_cell(cell: &CellReport) -> u8 {
    cell.bindings.iter().for_each(say_variable);
    if let Some(value) = &cell.value {
        say!("{}: {}", value.text, value.ty);
        say_note(value);
    }
    if let Some(wrong) = cell.expectation.as_ref().filter(|e| !e.holds()) {
        complain!("expected {}", wrong.expected);
    }
    match &cell.error {
        Some(error) => {
            complain!("{}", error.rendered.trim_end());
            101
        }
        None => 0,
    }
}

fn say_variable(shown: &Shown) {
    say!("{}: {} = {}", shown.name, shown.ty, shown.text);
    say_note(shown);
}

fn say_note(shown: &Shown) {
    if let Some(note) = &shown.note {
        say!("  {note}");
    }
}
