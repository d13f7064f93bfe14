//! Floats with a given number of digits behind the point, by integer arithmetic: a float is an integer times a power of two, so what is
//! left over by rounding is known exactly.

/// With more digits the product of the fraction and the power of ten could need more than 128 bits.
const MOST_DIGITS: u32 = 17;
const FRACTION_BITS: u32 = 52;
/// Of the exponent that stands for 0 in the bits of a float whose fraction is an integer.
const BIAS: i32 = 1075;

/// Appends `value` with so many digits behind the point, rounded half to even. False, and nothing is appended, for what is not finite, too
/// large, or has too many digits.
pub(crate) fn push_fixed(out: &mut String, value: f64, digits: u32) -> bool {
    if digits > MOST_DIGITS {
        return false;
    }
    let bits = value.to_bits();
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    let (integer, exponent) = match (bits >> FRACTION_BITS) as i32 & 0x7ff {
        0 => (fraction, 1 - BIAS),
        exponent => (fraction | 1 << FRACTION_BITS, exponent - BIAS),
    };
    let scale = 10_u64.pow(digits);
    let (whole, part) = match exponent {
        11.. => return false,
        0..=10 => (integer << exponent, 0),
        ..0 => split(integer, exponent.unsigned_abs(), digits, scale),
    };
    // A sign, twenty digits, the point, and the digits behind it.
    let mut text = [0; 40];
    let mut at = text.len();
    if digits > 0 {
        at = write_digits(&mut text, at, part, digits as usize);
        at -= 1;
        text[at] = b'.';
    }
    at = write_digits(&mut text, at, whole, 1);
    if value.is_sign_negative() {
        at -= 1;
        text[at] = b'-';
    }
    out.push_str(std::str::from_utf8(&text[at..]).unwrap_or(""));
    true
}

/// `integer / 2^shift`, rounded: what stands before the point and what behind it.
fn split(integer: u64, shift: u32, digits: u32, scale: u64) -> (u64, u64) {
    let whole = integer.checked_shr(shift).unwrap_or(0);
    let rest = integer - whole.checked_shl(shift).unwrap_or(0);
    let scaled = u128::from(rest) * u128::from(scale);
    // Less than half of the last digit, as it has fewer bits than that.
    if shift > 127 {
        return (whole, 0);
    }
    let part = (scaled >> shift) as u64;
    let left = scaled & ((1 << shift) - 1);
    let half = 1 << (shift - 1);
    let is_odd = if digits == 0 { whole } else { part } % 2 == 1;
    let rounded = part + u64::from(left > half || (left == half && is_odd));
    if rounded == scale {
        (whole + 1, 0)
    } else {
        (whole, rounded)
    }
}

/// Writes a number so that it ends before `end`, with at least so many digits; where it begins.
fn write_digits(text: &mut [u8; 40], end: usize, number: u64, least: usize) -> usize {
    let mut at = end;
    let mut rest = number;
    while rest > 0 || end - at < least {
        at -= 1;
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::push_fixed;

    fn check(value: f64, digits: u32) {
        let mut found = String::new();
        if push_fixed(&mut found, value, digits) {
            assert_eq!(found, format!("{value:.*}", digits as usize), "{value:e}");
        } else {
            assert!(
                value.is_nan() || value.abs() >= 9e18 || digits > 17,
                "{value:e} .{digits}"
            );
        }
    }

    #[test]
    fn agrees_with_rust() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..40_000 {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            let digits = round % 19;
            check(f64::from_bits(bits), digits);
            // From 2^-63 to 2^63, and halves of all sizes.
            let exponent = 1023 - 63 + bits % 127;
            check(f64::from_bits(bits << 12 >> 12 | exponent << 52), digits);
            check((bits >> 40) as f64 / 64.0, digits);
        }
        for value in [
            0.0,
            -0.0,
            0.5,
            -0.4,
            9.5,
            0.999_999_9,
            5e-324,
            f64::NAN,
            f64::MAX,
        ] {
            for digits in 0..18 {
                check(value, digits);
            }
        }
    }
}
