//! `sumi sheet --json FILE`: the protocol on standard output, once or for as long as the file is followed.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc::channel;

use super::client::{Client, Heard};
use super::follow::{self, Follower, News};
use super::protocol::{Event, line};
use crate::{Options, interrupt, run};

enum Input {
    Heard(Heard),
    File(News),
    Interrupt,
}

/// Gives the exit status: that of the printed sheet.
pub(crate) fn stream(path: &Path, options: &Options, watch: bool, keep: bool) -> u8 {
    let (tell, inputs) = channel();
    let opened = match watch {
        true => follow::open(path, &tell, Input::File),
        false => run::read(path).map(|(name, text)| (name, text.into(), Follower::none())),
    };
    let (name, text, mut follower) = match opened {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let asks = tell.clone();
    interrupt::calls(move || drop(asks.send(Input::Interrupt)));
    let mut client = Client::new(options, keep, move |heard| {
        drop(tell.send(Input::Heard(heard)));
    });
    client.edit(&name, &text, !watch);
    let mut status = 0;
    while let Ok(input) = inputs.recv() {
        let event = match input {
            Input::Heard(heard) => client.hear(heard),
            Input::File(News::Text(text)) => {
                client.edit(&name, &text, false);
                None
            }
            Input::File(News::Missing(message)) => Some(Event::Missing { message }),
            Input::File(News::Touched(files)) => {
                client.touch(files);
                None
            }
            Input::Interrupt if client.is_busy() => {
                client.interrupt();
                None
            }
            Input::Interrupt => return 0,
        };
        let Some(event) = event else { continue };
        follower.hear(&event, &mut client);
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

fn is_last(event: &Event) -> bool {
    matches!(event, Event::Settled(_) | Event::Crashed { .. })
}

/// The exit status that an event asks for.
fn weight(event: &Event) -> u8 {
    match event {
        Event::Crashed { .. } => 101,
        Event::Cell(cell) => cell.status(),
        Event::Opened { .. }
        | Event::Edited { .. }
        | Event::Moved { .. }
        | Event::Shifted { .. }
        | Event::Removed { .. }
        | Event::Running { .. }
        | Event::Follows { .. }
        | Event::Page(_)
        | Event::Settled(_)
        | Event::Refused { .. }
        | Event::Missing { .. } => 0,
    }
}
