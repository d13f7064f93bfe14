//! `sumi test FILE` and `sumi bench FILE`.

use std::path::Path;

use jit::{Config, TrialReport};

use crate::streams::{complain, put};
use crate::{Options, interrupt, run};

/// Runs the tests of a file, or its benches; gives the exit status, 1 if one failed.
pub(crate) fn run(path: &Path, filter: Option<&str>, is_bench: bool, options: &Options) -> u8 {
    let (name, source) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let config = Config {
        capture: true,
        ..options.config()
    };
    let mut session = match run::open(config) {
        Ok(session) => session,
        Err(code) => return code,
    };
    interrupt::ends_the_program(session.interrupter());
    let mut failed = 0;
    let mut all = 0;
    let wanted = |name: &str| filter.is_none_or(|filter| name.contains(filter));
    let result = session.run_tests(&name, &source, is_bench, &wanted, &mut |report| {
        all += 1;
        failed += usize::from(report.error.is_some());
        show(report);
    });
    if result.is_err() {
        return run::finish(result);
    }
    let what = if is_bench { "bench" } else { "test" };
    let summary = match (all, failed) {
        (0, _) => format!("no `{what}` in {name}"),
        (_, 0) if is_bench => return 0,
        (1, 0) => "1 test passed".to_owned(),
        (_, 0) => format!("{all} tests passed"),
        _ => format!("{failed} of {all} failed"),
    };
    put(format_args!("{summary}\n"));
    u8::from(failed > 0)
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
