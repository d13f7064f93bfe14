//! `:save` and `:load`.

use std::path::Path;

use super::commands::After;
use super::{Repl, report};
use crate::run;
use crate::streams::{complain, say};

/// The first line of what `:save` writes, by which it knows that it may write it again.
const HEAD: &str = "// Saved from the REPL.\n";

pub(super) fn save(repl: &Repl, name: &str) {
    let path = Path::new(name);
    let former = std::fs::read_to_string(path);
    if path.exists() && !former.is_ok_and(|text| text.is_empty() || text.starts_with(HEAD)) {
        complain!("`{name}` is there already and does not come from `:save`; choose another name");
        return;
    }
    let script = repl.session.script();
    if script.entries == 0 {
        complain!("nothing was entered yet that counts, so `{name}` was not written");
        return;
    }
    if let Err(error) = std::fs::write(path, format!("{HEAD}{}", script.text)) {
        complain!("`{name}` was not written: {error}");
        return;
    }
    let lines = script.text.lines().count() + 1;
    let entries = match script.entries {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    say!("wrote {entries} to `{name}`, {lines} lines");
    if let Some(problem) = script.problem {
        complain!(
            "it does not run by itself yet:\n{}",
            problem.to_string().trim_end()
        );
    }
}

pub(super) fn load(repl: &mut Repl, name: &str) -> After {
    let (name, text) = match run::read(Path::new(name)) {
        Ok(read) => read,
        Err(code) => return After::Ran(code),
    };
    After::Ran(match repl.session.run_entry(&name, &text) {
        Ok(outcome) => report::show(&outcome),
        Err(error) => report::fail(&error),
    })
}
