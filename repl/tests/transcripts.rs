//! `tests/repl`: conversations with the binary through pipes, one `.txt` for a test. A line that begins with `> ` is an entry,
//! `| ` goes on with it, and what follows is all that came of it on both streams. The last line is the exit status. The conversation
//! takes place in a folder of its own, which has the modules that stand beside it.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

/// A command that there is not marks, by its message, where the answer to an entry ends. It changes nothing.
const MARK: &str = ":end";
const MARKED: &str = "there is no command `:end`; `:help` lists them\n";

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/repl");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"));
    let trials = paths.map(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Trial::test(format!("tests/repl/{name}"), move || test(&path))
    });
    let of_folder = Trial::test("sumi test FOLDER", tests_of_a_folder);
    let trials = trials.chain([of_folder]).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// `sumi test` runs the files of a folder one after another.
fn tests_of_a_folder() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/repl");
    let output = Command::new(env!("CARGO_BIN_EXE_sumi"))
        .current_dir(folder)
        .args(["test", "trials"])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let wanted = "trials/a.sumi\nok      first\ntrials/b.sumi\nok      second\n2 tests passed\n";
    if output.status.success() && said == wanted {
        Ok(())
    } else {
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}: {said}{errors}", output.status).into())
    }
}

fn test(path: &Path) -> Result<(), Failed> {
    let golden = std::fs::read_to_string(path)?;
    let entries = entries(&golden);
    let (answers, status) = converse(path, &entries)?;
    let mut shown = String::new();
    for (index, entry) in entries.iter().enumerate() {
        shown += &format!("> {}\n", entry.replace('\n', "\n| "));
        shown += answers.get(index).ok_or("the conversation ended early")?;
    }
    shown += &format!("exit status {status}\n");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return Ok(std::fs::write(path, shown)?);
    }
    if golden == shown {
        Ok(())
    } else {
        Err(format!("it went otherwise:\n{shown}").into())
    }
}

fn entries(golden: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in golden.lines() {
        if let Some(first) = line.strip_prefix("> ") {
            entries.push(first.to_owned());
        } else if let (Some(more), Some(entry)) = (line.strip_prefix("| "), entries.last_mut()) {
            entry.push('\n');
            entry.push_str(more);
        }
    }
    entries
}

struct Folder(std::path::PathBuf);

impl Folder {
    fn new(path: &Path) -> Result<Folder, Failed> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("sumi-repl-{name}-{}", std::process::id());
        let folder = Folder(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&folder.0)?;
        for entry in std::fs::read_dir(path.parent().unwrap_or(path))? {
            let file = entry?.path();
            if file
                .extension()
                .is_some_and(|extension| extension == "sumi")
            {
                std::fs::copy(&file, folder.0.join(file.file_name().unwrap_or_default()))?;
            }
        }
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody needs what is left there.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The answer to each entry, and the exit status.
fn converse(path: &Path, entries: &[String]) -> Result<(Vec<String>, String), Failed> {
    let (mut output, both) = std::io::pipe()?;
    let folder = Folder::new(path)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_sumi"));
    command
        .current_dir(&folder.0)
        .env("NO_COLOR", "1")
        .stdin(std::process::Stdio::piped())
        .stdout(both.try_clone()?)
        .stderr(both);
    let mut child = command.spawn()?;
    drop(command); // and with it our ends of the pipe
    let mut stdin = child.stdin.take().ok_or("the binary has no input")?;
    let text: String = entries.iter().map(|e| format!("{e}\n{MARK}\n")).collect();
    // A binary that ends early is seen by its answers.
    let feed = std::thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
    let mut said = String::new();
    output.read_to_string(&mut said)?;
    feed.join()
        .map_err(|_| "the writer of the input panicked")?;
    let status = child.wait()?;
    let status = status
        .code()
        .map_or("none".to_owned(), |code| code.to_string());
    Ok((said.split(MARKED).map(str::to_owned).collect(), status))
}
