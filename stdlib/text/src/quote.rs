//! The literal form of text and characters: quoted and escaped, so that it reads back as source.

pub fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            _ => push_escaped(out, c),
        }
    }
    out.push('"');
}

pub fn push_quoted_char(out: &mut String, c: char) {
    out.push('\'');
    match c {
        '\'' => out.push_str("\\'"),
        _ => push_escaped(out, c),
    }
    out.push('\'');
}

pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}

pub fn quoted_char(c: char) -> String {
    let mut out = String::new();
    push_quoted_char(&mut out, c);
    out
}

/// What both quotes share.
fn push_escaped(out: &mut String, c: char) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\0' => out.push_str("\\0"),
        _ if is_invisible(c) => {
            out.push_str("\\u{");
            out.push_str(&format!("{:X}", u32::from(c)));
            out.push('}');
        }
        _ => out.push(c),
    }
}

/// Characters that a reader cannot see, or that change how the text around them looks. A fixed list, so that
/// the text of a value does not depend on a Unicode version.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{61C}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E000}'..='\u{F8FF}'
                | '\u{E0000}'..='\u{E0FFF}'
                | '\u{F0000}'..='\u{10FFFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        for (text, literal) in [
            ("", r#""""#),
            ("plain", r#""plain""#),
            ("it's", r#""it's""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("{x}", r#""{{x}}""#),
            ("1\n2\t3\r4\0", r#""1\n2\t3\r4\0""#),
            ("\u{1b}[0m", r#""\u{1B}[0m""#),
            ("é😀", r#""é😀""#),
            ("\u{200B}\u{7F}", r#""\u{200B}\u{7F}""#),
        ] {
            assert_eq!(quoted(text), literal);
        }
    }

    #[test]
    fn chars() {
        for (c, literal) in [
            ('a', "'a'"),
            ('\'', "'\\''"),
            ('"', "'\"'"),
            ('{', "'{'"),
            ('\n', "'\\n'"),
            ('\u{7}', "'\\u{7}'"),
        ] {
            assert_eq!(quoted_char(c), literal);
        }
    }
}
