//! Worksheets: printed once, on the screen for as long as they are edited, or as messages for other front ends.
//!
//! ```text
//! paper                                     runs the cells itself
//! screen, json ── client ─ protocol ─ worker   has them run in a process of their own, which a cell may bring down
//! ```

mod beside;
mod check;
mod client;
mod follow;
mod json;
mod layout;
mod lines;
mod paper;
mod patch;
mod plot;
mod print;
mod protocol;
mod screen;
mod shelf;
mod tell;
mod view;
mod why;
mod worker;
mod write;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::Options;
use crate::streams::complain;

#[derive(Args)]
pub(crate) struct Arguments {
    #[arg(required_unless_present = "worker")]
    file: Option<PathBuf>,
    /// Stay, and follow every save of the file.
    #[arg(long)]
    watch: bool,
    /// Run every cell, instead of taking up what they came to when the sheet was last open.
    #[arg(long, requires = "watch")]
    fresh: bool,
    /// Show values and output whole.
    #[arg(long)]
    full: bool,
    /// Print what the cells come to as JSON, one message in each line.
    #[arg(long, conflicts_with = "full")]
    json: bool,
    /// Write what the expressions come to into the file, as `//=>` comments.
    #[arg(long, conflicts_with_all = ["watch", "full", "json"])]
    write: bool,
    /// Prove that what it shows after edits is what a fresh run shows.
    #[arg(long, conflicts_with_all = ["watch", "full", "json", "write"])]
    check: bool,
    /// With `--watch`, how curves are drawn: `auto` as the terminal says that it can, `kitty`, `sixel`, or `none` for characters.
    #[arg(
        long,
        value_name = "WAY",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    graphics: screen::Choice,
    /// Run the cells for another process.
    #[arg(long, hide = true, conflicts_with_all = ["file", "watch", "full", "json", "write", "check"])]
    worker: bool,
    /// As the process that runs the cells: take up what they came to before, and keep what they come to.
    #[arg(long, hide = true, requires = "worker")]
    keep: bool,
}

impl Arguments {
    /// Whether the cells run in another process.
    pub(crate) fn has_a_worker(&self) -> bool {
        self.json || self.watch
    }
}

/// Gives the exit status.
pub(crate) fn open(arguments: &Arguments, options: &Options) -> u8 {
    if arguments.worker {
        return worker::work(options, arguments.keep);
    }
    let Some(file) = &arguments.file else {
        complain!("sumi: which file? `sumi sheet FILE`");
        return 2;
    };
    if arguments.write {
        return write::write(file, options);
    }
    if arguments.check {
        return check::check(file, options);
    }
    let room = paper::Room::of_the_terminal(arguments.full);
    let keep = arguments.watch && !arguments.fresh;
    if arguments.json {
        json::stream(file, options, arguments.watch, keep)
    } else if !arguments.watch {
        paper::show(file, options, room)
    } else if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        screen::watch(file, arguments.graphics, options, keep)
    } else {
        print::watch(file, options, room, keep)
    }
}

/// Says why the cell of a line ran or did not; gives the exit status.
pub(crate) fn why(file: &Path, line: usize, options: &Options) -> u8 {
    why::why(file, line, options)
}
