//! `sumi sheet --watch FILE` where no screen is: the whole sheet is printed anew after each save.

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Instant;

use super::client::{Client, Heard};
use super::follow::{self, News};
use super::paper::{self, Room};
use super::protocol::{Cell, Event};
use super::view::View;
use crate::streams::complain;
use crate::{Options, interrupt, streams};

/// Clears the terminal, what was scrolled out of it included.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

enum Input {
    Heard(Heard),
    File(News),
    Interrupt,
}

pub(crate) fn watch(path: &Path, options: &Options, room: Room, keep: bool) -> u8 {
    let (tell, inputs) = channel();
    let (name, text, mut follower) = match follow::open(path, &tell, Input::File) {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let asks = tell.clone();
    interrupt::calls(move || drop(asks.send(Input::Interrupt)));
    let mut client = Client::new(options, keep, move |heard| {
        drop(tell.send(Input::Heard(heard)));
    });
    let mut view = View::new(room.beside(&name));
    let (revision, patch) = client.edit(&name, &text, false);
    view.edit(text, &patch, revision, Instant::now());
    while let Ok(input) = inputs.recv() {
        match input {
            Input::Heard(heard) => {
                let Some(event) = client.hear(heard) else {
                    continue;
                };
                follower.hear(&event, &mut client);
                let is_whole = matches!(event, Event::Settled(_) | Event::Crashed { .. });
                view.hear(event, Instant::now());
                if is_whole {
                    print(&name, &view, room);
                }
            }
            Input::File(News::Text(text)) => {
                let (revision, patch) = client.edit(&name, &text, false);
                view.edit(text, &patch, revision, Instant::now());
            }
            // What was there stays until the file is back.
            Input::File(News::Missing(message)) => complain!("sumi: {message}"),
            Input::File(News::Touched(files)) => client.touch(files),
            Input::Interrupt if client.is_busy() => client.interrupt(),
            Input::Interrupt => return 0,
        }
    }
    0
}

fn print(name: &str, view: &View, room: Room) {
    let mut cells: Vec<&Cell> = view.cells.values().map(|seen| &seen.cell).collect();
    cells.sort_by_key(|cell| cell.bytes);
    let problems = cells.iter().map(|cell| cell.rendered.as_str());
    let said = view.settled.warnings.iter().map(String::as_str);
    let said: String = said.chain(problems).chain(view.notice.as_deref()).collect();
    let cells: Vec<Cell> = cells.into_iter().cloned().collect();
    let sheet = paper::render(name, &view.text, &cells, room);
    streams::put(format_args!("{CLEAR}{said}{sheet}"));
}
