//! The world of `examples/rollback`: rolled back and simulated again it is the one of a straight run, in Sumi and in Rust.

#[path = "../../examples/rollback/game.rs"]
mod game;

use game::{InRust, InSumi, KEPT, LATE, play_late, play_straight};

use crate::Outcome;

pub(crate) fn run() -> Outcome {
    let (bodies, frames) = (150, KEPT * 2 + LATE);
    let expected = play_straight(&mut InRust::new(bodies), frames)?;
    assert_eq!(play_late(&mut InRust::new(bodies), frames)?, expected);
    assert_eq!(play_straight(&mut InSumi::new(bodies)?, frames)?, expected);
    assert_eq!(play_late(&mut InSumi::new(bodies)?, frames)?, expected);
    assert_ne!(
        play_straight(&mut InSumi::new(bodies)?, frames - 1)?,
        expected
    );
    Ok(())
}
