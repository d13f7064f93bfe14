//! `sumi sheet --watch FILE` in a terminal: the source at the left, what it comes to at the right, alive.
//!
//! Keys, saves and messages arrive in one queue; `state` is what they change, `draw` what is seen of it.

mod draw;
mod graphics;
mod ink;
mod input;
mod pane;
mod rows;
mod state;
mod status;
mod terminal;

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use super::client::{Client, Heard};
use super::follow::{self, Follower, News};
use crate::Options;
use crate::streams::complain;
pub(crate) use graphics::Choice;
use input::Said;
use state::{Screen, Wish};
use terminal::Terminal;

enum Input {
    Heard(Heard),
    File(News),
    Said(Said),
    /// The terminal has another size.
    Resized,
    Leave,
}

pub(crate) fn watch(path: &Path, choice: Choice, options: &Options, keep: bool) -> u8 {
    let (tell, inputs) = channel();
    let (name, text, mut follower) = match follow::open(path, &tell, Input::File) {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let heard = tell.clone();
    let mut client = Client::new(options, keep, move |what| {
        drop(heard.send(Input::Heard(what)));
    });
    let result = Terminal::open(choice).and_then(|mut terminal| {
        let mut screen = Screen::new(&name, terminal.size()?);
        let (revision, patch) = client.edit(&name, &text, false);
        screen.edit(text, &patch, revision, Instant::now());
        listen(tell)?;
        go_on(
            &mut terminal,
            &mut screen,
            (&mut client, &mut follower),
            &inputs,
        )
    });
    match result {
        Ok(()) => 0,
        Err(error) => {
            complain!("sumi: the terminal cannot be used: {error}");
            1
        }
    }
}

/// What comes from the terminal and the system, each in a thread of its own that ends with the program.
fn listen(tell: Sender<Input>) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGWINCH])?;
    let signalled = tell.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let _ = signalled.send(match signal {
                SIGWINCH => Input::Resized,
                _ => Input::Leave,
            });
        }
    });
    std::thread::spawn(move || {
        // If it cannot be read, it is no terminal any more.
        let _ = input::listen(|said| tell.send(Input::Said(said)).is_ok());
        // Without a terminal there is nobody to show it to.
        let _ = tell.send(Input::Leave);
    });
    Ok(())
}

fn go_on(
    terminal: &mut Terminal,
    screen: &mut Screen,
    (client, follower): (&mut Client, &mut Follower),
    inputs: &Receiver<Input>,
) -> std::io::Result<()> {
    let mut was_moving = false;
    loop {
        let is_moving = screen.is_moving(Instant::now());
        // What has come to rest is seen as it is then.
        screen.is_new |= was_moving && !is_moving;
        was_moving = is_moving;
        if std::mem::take(&mut screen.is_new) {
            terminal.draw(screen)?;
        }
        if !screen.classes.is_prepared() {
            // While the cells run for the first time.
            screen.classes.prepare();
        }
        if let Some(wanted) = screen.wanted() {
            client.turn_to(wanted);
        }
        let wait = match is_moving {
            true => draw::TICK,
            false => Duration::from_secs(3600),
        };
        let first = match inputs.recv_timeout(wait) {
            Ok(input) => input,
            Err(RecvTimeoutError::Timeout) => {
                screen.is_new = true;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        // What came meanwhile is drawn at once with it.
        for input in std::iter::once(first).chain(inputs.try_iter()) {
            if !take(input, terminal, screen, (client, follower))? {
                return Ok(());
            }
        }
    }
}

/// Whether to go on.
fn take(
    input: Input,
    terminal: &mut Terminal,
    screen: &mut Screen,
    (client, follower): (&mut Client, &mut Follower),
) -> std::io::Result<bool> {
    let now = Instant::now();
    // What a process says is not always seen.
    screen.is_new |= !matches!(input, Input::Heard(_));
    let wish = match input {
        Input::Heard(heard) => {
            if let Some(event) = client.hear(heard) {
                follower.hear(&event, client);
                screen.hear(event, now);
            }
            screen.view.is_busy = client.is_busy();
            Wish::Nothing
        }
        Input::File(News::Text(text)) => {
            let (revision, patch) = client.edit(&screen.name, &text, false);
            screen.edit(text, &patch, revision, now);
            Wish::Nothing
        }
        Input::File(News::Touched(files)) => {
            client.touch(files);
            Wish::Nothing
        }
        Input::File(News::Missing(message)) => {
            screen.view.notice = Some(message);
            Wish::Nothing
        }
        Input::Said(Said::Key(key)) => screen.press(key),
        Input::Said(Said::Mouse(mouse)) => {
            screen.point(mouse);
            Wish::Nothing
        }
        Input::Said(Said::Answer(answer)) => {
            terminal.graphics.hear(answer);
            Wish::Nothing
        }
        Input::Resized => {
            terminal.measure();
            screen.resize(terminal.size()?);
            Wish::Nothing
        }
        Input::Leave => Wish::Leave,
    };
    Ok(match wish {
        Wish::Nothing => true,
        Wish::Leave => false,
        Wish::Ask(id) => {
            client.ask(id);
            true
        }
        Wish::Interrupt => {
            client.interrupt();
            client.is_busy()
        }
    })
}
