//! Random worksheets under random edits: after each edit the sheet that was edited shows what a fresh one of the same text shows, and no cell
//! ran again of which nothing has changed.
//!
//! The items refer to each other by names from a small stock, so that most edits reach other items, names get lost and come back, and what was
//! right becomes wrong and right again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jit::{CellReport, Config, Session, Sheet, UnitReport};

use super::random::Random;

const EDITS: usize = 30;
const MOST_ITEMS: usize = 24;
/// After so many edits the sheet is opened by another process.
const REOPENED_EVERY: usize = 7;
/// After so many edits its tests are compared with those of the file.
const TESTED_EVERY: usize = 5;

/// What went wrong, with the texts that led to it.
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) texts: Vec<String>,
    config: Box<Config>,
}

/// Every so many worksheets are run in both tiers of code, which costs much for each that never ends.
const WITH_BOTH_TIERS: u64 = 16;

/// In every so many worksheets no value is kept that can be made again.
const WITHOUT_MEMORY: u64 = 4;

fn config(seed: u64) -> Config {
    let has_memory = !(seed + 1).is_multiple_of(WITHOUT_MEMORY);
    Config {
        optimize: seed.is_multiple_of(WITH_BOTH_TIERS),
        state_limit: if has_memory { u64::MAX } else { 0 },
        ..Config::default()
    }
}

/// Checks the worksheet of this number.
pub(crate) fn check(seed: u64) -> Result<(), Wrong> {
    check_texts(&texts(seed), &config(seed))
}

/// The texts of one sheet, one edit after another.
fn texts(seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut items: Vec<String> = (0..4 + random.below(14))
        .map(|_| item(&mut random))
        .collect();
    let mut texts = vec![items.join("\n")];
    for _ in 0..EDITS {
        if random.chance(12) && texts.len() > 2 {
            let back = 2 + random.below((texts.len() - 2).min(4));
            let former = texts[texts.len() - back].clone();
            items = former.split('\n').map(str::to_owned).collect();
        } else {
            edit(&mut random, &mut items);
        }
        texts.push(items.join("\n"));
    }
    texts
}

/// Edits a sheet along the texts; compares it with fresh ones.
fn check_texts(texts: &[String], config: &Config) -> Result<(), Wrong> {
    let wrong = |message: String, upto: usize| Wrong {
        message,
        texts: texts[..=upto].to_vec(),
        config: Box::new(config.clone()),
    };
    let mut edited = sheet(config);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (index, text) in texts.iter().enumerate() {
        // Another process takes up what this one came to, for this text or the one before it.
        let is_reopened = index % REOPENED_EVERY == REOPENED_EVERY - 1;
        if is_reopened {
            let mut again = sheet(config);
            again.recall(edited.saved(&texts[index - 1]));
            if index % 2 == 0 {
                again.edit("sheet.sumi", &texts[index - 1]);
            }
            let live = std::mem::replace(&mut edited, again).close();
            if live > 0 {
                return Err(wrong(format!("{live} blocks are live"), index));
            }
            seen.clear();
        }
        edited.edit("sheet.sumi", text);
        let report = edited.report();
        let mut fresh = sheet(config);
        fresh.edit("sheet.sumi", text);
        let (ours, theirs) = (shown(text, &report), shown(text, &fresh.report()));
        if ours != theirs {
            let first = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b);
            return Err(wrong(format!("shown and fresh: {first:?}"), index));
        }
        let live = fresh.close();
        if live > 0 {
            return Err(wrong(format!("{live} blocks are live"), index));
        }
        let is_tested = index % TESTED_EVERY == TESTED_EVERY - 1;
        if is_tested && let Err(message) = check_tests(text, &report, config) {
            return Err(wrong(message, index));
        }
        // Of several with the same text those that are new may run.
        let mut now: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let has_twins = texts[..=index].iter().any(|text| has_twins(text));
        for cell in &report.cells {
            let line = &text[cell.span.clone()];
            let settled =
                cell.error.is_some() || cell.waits_for.is_none() && cell.problems.is_empty();
            // Which of two lines of one text it was before nobody knows.
            let is_one = |text: &String| text.matches(line).count() < 2;
            // A twin of another line may have taken over what that one had.
            let has_name = !cell.bindings.is_empty() || !has_twins;
            if settled && has_name && texts[..=index].iter().all(is_one) {
                let (all, ran) = now.entry(known_by(text, line)).or_default();
                *all += 1;
                *ran += usize::from(cell.ran);
            }
        }
        for (known, (all, ran)) in now {
            let before = seen.entry(known.clone()).or_default();
            // What was given up cannot be compared with.
            let has_memory = config.state_limit > 0;
            if has_memory && ran > all.saturating_sub(*before) {
                return Err(wrong(format!("ran for nothing: {known}"), index));
            }
            *before = all.max(*before);
        }
    }
    match edited.close() {
        0 => Ok(()),
        live => Err(wrong(
            format!("{live} blocks are live at the end"),
            texts.len() - 1,
        )),
    }
}

/// With fewer edits and items that go wrong in the same way.
pub(crate) fn shrunk(wrong: Wrong) -> Wrong {
    let kind = |message: &str| message.split(':').next().unwrap_or_default().to_owned();
    let wanted = kind(&wrong.message);
    let config = wrong.config.clone();
    let mut best = wrong;
    let fails = |texts: &[String]| match check_texts(texts, &config) {
        Err(found) if kind(&found.message) == wanted => Some(found),
        _ => None,
    };
    let mut index = 0;
    while index + 1 < best.texts.len() {
        let mut fewer = best.texts.clone();
        fewer.remove(index);
        match fails(&fewer) {
            Some(found) => best = found,
            None => index += 1,
        }
    }
    let lines: BTreeSet<String> = best
        .texts
        .iter()
        .flat_map(|text| text.split('\n').map(str::to_owned))
        .collect();
    for line in lines {
        let without = |text: &String| {
            let kept: Vec<&str> = text.split('\n').filter(|each| **each != *line).collect();
            kept.join("\n")
        };
        let fewer: Vec<String> = best.texts.iter().map(without).collect();
        if let Some(found) = fails(&fewer) {
            best = found;
        }
    }
    best
}

fn sheet(config: &Config) -> Sheet {
    Sheet::new(config.clone()).expect("a sheet")
}

/// Compares the tests of a sheet with what `sumi test` says of the file, without the lines that are not right.
fn check_tests(text: &str, report: &UnitReport, config: &Config) -> Result<(), String> {
    let is_test = |cell: &&CellReport| cell.test.is_some();
    let is_right = |cell: &&CellReport| {
        let has_run = cell.error.is_none() || cell.test.is_some();
        has_run && cell.problems.is_empty() && cell.waits_for.is_none()
    };
    let text_of = |cell: &CellReport| &text[cell.span.clone()];
    let wrong = report.cells.iter().filter(|cell| !is_right(cell));
    let wrong: BTreeSet<usize> = wrong.map(|cell| cell.span.start).collect();
    let mut at = 0;
    let lines = text.split_inclusive('\n').filter(|line| {
        let here = at..at + line.len();
        at = here.end;
        wrong.range(here).next().is_none()
    });
    let mut right_text: String = lines.collect();
    for cell in report.cells.iter().filter(is_right) {
        for shown in &cell.bindings {
            let name = &shown.name;
            let change = match shown.ty.as_str() {
                "i64" => "+= 1",
                "[i64]" => ".push(1)",
                _ => continue,
            };
            if text_of(cell).starts_with("var") {
                right_text.insert_str(0, &format!("test \"read {name}\" {{ print({name}) }}\n"));
                right_text.insert_str(
                    0,
                    &format!("test \"change {name}\" {{ {name} {change}; print({name}) }}\n"),
                );
            }
        }
    }
    let mut right = sheet(config);
    right.edit("sheet.sumi", &right_text);
    let cells = right.report().cells;
    drop(right);
    if !cells.iter().all(|cell| is_right(&cell)) {
        return Ok(()); // what was left out had a say in others
    }
    let tests = cells.iter().filter(is_test).map(|cell| {
        let error = cell.error.as_ref().map(|error| error.message.as_str());
        format!("{:?} {:?} {error:?}", cell.test, cell.output)
    });
    let ours: Vec<String> = tests.collect();
    if ours.is_empty() {
        return Ok(());
    }
    let mut theirs = Vec::new();
    let config = Config {
        capture: true,
        ..config.clone()
    };
    let session = Session::new(config);
    let ran = session.and_then(|mut session| {
        session.run_tests("sheet.sumi", &right_text, false, &|_| true, &mut |test| {
            let error = test.error.as_ref().map(|error| error.message.as_str());
            theirs.push(format!(
                "{:?} {:?} {error:?}",
                Some(&test.name),
                test.output
            ));
        })
    });
    match ran {
        Err(error) => Err(format!("tests: {error} of\n{right_text}")),
        Ok(()) if ours != theirs => Err(format!("tests: {ours:?} and {theirs:?} of\n{right_text}")),
        Ok(()) => Ok(()),
    }
}

/// All that stands beside the text, but for what was there before.
fn shown(text: &str, report: &UnitReport) -> String {
    let mut out = String::new();
    for cell in &report.cells {
        out += &format!("{:?} {:?}: ", cell.test, &text[cell.span.clone()]);
        if let Some(error) = &cell.error {
            out += &format!("{} ", error.rendered.replace('\n', "/"));
        }
        if !cell.is_old {
            for shown in cell.bindings.iter().chain(&cell.value) {
                out += &format!("{}: {} = {} ", shown.name, shown.ty, shown.text);
            }
            out += &cell.output.replace('\n', "/");
        }
        out += &format!("{:?} {:?} ", cell.waits_for, cell.stale);
        out += &cell.rendered.replace('\n', "/");
        out += "\n";
    }
    for warning in &report.warnings {
        out += &warning.replace('\n', "/");
        out += "\n";
    }
    out
}

fn has_twins(text: &str) -> bool {
    let mut lines = BTreeSet::new();
    let mut all = text.split('\n').filter(|line| !line.trim().is_empty());
    !all.all(|line| lines.insert(line))
}

fn words(text: &str) -> BTreeSet<&str> {
    let code = text.split("//").next().unwrap_or_default();
    let found = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut found: BTreeSet<&str> = found.filter(|word| !word.is_empty()).collect();
    // Operators and texts of own types are found by no word.
    for (symbol, word) in [
        ("+", "op_add"),
        ("==", "op_eq"),
        ("{", "op_show"),
        ("print", "op_show"),
    ] {
        if code.contains(symbol) {
            found.insert(word);
        }
    }
    found
}

/// All that a cell may depend on, as far as words tell: its own text and those of all items that it is connected with through any words, in
/// their order. It may not run twice for the same.
fn known_by(text: &str, cell: &str) -> String {
    let items: Vec<&str> = text.split('\n').collect();
    let mut reached: BTreeMap<usize, &str> = BTreeMap::new();
    let mut known = words(cell);
    loop {
        let before = reached.len();
        for (index, item) in items.iter().enumerate() {
            let its = words(item);
            if !reached.contains_key(&index)
                && its
                    .iter()
                    .any(|word| !is_common(word) && known.contains(word))
            {
                known.extend(its);
                reached.insert(index, item);
            }
        }
        if reached.len() == before {
            break;
        }
    }
    let code = |item: &str| {
        item.split("//")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let all: Vec<String> = reached.values().map(|item| code(item)).collect();
    format!("{}\n{}", code(cell), all.join("\n"))
}

/// Words that connect nothing.
fn is_common(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || [
            "let", "var", "fn", "i64", "i32", "f64", "str", "bool", "if", "else", "for", "in",
            "mut", "self", "struct", "impl", "x", "y", "print", "push", "len", "sum", "map",
            "true", "false", "match", "enum", "while", "return", "test", "assert",
        ]
        .contains(&word)
}

const NUMBERS: [&str; 3] = ["a", "b", "c"];
const VARIABLES: [&str; 3] = ["m", "n", "k"];
const LISTS: [&str; 2] = ["xs", "ys"];
const FUNCTIONS: [&str; 4] = ["f", "g", "h", "w"];

fn edit(random: &mut Random, items: &mut Vec<String>) {
    let at = random
        .below(items.len().max(1))
        .min(items.len().saturating_sub(1));
    match random.below(13) {
        0..=2 if items.len() < MOST_ITEMS => {
            items.insert(random.below(items.len() + 1), item(random))
        }
        _ if items.is_empty() => items.push(item(random)),
        0..=1 => drop(items.remove(at)),
        2 => items[at] = item(random),
        3 => {
            let moved = items.remove(at);
            items.insert(random.below(items.len() + 1), moved);
        }
        4 => {
            let copy = items[at].clone();
            items.insert(random.below(items.len() + 1), copy);
        }
        5..=7 => items[at] = with_another_number(random, &items[at]),
        8 => {
            let all = NUMBERS
                .iter()
                .chain(&VARIABLES)
                .chain(&FUNCTIONS)
                .collect::<Vec<_>>();
            let (from, to) = (**random.pick(&all), **random.pick(&all));
            let everywhere = random.chance(50);
            for (index, item) in items.iter_mut().enumerate() {
                if everywhere || index == at {
                    *item = renamed(item, from, to);
                }
            }
        }
        9 => items[at] = items[at].replacen("i64", "i32", 1),
        10 => items[at] += " // said",
        11 => items[at] = items[at].replace(" + ", "  +  "),
        _ => {
            let mut tokens: Vec<&str> = items[at].split(' ').collect();
            tokens.remove(random.below(tokens.len()));
            items[at] = tokens.join(" ");
        }
    }
}

fn with_another_number(random: &mut Random, item: &str) -> String {
    let digits: Vec<usize> = item
        .char_indices()
        .filter(|(at, c)| {
            let before = item[..*at].chars().last().unwrap_or(' ');
            c.is_ascii_digit() && !before.is_alphanumeric()
        })
        .map(|(at, _)| at)
        .collect();
    if digits.is_empty() {
        return item.to_owned();
    }
    let at = *random.pick(&digits);
    format!("{}{}{}", &item[..at], random.below(10), &item[at + 1..])
}

fn renamed(item: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in item.chars().chain(['\n']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        out += if word == from { to } else { &word };
        word.clear();
        out.push(c);
    }
    out.pop();
    out
}

fn item(random: &mut Random) -> String {
    let number = |random: &mut Random| random.below(6).to_string();
    let list = *random.pick(&LISTS);
    let variable = *random.pick(&VARIABLES);
    let function = *random.pick(&FUNCTIONS);
    let value = expression(random, 2);
    match random.below(44) {
        0..=3 => format!("let {} = {value}", random.pick(&NUMBERS)),
        4..=5 => format!("var {variable} = {value}"),
        6 => format!("{variable} = {value}"),
        7 => format!("{variable} += {value}"),
        8 => format!("var {list} = [{value}, {}]", number(random)),
        9 => format!("{list}.push({value})"),
        10 => format!("for mut x in {list} {{ x += {value} }}"),
        11..=12 => format!("fn {function}(x: i64) -> i64 {{ x + {value} }}"),
        13 => format!(
            "fn {function}(x: i64) -> i64 = {}(x) + {}",
            random.pick(&FUNCTIONS),
            number(random)
        ),
        14 => format!(
            "fn {function}(x: i64) -> i64 {{ if x > {} {{ {}(x - 1) }} else {{ {value} }} }}",
            number(random),
            random.pick(&FUNCTIONS)
        ),
        15 => format!("fn {function}(x: i64) -> i64 {{ {variable} += x; {variable} }}"),
        16 => format!(
            "fn pick<T>(x: T, y: T) -> T {{ if {} > {} {{ x }} else {{ y }} }}",
            number(random),
            number(random)
        ),
        17 => format!("print({value}, {list}.len())"),
        18 => format!("{list}[{}]", number(random)),
        19 => format!("struct P {{ x: i64, y: i64 = {} }}", number(random)),
        20 => format!("let p = P({value})"),
        21 => format!(
            "impl P {{ fn total(self) -> i64 = self.x + self.y * {} }}",
            number(random)
        ),
        22 => "p.total() + p.x".to_owned(),
        23 => format!("fn +(x: P, y: P) -> P = P(x.x + y.x, {})", number(random)),
        24 => "p + p".to_owned(),
        25 => format!("const LEN = {} + 1", number(random)),
        26 => "let block = [LEN; 3]".to_owned(),
        27 => format!("{list}.map(|x| x + {value}).sum()"),
        28 => format!(
            "impl Show for P {{ fn show(self) -> str = \"<{{self.x}} {}>\" }}",
            number(random)
        ),
        29 => format!(
            "[{}, 2].map(|x| x * {}).sum()",
            number(random),
            number(random)
        ),
        30 => format!("let t = |x: i64| x + {value}"),
        31 => format!("t({value})"),
        32 => format!(
            "fn apply(s: fn(i64) -> i64) -> i64 {{ s({}) }}",
            number(random)
        ),
        33 => format!("apply({})", random.pick(&["t", "f", "|x| x + 1", "g"])),
        34 => "trait Named { fn id(self) -> i64 }".to_owned(),
        35 => format!("impl Named for P {{ fn id(self) -> i64 {{ {value} }} }}"),
        36 => format!("var u: any Named = P({value})"),
        37 => "u.id()".to_owned(),
        38 => format!("impl P {{ fn grow(mut self) {{ self.x += {variable} }} }}"),
        39 => format!("test \"sum\" {{ assert({value} < {}) }}", number(random)),
        40 => format!(
            "test \"change\" {{ {variable} += {value}; {list}.push({variable}); assert({list}.sum() > {}) }}",
            number(random)
        ),
        41 => format!(
            "test \"both\" {{ {list}[0] = {value}; print({list}, {function}({variable})) }}"
        ),
        42 => format!(
            "test \"named\" {{ u = p; var q = p; q.grow(); assert(u.id() + q.x < {}) }}",
            number(random)
        ),
        _ => value,
    }
}

fn expression(random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 5 } else { 10 }) {
        0..=1 => random.below(9).to_string(),
        2 => (*random.pick(&NUMBERS)).to_string(),
        3 => (*random.pick(&VARIABLES)).to_string(),
        4 => format!("{}.len()", random.pick(&LISTS)),
        5 => format!(
            "{} + {}",
            expression(random, depth - 1),
            expression(random, depth - 1)
        ),
        6..=7 => format!(
            "{}({})",
            random.pick(&FUNCTIONS),
            expression(random, depth - 1)
        ),
        8 => format!(
            "pick({}, {})",
            expression(random, depth - 1),
            expression(random, depth - 1)
        ),
        _ => format!("({} / {})", expression(random, depth - 1), random.below(4)),
    }
}
