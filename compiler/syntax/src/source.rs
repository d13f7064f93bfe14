//! Where text lives: files are registered once, and everything later speaks of them by `Span`, a file and a byte range.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// One registered source text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct FileId(pub u32);

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file{}", self.0)
    }
}

/// A byte range of one file, `start` included and `end` not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: u32, end: u32) -> Span {
        Span { file, start, end }
    }

    /// From the beginning of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A text with its name and the starts of its lines.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub id: FileId,
    pub name: String,
    pub text: Arc<str>,
    /// Found when they are asked for.
    line_starts: OnceLock<Arc<[u32]>>,
    /// Of a part of a larger text: where it stands there.
    origin: Option<LineColumn>,
}

/// A position as people count it: both from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineColumn {
    pub line: u32,
    pub column: u32,
}

impl SourceFile {
    pub fn new(id: FileId, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceFile {
        SourceFile {
            id,
            name: name.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
            origin: None,
        }
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes());
            let starts = newlines.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(starts).collect()
        })
    }

    /// A name that no other file has, for what must find its way back here: see [`Sources::by_key`].
    pub fn key(&self) -> String {
        match self.origin {
            Some(_) => format!("{}#{}", self.name, self.id.0),
            None => self.name.clone(),
        }
    }

    /// Whether it is a part of a larger text.
    pub fn is_part(&self) -> bool {
        self.origin.is_some()
    }

    /// As people see the position: for a part of a larger text, in that.
    pub fn shown(&self, offset: u32) -> LineColumn {
        self.shown_from(self.line_column(offset))
    }

    /// A position of this text, in the larger one that it is a part of.
    pub fn shown_from(&self, place: LineColumn) -> LineColumn {
        let Some(origin) = self.origin else {
            return place;
        };
        LineColumn {
            line: place.line + origin.line - 1,
            column: match place.line {
                1 => place.column + origin.column - 1,
                _ => place.column,
            },
        }
    }

    pub fn span(&self) -> Span {
        Span::new(
            self.id,
            0,
            u32::try_from(self.text.len()).unwrap_or(u32::MAX),
        )
    }

    /// The text of a span; empty if the span does not lie on character boundaries of this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line_starts().partition_point(|start| *start <= offset) - 1;
        let start = self.line_starts()[line] as usize;
        let end = (offset as usize).min(self.text.len());
        let before = self.text.get(start..end).unwrap_or("");
        LineColumn {
            line: line as u32 + 1,
            column: before.chars().count() as u32 + 1,
        }
    }

    /// The line of an offset, counted from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts().partition_point(|start| *start <= offset) as u32
    }

    /// Where a line, counted from 1, begins.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        let index = (line as usize).checked_sub(1)?;
        self.line_starts().get(index).copied()
    }

    pub fn line_count(&self) -> u32 {
        self.line_starts().len() as u32
    }

    /// The bytes of a line, counted from 1, with its line break.
    pub fn line_range(&self, line: u32) -> Option<std::ops::Range<usize>> {
        let start = *self.line_starts().get(line.checked_sub(1)? as usize)?;
        let next = self.line_starts().get(line as usize);
        Some(start as usize..next.map_or(self.text.len(), |next| *next as usize))
    }

    /// A line, counted from 1, without its line break.
    pub fn line_text(&self, line: u32) -> &str {
        let Some(start) = self.line_starts().get(line.saturating_sub(1) as usize) else {
            return "";
        };
        let end = match self.line_starts().get(line as usize) {
            Some(next) => *next as usize,
            None => self.text.len(),
        };
        self.text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

/// All source texts of a session, by id.
#[derive(Clone, Default, Debug)]
pub struct Sources {
    files: Vec<SourceFile>,
    laid_out: BTreeMap<FileId, LaidOut>,
}

/// A text with the same tokens as an earlier one.
#[derive(Clone, Debug)]
struct LaidOut {
    file: FileId,
    /// Where each token begins: in the earlier text, and in this one.
    starts: Vec<(u32, u32)>,
}

impl Sources {
    pub fn new() -> Sources {
        Sources::default()
    }

    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("compiler bug: too many files"));
        self.files.push(SourceFile::new(id, name, text));
        id
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Forgets the newest files, so that `len` are left. Nothing may refer to those any more: their ids are given out again.
    pub fn truncate(&mut self, len: usize) {
        self.files.truncate(len);
        self.laid_out.retain(|id, _| (id.0 as usize) < len);
    }

    /// As [`Sources::truncate`], but gives the files, so that they can come back by [`Sources::extend`].
    pub fn split_off(&mut self, len: usize) -> Vec<SourceFile> {
        let gone = self.files.split_off(len.min(self.files.len()));
        self.truncate(len);
        gone
    }

    /// Files that were split off, at the place where they stood.
    pub fn extend(&mut self, files: Vec<SourceFile>) {
        let first = files.first().map(|file| file.id.0 as usize);
        assert!(
            first.is_none_or(|first| first == self.files.len()),
            "compiler bug: files come back to another place"
        );
        self.files.extend(files);
    }

    /// Where the text of the file begins in a larger one.
    pub fn origin(&self, id: FileId) -> Option<LineColumn> {
        self.files[id.0 as usize].origin
    }

    /// The text of the file is a part of a larger one, and begins there.
    pub fn set_origin(&mut self, id: FileId, origin: LineColumn) {
        self.files[id.0 as usize].origin = Some(origin);
    }

    /// The text of `earlier` stands otherwise now, with the same tokens; `starts` says where each begins in both.
    pub fn lay_out(&mut self, earlier: FileId, file: FileId, starts: Vec<(u32, u32)>) {
        self.laid_out.insert(earlier, LaidOut { file, starts });
    }

    /// The text of the file stands as it stood at first.
    pub fn lay_out_as_it_was(&mut self, id: FileId) {
        self.laid_out.remove(&id);
    }

    /// Where a place is in the newest layout of its text.
    pub fn current(&self, span: Span) -> Span {
        let Some(found) = self.laid_out.get(&span.file) else {
            return span;
        };
        let moved = |offset: u32| {
            let index = found
                .starts
                .partition_point(|(before, _)| *before <= offset);
            let Some((before, now)) = index.checked_sub(1).map(|at| found.starts[at]) else {
                return found.starts.first().map_or(0, |(_, now)| *now);
            };
            // Within the token, or where one of the same length ends.
            let next = found.starts.get(index).map_or(u32::MAX, |(_, now)| *now);
            (now + (offset - before)).min(next)
        };
        let start = moved(span.start);
        let length = span.end - span.start;
        let end = match length {
            0 => start,
            _ => moved(span.end - 1) + 1,
        };
        Span::new(found.file, start, end)
    }

    /// A line of a file, counted from 1, in the newest layout of its text.
    pub fn current_line(&self, id: FileId, line: u32) -> (FileId, u32) {
        let Some(found) = self.laid_out.get(&id) else {
            return (id, line);
        };
        let begin = self.file(id).line_start(line).unwrap_or(0);
        let first = found.starts.iter().find(|(before, _)| *before >= begin);
        let offset = first.or(found.starts.last()).map_or(0, |(_, now)| *now);
        (found.file, self.file(found.file).line(offset))
    }

    /// The file of this [`SourceFile::key`]; of several of one name the newest.
    pub fn by_key(&self, key: &str) -> Option<&SourceFile> {
        if let Some((name, id)) = key.rsplit_once('#')
            && let Some(file) = id.parse().ok().and_then(|id| self.get(FileId(id)))
            && file.name == name
            && file.origin.is_some()
        {
            return Some(file);
        }
        self.files.iter().rev().find(|file| file.name == key)
    }

    /// The file of an id that this registry gave out.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).map_or("", |file| file.slice(span))
    }
}
