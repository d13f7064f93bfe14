//! Numbers from text, for `i64.parse(s)`, `f64.parse(s)` and their kin. Blanks and `_` are no part of a number.

/// An integer of `bits` bits in a radix from 2 to 36, with an optional sign; none if it does not fit.
pub fn parse_int(text: &str, radix: u32, bits: u32, signed: bool) -> Option<i128> {
    if !(2..=36).contains(&radix) {
        return None;
    }
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' if signed => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value: i128 = 0;
    for c in digits.chars() {
        let digit = i128::from(c.to_digit(radix)?);
        value = value.checked_mul(i128::from(radix))?.checked_add(digit)?;
    }
    if negative {
        value = -value;
    }
    let (low, high) = if signed {
        (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
    } else {
        (0, (1_i128 << bits) - 1)
    };
    (low..=high).contains(&value).then_some(value)
}

pub fn parse_f64(text: &str) -> Option<f64> {
    is_float(text).then(|| text.parse().ok())?
}

/// Rounds once, from the text to `f32`.
pub fn parse_f32(text: &str) -> Option<f32> {
    is_float(text).then(|| text.parse().ok())?
}

/// A float of 32 or 64 bits, as an `f64`.
pub fn parse_float(text: &str, bits: u32) -> Option<f64> {
    if bits == 32 {
        parse_f32(text).map(f64::from)
    } else {
        parse_f64(text)
    }
}

/// Of the names only those that are printed are read: `inf` and `nan`.
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || matches!(unsigned, "inf" | "nan")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (text, radix, bits, signed, value) in [
            ("-17", 10, 64, true, Some(-17)),
            ("+17", 10, 64, true, Some(17)),
            ("3.0", 10, 64, true, None),
            ("", 10, 64, true, None),
            ("-", 10, 64, true, None),
            ("+-1", 10, 64, true, None),
            (" 1", 10, 64, true, None),
            ("1_000", 10, 64, true, None),
            ("127", 10, 8, true, Some(127)),
            ("128", 10, 8, true, None),
            ("-128", 10, 8, true, Some(-128)),
            ("-129", 10, 8, true, None),
            ("255", 10, 8, false, Some(255)),
            ("256", 10, 8, false, None),
            ("-1", 10, 8, false, None),
            ("ff", 16, 64, true, Some(255)),
            ("FF", 16, 64, true, Some(255)),
            ("102", 2, 64, true, None),
            ("z", 36, 64, true, Some(35)),
            ("1", 1, 64, true, None),
            ("1", 37, 64, true, None),
            (
                "18446744073709551615",
                10,
                64,
                false,
                Some(i128::from(u64::MAX)),
            ),
            (
                "-9223372036854775808",
                10,
                64,
                true,
                Some(i128::from(i64::MIN)),
            ),
            (
                "99999999999999999999999999999999999999999999",
                10,
                64,
                true,
                None,
            ),
            ("é", 10, 64, true, None),
        ] {
            assert_eq!(parse_int(text, radix, bits, signed), value, "{text}");
        }
    }

    #[test]
    fn floats() {
        for (text, value) in [
            ("3", Some(3.0)),
            ("1e3", Some(1000.0)),
            ("-2.50", Some(-2.5)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("inf", Some(f64::INFINITY)),
            ("-inf", Some(f64::NEG_INFINITY)),
            ("x", None),
            ("", None),
            (".", None),
            ("infinity", None),
            ("NaN", None),
            (" 1", None),
            ("1 ", None),
            ("e5", None),
        ] {
            assert_eq!(parse_f64(text), value, "{text}");
        }
        assert!(parse_f64("nan").is_some_and(f64::is_nan));
        assert_eq!(parse_f32("0.1"), Some(0.1));
        assert_eq!(parse_float("0.1", 32), Some(f64::from(0.1_f32)));
    }
}
