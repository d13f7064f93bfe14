//! The REPL: one entry after another in one session.

mod commands;
mod completion;
mod editor;
mod external;
mod files;
mod report;

use std::io::IsTerminal;
use std::path::PathBuf;

use jit::Session;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::{Config, Editor};

use crate::idle::Idle;
use crate::streams::{complain, say};
use crate::{Options, interrupt, run};
use commands::After;
use editor::Helper;

type Lines = Editor<Helper, rustyline::history::DefaultHistory>;

/// A session and whom it speaks with.
struct Repl {
    session: Session,
    options: Options,
    is_interactive: bool,
}

pub(crate) fn repl(options: &Options) -> u8 {
    let is_interactive = std::io::stdin().is_terminal();
    let session = match open_session(options) {
        Ok(session) => session,
        Err(code) => return code,
    };
    let mut editor = match open_editor() {
        Ok(editor) => editor,
        Err(error) => {
            complain!("sumi: the terminal cannot be used: {error}");
            return 1;
        }
    };
    if is_interactive {
        say!(
            "Sumi {}. :help lists the commands, Ctrl-D leaves.",
            env!("CARGO_PKG_VERSION")
        );
    }
    let mut repl = Repl {
        session,
        options: options.clone(),
        is_interactive,
    };
    let status = repl.converse(&mut editor);
    if let Some(path) = history_file().filter(|_| is_interactive) {
        // A history that cannot be written is not worth a message on leaving.
        let _ = path.parent().map(std::fs::create_dir_all);
        let _ = editor.save_history(&path);
    }
    status
}

/// A new session, whose runs Ctrl-C ends.
fn open_session(options: &Options) -> Result<Session, u8> {
    let session = run::open(jit::Config {
        keep_going: true,
        ..options.config()
    })?;
    interrupt::ends_only_a_cell(session.interrupter());
    Ok(session)
}

impl Repl {
    fn converse(&mut self, editor: &mut Lines) -> u8 {
        let mut status = 0;
        self.teach(editor);
        let idle = Idle::watch();
        loop {
            idle.did();
            // A terminal that cannot be edited would show it for a pipe as well.
            let prompt = match self.is_interactive {
                true => format!("{}> ", self.session.next_entry()),
                false => String::new(),
            };
            let line = match editor.readline(&prompt) {
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
            let after = match line.trim().strip_prefix(':') {
                Some(command) => commands::run(self, command),
                None => After::Ran(self.evaluate(&line)),
            };
            match after {
                After::Continue => {}
                // A pipe has nobody to try again: its last failure is the status.
                After::Ran(_) if self.is_interactive => {}
                After::Ran(outcome) => status = outcome.max(status),
                After::Edited(text) => {
                    let _ = editor.add_history_entry(text.as_str());
                    self.evaluate(&text);
                }
                After::Quit => return status,
            }
            self.teach(editor);
        }
    }

    /// Completion works on what the session knows after each entry.
    fn teach(&self, editor: &mut Lines) {
        if let Some(helper) = editor.helper_mut() {
            helper.learn(&self.session);
        }
    }

    /// Runs one entry and prints what came; gives what the exit status would be.
    fn evaluate(&mut self, text: &str) -> u8 {
        match self.session.run_line("<repl>", text) {
            Ok(outcome) => report::show(&outcome),
            Err(error) => report::fail(&error),
        }
    }
}

fn open_editor() -> rustyline::Result<Lines> {
    let config = Config::builder()
        .history_ignore_dups(true)?
        .auto_add_history(false)
        .completion_type(rustyline::CompletionType::List)
        .build();
    let mut editor = Editor::with_config(config)?;
    // A line is drawn by one write, so that nobody sees half of it; around it there would be two more.
    editor.enable_synchronized_output(false);
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
