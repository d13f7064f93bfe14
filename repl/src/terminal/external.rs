//! `:edit`: an entry in an editor of the user's own.

use std::process::Command;

use super::Repl;
use super::commands::After;
use crate::streams::complain;

pub(super) fn edit(repl: &Repl, what: &str) -> After {
    let text = match repl.session.entry_text(what) {
        Ok(text) => text,
        Err(_) if what.is_empty() => String::new(), // an empty page is a beginning
        Err(why) => {
            complain!("{why}");
            return After::Continue;
        }
    };
    match edited(&text) {
        Ok(new) if new.trim().is_empty() => complain!("nothing came back, so nothing ran"),
        Ok(new) if new.trim() == text.trim() => complain!("nothing was changed, so nothing ran"),
        Ok(new) => return After::Edited(new.trim_end().to_owned()),
        Err(why) => complain!("{why}"),
    }
    After::Continue
}

/// The text after an editor had it.
fn edited(text: &str) -> Result<String, String> {
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        (!value.trim().is_empty()).then_some(value)
    });
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let path = std::env::temp_dir().join(format!("sumi-entry-{}.sumi", std::process::id()));
    let cannot = |error: std::io::Error| format!("`{}`: {error}", path.display());
    std::fs::write(&path, format!("{text}\n")).map_err(cannot)?;
    // By the shell, since people write `code --wait` there.
    let status = Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sumi"])
        .arg(&path)
        .status();
    let new = std::fs::read_to_string(&path);
    // A file that stays there harms nobody.
    let _ = std::fs::remove_file(&path);
    match status {
        Ok(status) if status.success() => new.map_err(cannot),
        Ok(status) => Err(format!(
            "the editor `{editor}` ended with {status}, so nothing ran"
        )),
        Err(error) => Err(format!("the editor `{editor}` cannot be started: {error}")),
    }
}
