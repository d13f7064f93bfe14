//! `--emit STAGE`: the compiler's own dumps.

use std::path::Path;

use jit::{Session, Stage};

use crate::Options;
use crate::{run, streams};

pub(crate) fn file(path: &Path, stage: Stage, options: &Options) -> u8 {
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    match run::open(options.config()) {
        Ok(mut session) => text(&mut session, &name, &source, stage),
        Err(code) => code,
    }
}

pub(crate) fn text(session: &mut Session, name: &str, source: &str, stage: Stage) -> u8 {
    run::finish(
        session
            .emit(name, source, stage)
            .map(|dump| streams::put(format_args!("{dump}"))),
    )
}
