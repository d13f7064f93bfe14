//! The plain text of numbers: integers in decimal, floats in the fewest digits that read back.

use std::fmt::{self, Write};

/// Decimal exponents from here on are written with `e`.
const FIRST_LARGE_EXPONENT: i32 = 16;
/// And those below this one.
const LAST_SMALL_EXPONENT: i32 = -4;

pub fn push_int(out: &mut String, value: i128) {
    let mut digits = [0_u8; 40];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    // Most integers fit 64 bits, where a division is an order of magnitude cheaper.
    while rest > u128::from(u64::MAX) {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let mut rest = rest as u64;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    push_ascii(out, &digits[at..]);
}

pub fn int_text(value: i128) -> String {
    let mut out = String::new();
    push_int(&mut out, value);
    out
}

pub fn push_f64(out: &mut String, value: f64) {
    if !push_special(out, value) {
        push_scientific(out, Shortest::of(&value).text());
    }
}

pub fn push_f32(out: &mut String, value: f32) {
    if !push_special(out, f64::from(value)) {
        push_scientific(out, Shortest::of(&value).text());
    }
}

/// The shortest digits as `-d.ddde±x`, at most 24 bytes, without allocating.
struct Shortest {
    bytes: [u8; 32],
    len: usize,
}

impl Shortest {
    fn of(value: &impl fmt::LowerExp) -> Shortest {
        let mut shortest = Shortest {
            bytes: [0; 32],
            len: 0,
        };
        // Cannot fail: there is room for the longest one.
        let _ = write!(shortest, "{value:e}");
        shortest
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or("")
    }
}

impl fmt::Write for Shortest {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let end = self.len + piece.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(piece.as_bytes());
        self.len = end;
        Ok(())
    }
}

fn push_ascii(out: &mut String, digits: &[u8]) {
    out.push_str(std::str::from_utf8(digits).unwrap_or(""));
}

pub fn f64_text(value: f64) -> String {
    let mut out = String::new();
    push_f64(&mut out, value);
    out
}

pub fn f32_text(value: f32) -> String {
    let mut out = String::new();
    push_f32(&mut out, value);
    out
}

fn push_special(out: &mut String, value: f64) -> bool {
    let text = if value.is_nan() {
        "nan"
    } else if value == f64::INFINITY {
        "inf"
    } else if value == f64::NEG_INFINITY {
        "-inf"
    } else {
        return false;
    };
    out.push_str(text);
    true
}

/// Rearranges the shortest digits, given as `-d.ddde±x`, into the form that the language prints.
fn push_scientific(out: &mut String, scientific: &str) {
    let (mantissa, exponent) = scientific
        .split_once('e')
        .unwrap_or_else(|| panic!("compiler bug: no exponent in {scientific}"));
    let exponent: i32 = exponent
        .parse()
        .unwrap_or_else(|_| panic!("compiler bug: exponent of {scientific}"));
    if !(LAST_SMALL_EXPONENT..FIRST_LARGE_EXPONENT).contains(&exponent)
        && mantissa_is_not_zero(mantissa)
    {
        out.push_str(scientific);
        return;
    }
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    if unsigned.len() < mantissa.len() {
        out.push('-');
    }
    let whole = &unsigned[..1];
    let fraction = unsigned.get(2..).unwrap_or("");
    if exponent < 0 {
        out.push_str("0.");
        push_zeros(out, (-exponent - 1) as usize);
        out.push_str(whole);
        out.push_str(fraction);
        return;
    }
    let point = exponent as usize;
    out.push_str(whole);
    if fraction.len() <= point {
        out.push_str(fraction);
        push_zeros(out, point - fraction.len());
        out.push_str(".0");
    } else {
        out.push_str(&fraction[..point]);
        out.push('.');
        out.push_str(&fraction[point..]);
    }
}

fn mantissa_is_not_zero(mantissa: &str) -> bool {
    mantissa != "0" && mantissa != "-0"
}

fn push_zeros(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n('0', count));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (value, text) in [
            (0, "0"),
            (-1, "-1"),
            (10, "10"),
            (i128::from(i64::MIN), "-9223372036854775808"),
            (i128::from(u64::MAX), "18446744073709551615"),
            (i128::MAX, "170141183460469231731687303715884105727"),
            (i128::MIN, "-170141183460469231731687303715884105728"),
        ] {
            assert_eq!(int_text(value), text);
        }
    }

    #[test]
    fn doubles() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (100.0, "100.0"),
            (123.456, "123.456"),
            (0.0001, "0.0001"),
            (0.00012, "0.00012"),
            (0.00001, "1e-5"),
            (0.000_099_999, "9.9999e-5"),
            (1.5e-7, "1.5e-7"),
            (1e15, "1000000000000000.0"),
            (9_007_199_254_740_992.0, "9007199254740992.0"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1e16, "1e16"),
            (-1e16, "-1e16"),
            (1.844_674_407_370_955_2e19, "1.8446744073709552e19"),
            (1e300, "1e300"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ] {
            assert_eq!(f64_text(value), text);
        }
    }

    #[test]
    fn singles() {
        for (value, text) in [
            (0.1_f32, "0.1"),
            (1.0 / 3.0, "0.33333334"),
            (16_777_216.0, "16777216.0"),
            (1e10, "10000000000.0"),
            (1e16, "1e16"),
            (f32::MAX, "3.4028235e38"),
            (f32::from_bits(1), "1e-45"),
            (f32::NAN, "nan"),
            (f32::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(f32_text(value), text);
        }
    }

    #[test]
    fn every_double_reads_back() {
        let mut bits = 0x9E37_79B9_7F4A_7C15_u64;
        for _ in 0..20_000 {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            let value = f64::from_bits(bits);
            if value.is_finite() {
                assert_eq!(f64_text(value).parse::<f64>(), Ok(value));
            }
            let single = f32::from_bits(bits as u32);
            if single.is_finite() {
                assert_eq!(f32_text(single).parse::<f32>(), Ok(single));
            }
        }
    }
}
