//! From the text of a script to objects, in a thread of its own: first what it begins to run with, which of a long script is mostly plain
//! code, then better code for the loops that it is found in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use codegen::{Input, Object, Options, Step, loop_symbol};
use compiler::env::Env;
use compiler::mono::{BodyOf, Mode, Program, Steps};

use crate::compiled::{BetterLoops, CompiledScript};
use crate::config::Config;
use crate::front::{Constants, Front, Ready};
use crate::report::Error;

/// A program with more statements, as they are in the MIR, begins as plain code: LLVM takes some 0.1 s for so many.
const LONG: usize = 1000;
/// How often plain code is asked in which loop it is.
const TICK: Duration = Duration::from_millis(2);
/// The stack of the front end, which is recursive.
const STACK: usize = 64 << 20;

/// Not 0 while plain code is to say which loops it is in.
pub(crate) static ASKED: AtomicU32 = AtomicU32::new(0);

/// Where compiled scripts go that a later process may run.
pub trait Keep: Send + 'static {
    /// For what takes long to compile: whether there is a place for it, and no other process is at work on such a thing.
    fn begin(&self) -> bool;
    fn keep(&self, script: &CompiledScript);
}

/// A script that is being compiled.
pub struct Compilation {
    first: Receiver<Result<First, Error>>,
    /// To ask for better code of loops, and where it comes.
    pub(crate) better: Option<(Sender<usize>, Receiver<BetterLoops>)>,
    thread: JoinHandle<()>,
}

/// What a script begins to run with.
pub struct First {
    /// None if it cannot be run by another process.
    pub script: Option<Arc<CompiledScript>>,
    /// Whether better code of its loops may come.
    pub is_plain: bool,
}

impl Compilation {
    /// Begins with it. None if the system has no thread left.
    pub fn begin(config: &Config, name: &str, text: &str, keep: impl Keep) -> Option<Compilation> {
        let (to_first, first) = channel();
        let (asks, asked) = channel();
        let (to_made, made) = channel();
        let (config, name, text) = (config.clone(), name.to_owned(), text.to_owned());
        let thread = std::thread::Builder::new()
            .name("sumi compiler".to_owned())
            .stack_size(STACK)
            .spawn(move || {
                let source = match ScriptSource::new(config, &name, &text) {
                    Ok(source) => source,
                    Err(error) => return drop(to_first.send(Err(error))),
                };
                match source.is_long() {
                    true => source.in_steps(&to_first, &keep, &asked, &to_made),
                    false => source.at_once(&to_first, &keep),
                }
            });
        Some(Compilation {
            first,
            better: Some((asks, made)),
            thread: thread.ok()?,
        })
    }

    /// Waits for what it begins to run with.
    ///
    /// # Errors
    /// Mistakes in the script.
    pub fn first(&self) -> Result<First, Error> {
        let nothing = First {
            script: None,
            is_plain: false,
        };
        self.first.recv().unwrap_or(Ok(nothing))
    }

    /// Waits until a script that is not plain is kept.
    pub fn wait(self) {
        // Without it the next process compiles again.
        let _ = self.thread.join();
    }
}

/// Ends the process, whatever its threads are at: what is called at the end of a process would take LLVM apart meanwhile.
pub fn leave(status: u8) -> ! {
    // SAFETY: this writes what C still holds of its output, and ends.
    unsafe {
        libc::fflush(std::ptr::null_mut());
        libc::_exit(status.into());
    }
}

type ToFirst = Sender<Result<First, Error>>;

/// Compiles a script at once, without running it. None if what it came to cannot be run by another process.
///
/// # Errors
/// Mistakes in the script.
pub fn compile_script(
    config: &Config,
    name: &str,
    text: &str,
) -> Result<Option<CompiledScript>, Error> {
    let source = ScriptSource::new(config.clone(), name, text)?;
    source.compiled(Step::Whole)
}

/// The same as plain code, and better code of all of its loops. There may be none.
///
/// # Errors
/// Mistakes in the script.
pub fn compile_in_steps(
    config: &Config,
    name: &str,
    text: &str,
) -> Result<Option<(CompiledScript, Option<BetterLoops>)>, Error> {
    let source = ScriptSource::new(config.clone(), name, text)?;
    let Some((program, env)) = source.program() else {
        return Ok(source.compiled(Step::Whole)?.map(|script| (script, None)));
    };
    let steps = program.steps(env);
    let all: Vec<usize> = (0..steps.loops.len()).collect();
    let better = match all.is_empty() {
        true => None,
        false => Some(source.better(program, env, &steps, &all)?),
    };
    let plain = source.compiled(Step::Plain(&steps))?;
    Ok(plain.map(|plain| (plain, better)))
}

/// A script that has no mistakes.
struct ScriptSource {
    config: Config,
    front: Front,
    warnings: Vec<String>,
    /// Each with its program, the script last.
    units: Vec<(Ready, Program)>,
}

impl ScriptSource {
    fn new(config: Config, name: &str, text: &str) -> Result<ScriptSource, Error> {
        let mut front = Front::new(config.color);
        front.limits = (config.compile_limit, config.optimise_limit);
        let gathered = front.gather(name, text)?;
        let count = gathered.units.len();
        let mut units = Vec::new();
        for (index, ready) in gathered.units.into_iter().enumerate() {
            let mode = mode_of(index, count);
            let program = front.program(&ready, mode, Constants::AsData)?;
            units.push((ready, program));
        }
        Ok(ScriptSource {
            config,
            front,
            warnings: gathered.warnings,
            units,
        })
    }

    /// Of the script itself.
    fn program(&self) -> Option<(&Program, &Env)> {
        let (ready, program) = self.units.last()?;
        Some((program, &ready.compiled.env))
    }

    fn is_long(&self) -> bool {
        let count = |(program, _): (&Program, &Env)| {
            let functions = program.functions.iter().map(|function| &function.body);
            let bodies = functions.chain(program.cells.iter().map(|cell| &cell.body));
            let blocks = bodies.flat_map(|body| body.blocks.values());
            blocks.map(|block| block.statements.len()).sum::<usize>()
        };
        self.config.optimize && self.program().is_some_and(|known| count(known) > LONG)
    }

    fn at_once(&self, to_first: &ToFirst, keep: &impl Keep) {
        let compiled = self.compiled(Step::Whole);
        let compiled = compiled.map(|script| script.map(Arc::new));
        let kept = compiled.as_ref().ok().cloned().flatten();
        let first = compiled.map(|script| First {
            script,
            is_plain: false,
        });
        // Whoever has started it waits.
        let _ = to_first.send(first);
        if let Some(script) = kept {
            keep.keep(&script);
        }
    }

    fn in_steps(
        &self,
        to_first: &ToFirst,
        keep: &impl Keep,
        asked: &Receiver<usize>,
        to_made: &Sender<BetterLoops>,
    ) {
        let Some((program, env)) = self.program() else {
            return;
        };
        let steps = program.steps(env);
        let plain = self.compiled(Step::Plain(&steps));
        let first = plain.map(|script| First {
            script: script.map(Arc::new),
            is_plain: true,
        });
        let _ = to_first.send(first);
        self.keep_later(keep);
        let mut made = vec![false; steps.loops.len()];
        loop {
            match asked.recv_timeout(TICK) {
                Ok(index) => {
                    let around = |at: &usize| steps.loops[*at].around;
                    let nest = std::iter::successors(Some(index), around);
                    let missing: Vec<usize> = nest.filter(|at| !made[*at]).collect();
                    missing.iter().for_each(|at| made[*at] = true);
                    if missing.is_empty() {
                        continue;
                    }
                    // What LLVM refuses goes on as plain code.
                    if let Ok(better) = self.better(program, env, &steps, &missing)
                        && to_made.send(better).is_err()
                    {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            ASKED.store(1, Ordering::Relaxed);
        }
    }

    /// Compiles the whole of it in a process of its own, which stays when this one ends: the next one that runs it has all of it at once.
    fn keep_later(&self, keep: &impl Keep) {
        // SAFETY: the new process has this thread alone, uses nothing that another one may have held, and ends without the cleaning up of
        // this one. It is a grandchild, whose end concerns nobody.
        unsafe {
            let child = libc::fork();
            if child > 0 {
                libc::waitpid(child, std::ptr::null_mut(), 0);
            }
            if child != 0 {
                return;
            }
            if libc::fork() != 0 {
                libc::_exit(0);
            }
            libc::setsid();
            libc::nice(LOWEST_PRIORITY);
            // Whoever reads what the script writes waits until nobody can write any more.
            libc::close_range(0, libc::c_uint::MAX, 0);
            if keep.begin()
                && let Ok(Some(script)) = self.compiled(Step::Whole)
            {
                keep.keep(&script);
            }
            libc::_exit(0);
        }
    }

    /// Objects of all units. None if something of it comes from a host.
    fn compiled(&self, step: Step<'_>) -> Result<Option<CompiledScript>, Error> {
        let mut compiled = CompiledScript::new(&self.front, &self.warnings);
        let count = self.units.len();
        for (index, (ready, program)) in self.units.iter().enumerate() {
            let (env, mode) = (&ready.compiled.env, mode_of(index, count));
            let step = match mode {
                Mode::Script => step,
                _ => Step::Whole,
            };
            if let Step::Plain(steps) = step {
                let base = self.object(program, env, mode, Step::Base(steps))?;
                if compiled.add(&base, std::iter::empty()).is_none() {
                    return Ok(None);
                }
            }
            let object = self.object(program, env, mode, step)?;
            if compiled.add(&object, env.of_last_unit()).is_none() {
                return Ok(None);
            }
        }
        Ok(Some(compiled))
    }

    fn better(
        &self,
        program: &Program,
        env: &Env,
        steps: &Steps,
        which: &[usize],
    ) -> Result<BetterLoops, Error> {
        let object = self.object(program, env, Mode::Script, Step::Loops(steps, which))?;
        let loops = which.iter().map(|index| {
            let of = match steps.loops[*index].of {
                BodyOf::Function(at) => &program.functions[at].symbol,
                BodyOf::Cell(at) => &program.cells[at].symbol,
            };
            (*index, loop_symbol(of, *index))
        });
        Ok(BetterLoops {
            loops: loops.collect(),
            object,
        })
    }

    fn object(
        &self,
        program: &Program,
        env: &Env,
        mode: Mode,
        step: Step<'_>,
    ) -> Result<Object, Error> {
        let input = input(&self.front, &self.config, program, env, mode);
        let is_plain = match step {
            Step::Plain(_) => true,
            Step::Base(steps) => steps.plain.iter().all(|plain| *plain),
            Step::Whole | Step::Loops(..) => false,
        };
        let options = Options {
            optimise: input.options.optimise && !is_plain,
            ..input.options
        };
        let object = codegen::object(Input {
            step,
            options,
            ..input
        });
        let object = object.map_err(|message| Error::Backend { message })?;
        env.budget().note_optimised(object.optimised);
        Ok(object)
    }
}

/// As low as any.
const LOWEST_PRIORITY: libc::c_int = 19;

/// Of the unit at this position of so many.
fn mode_of(index: usize, count: usize) -> Mode {
    match index + 1 == count {
        true => Mode::Script,
        false => Mode::Session,
    }
}

/// How a unit is compiled that has no host.
pub(crate) fn input<'a>(
    front: &'a Front,
    config: &Config,
    program: &'a Program,
    env: &'a Env,
    mode: Mode,
) -> Input<'a> {
    let is_session = mode == Mode::Session;
    let is_line = is_session && program.is_straight(env);
    Input {
        program,
        env,
        sources: &front.sources,
        step: Step::Whole,
        options: Options {
            reloadable: is_session,
            optimise: config.optimize && !is_line,
            most_optimised: env.budget().optimised_left(),
            ..config.code_options()
        },
        host: &(),
    }
}
