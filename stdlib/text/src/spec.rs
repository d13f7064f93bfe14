//! Format specs: `[<^>][+][0][width][_][.digits][x|b|o|e]`, parsed once by the compiler and handed to the runtime
//! as one word.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Align {
    Left,
    Center,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Radix {
    X,
    B,
    O,
    /// Decimal with an exponent.
    E,
}

/// What a spec is applied to, as far as specs care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Subject {
    Int,
    Float,
    /// Everything else: its text is padded.
    Text,
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct FormatSpec {
    /// Absent: numbers to the right, everything else to the left.
    pub align: Option<Align>,
    /// A sign before numbers that are not negative, too.
    pub plus: bool,
    /// Zeros between sign and digits fill the width.
    pub zero: bool,
    /// The least number of scalar values; 0 for none.
    pub width: u32,
    /// `_` between groups of digits: three in decimal, four otherwise.
    pub group: bool,
    /// Digits after the point.
    pub digits: Option<u32>,
    pub radix: Option<Radix>,
}

/// The largest width and number of digits.
const LARGEST: u32 = 9999;

impl FormatSpec {
    /// Reads the text after the `:`; the error is a sentence for the user.
    pub fn parse(text: &str) -> Result<FormatSpec, String> {
        if text.is_empty() {
            return Err("there is no format spec after the `:`".to_string());
        }
        let mut rest = Rest(text);
        let align = match rest.0.as_bytes().first() {
            Some(b'<') => Some(Align::Left),
            Some(b'^') => Some(Align::Center),
            Some(b'>') => Some(Align::Right),
            _ => None,
        };
        if align.is_some() {
            rest.0 = &rest.0[1..];
        }
        let plus = rest.take('+');
        let zero = rest.take('0');
        let width = rest.number("width")?.unwrap_or(0);
        let group = rest.take('_');
        let digits = if rest.take('.') {
            let digits = rest.number("number of digits")?;
            Some(digits.ok_or("a number of digits must follow the `.` of a format spec")?)
        } else {
            None
        };
        let radix = match rest.0.as_bytes().first() {
            Some(b'x') => Some(Radix::X),
            Some(b'b') => Some(Radix::B),
            Some(b'o') => Some(Radix::O),
            Some(b'e') => Some(Radix::E),
            _ => None,
        };
        if radix.is_some() {
            rest.0 = &rest.0[1..];
        }
        if let Some(odd) = rest.0.chars().next() {
            return Err(format!(
                "`{odd}` cannot stand there in a format spec, which is `[<^>][+][0][width][_][.digits][x|b|o|e]`"
            ));
        }
        Ok(FormatSpec {
            align,
            plus,
            zero,
            width,
            group,
            digits,
            radix,
        })
    }

    /// Why this spec makes no sense for such a value, as a sentence for the user.
    pub fn misfit(&self, subject: Subject) -> Option<String> {
        let based = matches!(self.radix, Some(Radix::X | Radix::B | Radix::O));
        match subject {
            Subject::Int if based && self.digits.is_some() => {
                Some("`.digits` has no meaning together with `x`, `b` or `o`".to_string())
            }
            Subject::Float if based => Some("`x`, `b` and `o` are for integers".to_string()),
            Subject::Text
                if self.plus
                    || self.zero
                    || self.group
                    || self.digits.is_some()
                    || self.radix.is_some() =>
            {
                Some("only an alignment and a width fit a value that is not a number".to_string())
            }
            Subject::Int | Subject::Float | Subject::Text => None,
        }
    }

    /// One word that says the same:
    /// `width 0..14 | digits + 1 14..28 | align 28..30 | plus 30 | zero 31 | group 32 | radix 33..36`.
    pub fn pack(&self) -> u64 {
        let align = match self.align {
            None => 0,
            Some(Align::Left) => 1,
            Some(Align::Center) => 2,
            Some(Align::Right) => 3,
        };
        let radix = match self.radix {
            None => 0,
            Some(Radix::X) => 1,
            Some(Radix::B) => 2,
            Some(Radix::O) => 3,
            Some(Radix::E) => 4,
        };
        u64::from(self.width.min(LARGEST))
            | self.digits.map_or(0, |n| u64::from(n.min(LARGEST)) + 1) << 14
            | align << 28
            | u64::from(self.plus) << 30
            | u64::from(self.zero) << 31
            | u64::from(self.group) << 32
            | radix << 33
    }

    pub fn unpack(word: u64) -> FormatSpec {
        let field = |from: u32, bits: u32| (word >> from) & ((1 << bits) - 1);
        FormatSpec {
            width: field(0, 14) as u32,
            digits: (field(14, 14) as u32).checked_sub(1),
            align: match field(28, 2) {
                0 => None,
                1 => Some(Align::Left),
                2 => Some(Align::Center),
                _ => Some(Align::Right),
            },
            plus: field(30, 1) == 1,
            zero: field(31, 1) == 1,
            group: field(32, 1) == 1,
            radix: match field(33, 3) {
                1 => Some(Radix::X),
                2 => Some(Radix::B),
                3 => Some(Radix::O),
                4 => Some(Radix::E),
                _ => None,
            },
        }
    }
}

struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn take(&mut self, c: char) -> bool {
        match self.0.strip_prefix(c) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn number(&mut self, what: &str) -> Result<Option<u32>, String> {
        let end = self
            .0
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        if digits.is_empty() {
            return Ok(None);
        }
        match digits.parse() {
            Ok(number) if number <= LARGEST => Ok(Some(number)),
            _ => Err(format!("the {what} of a format spec is at most {LARGEST}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_grammar() {
        let spec = FormatSpec::parse("^+012_.3e").unwrap();
        assert_eq!(
            spec,
            FormatSpec {
                align: Some(Align::Center),
                plus: true,
                zero: true,
                width: 12,
                group: true,
                digits: Some(3),
                radix: Some(Radix::E),
            }
        );
        let zero = FormatSpec::parse("0").unwrap();
        assert!(zero.zero && zero.width == 0);
        assert_eq!(FormatSpec::parse("10").unwrap().width, 10);
    }

    #[test]
    fn refusals() {
        for bad in [
            "",
            "z",
            "5<",
            ".",
            ".x",
            "xx",
            "10000",
            ".10000",
            "99999999999",
            "8 ",
            "é",
            "-5",
        ] {
            assert!(FormatSpec::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_word_says_the_same() {
        for text in [
            "<",
            "^",
            ">",
            "+",
            "08",
            "_",
            ".0",
            ".9999",
            "9999",
            "x",
            "b",
            "o",
            "e",
            ">+012_.3e",
        ] {
            let spec = FormatSpec::parse(text).unwrap();
            assert_eq!(FormatSpec::unpack(spec.pack()), spec, "{text}");
        }
        assert_eq!(FormatSpec::unpack(0), FormatSpec::default());
    }
}
