//! Diagnostics to text, with the source line, a mark and the words beside it. The only file that names codespan-reporting.

use std::ops::Range;

use codespan_reporting::diagnostic as report;
use codespan_reporting::files::{Error, Files, column_index};
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{self, Config};
use syntax::{Diagnostic, FileId, LineColumn, Severity, SourceFile, Sources};

/// The text of a diagnostic, with the escapes of a terminal if `color`; it ends with a newline.
pub fn render(sources: &Sources, diagnostic: &Diagnostic, color: bool) -> String {
    let mut buffer = if color {
        Buffer::ansi()
    } else {
        Buffer::no_color()
    };
    if has_endless_line(sources, diagnostic) {
        return without_excerpt(sources, diagnostic);
    }
    let shown = Shown(sources);
    let report = convert(sources, diagnostic);
    let written = term::emit_to_write_style(&mut buffer, &Config::default(), &shown, &report);
    match written {
        Ok(()) => {
            let text = String::from_utf8_lossy(buffer.as_slice());
            format!("{}\n", text.trim_end())
        }
        // A place that no text has: the message alone is better than none.
        Err(_) => format!("{}: {}\n", diagnostic.severity, diagnostic.message),
    }
}

/// All of them, one after another.
pub fn render_all<'d>(
    sources: &Sources,
    diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
    color: bool,
) -> String {
    let texts = diagnostics
        .into_iter()
        .map(|each| render(sources, each, color));
    texts.collect::<Vec<_>>().join("\n")
}

/// The longest source line that is shown whole.
const LONGEST_LINE: usize = 400;

fn has_endless_line(sources: &Sources, diagnostic: &Diagnostic) -> bool {
    diagnostic.labels.iter().any(|label| {
        sources.get(label.span.file).is_some_and(|file| {
            let lines = file.line(label.span.start)..=file.line(label.span.end);
            lines
                .into_iter()
                .any(|line| file.line_text(line).len() > LONGEST_LINE)
        })
    })
}

/// The place and the words, for a line that no screen holds.
fn without_excerpt(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let (severity, code) = (diagnostic.severity, &diagnostic.code);
    let mut text = format!("{severity}[{code}]: {}\n", diagnostic.message);
    for label in &diagnostic.labels {
        if let Some(file) = sources.get(label.span.file) {
            let at = file.shown(label.span.start);
            text += &format!(
                "  {}:{}:{}: {}\n",
                file.name, at.line, at.column, label.text
            );
        }
    }
    for help in &diagnostic.help {
        text += &format!("  = help: {help}\n");
    }
    for note in &diagnostic.notes {
        text += &format!("  = note: {note}\n");
    }
    text
}

fn convert(sources: &Sources, diagnostic: &Diagnostic) -> report::Diagnostic<FileId> {
    let severity = match diagnostic.severity {
        Severity::Note => report::Severity::Note,
        Severity::Warning => report::Severity::Warning,
        Severity::Error => report::Severity::Error,
    };
    let labels = diagnostic
        .labels
        .iter()
        .filter(|label| sources.get(label.span.file).is_some());
    let labels = labels.map(|label| {
        let span = sources.current(label.span);
        let range = span.start as usize..span.end.max(span.start) as usize;
        let made = if label.primary {
            report::Label::primary(span.file, range)
        } else {
            report::Label::secondary(span.file, range)
        };
        made.with_message(&label.text)
    });
    let help = diagnostic.help.iter().map(|line| format!("help: {line}"));
    let notes = diagnostic.notes.iter().map(|line| format!("note: {line}"));
    report::Diagnostic::new(severity)
        .with_code(diagnostic.code.to_string())
        .with_message(&diagnostic.message)
        .with_labels(labels.collect())
        .with_notes(help.chain(notes).collect())
}

/// Our sources as codespan wants to read them.
struct Shown<'s>(&'s Sources);

impl Shown<'_> {
    fn file(&self, id: FileId) -> Result<&SourceFile, Error> {
        self.0.get(id).ok_or(Error::FileMissing)
    }

    /// `line` from 0, `column` from 1; as people see it.
    fn place(&self, id: FileId, line: usize, column: u32) -> Result<LineColumn, Error> {
        let line = line as u32 + 1;
        Ok(self.file(id)?.shown_from(LineColumn { line, column }))
    }
}

impl<'s> Files<'s> for Shown<'s> {
    type FileId = FileId;
    type Name = &'s str;
    type Source = &'s str;

    fn name(&'s self, id: FileId) -> Result<&'s str, Error> {
        Ok(&self.file(id)?.name)
    }

    fn source(&'s self, id: FileId) -> Result<&'s str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'s self, id: FileId, byte: usize) -> Result<usize, Error> {
        let file = self.file(id)?;
        Ok(file.line(byte.min(file.text.len()) as u32) as usize - 1)
    }

    fn line_number(&'s self, id: FileId, line: usize) -> Result<usize, Error> {
        Ok(self.place(id, line, 1)?.line as usize)
    }

    fn column_number(&'s self, id: FileId, line: usize, byte: usize) -> Result<usize, Error> {
        let source = self.source(id)?;
        let column = column_index(source, self.line_range(id, line)?, byte) as u32 + 1;
        Ok(self.place(id, line, column)?.column as usize)
    }

    fn line_range(&'s self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        self.file(id)?
            .line_range(line as u32 + 1)
            .ok_or(Error::LineTooLarge {
                given: line,
                max: self.file(id)?.line_count() as usize,
            })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use syntax::Span;

    use super::*;

    #[test]
    fn a_diagnostic_shows_its_line() {
        let mut sources = Sources::new();
        let file = sources.add("sheet.sumi", "let a = 1\nlet b = c\n");
        let diagnostic = Diagnostic::error("unknown-name", "there is no `c`")
            .at(Span::new(file, 18, 19), "not found")
            .also(Span::new(file, 4, 5), "this is close")
            .help("did you mean `a`?");
        expect![[r#"
            error[unknown-name]: there is no `c`
              ┌─ sheet.sumi:2:9
              │
            1 │ let a = 1
              │     - this is close
            2 │ let b = c
              │         ^ not found
              │
              = help: did you mean `a`?
        "#]]
        .assert_eq(&render(&sources, &diagnostic, false));
    }
}
