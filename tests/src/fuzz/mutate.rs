//! Programs made wrong: tokens dropped, doubled, exchanged or taken from elsewhere in the text.

use super::random::Random;

pub(crate) fn mutant(source: &str, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut pieces = split(source);
    for _ in 0..1 + random.below(4) {
        if pieces.is_empty() {
            break;
        }
        let (at, other) = (random.below(pieces.len()), random.below(pieces.len()));
        match random.below(4) {
            0 => drop(pieces.remove(at)),
            1 => pieces.insert(at, pieces[at]),
            2 => pieces.swap(at, other),
            _ => pieces[at] = pieces[other],
        }
    }
    pieces.concat()
}

/// Words, blanks and single signs: near enough to tokens.
fn split(source: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let alike = |c: char| {
            (first.is_alphanumeric() && c.is_alphanumeric()) || (first == ' ' && c == ' ')
        };
        let end = rest
            .char_indices()
            .find(|(at, c)| *at > 0 && !alike(*c))
            .map_or(rest.len(), |(at, _)| at);
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
    pieces
}
