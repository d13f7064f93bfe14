//! `cargo dev stop-latency [ROUNDS [BINARY]]`: how long it takes from Ctrl-C until a cell without an end has ended, and from the crash of a C library until
//! the values of a sheet are back, by what `sumi sheet --json --watch` says. Also what so many of them leave. Nothing here is asserted.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::outside::{Folder, PATIENCE, as_it_comes, binary, percentiles};

const ROUNDS: usize = 1000;

pub fn run(args: &[String]) -> Result<(), String> {
    let rounds = args.first().and_then(|arg| arg.parse().ok());
    let rounds = rounds.unwrap_or(ROUNDS);
    let binary = binary(args.get(1))?;
    let folder = Folder::new()?;
    let endless = |round: usize| {
        format!(
            "let a = 20\nvar n = 1\nwhile true {{ n += {} }}\na + 1\n",
            round % 7 + 1
        )
    };
    let mut times = Vec::new();
    let sheet = Sheet::open(&binary, &folder, &endless(0))?;
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
        folder.save(&endless(round + 1))?;
    }
    sheet.show("from Ctrl-C to the end of a cell", &times);
    drop(sheet);
    let crash = |round: usize| {
        let library =
            "extern {\n fn getenv(name: cstr) -> ptr<u8>\n fn strlen(s: ptr<u8>) -> u64\n}";
        format!("{library}\nlet a = 20\nstrlen(getenv(\"NO_SUCH_{round}\"))\na + 1\n")
    };
    let mut times = Vec::new();
    let sheet = Sheet::open(&binary, &folder, "let a = 20\na + 1\n")?;
    for round in 0..rounds {
        folder.save(&crash(round))?;
        let (start, _) = sheet.wait_for(r#""event":"crashed""#)?;
        let (at, _) = sheet.wait_for(r#""text":"21""#)?;
        times.push(at - start);
        sheet.wait_for(r#""event":"settled""#)?;
    }
    sheet.show("from a crash to the values", &times);
    Ok(())
}

/// A sheet that is followed.
struct Sheet {
    child: Child,
    said: Receiver<(Instant, String)>,
    memory: u64,
}

impl Sheet {
    fn open(binary: &Path, folder: &Folder, text: &str) -> Result<Sheet, String> {
        folder.save(text)?;
        let mut child = Command::new(binary)
            .args(["sheet", "--json", "--watch", "--fresh", "a.sumi"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| e.to_string())?;
        let output = child.stdout.take().ok_or("there is no output")?;
        let lines = BufReader::new(output).lines();
        let mut sheet = Sheet {
            child,
            said: as_it_comes(lines.map_while(Result::ok)),
            memory: 0,
        };
        sheet.wait_for(r#""event":"opened""#)?;
        // The first one may not be over before it is interrupted.
        sheet.wait_for(r#""text":"20""#)?;
        sheet.memory = sheet.resident();
        Ok(sheet)
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

    fn show(&self, name: &str, times: &[Duration]) {
        println!(
            "{name}, {} times: {}; resident {} KiB before, {} after",
            times.len(),
            percentiles(times),
            self.memory,
            self.resident()
        );
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
