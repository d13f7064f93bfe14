//! The colours of the screen: the sixteen of the terminal, so that its theme holds; none with `NO_COLOR`.

use jit::TokenClass;
use ratatui::style::{Color, Modifier, Style};

use super::super::beside::Tone;

#[derive(Clone, Copy)]
pub(super) struct Ink {
    has_color: bool,
}

impl Ink {
    pub(super) fn of_the_terminal() -> Ink {
        let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Ink {
            has_color: !forbidden,
        }
    }

    pub(super) fn is_plain(self) -> bool {
        !self.has_color
    }

    fn color(self, color: Color) -> Style {
        match self.has_color {
            true => Style::new().fg(color),
            false => Style::new(),
        }
    }

    /// What is read second.
    pub(super) fn quiet(self) -> Style {
        match self.has_color {
            true => Style::new().fg(Color::DarkGray),
            false => Style::new().add_modifier(Modifier::DIM),
        }
    }

    pub(super) fn good(self) -> Style {
        self.color(Color::Green)
    }

    pub(super) fn bad(self) -> Style {
        match self.has_color {
            true => Style::new().fg(Color::Red),
            false => Style::new().add_modifier(Modifier::BOLD),
        }
    }

    pub(super) fn held(self) -> Style {
        self.color(Color::Yellow)
    }

    pub(super) fn busy(self) -> Style {
        self.color(Color::Cyan)
    }

    pub(super) fn token(self, class: TokenClass) -> Style {
        match class {
            TokenClass::Keyword => self.color(Color::Blue),
            TokenClass::TypeName => self.color(Color::Yellow),
            TokenClass::Number => self.color(Color::Magenta),
            TokenClass::Text => self.color(Color::Green),
            TokenClass::Comment => self.quiet(),
            TokenClass::Error => self.bad(),
            TokenClass::Name | TokenClass::Operator => Style::new(),
        }
    }

    /// What belongs to a value that may not be so any more.
    pub(super) fn tone(self, tone: Tone, is_old: bool) -> Style {
        let style = match tone {
            Tone::Value | Tone::Output => Style::new(),
            Tone::Quiet => self.quiet(),
            Tone::Good => self.good(),
            Tone::Bad => return self.bad(),
            Tone::Held => return self.held(),
        };
        match is_old {
            true => self.quiet(),
            false => style,
        }
    }
}
