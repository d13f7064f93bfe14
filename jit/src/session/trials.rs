//! `test` and `bench` items: the file runs to its end, then each of them from the state that it left.

use std::rc::Rc;
use std::time::{Duration, Instant};

use compiler::mono::Mode;

use super::Session;
use crate::failure;
use crate::front::Ready;
use crate::linked::Linked;
use crate::report::{Error, Timing, TrialReport};

/// A `bench` runs until so much time has passed, at least and at most so many times.
const LONG_ENOUGH: Duration = Duration::from_millis(500);
const RUNS: std::ops::RangeInclusive<usize> = 5..=100_000;

impl Session {
    /// Runs the tests of a file, or its benches, and tells of each as it ends.
    pub fn run_tests(
        &mut self,
        name: &str,
        text: &str,
        is_bench: bool,
        wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(&TrialReport),
    ) -> Result<(), Error> {
        self.front.with_tests = true;
        let gathered = self.front.gather(name, text);
        self.front.with_tests = false;
        let mut gathered = gathered?;
        self.warn(&gathered.warnings);
        let Some(ready) = gathered.units.pop() else {
            return Ok(());
        };
        let is_wanted =
            |test: &compiler::hir::Test| test.is_bench == is_bench && wanted(&test.name);
        let mut tests = ready
            .compiled
            .cells
            .iter()
            .filter_map(|cell| cell.test.as_ref());
        if !tests.any(is_wanted) {
            return Ok(());
        }
        for module in &gathered.units {
            self.run_module(module)?;
        }
        self.drop_output();
        let loaded = self.load(&ready, Mode::Session)?;
        for (index, info) in ready.compiled.cells.iter().enumerate() {
            let report = match &info.test {
                None => {
                    self.run_before_tests(&loaded.unit, &ready, index)?;
                    continue;
                }
                Some(test) if test.is_bench != is_bench || !wanted(&test.name) => continue,
                Some(_) if is_bench => self.run_bench(&loaded.unit, &ready, index),
                Some(_) => self.run_test(&loaded.unit, &ready, index),
            };
            each(&report);
        }
        Ok(())
    }

    fn run_before_tests(
        &mut self,
        unit: &Rc<Linked>,
        ready: &Ready,
        index: usize,
    ) -> Result<(), Error> {
        let cell = unit.cell(index);
        // SAFETY: generated code without parameters.
        match unsafe { self.machine.run(|| cell()) } {
            Ok(()) => Self::bind(unit, ready, index),
            Err(trap) => self.finish_all(unit, Err(trap))?,
        }
        self.drop_output();
        Ok(())
    }

    /// What was printed before the tests belongs to none of them.
    fn drop_output(&mut self) {
        self.machine.with_runtime(|runtime| runtime.flush());
        self.captured.take();
    }

    fn run_test(&mut self, unit: &Rc<Linked>, ready: &Ready, index: usize) -> TrialReport {
        let info = &ready.compiled.cells[index];
        let report = self.run_cell(unit, ready, index, false);
        for saved in std::mem::take(&mut self.kept) {
            saved.restore(&self.machine);
        }
        let name = info.test.as_ref().map_or("", |test| &test.name).to_string();
        let mut error = report.error;
        if let Some(error) = &mut error {
            let what = match info.test.as_ref().is_some_and(|test| test.is_bench) {
                true => "bench",
                false => "test",
            };
            failure::name_the_top(error, &format!("{what} \"{name}\""));
        }
        TrialReport {
            name,
            output: report.output,
            error,
            timing: None,
        }
    }

    /// The first run is not counted.
    fn run_bench(&mut self, unit: &Rc<Linked>, ready: &Ready, index: usize) -> TrialReport {
        let mut report = self.run_test(unit, ready, index);
        let info = &ready.compiled.cells[index];
        let begin = Instant::now();
        let mut times: Vec<u64> = Vec::new();
        while report.error.is_none()
            && (times.len() < *RUNS.start()
                || (begin.elapsed() < LONG_ENOUGH && times.len() < *RUNS.end()))
        {
            let saved = self.save(&info.effects);
            let code = unit.cell(index);
            let start = Instant::now();
            // SAFETY: generated code without parameters.
            let result = unsafe { self.machine.run(|| code()) };
            let took = start.elapsed();
            self.captured.take();
            if let Err(trap) = result {
                report.error = Some(self.describe(&trap));
                saved
                    .into_iter()
                    .for_each(crate::saved::Saved::restore_abandoned);
                self.sweep();
                break;
            }
            if let Some(value) = info.value.and_then(|def| unit.global(def)) {
                value.is_bound.set(true);
                value.drop_value(&self.machine);
            }
            for saved in saved {
                saved.restore(&self.machine);
            }
            times.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        }
        times.sort_unstable();
        report.timing = times.first().map(|fastest| Timing {
            fastest: *fastest,
            median: times[times.len() / 2],
            runs: times.len(),
        });
        report
    }
}
