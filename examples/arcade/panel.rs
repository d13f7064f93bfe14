//! What stands over the running game: what is wrong with the rules, and the worksheet on the world.

use std::collections::VecDeque;

use macroquad::prelude as mq;

use crate::game::{Game, Notice};

const SIZE: f32 = 16.0;
const LINE: f32 = 17.0;
/// Of a letter; the font has one width.
const LETTER: f32 = 7.2;
const MARGIN: f32 = 12.0;
/// Of the text of a value.
const SHOWN: usize = 2500;
/// Lines of a value, and values that were asked for.
const LINES: usize = 6;
const ANSWERS: usize = 6;
/// How many frames a word of success stays.
const WORD: u32 = 150;

const PAPER: mq::Color = mq::Color::new(0.96, 0.93, 0.86, 1.0);
const PALE: mq::Color = mq::Color::new(0.68, 0.65, 0.6, 1.0);
const BACK: mq::Color = mq::Color::new(0.07, 0.065, 0.075, 0.86);
const RED: mq::Color = mq::Color::new(0.93, 0.4, 0.33, 1.0);

/// The last thing that the player was told, as long as it matters.
#[derive(Default)]
pub(crate) struct Told {
    notice: Option<Notice>,
    frames: u32,
}

impl Told {
    pub(crate) fn tell(&mut self, notice: Notice) {
        *self = Told {
            notice: Some(notice),
            frames: 0,
        };
    }

    pub(crate) fn paint(&mut self) {
        self.frames += 1;
        let (title, text) = match &self.notice {
            None => return,
            Some(Notice::Refused(text)) => {
                ("These rules are not taken; the former ones go on.", text)
            }
            Some(Notice::Failed(text)) => (
                "A frame failed. Save other rules, or press R for the former ones.",
                text,
            ),
            Some(_) if self.frames > WORD => return,
            Some(Notice::Reloaded(what)) => return word(&format!("reloaded: {what}")),
            Some(Notice::RolledBack) => return word("the former rules, and the world as it was"),
            Some(Notice::NothingToRollBack) => return word("there are no former rules"),
        };
        let wide = mq::screen_width();
        let columns = columns(wide);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let high = LINE * (lines.len() + 1) as f32 + 2.0 * MARGIN;
        let top = mq::screen_height() - high;
        mq::draw_rectangle(0.0, top, wide, high, BACK);
        write(title, MARGIN, top + MARGIN, RED);
        for (index, line) in lines.iter().enumerate() {
            let line: String = line.chars().take(columns).collect();
            write(
                &line,
                MARGIN,
                top + MARGIN + LINE * (index + 1) as f32,
                PAPER,
            );
        }
    }
}

fn word(text: &str) {
    let wide = text.chars().count() as f32 * LETTER + 2.0 * MARGIN;
    let top = mq::screen_height() - LINE - 2.0 * MARGIN;
    mq::draw_rectangle(0.0, top, wide, LINE + 2.0 * MARGIN, BACK);
    write(text, MARGIN, top + MARGIN, PAPER);
}

/// The variables of the rules with their values of this frame, and a line that evaluates what is typed.
#[derive(Default)]
pub(crate) struct Worksheet {
    pub(crate) is_open: bool,
    typed: String,
    answers: VecDeque<(String, Result<String, String>)>,
}

impl Worksheet {
    pub(crate) fn type_letter(&mut self, letter: char) {
        if !letter.is_control() {
            self.typed.push(letter);
        }
    }

    pub(crate) fn rub_out(&mut self) {
        self.typed.pop();
    }

    /// What is typed is asked of the rules; the answer, for those who follow what happens.
    pub(crate) fn ask(&mut self, game: &Game) -> Option<String> {
        let asked = std::mem::take(&mut self.typed);
        if asked.trim().is_empty() {
            return None;
        }
        let answer = game.evaluate(&asked, SHOWN);
        let line = match &answer {
            Ok(value) => format!("{asked} = {value}"),
            Err(why) => format!("{asked}: {why}"),
        };
        self.answers.push_back((asked, answer));
        if self.answers.len() > ANSWERS {
            self.answers.pop_front();
        }
        Some(line)
    }

    pub(crate) fn paint(&self, game: &Game) {
        if !self.is_open {
            return;
        }
        let wide = (mq::screen_width() * 0.46).max(300.0);
        let left = mq::screen_width() - wide;
        mq::draw_rectangle(left, 0.0, wide, mq::screen_height(), BACK);
        let mut page = Page {
            left: left + MARGIN,
            top: MARGIN,
            columns: columns(wide),
        };
        for variable in game.variables(SHOWN) {
            let kind = if variable.is_var { "var" } else { "let" };
            let head = format!("{kind} {}: {}", variable.name, variable.ty);
            page.write(&head, PALE, 1);
            match parts(&variable.text) {
                Some(parts) => parts.iter().for_each(|part| page.write(part, PAPER, 1)),
                None => page.write(&variable.text, PAPER, LINES),
            }
        }
        page.top += LINE / 2.0;
        for (asked, answer) in &self.answers {
            page.write(&format!("> {asked}"), PALE, 1);
            match answer {
                Ok(value) => page.write(value, PAPER, LINES),
                Err(why) => page.write(why, RED, LINES),
            }
        }
        page.write(&format!("> {}_", self.typed), PAPER, 2);
    }
}

/// The fields of a struct, each as text.
fn parts(text: &str) -> Option<Vec<&str>> {
    let begin = text
        .find(['(', '[', '"'])
        .filter(|at| text[*at..].starts_with('('))?
        + 1;
    let (mut depth, mut is_quoted, mut from) = (0, false, begin);
    let mut found = Vec::new();
    for (at, letter) in text.char_indices().skip_while(|(at, _)| *at < begin) {
        match letter {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    let last = text[from..].trim();
    found.push(last.strip_suffix(')').unwrap_or(last));
    Some(found)
}

/// Lines one below the other.
struct Page {
    left: f32,
    top: f32,
    columns: usize,
}

impl Page {
    /// Over at most so many lines.
    fn write(&mut self, text: &str, color: mq::Color, most: usize) {
        let letters: Vec<char> = text.chars().filter(|letter| *letter != '\n').collect();
        for line in letters.chunks(self.columns).take(most) {
            let line: String = line.iter().collect();
            write(&line, self.left, self.top, color);
            self.top += LINE;
        }
    }
}

fn columns(wide: f32) -> usize {
    ((wide - 2.0 * MARGIN) / LETTER).max(1.0) as usize
}

/// The font has no letters for frames.
fn write(text: &str, left: f32, top: f32, color: mq::Color) {
    let plain = text
        .replace(['│', '┌', '├', '╭', '╰', '·'], "|")
        .replace(['─', '╴'], "-")
        .replace('…', "...");
    mq::draw_text(&plain, left, top + 12.0, SIZE, color);
}
