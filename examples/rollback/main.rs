//! Rollback: 600 frames of a game whose other player is 8 frames late, so that each frame is simulated 9 times, from states that are kept for 60 frames; in Sumi,
//! where a state is kept by sharing it, and in Rust, where its memory is copied. Run it with `cargo run --release -p sumi --example rollback [BODIES] [FRAMES] [RUNS]`.

mod game;

use std::time::Instant;

use game::{Game, InRust, InSumi, KEPT, LATE, play_late, play_straight};
use sumi::Error;

/// Microseconds for each frame, and what came out.
fn timed(frames: usize, play: impl FnOnce() -> Result<u64, Error>) -> Result<(f64, u64), Error> {
    let begin = Instant::now();
    let sum = play()?;
    Ok((begin.elapsed().as_secs_f64() * 1e6 / frames as f64, sum))
}

/// Keeping a state that nothing is written to.
fn only_kept(game: &mut impl Game, frames: usize) -> Result<u64, Error> {
    for frame in 0..frames {
        game.save(frame % KEPT)?;
    }
    Ok(0)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> Result<(), Error> {
    let args: Vec<usize> = std::env::args().skip(1).flat_map(|a| a.parse()).collect();
    let number = |at: usize, otherwise: usize| args.get(at).copied().unwrap_or(otherwise);
    let (bodies, frames, runs) = (number(0, 4000), number(1, 600), number(2, 15).max(1));
    let mut times = vec![[Vec::new(), Vec::new()]; 3];
    let mut sums = Vec::new();
    for _ in 0..runs {
        for (what, times) in times.iter_mut().enumerate() {
            let (mut sumi, mut rust) = (InSumi::new(bodies)?, InRust::new(bodies));
            let results = match what {
                0 => [
                    timed(frames, || play_straight(&mut sumi, frames))?,
                    timed(frames, || play_straight(&mut rust, frames))?,
                ],
                1 => [
                    timed(frames, || play_late(&mut sumi, frames))?,
                    timed(frames, || play_late(&mut rust, frames))?,
                ],
                _ => [
                    timed(frames, || only_kept(&mut sumi, frames))?,
                    timed(frames, || only_kept(&mut rust, frames))?,
                ],
            };
            for ((time, sum), times) in results.into_iter().zip(times) {
                times.push(time);
                sums.extend((what < 2).then_some(sum));
            }
        }
    }
    let is_one = sums.iter().all(|sum| *sum == sums[0]);
    println!("{frames} frames, {bodies} bodies, {KEPT} states kept, {LATE} frames late");
    println!("all runs end in the same world: {is_one}");
    let [straight, late, kept] = [0, 1, 2].map(|what| {
        let both = times[what].each_ref();
        both.map(|times| median(times.clone()))
    });
    let each = LATE as f64 + 1.0;
    eprintln!(
        "{:<44}{:>10}{:>10}{:>8}",
        "microseconds, medians", "Sumi", "Rust", "ratio"
    );
    let rows = [
        ("a frame", straight),
        ("a state that is kept and not written to", kept),
        ("a frame with 8 frames rolled back", late),
        (
            "of that, besides the 9 frames",
            [0, 1].map(|who| late[who] - each * straight[who]),
        ),
    ];
    for (what, [sumi, rust]) in rows {
        eprintln!("{what:<44}{sumi:>10.2}{rust:>10.2}{:>8.2}", sumi / rust);
    }
    Ok(())
}
