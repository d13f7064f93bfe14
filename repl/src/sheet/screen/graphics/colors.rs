//! The colours of the terminal, as far as it tells them: a picture needs them as numbers.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Color(pub [u8; 3]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Colors {
    pub background: Color,
    pub foreground: Color,
    pub curve: Color,
    pub quiet: Color,
}

/// Those of xterm, for a terminal that does not tell.
impl Default for Colors {
    fn default() -> Colors {
        Colors {
            background: Color([0, 0, 0]),
            foreground: Color([229, 229, 229]),
            curve: Color([0, 205, 205]),
            quiet: Color([127, 127, 127]),
        }
    }
}

impl Color {
    /// `rgb:1e1e/1e1e/2e2e`, with one to four digits for each part.
    pub(in super::super) fn read(text: &str) -> Option<Color> {
        let text = text.strip_prefix("rgba:").or(text.strip_prefix("rgb:"))?;
        let mut parts = text.split('/').map(|part| {
            let most = match part.len() {
                digits @ 1..=4 => (1_u32 << (4 * digits)) - 1,
                _ => return None,
            };
            let part = u32::from_str_radix(part, 16).ok()?;
            Some(((part * 255 + most / 2) / most) as u8)
        });
        let mut part = || parts.next().flatten();
        Some(Color([part()?, part()?, part()?]))
    }

    /// So much of `other` in it, of 255.
    pub(super) fn mixed(self, other: Color, share: u8) -> Color {
        let share = u32::from(share);
        let mix = |one: u8, other: u8| {
            let sum = u32::from(one) * (255 - share) + u32::from(other) * share;
            ((sum + 127) / 255) as u8
        };
        let (Color(one), Color(other)) = (self, other);
        Color([0, 1, 2].map(|part| mix(one[part], other[part])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_has_any_number_of_digits() {
        let read = |text| Color::read(text).map(|color| color.0);
        assert_eq!(read("rgb:ffff/8080/0000"), Some([255, 128, 0]));
        assert_eq!(read("rgb:f/0/8"), Some([255, 0, 136]));
        assert_eq!(read("rgba:10/20/30/40"), Some([16, 32, 48]));
        for wrong in [
            "rgb:ff/ff",
            "#ffffff",
            "rgb:fffff/0/0",
            "rgb://",
            "rgb:x/y/z",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_mixture_lies_between() {
        let (black, white) = (Color([0; 3]), Color([255; 3]));
        assert_eq!(black.mixed(white, 0), black);
        assert_eq!(black.mixed(white, 255), white);
        assert_eq!(black.mixed(white, 51), Color([51; 3]));
    }
}
