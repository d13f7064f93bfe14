//! `cargo dev stop-latency [ROUNDS [BINARY]]`: how long it takes from Ctrl-C until a cell without an end has ended, and from the crash of a C library until
//! the values of a sheet are back, by what `sumi sheet --json --watch` says. Also what so many of them leave. Nothing here is asserted.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const ROUNDS: usize = 1000;
/// How long anything may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn run(args: &[String]) -> Result<(), String> {
    let rounds = args.first().and_then(|arg| arg.parse().ok());
    let rounds = rounds.unwrap_or(ROUNDS);
    let binary = match args.get(1) {
        Some(path) => path.into(),
        None => super::screen_latency::beside()?,
    };
    let endless = |round: usize| {
        format!(
            "let a = 20\nvar n = 1\nwhile true {{ n += {} }}\na + 1\n",
            round % 7 + 1
        )
    };
    let mut times = Vec::new();
    let sheet = Sheet::open(&binary, &endless(0))?;
    for round in 0..rounds {
        while !sheet
            .wait_for(r#""event":"running""#)?
            .1
            .contains(r#""bytes":[21,"#)
        {}
        // So that it is not always at the same point of its run.
        std::thread::sleep(Duration::from_micros(round as u64 * 37 % 5000));
        let start = Instant::now();
        sheet.signal("INT")?;
        let (at, said) = sheet.wait_for(r#""state":"failed""#)?;
        if !said.contains("interrupted") {
            return Err(format!("it did not end by that: {said}"));
        }
        times.push(at - start);
        sheet.save(&endless(round + 1))?;
    }
    sheet.show("from Ctrl-C to the end of a cell", times);
    let crash = |round: usize| {
        let library =
            "extern {\n fn getenv(name: cstr) -> ptr<u8>\n fn strlen(s: ptr<u8>) -> u64\n}";
        format!("{library}\nlet a = 20\nstrlen(getenv(\"NO_SUCH_{round}\"))\na + 1\n")
    };
    let mut times = Vec::new();
    let sheet = Sheet::open(&binary, "let a = 20\na + 1\n")?;
    for round in 0..rounds {
        sheet.save(&crash(round))?;
        let (start, _) = sheet.wait_for(r#""event":"crashed""#)?;
        let (at, _) = sheet.wait_for(r#""text":"21""#)?;
        times.push(at - start);
        sheet.wait_for(r#""event":"settled""#)?;
    }
    sheet.show("from a crash to the values", times);
    Ok(())
}

/// A sheet that is followed.
struct Sheet {
    folder: PathBuf,
    child: Child,
    said: Receiver<(Instant, String)>,
    memory: u64,
}

impl Sheet {
    fn open(binary: &Path, text: &str) -> Result<Sheet, String> {
        let folder = std::env::temp_dir().join(format!("sumi-stops-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        fs::write(folder.join("a.sumi"), text).map_err(|e| e.to_string())?;
        let mut child = Command::new(binary)
            .args(["sheet", "--json", "--watch", "--fresh", "a.sumi"])
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| e.to_string())?;
        let output = child.stdout.take().ok_or("there is no output")?;
        let (tell, said) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if tell.send((Instant::now(), line)).is_err() {
                    return;
                }
            }
        });
        let mut sheet = Sheet {
            folder,
            child,
            said,
            memory: 0,
        };
        sheet.wait_for(r#""event":"opened""#)?;
        // The first one may not be over before it is interrupted.
        sheet.wait_for(r#""text":"20""#)?;
        sheet.memory = sheet.resident();
        Ok(sheet)
    }

    fn save(&self, text: &str) -> Result<(), String> {
        fs::write(self.folder.join("a.sumi"), text).map_err(|e| e.to_string())
    }

    fn signal(&self, name: &str) -> Result<(), String> {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status();
        status.map(drop).map_err(|e| e.to_string())
    }

    /// The next message with that in it, and when it came.
    fn wait_for(&self, wanted: &str) -> Result<(Instant, String), String> {
        loop {
            let (at, line) = self
                .said
                .recv_timeout(PATIENCE)
                .map_err(|_| format!("`{wanted}` does not come"))?;
            if line.contains(wanted) {
                return Ok((at, line));
            }
        }
    }

    /// In KiB.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.unwrap_or(0)
    }

    fn show(&self, name: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        let part = |part: usize| times.get(times.len() * part / 100).or(times.last());
        let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
        println!(
            "{name}, {} times: p50 {:.1} ms, p99 {:.1}, worst {:.1}; resident {} KiB before, {} after",
            times.len(),
            ms(part(50)),
            ms(part(99)),
            ms(times.last()),
            self.memory,
            self.resident()
        );
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
