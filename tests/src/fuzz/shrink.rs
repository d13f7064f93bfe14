//! Makes a failing program smaller: drops statements, then the lines around their bodies, then parts in brackets, as long as it
//! fails in the same way.

/// How many tries a program gets.
const TRIES: usize = 600;

pub(crate) fn shrink(text: &str, fails: impl Fn(&str) -> bool) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut tries = TRIES;
    let mut attempt = |candidate: &[String]| {
        tries = tries.saturating_sub(1);
        tries > 0 && fails(&(candidate.join("\n") + "\n"))
    };
    loop {
        let before = lines.clone();
        let mut at = lines.len();
        while at > 0 {
            at -= 1;
            let Some(end) = statement_end(&lines, at) else {
                continue;
            };
            let mut without = lines.clone();
            without.drain(at..=end);
            if attempt(&without) {
                lines = without;
                at = at.min(lines.len());
            } else if end > at {
                let mut unwrapped = lines.clone();
                unwrapped.remove(end);
                unwrapped.remove(at);
                if attempt(&unwrapped) {
                    lines = unwrapped;
                }
            }
        }
        for at in 0..lines.len() {
            for simpler in simpler_lines(&lines[at]) {
                let mut candidate = lines.clone();
                candidate[at] = simpler;
                if attempt(&candidate) {
                    lines = candidate;
                    break;
                }
            }
        }
        if lines == before {
            return lines.join("\n") + "\n";
        }
    }
}

/// The last line of what begins at `at`: the one that closes all brackets.
fn statement_end(lines: &[String], at: usize) -> Option<usize> {
    let mut depth = 0i32;
    for (index, line) in lines.iter().enumerate().skip(at) {
        for c in line.chars() {
            depth += match c {
                '{' | '(' | '[' => 1,
                '}' | ')' | ']' => -1,
                _ => 0,
            };
            if depth < 0 {
                return None;
            }
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// The line with one bracketed part replaced by one of its sides or a small number, largest parts first.
fn simpler_lines(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (open, c) in line.char_indices() {
        if c != '(' {
            continue;
        }
        let mut depth = 0;
        let close = line[open..].char_indices().find(|(_, c)| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        let Some((length, _)) = close else { continue };
        let inside = &line[open + 1..open + length];
        let rest = &line[open + length + 1..];
        let mut replace = |by: &str| found.push(format!("{}{by}{rest}", &line[..open]));
        for (at, _) in inside.match_indices(' ') {
            replace(&inside[..at]);
        }
        if let Some((_, right)) = inside.rsplit_once(' ') {
            replace(right);
        }
        replace("1");
    }
    found.truncate(12);
    found
}
