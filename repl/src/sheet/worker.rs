//! The process in which the cells of a sheet run: commands come in, messages go out. A cell that ends the process ends only this one.
//!
//! The streams of the protocol are moved out of the way of C libraries, which print where standard output was.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jit::{Progress, Stopper};

use super::lines::Lines;
use super::protocol::{Command, Counts, Edit, Event, Page, Settled, VERSION, Wanted, line};
use super::shelf::Shelf;
use super::tell::Told;
use crate::streams::complain;
use crate::{Options, idle, interrupt, run};

/// For how long nothing is asked before results are kept for another process.
const QUIET: Duration = Duration::from_millis(200);
/// How long the cells may take to end when nobody is there any more, and how often they are asked to.
const PATIENCE: Duration = Duration::from_millis(200);
const ASK: Duration = Duration::from_millis(20);

/// Answers commands until there are no more; gives the exit status.
pub(crate) fn work(options: &Options, keep: bool) -> u8 {
    let (commands, messages) = match own_streams() {
        Ok(streams) => streams,
        Err(error) => {
            complain!("sumi: the streams of the sheet cannot be used: {error}");
            return 1;
        }
    };
    let config = jit::Config {
        color: false,
        ..options.config()
    };
    let sheet = match jit::Sheet::new(config) {
        Ok(sheet) => sheet,
        Err(error) => return run::finish(Err(error)),
    };
    let stopper = sheet.stopper();
    interrupt::calls(move || stopper.stop());
    let edits = Edits::default();
    let (tell, told) = channel();
    let reader = Reader {
        stopper: sheet.stopper(),
        edits: edits.clone(),
        tell,
    };
    std::thread::spawn(move || reader.read(BufReader::new(commands)));
    let mut worker = Worker {
        sheet,
        told: Told::default(),
        name: String::new(),
        text: String::new(),
        lines: Lines::of(""),
        revision: 0,
        follows: Vec::new(),
        edits,
        messages: BufWriter::new(messages),
        keep,
        shelf: None,
        is_kept: true,
    };
    worker.say(&Event::Opened {
        sumi: VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
    });
    worker.flush();
    worker.answer(&told);
    0
}

/// The streams of the protocol; what the cells read is empty, and what C prints goes to standard error.
fn own_streams() -> std::io::Result<(File, File)> {
    let commands = std::io::stdin().as_fd().try_clone_to_owned()?;
    let messages = std::io::stdout().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(std::io::stderr())?;
    // Nobody reads the memory of a process that a library ended, and writing it takes longer than starting another one.
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: None,
    };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    Ok((File::from(commands), File::from(messages)))
}

/// How many edits have come, and with how many the sheet has begun.
#[derive(Clone, Default)]
struct Edits {
    come: Arc<AtomicU64>,
    taken: Arc<AtomicU64>,
    /// Held while one is taken, and while a cell is stopped because one is not: that of a later one is not to end by it.
    taking: Arc<Mutex<()>>,
}

impl Edits {
    /// Whether the text that the sheet is at is the newest one.
    fn are_all_taken(&self) -> bool {
        self.taken.load(Ordering::SeqCst) >= self.come.load(Ordering::SeqCst)
    }

    fn take_one(&self) {
        let _taking = self.taking.lock();
        self.taken.fetch_add(1, Ordering::SeqCst);
    }

    /// The cell that runs for an earlier text, or is about to, ends; it goes on if it is in the newer one. Each cell after it asks first
    /// whether all edits are taken, and the update to the newer text forgets that it was asked to stop: so once is enough.
    fn stop_what_is_overtaken(&self, stopper: &Stopper) {
        let _taking = self.taking.lock();
        if !self.are_all_taken() {
            stopper.stop();
        }
    }
}

/// What the other side asks for, in its own thread, so that it is heard while a cell runs.
struct Reader {
    stopper: Stopper,
    edits: Edits,
    tell: Sender<Result<Command, String>>,
}

impl Reader {
    fn read(self, commands: impl BufRead) {
        for line in commands.lines() {
            let Ok(line) = line else { break };
            let command = serde_json::from_str(&line);
            let command: Result<Command, String> = command.map_err(|error| error.to_string());
            let is_edit = matches!(command, Ok(Command::Edit(_) | Command::Touched(_)));
            let is_last = matches!(command, Ok(Command::Quit {}));
            if is_edit {
                self.edits.come.fetch_add(1, Ordering::SeqCst);
            }
            if self.tell.send(command).is_err() || is_last {
                break;
            }
            if is_edit {
                self.edits.stop_what_is_overtaken(&self.stopper);
            }
        }
        drop(self.tell);
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            self.stopper.stop();
            std::thread::sleep(ASK);
        }
        // It waits inside of a system call or of C.
        std::process::exit(0);
    }
}

struct Worker {
    sheet: jit::Sheet,
    told: Told,
    name: String,
    text: String,
    /// Of the text.
    lines: Lines,
    revision: u64,
    /// Files beside the text, as they were said.
    follows: Vec<String>,
    edits: Edits,
    messages: BufWriter<File>,
    /// Whether results are to be kept for another process.
    keep: bool,
    /// Where; none before the first text.
    shelf: Option<Shelf>,
    /// Whether those of now are.
    is_kept: bool,
}

impl Worker {
    fn answer(&mut self, commands: &Receiver<Result<Command, String>>) {
        while let Some(first) = self.next(commands) {
            // Of several edits only the last one counts.
            let mut edit = None;
            for command in std::iter::once(first).chain(commands.try_iter()) {
                match command {
                    Ok(Command::Edit(newer)) => {
                        self.edits.take_one();
                        match self.put(&newer) {
                            Ok(()) => edit = Some(newer),
                            Err(message) => self.say(&Event::Refused { message }),
                        }
                    }
                    Ok(Command::Ask(id)) => {
                        self.update(edit.take());
                        self.ask(id);
                    }
                    Ok(Command::Value(wanted)) => {
                        self.update(edit.take());
                        self.turn_to(wanted);
                    }
                    Ok(Command::Touched(_)) => {
                        self.edits.take_one();
                        self.update(edit.take());
                        self.bring_up_to_date();
                    }
                    Ok(Command::Following {}) => {
                        self.update(edit.take());
                        if self.sheet.are_files_others() {
                            self.bring_up_to_date();
                        }
                    }
                    Ok(Command::Quit {}) => return self.keep_results(),
                    Err(message) => self.say(&Event::Refused { message }),
                }
            }
            self.update(edit);
            self.flush();
        }
    }

    /// Waits for a command. When none has come for a while, results are kept, and memory that only backs the compiler's code goes.
    fn next(
        &mut self,
        commands: &Receiver<Result<Command, String>>,
    ) -> Option<Result<Command, String>> {
        if !self.is_kept {
            match commands.recv_timeout(QUIET) {
                Ok(command) => return Some(command),
                Err(RecvTimeoutError::Timeout) => self.keep_results(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.keep_results();
                    return None;
                }
            }
        }
        match commands.recv_timeout(idle::WHILE) {
            Err(RecvTimeoutError::Timeout) => {
                jit::give_back_code();
                commands.recv().ok()
            }
            received => received.ok(),
        }
    }

    fn keep_results(&mut self) {
        if let Some(shelf) = self.shelf.as_ref().filter(|_| !self.is_kept) {
            // On a full disk the next opening takes longer.
            let _ = shelf.write(&self.sheet.saved(&self.text));
        }
        self.is_kept = true;
    }

    fn update(&mut self, edit: Option<Edit>) {
        let Some(edit) = edit else { return };
        if self.keep && self.shelf.is_none() {
            self.shelf = Shelf::of(&edit.name);
            let saved = self.shelf.as_ref().and_then(Shelf::read);
            saved.into_iter().for_each(|saved| self.sheet.recall(saved));
        }
        self.revision = edit.revision.unwrap_or(self.revision + 1);
        self.say(&Event::Edited {
            revision: self.revision,
            name: edit.name.clone(),
        });
        if edit.changes {
            self.sheet.allow_changes();
        }
        self.sheet.quarantine(edit.quarantine.iter().cloned());
        self.name = edit.name;
        self.bring_up_to_date();
    }

    fn bring_up_to_date(&mut self) {
        let name = std::mem::take(&mut self.name);
        let text = std::mem::take(&mut self.text);
        self.work(|sheet, progress| sheet.edit_with(&name, &text, progress));
        (self.name, self.text) = (name, text);
    }

    /// The text is from now on as the edit says.
    fn put(&mut self, edit: &Edit) -> Result<(), String> {
        let Some([start, end]) = edit.range else {
            self.text.clone_from(&edit.text);
            self.lines = Lines::of(&self.text);
            return Ok(());
        };
        if self.text.get(start..end).is_none() {
            let length = self.text.len();
            return Err(format!(
                "there is no range from {start} to {end} in the text of {length} bytes"
            ));
        }
        self.text.replace_range(start..end, &edit.text);
        self.lines.replace(start..end, &edit.text);
        Ok(())
    }

    fn ask(&mut self, id: u64) {
        self.work(|sheet, progress| sheet.ask(id, progress));
    }

    fn turn_to(&mut self, wanted: Wanted) {
        let Wanted { id, name, from, to } = wanted;
        let edits = &self.edits;
        let is_wanted = || edits.are_all_taken();
        let event = match self.sheet.page(id, &name, from..to, &is_wanted) {
            Some(page) => Event::Page(Page {
                id,
                name,
                from: page.from,
                len: page.len,
                columns: page.columns,
                rows: page.rows,
            }),
            None => Event::Refused {
                message: format!("there is no value `{name}` of the cell {id} that has rows"),
            },
        };
        self.say(&event);
    }

    /// Brings the sheet up to date, and says what comes of that at once.
    fn work(
        &mut self,
        work: impl FnOnce(&mut jit::Sheet, &mut dyn FnMut(Progress) -> bool) -> jit::Counts,
    ) {
        let start = Instant::now();
        let Worker {
            sheet,
            told,
            lines,
            messages,
            edits,
            follows,
            ..
        } = self;
        let counts = work(sheet, &mut |progress| {
            match progress {
                // The cell may end the process, or never come to an end.
                Progress::Running(id, span) => {
                    say(messages, &told.running(id, &span));
                    let _ = messages.flush();
                }
                Progress::Ran(report) => {
                    say(messages, &told.ran(lines, &report));
                    let _ = messages.flush();
                    // The system lets whoever is woken by a pipe wait for the one who wrote: they go first.
                    std::thread::yield_now();
                }
                Progress::Turn(changes, files) => {
                    for event in told.update(lines, changes) {
                        say(messages, &event);
                    }
                    say_files(messages, follows, &files);
                    let _ = messages.flush();
                }
                Progress::Interrupted(_) => {}
            }
            edits.are_all_taken()
        });
        self.is_kept = self.shelf.is_none();
        if self.edits.are_all_taken() {
            let changes = self.sheet.changes();
            for event in self.told.update(&self.lines, changes) {
                self.say(&event);
            }
            let files = self.sheet.files();
            say_files(&mut self.messages, &mut self.follows, &files);
            self.say(&Event::Settled(Settled {
                revision: self.revision,
                counts: Counts {
                    parsed: counts.parsed,
                    checked: counts.checked,
                    compiled: counts.compiled,
                    ran: counts.ran,
                },
                elapsed_ns: u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX),
                warnings: self.sheet.warnings(),
            }));
        }
    }

    fn say(&mut self, event: &Event) {
        say(&mut self.messages, event);
    }

    fn flush(&mut self) {
        let _ = self.messages.flush();
    }
}

/// Says what else is to be followed, if that is new.
fn say_files(messages: &mut impl Write, known: &mut Vec<String>, files: &[PathBuf]) {
    let files = files.iter().map(|path| path.display().to_string());
    let files: Vec<String> = files.collect();
    if files != *known {
        known.clone_from(&files);
        say(messages, &Event::Follows { files });
    }
}

fn say(messages: &mut impl Write, event: &Event) {
    // Without a reader there are soon no more commands.
    let _ = messages.write_all(line(event).as_bytes());
}
