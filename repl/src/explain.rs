//! `sumi explain FILE`.

use std::path::Path;

use crate::Options;
use crate::{run, streams};

pub(crate) fn file(path: &Path, options: &Options) -> u8 {
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    match run::open(options.config()) {
        Ok(mut session) => run::finish(
            session
                .explain(&name, &source)
                .map(|text| streams::put(format_args!("{text}"))),
        ),
        Err(code) => code,
    }
}
