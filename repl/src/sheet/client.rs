//! The other side of the process in which a sheet runs: starts it, tells it the text, hears what it says, and starts another one
//! when it ended by itself. What the cells then run did not is left out there until it is edited.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::patch::Patch;
use super::protocol::{Command, Edit, Event, Wanted, line};
use crate::Options;

/// How long a process may take to end by itself.
const PATIENCE: Duration = Duration::from_millis(300);

/// What comes from a process, with its number.
pub(crate) struct Heard {
    generation: u64,
    what: What,
}

enum What {
    Event(Event),
    Ended(String),
}

/// Where to say what was heard; called from other threads.
type Tell = Arc<dyn Fn(Heard) + Send + Sync>;

pub(crate) struct Client {
    /// The arguments of the process.
    arguments: Vec<String>,
    tell: Tell,
    worker: Option<Worker>,
    generation: u64,
    /// Whether the process has said its first word.
    is_open: bool,
    /// Whether it was told a text.
    knows_a_text: bool,
    /// The newest text, and whether its cells may change the outside.
    name: String,
    text: Arc<str>,
    changes: bool,
    /// The texts of cells that must not run.
    quarantine: Vec<String>,
    revision: u64,
    is_busy: bool,
    /// The cell that runs.
    running: Option<u64>,
    /// Where cells are in the text.
    places: BTreeMap<u64, [usize; 2]>,
}

impl Client {
    /// `keep`: what the cells came to in an earlier process is taken up, and what they come to is kept for another one.
    pub(crate) fn new(
        options: &Options,
        keep: bool,
        tell: impl Fn(Heard) + Send + Sync + 'static,
    ) -> Client {
        let mut arguments = vec!["sheet".to_owned(), "--worker".to_owned()];
        arguments.extend(keep.then(|| "--keep".to_owned()));
        arguments.extend(options.as_arguments());
        let mut client = Client {
            arguments,
            tell: Arc::new(tell),
            worker: None,
            generation: 0,
            is_open: false,
            knows_a_text: false,
            name: String::new(),
            text: Arc::default(),
            changes: false,
            quarantine: Vec::new(),
            revision: 0,
            is_busy: false,
            running: None,
            places: BTreeMap::new(),
        };
        client.start();
        client
    }

    /// Whether cells run, or may.
    pub(crate) fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// The text is this one from now on; gives the number by which it is named, and what is new of it.
    pub(crate) fn edit(&mut self, name: &str, text: &Arc<str>, changes: bool) -> (u64, Patch) {
        self.quarantine.retain(|cell| text.contains(cell));
        name.clone_into(&mut self.name);
        self.changes = changes;
        let before = std::mem::replace(&mut self.text, Arc::clone(text));
        if self.worker.is_none() {
            self.start();
            self.knows_a_text = false;
        }
        let patch = Patch::between(&before, &self.text);
        self.send_edit(self.knows_a_text.then_some(&patch));
        (self.revision, patch)
    }

    /// The text as a whole, or what is new of it.
    fn send_edit(&mut self, patch: Option<&Patch>) {
        self.revision += 1;
        self.is_busy = true;
        self.running = None;
        self.knows_a_text = true;
        let text = match patch {
            Some(patch) => &self.text[patch.new.clone()],
            None => &self.text,
        };
        let edit = Edit {
            name: self.name.clone(),
            text: text.to_owned(),
            range: patch.map(|patch| [patch.old.start, patch.old.end]),
            revision: Some(self.revision),
            changes: self.changes,
            quarantine: self.quarantine.clone(),
        };
        self.send(&Command::Edit(edit));
    }

    /// Runs a cell that is stale.
    pub(crate) fn ask(&mut self, id: u64) {
        self.is_busy = true;
        self.send(&Command::Ask(id));
    }

    /// Asks for a part of a value.
    pub(crate) fn turn_to(&mut self, wanted: Wanted) {
        self.send(&Command::Value(wanted));
    }

    /// Files beside the text are others than they were.
    pub(crate) fn touch(&mut self, files: Vec<String>) {
        self.is_busy = true;
        self.send(&Command::Touched(files));
    }

    /// The files that it wants to hear of are followed by now.
    pub(crate) fn follows(&mut self) {
        self.send(&Command::Following {});
    }

    fn send(&mut self, command: &Command) {
        if let Some(worker) = &mut self.worker {
            // One that does not listen has ended, which is heard.
            let _ = worker.commands.write_all(line(command).as_bytes());
            // It is woken by a pipe, for which the system would let it wait until this thread sleeps.
            std::thread::yield_now();
        }
    }

    /// Ends the cell that runs.
    pub(crate) fn interrupt(&self) {
        if let Some(worker) = &self.worker {
            worker.signal(Signal::INT);
        }
    }

    fn start(&mut self) {
        self.generation += 1;
        self.is_open = false;
        match Worker::start(&self.arguments, self.generation, &self.tell) {
            Ok(worker) => self.worker = Some(worker),
            Err(error) => (self.tell)(Heard {
                generation: self.generation,
                what: What::Ended(format!("it cannot be started: {error}")),
            }),
        }
    }

    /// What is to be made known of what was heard.
    pub(crate) fn hear(&mut self, heard: Heard) -> Option<Event> {
        if heard.generation != self.generation {
            return None;
        }
        match heard.what {
            What::Event(event) => self.note(event),
            What::Ended(message) => Some(self.start_again(message)),
        }
    }

    fn note(&mut self, event: Event) -> Option<Event> {
        match &event {
            Event::Opened { .. } => {
                self.is_open = true;
                self.places.clear();
            }
            Event::Running { id, bytes } => {
                self.running = Some(*id);
                self.places.insert(*id, *bytes);
            }
            Event::Cell(cell) => {
                self.places.insert(cell.id, cell.bytes);
                self.running.take_if(|id| *id == cell.id);
            }
            Event::Moved { id, bytes, .. } => drop(self.places.insert(*id, *bytes)),
            Event::Shifted { from, bytes, .. } => {
                let all = self.places.values_mut();
                for place in all.filter(|place| place[0] >= *from) {
                    *place = place.map(|at| at.saturating_add_signed(*bytes));
                }
            }
            Event::Settled(settled) => {
                self.running = None;
                // That of an earlier text is not yet the end.
                self.is_busy = settled.revision != self.revision;
            }
            Event::Edited { .. }
            | Event::Removed { .. }
            | Event::Refused { .. }
            | Event::Missing { .. }
            | Event::Follows { .. }
            | Event::Page(_)
            | Event::Crashed { .. } => {}
        }
        Some(event)
    }

    /// Another process does what the ended one did, without the cell that ended it. If that is not known, or was left out already,
    /// it waits for another text.
    fn start_again(&mut self, message: String) -> Event {
        self.worker = None;
        let culprit = self.running.take();
        let place = culprit.and_then(|id| self.places.get(&id));
        let text = place.and_then(|[start, end]| self.text.get(*start..*end));
        let text = text.map(str::to_owned);
        let is_new = text
            .as_ref()
            .is_some_and(|text| !self.quarantine.contains(text));
        let goes_on = self.is_open && (is_new || !self.is_busy);
        self.quarantine.extend(text.filter(|_| is_new));
        self.is_busy = false;
        if goes_on {
            // What changes the outside has done so.
            self.changes = false;
            self.start();
            self.send_edit(None);
        }
        Event::Crashed {
            message,
            id: culprit,
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // What is heard from now on is of nobody's.
        self.generation += 1;
        self.send(&Command::Quit {});
        self.worker = None;
    }
}

/// A process that runs.
struct Worker {
    commands: ChildStdin,
    child: Arc<Mutex<Child>>,
    /// Hears it, and waits for its end.
    listener: Option<JoinHandle<()>>,
}

impl Worker {
    fn start(arguments: &[String], generation: u64, tell: &Tell) -> std::io::Result<Worker> {
        let mut child = std::process::Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C is ours to pass on.
            .process_group(0)
            .spawn()?;
        let (Some(commands), Some(messages)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("its streams are missing"));
        };
        let child = Arc::new(Mutex::new(child));
        let (ours, tell) = (Arc::clone(&child), Arc::clone(tell));
        let listener = std::thread::spawn(move || {
            let say = |what| tell(Heard { generation, what });
            listen(messages, &say);
            let status = ours.lock().unwrap_or_else(PoisonError::into_inner).wait();
            say(What::Ended(ending(status)));
        });
        Ok(Worker {
            commands,
            child,
            listener: Some(listener),
        })
    }

    fn signal(&self, signal: Signal) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // One that has ended may have given its number to another process.
        if let Ok(None) = child.try_wait() {
            let _ = kill_process(Pid::from_child(&child), signal);
        }
    }
}

impl Drop for Worker {
    /// None is left behind.
    fn drop(&mut self) {
        let Some(listener) = self.listener.take() else {
            return;
        };
        let start = Instant::now();
        while !listener.is_finished() {
            if start.elapsed() > PATIENCE {
                self.signal(Signal::KILL);
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // It only reads and waits.
        let _ = listener.join();
    }
}

fn listen(messages: ChildStdout, say: &impl Fn(What)) {
    for line in BufReader::new(messages).lines() {
        let Ok(line) = line else { return };
        // An event that is not known is one of a newer version.
        if let Ok(event) = serde_json::from_str(&line) {
            say(What::Event(event));
        }
    }
}

fn ending(status: std::io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => match (status.signal(), status.code()) {
            (Some(signal), _) => format!("the process of the cells was ended by {}", name(signal)),
            (None, Some(code)) => format!("the process of the cells ended with status {code}"),
            (None, None) => "the process of the cells ended".to_owned(),
        },
        Err(error) => format!("the process of the cells is lost: {error}"),
    }
}

fn name(signal: i32) -> String {
    let known = [
        (Signal::SEGV, "a segmentation fault"),
        (Signal::ABORT, "an abort"),
        (Signal::BUS, "a bus error"),
        (Signal::FPE, "an arithmetic fault"),
        (Signal::ILL, "an illegal instruction"),
        (Signal::KILL, "a kill"),
        (Signal::TERM, "a request to terminate"),
    ];
    let known = known.iter().find(|(known, _)| known.as_raw() == signal);
    known.map_or_else(
        || format!("signal {signal}"),
        |(_, name)| (*name).to_owned(),
    )
}
