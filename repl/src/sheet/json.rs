//! `sumi sheet --json FILE`: the protocol on standard output, once or for as long as the file is followed.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};

use super::client::{Client, Heard};
use super::follow::{self, Found};
use super::protocol::{Event, State, line};
use crate::streams::complain;
use crate::{Options, interrupt, run};

enum Input {
    Heard(Heard),
    File(Found),
    Interrupt,
}

/// Gives the exit status: that of the printed sheet.
pub(crate) fn stream(path: &Path, options: &Options, watch: bool) -> u8 {
    let (name, text) = match run::read(path) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let (tell, inputs) = channel();
    let _watcher = match watch
        .then(|| follow_into(path, &text, tell.clone()))
        .transpose()
    {
        Ok(watcher) => watcher,
        Err(error) => {
            complain!("sumi: cannot watch {name}: {error}");
            return 1;
        }
    };
    let asks = tell.clone();
    interrupt::calls(move || drop(asks.send(Input::Interrupt)));
    let mut client = Client::new(options, move |heard| drop(tell.send(Input::Heard(heard))));
    client.edit(&name, &text, !watch);
    let mut status = 0;
    while let Ok(input) = inputs.recv() {
        let event = match input {
            Input::Heard(heard) => client.hear(heard),
            Input::File(Ok(text)) => {
                client.edit(&name, &text, false);
                None
            }
            Input::File(Err(message)) => Some(Event::Missing { message }),
            Input::Interrupt if client.is_busy() => {
                client.interrupt();
                None
            }
            Input::Interrupt => return 0,
        };
        let Some(event) = event else { continue };
        let mut out = std::io::stdout().lock();
        if out
            .write_all(line(&event).as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            return status; // nobody reads it any more
        }
        status = status.max(weight(&event));
        if !watch && !client.is_busy() && is_last(&event) {
            break;
        }
    }
    status
}

fn follow_into(
    path: &Path,
    text: &str,
    tell: Sender<Input>,
) -> notify::Result<notify::RecommendedWatcher> {
    follow::follow(path, text.to_owned(), move |found| {
        drop(tell.send(Input::File(found)))
    })
}

fn is_last(event: &Event) -> bool {
    matches!(event, Event::Settled(_) | Event::Crashed { .. })
}

/// The exit status that an event asks for: 101 if a cell failed, 1 if one has mistakes or a stated value does not hold.
fn weight(event: &Event) -> u8 {
    match event {
        Event::Crashed { .. } => 101,
        Event::Cell(cell) => match cell.state {
            State::Failed => 101,
            State::Broken => 1,
            State::Done | State::Running | State::Waits | State::Stale => u8::from(
                cell.expectation
                    .as_ref()
                    .is_some_and(|stated| !stated.holds),
            ),
        },
        Event::Opened { .. }
        | Event::Edited { .. }
        | Event::Moved { .. }
        | Event::Removed { .. }
        | Event::Running { .. }
        | Event::Settled(_)
        | Event::Refused { .. }
        | Event::Missing { .. } => 0,
    }
}
