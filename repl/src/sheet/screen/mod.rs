//! `sumi sheet --watch FILE` in a terminal: the source at the left, what it comes to at the right, alive.
//!
//! Keys, saves and messages arrive in one queue; `state` is what they change, `draw` what is seen of it.

mod draw;
mod ink;
mod pane;
mod state;

use std::io::{Stdout, stdout};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, DisableMouseCapture, EnableMouseCapture};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use signal_hook::consts::{SIGHUP, SIGTERM};
use signal_hook::iterator::Signals;

use super::client::{Client, Heard};
use super::follow::{self, Follower, News};
use super::protocol;
use crate::Options;
use crate::streams::complain;
use ink::Ink;
use state::{Screen, Wish};

enum Input {
    Heard(Heard),
    File(News),
    Terminal(event::Event),
    Leave,
}

pub(crate) fn watch(path: &Path, options: &Options, keep: bool) -> u8 {
    let (tell, inputs) = channel();
    let (name, text, mut follower) = match follow::open(path, &tell, Input::File) {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let heard = tell.clone();
    let mut client = Client::new(options, keep, move |what| {
        drop(heard.send(Input::Heard(what)));
    });
    let result = Terminal::open().and_then(|mut terminal| {
        let size = terminal.screen.size()?;
        let mut screen = Screen::new(&name, (size.width, size.height));
        let revision = client.edit(&name, &text, false);
        screen.edit(text, revision, Instant::now());
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
    let mut signals = Signals::new([SIGTERM, SIGHUP])?;
    let leave = tell.clone();
    std::thread::spawn(move || {
        for _ in signals.forever() {
            let _ = leave.send(Input::Leave);
        }
    });
    std::thread::spawn(move || {
        while let Ok(event) = event::read() {
            if tell.send(Input::Terminal(event)).is_err() {
                return;
            }
        }
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
    let ink = Ink::of_the_terminal();
    loop {
        terminal.draw(screen, ink)?;
        if !screen.classes.is_prepared() {
            // While the cells run for the first time.
            screen.classes.prepare();
        }
        if let Some(wanted) = screen.wanted() {
            client.turn_to(wanted);
        }
        let wait = match screen.is_moving(Instant::now()) {
            true => draw::TICK,
            false => Duration::from_secs(3600),
        };
        let first = match inputs.recv_timeout(wait) {
            Ok(input) => input,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        // What came meanwhile is drawn at once with it.
        for input in std::iter::once(first).chain(inputs.try_iter()) {
            if !take(input, screen, (client, follower)) {
                return Ok(());
            }
        }
    }
}

/// Whether to go on.
fn take(
    input: Input,
    screen: &mut Screen,
    (client, follower): (&mut Client, &mut Follower),
) -> bool {
    let now = Instant::now();
    let wish = match input {
        Input::Heard(heard) => {
            if let Some(event) = client.hear(heard) {
                if let protocol::Event::Follows { files } = &event {
                    follower.also(files);
                }
                screen.hear(event, now);
            }
            screen.view.is_busy = client.is_busy();
            Wish::Nothing
        }
        Input::File(News::Text(text)) => {
            let revision = client.edit(&screen.name, &text, false);
            screen.edit(text, revision, now);
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
        Input::Terminal(event::Event::Key(key)) => screen.press(key),
        Input::Terminal(event::Event::Mouse(mouse)) => {
            screen.point(mouse);
            Wish::Nothing
        }
        Input::Terminal(event::Event::Resize(columns, rows)) => {
            screen.resize((columns, rows));
            Wish::Nothing
        }
        Input::Terminal(_) => Wish::Nothing,
        Input::Leave => Wish::Leave,
    };
    match wish {
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
    }
}

/// The terminal while the sheet has it.
struct Terminal {
    screen: ratatui::Terminal<CrosstermBackend<Stdout>>,
}

impl Terminal {
    fn open() -> std::io::Result<Terminal> {
        let screen = ratatui::try_init()?;
        let terminal = Terminal { screen };
        execute!(stdout(), EnableMouseCapture)?;
        Ok(terminal)
    }

    fn draw(&mut self, screen: &mut Screen, ink: Ink) -> std::io::Result<()> {
        execute!(stdout(), BeginSynchronizedUpdate)?;
        self.screen
            .draw(|frame| screen.draw(frame, ink, Instant::now()))?;
        execute!(stdout(), EndSynchronizedUpdate)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Whoever comes next finds it as it was; what cannot be given back is lost with it.
        let _ = execute!(stdout(), DisableMouseCapture);
        ratatui::restore();
    }
}
