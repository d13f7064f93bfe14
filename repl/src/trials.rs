//! `sumi test FILE…` and `sumi bench FILE…`.

use std::path::{Path, PathBuf};

use jit::{Config, TrialReport};

use crate::streams::{complain, put};
use crate::{Options, interrupt, run};

/// Which of the items of a file are run.
struct Wanted {
    part: Option<String>,
    is_bench: bool,
}

#[derive(Default)]
struct Counts {
    all: usize,
    failed: usize,
    /// The exit status of the first file that could not be run.
    refused: Option<u8>,
}

/// Runs the tests of files and folders, or their benches; gives the exit status, 1 if one failed.
pub(crate) fn run(mut paths: Vec<PathBuf>, is_bench: bool, options: &Options) -> u8 {
    let part = paths.pop_if(|last| !last.exists() && last.extension().is_none());
    let wanted = Wanted {
        part: part.map(|part| part.to_string_lossy().into_owned()),
        is_bench,
    };
    let mut counts = Counts::default();
    let mut files = Vec::new();
    for path in &paths {
        if let Err(error) = collect(path, &mut files) {
            complain!("sumi: {}: {error}", path.display());
            return 2;
        }
    }
    let has_several = paths.len() > 1 || paths.iter().any(|path| path.is_dir());
    for file in &files {
        run_file(file, has_several, &wanted, options, &mut counts);
    }
    let what = if is_bench { "bench" } else { "test" };
    let Counts {
        all,
        failed,
        refused,
    } = counts;
    let summary = match (all, failed) {
        (0, _) if refused.is_some() => String::new(),
        (0, _) => {
            let place = match paths.as_slice() {
                [path] => path.display().to_string(),
                _ => "these files".to_owned(),
            };
            match &wanted.part {
                Some(part) => format!("no `{what}` whose name has `{part}` in {place}\n"),
                None => format!("no `{what}` in {place}\n"),
            }
        }
        (_, 0) if is_bench => String::new(),
        (1, 0) => "1 test passed\n".to_owned(),
        (_, 0) => format!("{all} tests passed\n"),
        _ => format!("{failed} of {all} failed\n"),
    };
    put(format_args!("{summary}"));
    refused.unwrap_or(u8::from(failed > 0))
}

/// The file, or those in the folder and in those within it, by name.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inside = Vec::new();
    for entry in path.read_dir()? {
        inside.push(entry?.path());
    }
    inside.sort();
    for path in inside {
        if path.is_dir()
            || path
                .extension()
                .is_some_and(|extension| extension == "sumi")
        {
            collect(&path, files)?;
        }
    }
    Ok(())
}

fn run_file(
    path: &Path,
    is_one_of_several: bool,
    wanted: &Wanted,
    options: &Options,
    counts: &mut Counts,
) {
    let refuse = |status: u8, counts: &mut Counts| {
        counts.refused.get_or_insert(status);
    };
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return refuse(code, counts),
    };
    let config = Config {
        capture: true,
        ..options.config()
    };
    let mut session = match run::open(config) {
        Ok(session) => session,
        Err(code) => return refuse(code, counts),
    };
    interrupt::ends_the_program(session.interrupter());
    let mut is_first = true;
    let fits = |name: &str| wanted.part.as_ref().is_none_or(|part| name.contains(part));
    let result = session.run_tests(&name, &source, wanted.is_bench, &fits, &mut |report| {
        if std::mem::take(&mut is_first) && is_one_of_several {
            put(format_args!("{name}\n"));
        }
        counts.all += 1;
        counts.failed += usize::from(report.error.is_some());
        show(report);
    });
    if result.is_err() {
        let status = run::finish(result);
        refuse(status, counts);
    }
}

fn show(report: &TrialReport) {
    let name = &report.name;
    match (&report.error, report.timing) {
        (Some(error), _) => {
            put(format_args!("FAILED  {name}\n"));
            if !report.output.is_empty() {
                put(format_args!("{}\n", report.output.trim_end()));
            }
            complain!("{}", error.rendered.trim_end());
        }
        (None, Some(timing)) => put(format_args!(
            "{:>12}  {name} (fastest {}, {} runs)\n",
            duration(timing.median),
            duration(timing.fastest),
            timing.runs
        )),
        (None, None) => put(format_args!("ok      {name}\n")),
    }
}

fn duration(nanos: u64) -> String {
    let nanos = nanos as f64;
    match nanos {
        _ if nanos < 1e3 => format!("{nanos:.0} ns"),
        _ if nanos < 1e6 => format!("{:.2} µs", nanos / 1e3),
        _ if nanos < 1e9 => format!("{:.2} ms", nanos / 1e6),
        _ => format!("{:.2} s", nanos / 1e9),
    }
}
