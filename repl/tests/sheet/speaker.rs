//! A process that says the messages of the protocol.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use serde_json::Value;

use super::{PATIENCE, Sheet};

/// A process that says messages.
pub(super) struct Speaker {
    pub(super) child: Child,
    pub(super) commands: Option<ChildStdin>,
    messages: Receiver<Value>,
}

impl Speaker {
    pub(super) fn start(sheet: &Sheet, arguments: &[&str]) -> Speaker {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sumi"))
            .args(["sheet", "--opt", "0"])
            .args(arguments)
            .current_dir(&sheet.folder)
            .env("XDG_CACHE_HOME", &sheet.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary");
        let output = child.stdout.take().expect("its output");
        let (tell, messages) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let line = line.expect("a line");
                let message = serde_json::from_str(&line).expect("a message");
                if tell.send(message).is_err() {
                    return;
                }
            }
        });
        Speaker {
            commands: child.stdin.take(),
            child,
            messages,
        }
    }

    pub(super) fn next(&self) -> Option<Value> {
        self.messages.recv_timeout(PATIENCE).ok()
    }

    /// All up to that event, without what differs from day to day.
    pub(super) fn until(&self, event: &str) -> String {
        let mut said = String::new();
        while let Some(mut message) = self.next() {
            let is_last = message["event"] == event;
            for name in ["pid", "version", "elapsed_ns"] {
                if let Some(value) = message.get_mut(name) {
                    *value = Value::from("…");
                }
            }
            said += &format!("{message}\n");
            if is_last {
                return said;
            }
        }
        panic!("no `{event}` came:\n{said}");
    }

    pub(super) fn opened(&self) -> u32 {
        loop {
            let message = self.next().expect("`opened`");
            if let ("opened", Some(process)) = (
                message["event"].as_str().unwrap_or_default(),
                message["pid"].as_u64(),
            ) {
                return process as u32;
            }
        }
    }

    pub(super) fn command(&mut self, command: &Value) {
        let commands = self.commands.as_mut().expect("its input");
        writeln!(commands, "{command}").expect("a command");
    }

    pub(super) fn wait(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its end") {
                return status.code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
