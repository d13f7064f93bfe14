//! What the modules `fs`, `time`, `process` and `random` ask of the operating system: one primitive, a request with a name, so that
//! another operation is one function here and one in `lang/*.sumi`. The interpreter asks the same functions.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs, thread};

use crate::runtime::Capability;

/// What is asked; which words and numbers it takes stands with each operation in [`answer`].
#[derive(Clone, Debug)]
pub struct Request {
    pub what: String,
    pub words: Vec<String>,
    pub bytes: Vec<u8>,
    pub number: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Negative if it failed; then the only word says why.
    pub number: i64,
    pub words: Vec<String>,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn failed(why: impl Into<String>) -> Reply {
        Reply {
            number: -1,
            words: vec![why.into()],
            bytes: Vec::new(),
        }
    }

    fn number(number: i64) -> Reply {
        Reply {
            number,
            ..Reply::default()
        }
    }
}

/// What it takes to ask for it.
pub fn capability(what: &str) -> Capability {
    match what {
        "run" => Capability::Processes,
        "clock" | "ticks" | "nap" => Capability::Clock,
        "entropy" => Capability::Randomness,
        "env" | "current_dir" | "temp_dir" => Capability::Environment,
        _ => Capability::Files,
    }
}

/// Whether what is asked is a change, or takes up time.
pub fn is_change(what: &str) -> bool {
    matches!(
        what,
        "write"
            | "append"
            | "create_dir"
            | "remove"
            | "remove_all"
            | "rename"
            | "copy"
            | "run"
            | "nap"
    )
}

/// The file or folder on which the answer depends.
pub fn path_asked(request: &Request) -> Option<&str> {
    let is_reading = matches!(
        request.what.as_str(),
        "read" | "kind" | "size" | "modified" | "list" | "copy"
    );
    request
        .words
        .first()
        .filter(|_| is_reading)
        .map(String::as_str)
}

/// Does what is asked.
pub fn answer(request: &Request) -> Reply {
    let word = |index: usize| request.words.get(index).map_or("", String::as_str);
    let path = Path::new(word(0));
    let done = match request.what.as_str() {
        "read" => fs::read(path).map(|bytes| Reply {
            bytes,
            ..Reply::default()
        }),
        "write" => fs::write(path, &request.bytes).map(nothing),
        "append" => append(path, &request.bytes).map(nothing),
        "kind" => kind(path),
        "size" => fs::metadata(path).map(|found| Reply::number(count(found.len()))),
        "modified" => fs::metadata(path)
            .and_then(|found| found.modified())
            .map(|time| Reply::number(since_epoch(time))),
        "list" => list(path),
        "create_dir" => fs::create_dir_all(path).map(nothing),
        "remove" => remove(path).map(nothing),
        "remove_all" => fs::remove_dir_all(path).map(nothing),
        "rename" => fs::rename(path, word(1)).map(nothing),
        "copy" => copy(path, word(1)),
        "current_dir" => env::current_dir().map(|folder| texts([folder.display().to_string()])),
        "temp_dir" => Ok(texts([env::temp_dir().display().to_string()])),
        "env" => Ok(match env::var_os(word(0)) {
            Some(value) => texts([value.to_string_lossy().into_owned()]),
            None => Reply::default(),
        }),
        "run" => run(&request.words, &request.bytes),
        "clock" => Ok(Reply::number(since_epoch(SystemTime::now()))),
        "ticks" => Ok(Reply::number(nanoseconds(started().elapsed()))),
        "nap" => {
            thread::sleep(Duration::from_nanos(request.number.max(0).cast_unsigned()));
            Ok(Reply::default())
        }
        "entropy" => Ok(Reply::number(entropy())),
        other => panic!("compiler bug: the system is asked for `{other}`"),
    };
    done.unwrap_or_else(|error| Reply::failed(reason(&error)))
}

/// Onto itself, under whatever name, a file would be emptied before it is read.
fn copy(from: &Path, to: &str) -> io::Result<Reply> {
    let source = fs::metadata(from)?;
    if let Ok(target) = fs::metadata(to)
        && (source.dev(), source.ino()) == (target.dev(), target.ino())
    {
        return Err(io::Error::other("they are the same file"));
    }
    fs::copy(from, to).map(|bytes| Reply::number(count(bytes)))
}

/// Why, without the number of the error.
fn reason(error: &io::Error) -> String {
    let text = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "it is not a folder".to_owned(),
        io::ErrorKind::AlreadyExists => "it exists already".to_owned(),
        io::ErrorKind::DirectoryNotEmpty => "the folder is not empty".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    };
    match text.rfind(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn nothing(_: ()) -> Reply {
    Reply::default()
}

fn texts(words: impl IntoIterator<Item = String>) -> Reply {
    Reply {
        words: words.into_iter().collect(),
        ..Reply::default()
    }
}

fn count(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

fn since_epoch(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => nanoseconds(after),
        Err(before) => -nanoseconds(before.duration()),
    }
}

/// The zero of the clock that only goes forward.
fn started() -> Instant {
    static STARTED: OnceLock<Instant> = OnceLock::new();
    *STARTED.get_or_init(Instant::now)
}

/// Another number in each process and at each call, never negative.
fn entropy() -> i64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_i64(since_epoch(SystemTime::now()));
    (hasher.finish() >> 1).cast_signed()
}

/// 0 for nothing, 1 for a file, 2 for a folder.
fn kind(path: &Path) -> io::Result<Reply> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(Reply::number(2)),
        Ok(_) => Ok(Reply::number(1)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Reply::number(0)),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(Reply::number(0)),
        Err(error) => Err(error),
    }
}

fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.append(true).create(true).open(path)?;
    file.write_all(bytes)
}

/// Names in the order of their scalar values, so that programs do the same everywhere.
fn list(path: &Path) -> io::Result<Reply> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(texts(names))
}

/// A file, a link, or an empty folder.
fn remove(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir(path)
    } else {
        fs::remove_file(path)
    }
}

/// A program with its arguments and its input; gives the status and what it wrote: the bytes are standard output, the word is
/// standard error. A status of a signal is 128 and its number, as a shell says it.
fn run(words: &[String], input: &[u8]) -> io::Result<Reply> {
    let Some((program, args)) = words.split_first() else {
        return Err(io::Error::other("there is no program to run"));
    };
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let mut stdout = child.stdout.take();
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    // The three streams at once: a child that waits for one of them would never end.
    thread::scope(|scope| {
        scope.spawn(move || {
            // A child need not read its input.
            let _ = stdin.map(|mut stdin| stdin.write_all(input));
        });
        let read_errors = scope.spawn(|| read_all(stderr, &mut errors));
        let read_output = read_all(stdout.take(), &mut output);
        let joined = read_errors.join();
        read_output.and(joined.unwrap_or_else(|_| Err(io::Error::other("a thread failed"))))
    })?;
    let status = child.wait()?;
    Ok(Reply {
        number: i64::from(status_of(status)),
        words: vec![String::from_utf8_lossy(&errors).into_owned()],
        bytes: output,
    })
}

fn read_all(stream: Option<impl Read>, into: &mut Vec<u8>) -> io::Result<()> {
    match stream {
        Some(mut stream) => stream.read_to_end(into).map(|_| ()),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn status_of(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    let signal = || 128 + status.signal().unwrap_or(0);
    status.code().unwrap_or_else(signal)
}

#[cfg(not(unix))]
fn status_of(status: std::process::ExitStatus) -> i32 {
    status.code().unwrap_or(1)
}
