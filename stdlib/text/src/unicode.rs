//! The parts of text handling that need Unicode tables. Digits are the ten of ASCII, so that `is_digit` holds exactly where
//! `digit()` gives one; blanks are Unicode's `White_Space`.

pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// The upper case of one character; itself where that is not one character (`ß`).
pub fn char_upper(c: char) -> char {
    single(c, c.to_uppercase())
}

pub fn char_lower(c: char) -> char {
    single(c, c.to_lowercase())
}

fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

pub fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

pub fn is_alpha(c: char) -> bool {
    c.is_alphabetic()
}

pub fn is_alnum(c: char) -> bool {
    c.is_alphabetic() || c.is_ascii_digit()
}

pub fn is_space(c: char) -> bool {
    c.is_whitespace()
}

pub fn is_upper(c: char) -> bool {
    c.is_uppercase()
}

pub fn is_lower(c: char) -> bool {
    c.is_lowercase()
}

pub fn digit(c: char) -> Option<i64> {
    c.to_digit(10).map(i64::from)
}

pub fn trim(text: &str) -> &str {
    text.trim()
}

pub fn trim_start(text: &str) -> &str {
    text.trim_start()
}

pub fn trim_end(text: &str) -> &str {
    text.trim_end()
}

pub fn split_whitespace(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

/// The lines without their ends (`\n` or `\r\n`); no empty line after a final end.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
}

/// The byte range of the next line from `at` on, and where the one after it begins; none at the end of the text.
pub fn next_line(text: &str, at: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let rest = text.get(at..)?;
    if rest.is_empty() {
        return None;
    }
    let Some(length) = rest.find('\n') else {
        return Some((at..text.len(), text.len()));
    };
    let line = &rest[..length];
    let line = line.strip_suffix('\r').unwrap_or(line);
    Some((at..at + line.len(), at + length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        assert_eq!(upper("straße é"), "STRASSE É");
        assert_eq!(lower("ÀB"), "àb");
        assert_eq!(char_upper('ß'), 'ß');
        assert_eq!(char_upper('é'), 'É');
        assert_eq!(char_lower('Ä'), 'ä');
    }

    #[test]
    fn classes() {
        assert!(is_digit('7') && !is_digit('٣') && !is_digit('x'));
        assert_eq!(digit('7'), Some(7));
        assert_eq!(digit('x'), None);
        assert!(is_alpha('é') && !is_alpha('1') && is_alnum('1') && is_space('\u{A0}'));
        assert!(is_upper('É') && is_lower('é') && !is_upper('1'));
    }

    #[test]
    fn pieces() {
        assert_eq!(trim("\u{2003} a b\n"), "a b");
        assert_eq!(split_whitespace(" a  b\t").collect::<Vec<_>>(), ["a", "b"]);
        let text = "a\r\n\nb\rc\n";
        assert_eq!(lines(text).collect::<Vec<_>>(), ["a", "", "b\rc"]);
        let mut at = 0;
        let mut found = Vec::new();
        while let Some((line, next)) = next_line(text, at) {
            found.push(&text[line]);
            at = next;
        }
        assert_eq!(found, ["a", "", "b\rc"]);
    }
}
