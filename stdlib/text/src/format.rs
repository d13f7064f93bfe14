//! Applies a format spec to a scalar. `.digits` rounds the exact value, half to even; Rust's own `{:.n}` does so, and the tests
//! hold it to that.

use crate::fixed::push_fixed;
use crate::number::{push_f32, push_f64, push_int};
use crate::spec::{Align, FormatSpec, Radix};

/// An integer of `bits` bits; the width matters for the two's complement of a negative one.
pub fn format_int(value: i128, bits: u32, signed: bool, spec: &FormatSpec) -> String {
    let mut negative = signed && value < 0;
    let magnitude = value.unsigned_abs();
    let mask = if bits >= 128 {
        u128::MAX
    } else {
        (1 << bits) - 1
    };
    let pattern = value as u128 & mask;
    let based = matches!(spec.radix, Some(Radix::X | Radix::B | Radix::O));
    let body = match (spec.radix, spec.digits) {
        (Some(Radix::X), _) => format!("{pattern:x}"),
        (Some(Radix::B), _) => format!("{pattern:b}"),
        (Some(Radix::O), _) => format!("{pattern:o}"),
        (Some(Radix::E), Some(digits)) => format!("{magnitude:.*e}", digits as usize),
        (Some(Radix::E), None) => format!("{magnitude:e}"),
        (None, Some(digits)) if digits > 0 => {
            format!("{magnitude}.{:0>1$}", "", digits as usize)
        }
        (None, _) => {
            let mut plain = String::new();
            if let Ok(small) = i128::try_from(magnitude) {
                push_int(&mut plain, small);
            } else {
                plain = magnitude.to_string();
            }
            plain
        }
    };
    if based {
        negative = false;
    }
    // A negative pattern has its sign in its bits.
    let plus = spec.plus && !(based && value < 0);
    let whole = if based {
        body.len()
    } else {
        whole_digits(&body)
    };
    assemble(
        sign(negative, plus),
        &body,
        whole,
        if based { 4 } else { 3 },
        spec,
    )
}

/// As [`format_f64`], at the end of a text.
pub fn push_format_f64(out: &mut String, value: f64, spec: &FormatSpec) {
    if let FormatSpec {
        align: _,
        plus: false,
        zero: false,
        width: 0,
        group: false,
        digits: Some(digits),
        radix: None,
    } = *spec
        && push_fixed(out, value, digits)
    {
        return;
    }
    out.push_str(&format_f64(value, spec));
}

pub fn format_f64(value: f64, spec: &FormatSpec) -> String {
    let magnitude = value.abs();
    format_float(value, spec, |out| match (spec.radix, spec.digits) {
        (Some(Radix::E), Some(digits)) => *out = format!("{magnitude:.*e}", digits as usize),
        (Some(Radix::E), None) => *out = format!("{magnitude:e}"),
        (_, Some(digits)) => {
            if !push_fixed(out, magnitude, digits) {
                *out = format!("{magnitude:.*}", digits as usize);
            }
        }
        (_, None) => push_f64(out, magnitude),
    })
}

pub fn format_f32(value: f32, spec: &FormatSpec) -> String {
    let magnitude = value.abs();
    // Widening is exact, so only the shortest digits are an f32's own.
    match (spec.radix, spec.digits) {
        (_, Some(_)) => format_f64(f64::from(value), spec),
        (Some(Radix::E), None) => format_float(f64::from(value), spec, |out| {
            *out = format!("{magnitude:e}")
        }),
        (_, None) => format_float(f64::from(value), spec, |out| push_f32(out, magnitude)),
    }
}

/// Text is padded; the rest of a spec is about numbers.
pub fn format_str(text: &str, spec: &FormatSpec) -> String {
    pad(text, spec.align.unwrap_or(Align::Left), spec.width as usize)
}

fn format_float(value: f64, spec: &FormatSpec, write: impl FnOnce(&mut String)) -> String {
    if value.is_nan() {
        return pad_number("nan", spec);
    }
    let sign = sign(value.is_sign_negative(), spec.plus);
    if value.is_infinite() {
        return pad_number(&format!("{sign}inf"), spec);
    }
    let mut body = String::new();
    write(&mut body);
    let whole = whole_digits(&body);
    assemble(sign, &body, whole, 3, spec)
}

fn sign(negative: bool, plus: bool) -> &'static str {
    match (negative, plus) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    }
}

fn whole_digits(body: &str) -> usize {
    body.find(|c: char| !c.is_ascii_digit())
        .unwrap_or(body.len())
}

/// Sign, zeros, grouped digits, and what follows them, filled up to the width.
fn assemble(sign: &str, body: &str, whole: usize, group: usize, spec: &FormatSpec) -> String {
    let (digits, tail) = body.split_at(whole);
    let mut count = digits.len();
    if spec.zero {
        let room = (spec.width as usize).saturating_sub(sign.len() + tail.len());
        if spec.group {
            // A separator never comes first, so this may end one above the width.
            while count + (count - 1) / group < room {
                count += 1;
            }
        } else {
            count = count.max(room);
        }
    }
    let mut out = String::with_capacity(sign.len() + count * 2 + tail.len());
    out.push_str(sign);
    let zeros = std::iter::repeat_n('0', count - digits.len());
    for (index, digit) in zeros.chain(digits.chars()).enumerate() {
        if spec.group && index > 0 && (count - index).is_multiple_of(group) {
            out.push('_');
        }
        out.push(digit);
    }
    out.push_str(tail);
    pad_number(&out, spec)
}

fn pad_number(text: &str, spec: &FormatSpec) -> String {
    pad(
        text,
        spec.align.unwrap_or(Align::Right),
        spec.width as usize,
    )
}

/// Fills up with blanks to `width` scalar values; an odd blank of a centred text stands after it.
fn pad(text: &str, align: Align, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let before = match align {
        Align::Left => 0,
        Align::Center => missing / 2,
        Align::Right => missing,
    };
    let mut out = String::with_capacity(text.len() + missing);
    out.extend(std::iter::repeat_n(' ', before));
    out.push_str(text);
    out.extend(std::iter::repeat_n(' ', missing - before));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> FormatSpec {
        FormatSpec::parse(text).unwrap()
    }

    #[test]
    fn integers() {
        for (value, bits, with, expected) in [
            (42, 64, "5", "   42"),
            (42, 64, "<5", "42   "),
            (42, 64, "^5", " 42  "),
            (42, 64, "08", "00000042"),
            (-42, 64, "08", "-0000042"),
            (42, 64, "+", "+42"),
            (-42, 64, "+", "-42"),
            (0, 64, "+", "+0"),
            (255, 64, "x", "ff"),
            (255, 64, "+x", "+ff"),
            (-1, 8, "x", "ff"),
            (-1, 8, "+x", "ff"),
            (-1, 64, "x", "ffffffffffffffff"),
            (-2, 8, "b", "11111110"),
            (-1, 16, "o", "177777"),
            (5, 64, "08b", "00000101"),
            (1_234_567, 64, "_", "1_234_567"),
            (-1_234_567, 64, "_", "-1_234_567"),
            (123, 64, "_", "123"),
            (0xdead_beef, 64, "_x", "dead_beef"),
            (1234, 64, "08_", "0_001_234"),
            (1234, 64, "09_", "0_001_234"),
            (1234, 64, "010_", "00_001_234"),
            (3, 64, ".2", "3.00"),
            (3, 64, ".0", "3"),
            (1000, 64, "e", "1e3"),
            (1234, 64, "e", "1.234e3"),
            (1234, 64, ".2e", "1.23e3"),
            (1250, 64, ".1e", "1.2e3"),
            (1350, 64, ".1e", "1.4e3"),
            (0, 64, "x", "0"),
            (0, 64, "e", "0e0"),
        ] {
            assert_eq!(
                format_int(value, bits, true, &spec(with)),
                expected,
                "{value} {with}"
            );
        }
        let large = i128::from(u64::MAX);
        assert_eq!(format_int(large, 64, false, &spec("x")), "ffffffffffffffff");
        assert_eq!(
            format_int(large, 64, false, &spec("+")),
            "+18446744073709551615"
        );
    }

    #[test]
    fn floats() {
        for (value, with, expected) in [
            (3.14259, ".2", "3.14"),
            (3.14259, ">8.2", "    3.14"),
            (3.14259, "8.2", "    3.14"),
            (3.14259, "<8.2", "3.14    "),
            (-3.14259, "08.2", "-0003.14"),
            (1.0, "+", "+1.0"),
            (-0.0, "+", "-0.0"),
            (1_234_567.5, "_", "1_234_567.5"),
            (1_234_567.891, "_.1", "1_234_567.9"),
            (1e16, "", "1e16"),
            (1e16, ".1", "10000000000000000.0"),
            (12345.0, "e", "1.2345e4"),
            (12345.0, ".2e", "1.23e4"),
            (1.0, "e", "1e0"),
            (f64::NAN, "+08", "     nan"),
            (f64::INFINITY, "+08", "    +inf"),
            (f64::NEG_INFINITY, "<6", "-inf  "),
            (-0.4, ".0", "-0"),
        ] {
            let with = if with.is_empty() {
                FormatSpec::default()
            } else {
                spec(with)
            };
            assert_eq!(format_f64(value, &with), expected, "{value} {with:?}");
        }
        assert_eq!(format_f32(0.1, &FormatSpec::default()), "0.1");
        assert_eq!(format_f32(0.1, &spec(".10")), "0.1000000015");
        assert_eq!(format_f32(0.1, &spec("e")), "1e-1");
    }

    #[test]
    fn the_exact_value_is_rounded_half_to_even() {
        for (value, with, expected) in [
            (0.5, ".0", "0"),
            (1.5, ".0", "2"),
            (2.5, ".0", "2"),
            (3.5, ".0", "4"),
            (0.125, ".2", "0.12"),
            (0.375, ".2", "0.38"),
            (0.25, ".1", "0.2"),
            (0.75, ".1", "0.8"),
            (1.005, ".2", "1.00"),
            (2.675, ".2", "2.67"),
            (0.35, ".1", "0.3"),
            (9.5, ".0", "10"),
            (8.5, ".0", "8"),
            (1.25, ".1e", "1.2e0"),
            (1.75, ".1e", "1.8e0"),
            (4_503_599_627_370_497.5, ".0", "4503599627370498"),
            (4_503_599_627_370_496.5, ".0", "4503599627370496"),
            (5e-324, ".3", "0.000"),
            (0.0, ".2", "0.00"),
        ] {
            assert_eq!(format_f64(value, &spec(with)), expected, "{value} {with}");
        }
    }

    /// Every dyadic fraction k/64 has at most six digits, so rounding it is integer arithmetic.
    #[test]
    fn rounding_agrees_with_integers() {
        for k in 0..64_i128 * 40 {
            let millionths = k * 15_625;
            for digits in 0..6_u32 {
                let unit = 10_i128.pow(6 - digits);
                let (mut quotient, remainder) = (millionths / unit, millionths % unit);
                if remainder * 2 > unit || (remainder * 2 == unit && quotient % 2 == 1) {
                    quotient += 1;
                }
                let scale = 10_i128.pow(digits);
                let expected = if digits == 0 {
                    format!("{quotient}")
                } else {
                    let width = digits as usize;
                    format!("{}.{:0width$}", quotient / scale, quotient % scale)
                };
                let with = FormatSpec {
                    digits: Some(digits),
                    ..FormatSpec::default()
                };
                assert_eq!(
                    format_f64(k as f64 / 64.0, &with),
                    expected,
                    "{k}/64 .{digits}"
                );
            }
        }
    }

    #[test]
    fn text_is_padded_by_scalar_values() {
        assert_eq!(format_str("ab", &spec(">5")), "   ab");
        assert_eq!(format_str("ab", &spec("5")), "ab   ");
        assert_eq!(format_str("ab", &spec("^5")), " ab  ");
        assert_eq!(format_str("é😀", &spec(">3")), " é😀");
        assert_eq!(format_str("abcdef", &spec("3")), "abcdef");
    }
}
