//! `sumi explain`: what the compiler made of a text, beside its lines. Loops and what LLVM says of them, checks and allocations that are left in
//! the optimised code, and values that are shared where they could not be moved, which the MIR tells.
//!
//! Places are those of the user's files: what was inlined from the library stands where it was called. What was compiled for several types or
//! inlined several times is one note.

mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use codegen::{Finding, Frame, What};
use compiler::env::Env;
use compiler::mir::{Body, StatementKind};
use compiler::mono::Program;
use compiler::own::{self, WhyShared};
use rustc_hash::FxHashMap;
use syntax::{FileId, Sources, Span};

use crate::failure::is_library;
use words::{Done, Kind, Reason};

/// All of it as text: for each file the lines with notes, then a summary.
pub(crate) fn explain(
    sources: &Sources,
    env: &Env,
    program: &Program,
    findings: &[Finding],
) -> String {
    let mut page = Page {
        sources,
        done: done(sources, env, program),
        notes: BTreeMap::new(),
        loops: BTreeMap::new(),
        checks: BTreeMap::new(),
        counts: Counts::default(),
    };
    findings.iter().for_each(|finding| page.finding(finding));
    page.tell_loops();
    let functions = program.functions.iter();
    let own = functions.filter(|each| !env.is_library(env.def(each.key.0).module));
    let bodies = own.map(|each| &each.body);
    for body in bodies.chain(program.cells.iter().map(|cell| &cell.body)) {
        page.shares(body, env);
    }
    page.to_string()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: FileId,
    line: u32,
    column: u32,
}

/// A place in a file of the user, and the function of the library that was called there, if that is what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Site {
    place: Place,
    library: Option<String>,
}

/// What became of one loop, in all of its copies.
#[derive(Default)]
struct Story {
    /// Until the pass has decided.
    reasons: Vec<(Reason, Option<u32>)>,
    /// What became of copies, and how many.
    ends: Vec<(End, usize)>,
}

#[derive(PartialEq, Eq)]
enum End {
    /// In the words for it.
    Changed(String),
    /// With the best of the reasons, and its line.
    Missed(Option<(Reason, Option<u32>)>),
}

#[derive(Default)]
struct Counts {
    loops: usize,
    vectorised: usize,
    checks: usize,
    allocations: usize,
    shares: usize,
}

struct Page<'a> {
    sources: &'a Sources,
    /// What statements do, by file, line and column.
    done: FxHashMap<(String, u32, u32), Done>,
    notes: BTreeMap<Place, Vec<String>>,
    loops: BTreeMap<Site, Story>,
    /// The lines of checks that are left in the loops of a line.
    checks: BTreeMap<(FileId, u32, Option<String>), BTreeSet<u32>>,
    counts: Counts,
}

impl Page<'_> {
    fn note(&mut self, place: Place, text: String) -> bool {
        let notes = self.notes.entry(place).or_default();
        let is_new = !notes.contains(&text);
        if is_new {
            notes.push(text);
        }
        is_new
    }

    /// The innermost place that the user has written.
    fn site(&self, frames: &[Frame]) -> Option<Site> {
        let at = frames
            .iter()
            .position(|frame| frame.line > 0 && !is_library(&frame.file))?;
        let frame = &frames[at];
        let inner = at.checked_sub(1).map(|inner| &frames[inner]);
        let inner = inner.filter(|inner| is_library(&inner.file));
        Some(Site {
            place: Place {
                file: self.sources.by_key(&frame.file)?.id,
                line: frame.line,
                column: frame.column,
            },
            library: inner.map(|inner| inner.function.clone()),
        })
    }

    fn finding(&mut self, finding: &Finding) {
        let around = finding.around.as_ref();
        let about = around.and_then(|around| self.site(&around.at));
        let at = self.site(&finding.at);
        let is_rest = around.is_some_and(|around| around.is_rest);
        match &finding.what {
            What::Call { .. } => {
                if let Some(site) = at {
                    self.call(finding, site, about, is_rest);
                }
            }
            What::Done { name, words } => {
                let end = words::changed(name, words).map(End::Changed);
                if let (Some(end), Some(site), false) = (end, about.or(at), is_rest) {
                    self.end(site, end);
                }
            }
            What::Missed { name, .. } if words::is_decided(name) => {
                if let (Some(site), false) = (about.or(at), is_rest) {
                    let story = self.loops.entry(site.clone()).or_default();
                    let own = words::why(name, "").map(|reason| (reason, None));
                    let reasons = std::mem::take(&mut story.reasons).into_iter().chain(own);
                    let best = reasons.min_by_key(|(reason, _)| reason.rank);
                    self.end(site, End::Missed(best));
                }
            }
            What::Missed { .. } => {}
            What::Why { name, words } => {
                let reason = words::why(name, words);
                if let (Some(reason), Some(site), false) = (reason, about, is_rest) {
                    let is_known = finding.at.first().is_some_and(|frame| frame.line > 0);
                    let line = at.map(|at| at.place.line);
                    let line = line.filter(|line| is_known && *line != site.place.line);
                    let story = self.loops.entry(site).or_default();
                    story.reasons.push((reason, line));
                }
            }
        }
    }

    fn end(&mut self, site: Site, end: End) {
        let ends = &mut self.loops.entry(site).or_default().ends;
        match ends.iter_mut().find(|(known, _)| *known == end) {
            Some((_, count)) => *count += 1,
            None => ends.push((end, 1)),
        }
    }

    fn call(&mut self, finding: &Finding, site: Site, around: Option<Site>, is_rest: bool) {
        let What::Call {
            symbol,
            number,
            stays,
        } = &finding.what
        else {
            return;
        };
        let innermost = finding.at.first();
        let done = innermost.and_then(|frame| {
            let place = (frame.file.clone(), frame.line, frame.column);
            self.done.get(&place)
        });
        // What stands in the library has names of its own.
        let done = done.filter(|_| site.library.is_none());
        let Some((kind, what)) = words::call(symbol, *number, done) else {
            return;
        };
        // What runs once costs nothing worth telling.
        let is_once = |frame: &Frame| frame.function.starts_with("cell ");
        let own = finding.at.iter().find(|frame| !is_library(&frame.file));
        if around.is_none() && own.is_none_or(is_once) {
            return;
        }
        let mut text = format!("{kind}: {what}");
        if let Some(library) = &site.library {
            let _ = write!(text, " (`{library}`)");
        }
        if let Some(around) = &around {
            let which = if is_rest {
                "only in the rest of "
            } else {
                "in "
            };
            let _ = write!(text, ", {which}{}", around.name(site.place));
            if let Some(why) = words::stays(symbol, *number, *stays).filter(|_| !is_rest) {
                let _ = write!(text, ": {why}");
            }
        }
        let is_new = self.note(site.place, text);
        let is_counted = is_new && around.is_some() && !is_rest;
        match kind {
            Kind::Check => {
                self.counts.checks += usize::from(is_counted);
                if let Some(around) = around.filter(|_| !is_rest) {
                    let checks = self.checks.entry(around.line()).or_default();
                    checks.insert(site.place.line);
                }
            }
            Kind::Heap => self.counts.allocations += usize::from(is_counted),
            Kind::Runtime => {}
        }
    }

    fn tell_loops(&mut self) {
        for (site, story) in std::mem::take(&mut self.loops) {
            let copies: usize = story.ends.iter().map(|(_, count)| count).sum();
            let is_changed = |(end, _): &(End, usize)| matches!(end, End::Changed(_));
            self.counts.loops += usize::from(copies > 0);
            self.counts.vectorised += usize::from(story.ends.iter().any(is_changed));
            for (end, count) in &story.ends {
                let mut text = "loop: ".to_owned();
                if let Some(library) = &site.library {
                    let _ = write!(text, "that of `{library}`: ");
                }
                match end {
                    End::Changed(words) => text.push_str(words),
                    End::Missed(best) => {
                        text.push_str("not vectorised");
                        let checks = self.checks.get(&site.line());
                        let lines: Vec<u32> = checks.into_iter().flatten().copied().collect();
                        text.push_str(&why(site.place.line, &lines, best.as_ref()));
                    }
                }
                if story.ends.len() > 1 {
                    let _ = write!(text, " (in {count} of {copies} copies)");
                }
                self.note(site.place, text);
            }
        }
    }

    fn shares(&mut self, body: &Body, env: &Env) {
        for share in own::shares(body, env) {
            let Some(place) = self.place_of(share.span) else {
                continue;
            };
            let why = match &share.why {
                WhyShared::UsedAgain(span) => match self.place_of(*span) {
                    Some(again) if again.line == place.line => "used again in this line".to_owned(),
                    Some(again) if again.line < place.line => {
                        format!("used again in the next round, in line {}", again.line)
                    }
                    Some(again) => format!("used again in line {}", again.line),
                    None => "used again".to_owned(),
                },
                WhyShared::PartOf(whole) => format!("a part of `{whole}`, which keeps it"),
                WhyShared::Global => "a variable of the file, which keeps it".to_owned(),
                WhyShared::Lent => "the caller keeps it".to_owned(),
            };
            let is_new = self.note(place, format!("shared: `{}`: {why}", share.name));
            self.counts.shares += usize::from(is_new);
        }
    }

    /// None in the library.
    fn place_of(&self, span: Span) -> Option<Place> {
        let source = self.sources.get(span.file)?;
        let found = source.line_column(span.start);
        (!is_library(&source.name)).then_some(Place {
            file: span.file,
            line: found.line,
            column: found.column,
        })
    }
}

/// Why a loop was not vectorised. Checks that are left in it, of these lines, end it early, which is what a user can do something about.
fn why(line: u32, checks: &[u32], best: Option<&(Reason, Option<u32>)>) -> String {
    let mut parts = Vec::new();
    let end = "may end it in each round";
    match checks {
        [] => {}
        _ if checks.iter().all(|check| *check == line) => parts.push(format!("a check {end}")),
        [one] => parts.push(format!("the check of line {one} {end}")),
        [first, last] => parts.push(format!("the checks of lines {first} and {last} {end}")),
        [first, .., last] => parts.push(format!(
            "the checks of {} lines, from {first} to {last}, {end}",
            checks.len()
        )),
    }
    if let Some((reason, line)) = best
        && (parts.is_empty() || !reason.is_early_exit)
    {
        let line = line.map_or_else(String::new, |line| format!(" (line {line})"));
        parts.push(format!("{}{line}", reason.words));
    }
    match parts.is_empty() {
        true => String::new(),
        false => format!(": {}", parts.join("; ")),
    }
}

impl Site {
    /// Where LLVM says that a loop begins may be another column for each of its remarks.
    fn line(&self) -> (FileId, u32, Option<String>) {
        (self.place.file, self.place.line, self.library.clone())
    }

    /// A loop, as something at another place refers to it.
    fn name(&self, from: Place) -> String {
        match &self.library {
            Some(library) => format!("the loop of `{library}`"),
            None if self.place.file == from.file && self.place.line == from.line => {
                "the loop of this line".to_owned()
            }
            None => format!("the loop of line {}", self.place.line),
        }
    }
}

impl std::fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let last = self.notes.keys().map(|place| place.line).max();
        let width = last.unwrap_or(0).to_string().len().max(3);
        let mut before: Option<Place> = None;
        for (place, notes) in &self.notes {
            let source = self.sources.file(place.file);
            if before.is_none_or(|before| before.file != place.file) {
                let gap = if before.is_some() { "\n" } else { "" };
                writeln!(f, "{gap}{}", source.name)?;
            }
            let text = source.line_text(place.line);
            let is_new = before.is_none_or(|b| (b.file, b.line) != (place.file, place.line));
            if is_new {
                writeln!(f, "{:>width$} │ {}", place.line, text.trim_end())?;
            }
            // Tabs stay, so that the mark stands below what it means.
            let start = text.chars().take(place.column.saturating_sub(1) as usize);
            let indent: String = start.map(|c| if c == '\t' { c } else { ' ' }).collect();
            for note in notes {
                writeln!(f, "{:>width$} │ {indent}^ {note}", "")?;
            }
            before = Some(*place);
        }
        let Counts {
            loops,
            vectorised,
            checks,
            allocations,
            shares,
        } = self.counts;
        if before.is_some() {
            writeln!(f)?;
        }
        writeln!(
            f,
            "innermost loops: {loops}, vectorised or unrolled: {vectorised}; in loops: checks: {checks}, allocations: {allocations}; shared values: {shares}"
        )
    }
}

/// What the statements of a program do, by where code that was made of them says that it comes from.
fn done(sources: &Sources, env: &Env, program: &Program) -> FxHashMap<(String, u32, u32), Done> {
    let mut done: FxHashMap<(String, u32, u32), Done> = FxHashMap::default();
    let mut at = |span: Span, note: &dyn Fn(&mut Done)| {
        if let Some(source) = sources.get(span.file) {
            let place = source.line_column(span.start);
            note(
                done.entry((source.key(), place.line, place.column))
                    .or_default(),
            );
        }
    };
    let functions = program.functions.iter().map(|each| &each.body);
    for body in functions.chain(program.cells.iter().map(|cell| &cell.body)) {
        for (span, place) in own::made_unique(body, env) {
            at(span, &|done| {
                done.unshared.insert(place.clone());
            });
        }
        for statement in body.blocks.values().flat_map(|block| &block.statements) {
            if let StatementKind::Assign { value, .. } = &statement.kind
                && let Some(makes) = words::makes(value)
            {
                at(statement.span, &|done| done.makes = Some(makes));
            }
        }
    }
    done
}
