//! The words of every mistake the checker finds, by theme. One mistake, one function.

mod calls;
mod flow;
mod foreign;
mod mismatch;
mod operators;
mod places;
mod types;

pub(super) use calls::*;
pub(super) use flow::*;
pub(super) use mismatch::mismatch;
pub(super) use operators::*;
pub(super) use places::*;
pub(crate) use types::constant_needs_itself;
pub(super) use types::*;

use syntax::Diagnostic;

/// The known name that was probably meant.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0..=1 => 0,
        2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= limit && *distance < candidate.chars().count().max(2)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Adds the name that was probably meant, or the few there are.
fn suggest<'a>(
    report: Diagnostic,
    name: &str,
    noun: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().filter(|n| !n.is_empty()).collect();
    if let Some(meant) = nearest(name, known.iter().copied()) {
        return report.help(format!("did you mean `{meant}`?"));
    }
    if known.is_empty() || known.len() > 8 {
        return report;
    }
    let list: Vec<String> = known.iter().map(|n| format!("`{n}`")).collect();
    match list.as_slice() {
        [one] => report.help(format!("the only one is {one}")),
        _ => report.help(format!("the {noun} are {}", list.join(", "))),
    }
}

/// As [`suggest`] for members, of which other languages have other names.
fn suggest_member<'a>(
    report: Diagnostic,
    name: &str,
    ty: &str,
    noun: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    match foreign::teach_member(name, ty, known.iter().copied()) {
        Some(help) => report.help(help),
        None => suggest(report, name, noun, known),
    }
}

/// Edit distance with transpositions, ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("{n} {noun}")
    } else {
        format!("{n} {noun}s")
    }
}

/// `a` or `an` before a type's text.
fn a(ty: &str) -> String {
    // `f64` is said with a vowel in front, `u8` without.
    let vowel = ty.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O'])
        || ty.starts_with("f32")
        || ty.starts_with("f64");
    let article = if vowel { "an" } else { "a" };
    if ty.starts_with("an ") || ty.starts_with("a ") {
        ty.to_string()
    } else {
        format!("{article} `{ty}`")
    }
}
