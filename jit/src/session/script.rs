//! What was entered, as a script: the entries that count in their order, each definition in its newest form. A script defines a
//! name once, so a binding that a later one of the same name replaced goes, or gets another name where something used it; `$3`
//! and `it` become bindings.

use std::collections::BTreeSet;
use std::ops::Range;

use compiler::mentions::{Mentions, is_const, member_name};
use compiler::mir::outside::Outside;
use smol_str::SmolStr;
use syntax::{Sources, ast};

use super::Session;
use crate::editing::{TokenClass, token_classes};
use crate::front::{Front, Ready};
use crate::report::Error;

/// An entry that counts.
pub(super) struct Told {
    pub(super) number: u32,
    pub(super) text: String,
    pieces: Vec<Piece>,
    /// Which value it called `it`.
    it: Option<u32>,
}

/// One item of it.
struct Piece {
    /// Of the entry's text, comments before it included.
    range: Range<usize>,
    names: Vec<SmolStr>,
    kind: Kind,
    /// It only computes a value.
    is_pure: bool,
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Definition,
    /// An `impl` of a type's own methods: the type, and where each stands in the text.
    Methods(SmolStr, Vec<(SmolStr, Range<usize>)>),
    Binding,
    Import,
    Other,
}

/// What was entered, as a script.
#[derive(Clone, Debug)]
pub struct Transcript {
    pub text: String,
    pub entries: usize,
    /// Why it does not run by itself, if that is known.
    pub problem: Option<Error>,
}

impl Told {
    pub(super) fn new(
        number: u32,
        text: &str,
        items: &[ast::Item],
        line: &Ready,
        sources: &Sources,
        it: Option<u32>,
    ) -> Told {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        for item in items {
            let end = end_of(text, item.span.end as usize);
            let range = at..end.max(at);
            at = range.end;
            let cells = line.compiled.cells.iter();
            let mut own = cells.filter(|cell| item.span.contains(cell.span));
            let is_pure = own.all(|cell| {
                let effects = &cell.effects;
                effects.writes.is_empty()
                    && !effects.is_unsure()
                    && effects.outside() == Outside::NONE
            });
            let mentions = Mentions::of(item, sources);
            let target = mentions.as_ref().and_then(|found| found.target.clone());
            let kind = match &item.kind {
                ast::ItemKind::Impl(decl) if target.is_some() => {
                    let members = decl.members.iter().filter_map(|member| {
                        let range = member.span.start as usize..member.span.end as usize;
                        Some((member_name(member, sources)?, range))
                    });
                    Kind::Methods(target.unwrap_or_default(), members.collect())
                }
                ast::ItemKind::Import(_) => Kind::Import,
                ast::ItemKind::Stmt(_) if is_const(item) => Kind::Definition,
                ast::ItemKind::Stmt(_) if mentions.is_some() => Kind::Binding,
                ast::ItemKind::Stmt(_) | ast::ItemKind::Test(_) | ast::ItemKind::Error => {
                    Kind::Other
                }
                ast::ItemKind::Fn(_)
                | ast::ItemKind::Struct(_)
                | ast::ItemKind::Enum(_)
                | ast::ItemKind::Trait(_)
                | ast::ItemKind::Impl(_)
                | ast::ItemKind::TypeAlias(_)
                | ast::ItemKind::Extern(_)
                | ast::ItemKind::ExternType(_) => Kind::Definition,
            };
            pieces.push(Piece {
                range,
                names: mentions.map_or(Vec::new(), |found| found.names),
                kind,
                is_pure,
            });
        }
        Told {
            number,
            text: text.to_owned(),
            pieces,
            it,
        }
    }

    /// Whether it defines or binds the name.
    pub(super) fn defines(&self, name: &str) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.any(|piece| piece.names.iter().any(|known| known == name))
    }
}

/// The first line of an entry, and a sign that there are more.
pub(super) fn first_line(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default().to_owned();
    match lines.next() {
        Some(_) => first + " …",
        None => first,
    }
}

/// A comment on the line of its end belongs to an item.
fn end_of(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let line = rest.split('\n').next().unwrap_or_default();
    match line.trim_start_matches([' ', '\t', ';']).starts_with("//") {
        true => end + line.len(),
        false => end,
    }
}

/// A piece on its way into the script.
struct Line<'t> {
    told: &'t Told,
    piece: &'t Piece,
    text: String,
    is_gone: bool,
}

impl Session {
    /// Everything that counts as a script, and whether it runs by itself as far as that can be told before running.
    pub fn script(&self) -> Transcript {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for told in &self.told {
            let of_entry = told.pieces.iter().map(|piece| Line {
                told,
                piece,
                text: told.text[piece.range.clone()]
                    .trim_start_matches([';', ' ', '\t', '\n', '\r'])
                    .trim_end()
                    .to_owned(),
                is_gone: false,
            });
            lines.extend(of_entry);
        }
        name_values(&mut lines);
        for index in 0..lines.len() {
            replace_one(&mut lines, index);
        }
        let left = lines.iter().filter(|line| !line.is_gone);
        let mut text = String::new();
        for line in left {
            text += &line.text;
            text.push('\n');
        }
        let mut front = Front::new(false);
        let problem = front.gather("the script", &text).err();
        Transcript {
            text,
            entries: self.told.len(),
            problem,
        }
    }

    /// The text of an entry, and of the newest definition of a name.
    pub fn entry_text(&self, what: &str) -> Result<String, String> {
        let number = what.strip_prefix('$').unwrap_or(what).parse::<u32>();
        let found = match number {
            _ if what.is_empty() => self.told.last(),
            Ok(number) => self.told.iter().find(|told| told.number == number),
            Err(_) => self.told.iter().rev().find(|told| told.defines(what)),
        };
        let Some(found) = found else {
            return Err(match number {
                Ok(number) => self.no_entry(number),
                Err(_) if what.is_empty() => "nothing was entered yet that counts".to_owned(),
                Err(_) => format!("no entry defined `{what}`{}", self.near(what)),
            });
        };
        let is_name = number.is_err() && !what.is_empty();
        let piece = found
            .pieces
            .iter()
            .rev()
            .find(|piece| is_name && piece.names.iter().any(|name| name == what));
        let text = match piece {
            Some(piece) => found.text[piece.range.clone()].trim_start_matches([';', ' ', '\n']),
            None => &found.text,
        };
        Ok(text.trim_end().to_owned())
    }
}

/// `$3` and `it` become names, which the last values of their entries get.
fn name_values(lines: &mut [Line<'_>]) {
    let mut used = BTreeSet::new();
    for line in lines.iter_mut() {
        let it = line.told.it;
        line.text = with_names(&line.text, &mut |name| {
            let number = match name.strip_prefix('$') {
                Some(number) => number.parse().ok()?,
                None if name == "it" => it?,
                None => return None,
            };
            used.insert(number);
            Some(format!("value_{number}"))
        });
    }
    for number in used {
        let mut of_entry = lines.iter_mut().rev();
        let value =
            of_entry.find(|line| line.told.number == number && line.piece.kind == Kind::Other);
        if let Some(line) = value {
            line.text = format!("let value_{number} = {}", line.text);
        }
    }
}

/// Takes out of a piece, or out of the script, what a later one defines anew.
fn replace_one(lines: &mut [Line<'_>], index: usize) {
    let is_known = lines[..index]
        .iter()
        .any(|other| other.text == lines[index].text);
    let (before, later) = lines.split_at_mut(index + 1);
    let Some(line) = before.last_mut() else {
        return;
    };
    let piece = line.piece;
    match &piece.kind {
        Kind::Definition => {
            let is_anew = |name| defined_in(later, name).is_some();
            line.is_gone = !piece.names.is_empty() && piece.names.iter().all(is_anew);
        }
        Kind::Methods(target, members) => {
            let is_anew = |name: &SmolStr| {
                later.iter().any(|other| match &other.piece.kind {
                    Kind::Methods(of, members) => {
                        of == target && members.iter().any(|(known, _)| known == name)
                    }
                    _ => false,
                })
            };
            let (gone, left): (Vec<_>, Vec<_>) =
                members.iter().partition(|(name, _)| is_anew(name));
            line.is_gone = left.is_empty() && !gone.is_empty();
            for (_, range) in gone {
                let method = &line.told.text[range.clone()];
                line.text = line.text.replacen(method, "", 1);
            }
        }
        Kind::Import => {
            line.is_gone = is_known;
        }
        Kind::Binding => {
            for name in &piece.names {
                if let Some(next) = defined_in(later, name) {
                    rename(line, &mut later[..=next], name);
                }
            }
        }
        Kind::Other => {}
    }
}

/// Which of these pieces defines the name anew.
fn defined_in(lines: &[Line<'_>], name: &SmolStr) -> Option<usize> {
    lines.iter().position(|other| {
        !matches!(other.piece.kind, Kind::Methods(..)) && other.piece.names.contains(name)
    })
}

/// A binding that a later one of its name replaces: it goes if nothing between them uses it.
fn rename(line: &mut Line<'_>, until: &mut [Line<'_>], name: &SmolStr) {
    let runs = |line: &&mut Line<'_>| matches!(line.piece.kind, Kind::Binding | Kind::Other);
    let last = until.len() - 1;
    let value_at =
        |line: &Line<'_>, is_last: bool| match is_last && line.piece.kind == Kind::Binding {
            true => line.text.find('=').unwrap_or(0),
            false => 0,
        };
    let mut is_used = false;
    for (at, other) in until
        .iter_mut()
        .enumerate()
        .filter(|(_, other)| runs(other))
    {
        let from = value_at(other, at == last);
        with_names(&other.text[from..], &mut |found| {
            is_used |= found == name;
            None
        });
    }
    if !is_used && line.piece.is_pure && line.piece.names.len() == 1 {
        line.is_gone = true;
        return;
    }
    let new = format!("{name}_{}", line.told.number);
    let mut renamed = |found: &str| (found == name).then(|| new.clone());
    line.text = with_names(&line.text, &mut renamed);
    for (at, other) in until
        .iter_mut()
        .enumerate()
        .filter(|(_, other)| runs(other))
    {
        let from = value_at(other, at == last);
        other.text = format!(
            "{}{}",
            &other.text[..from],
            with_names(&other.text[from..], &mut renamed)
        );
    }
}

/// The text with other names in it; those after a dot are members, those before a colon arguments.
fn with_names(text: &str, other: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let tokens = token_classes(text);
    let mut out = String::new();
    let mut at = 0;
    for (index, (range, class)) in tokens.iter().enumerate() {
        let is_name = *class == TokenClass::Name;
        let token = |index: Option<usize>| {
            let found = index.and_then(|index| tokens.get(index));
            found.map_or("", |(range, _)| &text[range.clone()])
        };
        let before = token(index.checked_sub(1));
        let is_member = matches!(before, "." | "?.");
        let is_argument = token(Some(index + 1)) == ":" && matches!(before, "(" | ",");
        if !is_name || is_member || is_argument {
            continue;
        }
        if let Some(new) = other(&text[range.clone()]) {
            out += &text[at..range.start];
            out += &new;
            at = range.end;
        }
    }
    out + &text[at..]
}
