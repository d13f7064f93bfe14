//! Scripts: `sumi FILE`, `-`, `-e CODE`, and `sumi check FILE`.

use std::io::{Read, Write};
use std::path::Path;

use jit::{Compilation, CompiledScript, Config, Error, Keep, LoadedScript, Session};

use crate::cache::Entry;
use crate::streams::complain;
use crate::{Options, cache, costs, interrupt};

/// Runs a script; gives the exit status.
pub(crate) fn file(path: &Path, args: Vec<String>, options: &Options) -> u8 {
    match read(path) {
        Ok((name, source)) => text(&name, &source, args, options),
        Err(code) => code,
    }
}

pub(crate) fn text(name: &str, source: &str, args: Vec<String>, options: &Options) -> u8 {
    let config = Config {
        args,
        ..options.config()
    };
    let asks_for_more = options.emit.is_some() || options.stats || options.copies;
    let kept = kept_script(&config, name, source).filter(|_| !asks_for_more);
    if let Some(status) = kept
        .as_ref()
        .and_then(|kept| run_kept(kept, &config, name, source))
    {
        return status;
    }
    if !asks_for_more && let Some(status) = run_new(kept, &config, name, source) {
        return status;
    }
    let mut session = match open(config) {
        Ok(session) => session,
        Err(code) => return code,
    };
    if let Some(stage) = options.emit {
        return crate::emit::text(&mut session, name, source, stage);
    }
    interrupt::ends_the_program(session.interrupter());
    if options.copies {
        session.watch_copies();
    }
    let status = finish(session.run_script(name, source));
    if options.stats {
        costs::stats(&session);
    }
    if options.copies {
        costs::copies(&session, name, source);
    }
    status
}

/// Where a compiled script is kept, if there is such a place.
struct Kept(Option<Entry>);

impl Keep for Kept {
    fn begin(&self) -> bool {
        self.0.as_ref().is_some_and(Entry::claim)
    }

    fn keep(&self, script: &CompiledScript) {
        // Without it the next process compiles again.
        let _ = self.0.as_ref().map(|kept| kept.write(&script.to_bytes()));
    }
}

/// Compiles a script and runs it as soon as there is code; none if that is to be done otherwise, which then tells what is missing.
fn run_new(kept: Option<Entry>, config: &Config, name: &str, source: &str) -> Option<u8> {
    let mut compilation = Compilation::begin(config, name, source, Kept(kept))?;
    let first = match compilation.first() {
        Ok(first) => first,
        Err(error) => return Some(finish(Err(error))),
    };
    let script = LoadedScript::new(config.clone(), name, source, &*first.script?)?;
    interrupt::ends_the_program(script.interrupter());
    if !first.is_plain {
        let status = finish(script.run());
        drop(script);
        compilation.wait();
        return Some(status);
    }
    let status = finish(script.with_better(&mut compilation, || script.run()));
    drop(script);
    jit::leave(status)
}

/// Where it is kept once it was compiled. Two builds that take turns do not take each other's place.
fn kept_script(config: &Config, name: &str, source: &str) -> Option<Entry> {
    let (key, build) = (jit::script_key(config, name, source), cache::build()?);
    cache::SCRIPTS.entry(&format!("{key:032x}-{build:016x}"))
}

/// The exit status of a script that was compiled by an earlier process; none if it is to be compiled.
fn run_kept(kept: &Entry, config: &Config, name: &str, source: &str) -> Option<u8> {
    let compiled = CompiledScript::from_bytes(&kept.read()?)?;
    let script = LoadedScript::new(config.clone(), name, source, &compiled)?;
    interrupt::ends_the_program(script.interrupter());
    Some(finish(script.run()))
}

pub(crate) fn check(path: &Path, options: &Options) -> u8 {
    let (name, source) = match read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let mut session = match open(options.config()) {
        Ok(session) => session,
        Err(code) => return code,
    };
    finish(session.check(&name, &source).map(|checked| {
        for warning in checked.warnings {
            complain!("{}", warning.trim_end());
        }
    }))
}

/// The name under which a file appears in messages, and its text. `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<(String, String), u8> {
    match text_of(path) {
        Ok(text) => Ok((name_of(path), text)),
        Err(message) => {
            complain!("sumi: {message}");
            Err(1)
        }
    }
}

fn name_of(path: &Path) -> String {
    match path == Path::new("-") {
        true => "<stdin>".to_owned(),
        false => path.display().to_string(),
    }
}

/// The text of a file, or why it cannot be had.
pub(crate) fn text_of(path: &Path) -> Result<String, String> {
    let name = name_of(path);
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| format!("cannot read {name}: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("{name} is not UTF-8 text: the byte at offset {at} is not")
    })
}

pub(crate) fn open(config: Config) -> Result<Session, u8> {
    Session::new(config).map_err(|error| {
        complain!("sumi: {error}");
        1
    })
}

/// Reports how it ended on standard error; gives the exit status.
pub(crate) fn finish(result: Result<(), Error>) -> u8 {
    // A reader that closed the pipe is no error of the script's.
    let _ = std::io::stdout().flush();
    match result {
        Ok(()) => 0,
        Err(error) => {
            if !matches!(&error, Error::Runtime(error) if error.exit.is_some()) {
                complain!("{}", error.to_string().trim_end());
            }
            exit_status(&error)
        }
    }
}

pub(crate) fn exit_status(error: &Error) -> u8 {
    match error {
        // The system keeps the lowest eight bits, too.
        Error::Runtime(error) => error.exit.map_or(101, |status| status as u8),
        Error::Rejected { .. }
        | Error::Link { .. }
        | Error::Signature { .. }
        | Error::Reload { .. }
        | Error::Save { .. }
        | Error::Load { .. }
        | Error::Output { .. }
        | Error::Backend { .. } => 1,
    }
}
