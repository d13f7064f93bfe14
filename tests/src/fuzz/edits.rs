//! Random worksheets under random edits: after each edit the sheet that was edited shows what a fresh one of the same text shows, and no cell
//! ran again of which nothing has changed.
//!
//! The items refer to each other by names from a small stock, so that most edits reach other items, names get lost and come back, and what was
//! right becomes wrong and right again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Display};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use jit::{CellReport, Config, Session, Sheet, UnitReport};

use super::random::Random;

const EDITS: usize = 30;
const MOST_ITEMS: usize = 36;
/// After so many edits the sheet is opened by another process.
const REOPENED_EVERY: usize = 7;
/// After so many edits its tests are compared with those of the file.
const TESTED_EVERY: usize = 5;

/// What went wrong, with the texts that led to it.
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) texts: Vec<Texts>,
    config: Box<Config>,
}

/// A sheet and the modules beside it, at some moment.
#[derive(Clone)]
pub(crate) struct Texts {
    pub(super) sheet: String,
    /// As many as [`MODULES`].
    pub(super) modules: Vec<String>,
}

impl Display for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sheet)?;
        for (name, text) in MODULES.iter().zip(&self.modules) {
            write!(f, "\n---- {name}.sumi\n{text}")?;
        }
        Ok(())
    }
}

/// The modules that a sheet may import; the second one imports the first.
pub(super) const MODULES: [&str; 2] = ["base", "lib"];
/// Every so many worksheets import modules.
const WITH_MODULES: u64 = 2;

/// Every so many worksheets are run in both tiers of code, which costs much for each that never ends.
const WITH_BOTH_TIERS: u64 = 16;

/// In every so many worksheets most names have no definition; in the others all have one at first, so that much runs.
const WITHOUT_STOCK: u64 = 3;

/// In every so many worksheets no value is kept that can be made again.
const WITHOUT_MEMORY: u64 = 4;

fn config(seed: u64) -> Config {
    let has_memory = !(seed + 1).is_multiple_of(WITHOUT_MEMORY);
    Config {
        optimize: seed.is_multiple_of(WITH_BOTH_TIERS),
        state_limit: if has_memory { u64::MAX } else { 0 },
        ..Config::trusted()
    }
}

/// Checks the worksheet of this number.
pub(crate) fn check(seed: u64) -> Result<(), Wrong> {
    check_texts(&texts(seed), &config(seed))
}

/// The texts of one sheet, one edit after another.
pub(super) fn texts(seed: u64) -> Vec<Texts> {
    let mut random = Random::new(seed);
    let has_modules = seed.is_multiple_of(WITH_MODULES);
    let item = |random: &mut Random| match has_modules && random.chance(50) {
        true => item_with_modules(random),
        false => item(random),
    };
    let mut items: Vec<String> = match seed.is_multiple_of(WITHOUT_STOCK) {
        true => (0..4 + random.below(14))
            .map(|_| item(&mut random))
            .collect(),
        false => with_stock(&mut random, &item),
    };
    let mut modules: Vec<Vec<String>> = Vec::new();
    if has_modules {
        items.splice(
            0..0,
            ["import lib".to_owned(), "import lib.{Q, Scale}".to_owned()],
        );
        modules.push(filled(&BASE, &mut random));
        modules.push(filled(&LIB, &mut random));
    }
    let as_texts = |items: &[String], modules: &[Vec<String>]| Texts {
        sheet: items.join("\n"),
        modules: modules.iter().map(|items| items.join("\n")).collect(),
    };
    let mut texts = vec![as_texts(&items, &modules)];
    for _ in 0..EDITS {
        if random.chance(12) && texts.len() > 2 {
            let back = 2 + random.below((texts.len() - 2).min(4));
            let former = texts[texts.len() - back].clone();
            items = former.sheet.split('\n').map(str::to_owned).collect();
        } else if has_modules && random.chance(40) {
            let of = random.below(modules.len());
            // What is gone from a module is missed by all others.
            match random.chance(20) {
                true => modules[of] = filled([&BASE[..], &LIB][of], &mut random),
                false => edit_module(&mut random, &mut modules[of]),
            }
        } else if random.chance(15) {
            // There and back, and elsewhere: what is known again is not new.
            let (at, before) = (random.below(items.len().max(1)), items.clone());
            let digits = ["7", "8"].map(|digit| with_digit(&items, at, digit));
            for next in [digits[0].clone(), before, digits[1].clone()] {
                items = next;
                texts.push(as_texts(&items, &modules));
            }
            continue;
        } else {
            edit(&mut random, &mut items, &item);
        }
        texts.push(as_texts(&items, &modules));
    }
    texts
}

/// A definition for each name, and items that use them among these.
fn with_stock(random: &mut Random, item: &impl Fn(&mut Random) -> String) -> Vec<String> {
    let mut items = filled(&STOCK, random);
    for _ in 0..4 + random.below(8) {
        let used = item(random);
        if !DEFINING.iter().any(|word| used.starts_with(word)) {
            items.insert(random.below(items.len() + 1), used);
        }
    }
    items
}

/// The items with another last digit in this one.
fn with_digit(items: &[String], at: usize, digit: &str) -> Vec<String> {
    let mut items = items.to_vec();
    if let Some(item) = items.get_mut(at)
        && let Some(place) = item.rfind(|c: char| c.is_ascii_digit())
    {
        item.replace_range(place..=place, digit);
    }
    items
}

/// A folder for a sheet with its modules; it goes with this.
struct Folder(Option<PathBuf>);

impl Folder {
    fn new(has_modules: bool) -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sumi-edits-{}-{number}", std::process::id());
        let path = has_modules.then(|| std::env::temp_dir().join(name));
        if let Some(path) = &path {
            std::fs::create_dir_all(path).expect("a folder");
        }
        Folder(path)
    }

    /// The name of the sheet, beside which the modules are from now on.
    fn put(&self, texts: &Texts) -> String {
        let Some(path) = &self.0 else {
            return "sheet.sumi".to_owned();
        };
        for (name, text) in MODULES.iter().zip(&texts.modules) {
            std::fs::write(path.join(format!("{name}.sumi")), text).expect("a file");
        }
        path.join("sheet.sumi").display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// Edits a sheet along the texts; compares it with fresh ones.
fn check_texts(texts: &[Texts], config: &Config) -> Result<(), Wrong> {
    let wrong = |message: String, upto: usize| Wrong {
        message,
        texts: texts[..=upto].to_vec(),
        config: Box::new(config.clone()),
    };
    let folder = Folder::new(texts.iter().any(|texts| !texts.modules.is_empty()));
    let mut edited = sheet(config);
    let mut seen: HashMap<String, usize> = HashMap::new();
    // Of the text before, what an earlier process can know.
    let mut known_last: HashMap<String, usize> = HashMap::new();
    for (index, now) in texts.iter().enumerate() {
        let text = now.sheet.as_str();
        // Another process takes up what this one came to, for this text or the one before it.
        let is_reopened = index % REOPENED_EVERY == REOPENED_EVERY - 1;
        if is_reopened {
            let before = &texts[index - 1];
            let mut again = sheet(config);
            again.recall(edited.saved(&before.sheet));
            if index < REOPENED_EVERY {
                again.edit(&folder.put(before), &before.sheet);
            }
            let live = std::mem::replace(&mut edited, again).close();
            if live > 0 {
                return Err(wrong(format!("{live} blocks are live"), index));
            }
            seen = std::mem::take(&mut known_last);
        }
        let name = folder.put(now);
        edited.edit(&name, text);
        let report = edited.report();
        let mut fresh = sheet(config);
        fresh.edit(&name, text);
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
        if is_tested && let Err(message) = check_tests(&name, text, &report, config) {
            return Err(wrong(message, index));
        }
        // Of several with the same text those that are new may run.
        let mut settled: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        known_last.clear();
        let is_known = |texts: &Texts, line: &str| texts.sheet.matches(line).count() < 2;
        let has_twins = texts[..=index].iter().any(|texts| has_twins(&texts.sheet));
        for cell in &report.cells {
            let line = &text[cell.span.clone()];
            let is_settled =
                cell.error.is_some() || cell.waits_for.is_none() && cell.problems.is_empty();
            // A twin of another line may have taken over what that one had.
            let has_name = !cell.bindings.is_empty() || !has_twins;
            // Which of two lines of one text it was before nobody knows.
            let is_one = texts[..=index].iter().all(|texts| is_known(texts, line));
            // What fails in a module runs again for the places in it.
            let mut frames = cell.error.iter().flat_map(|error| &error.frames);
            let is_of_modules = frames.any(|frame| {
                MODULES
                    .iter()
                    .any(|name| frame.file.ends_with(&format!("{name}.sumi")))
            });
            if is_settled && has_name && is_one && !is_of_modules {
                let known = known_by(now, line);
                if cell.error.is_none() {
                    *known_last.entry(known.clone()).or_default() += 1;
                }
                let (all, ran) = settled.entry(known).or_default();
                *all += 1;
                *ran += usize::from(cell.ran);
            }
        }
        if is_reopened {
            // What an earlier process knew is forgotten with the first text.
            seen.retain(|known, _| settled.contains_key(known));
        }
        for (known, (all, ran)) in settled {
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
    let fails = |texts: &[Texts]| match check_texts(texts, &config) {
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
        .flat_map(|texts| texts.modules.iter().chain([&texts.sheet]))
        .flat_map(|text| text.split('\n').map(str::to_owned))
        .collect();
    for line in lines {
        let without = |text: &String| {
            let kept: Vec<&str> = text.split('\n').filter(|each| **each != *line).collect();
            kept.join("\n")
        };
        let fewer = best.texts.iter().map(|texts| Texts {
            sheet: without(&texts.sheet),
            modules: texts.modules.iter().map(without).collect(),
        });
        if let Some(found) = fails(&fewer.collect::<Vec<Texts>>()) {
            best = found;
        }
    }
    best
}

fn sheet(config: &Config) -> Sheet {
    Sheet::new(config.clone()).expect("a sheet")
}

/// Compares the tests of a sheet with what `sumi test` says of the file, without the lines that are not right.
fn check_tests(name: &str, text: &str, report: &UnitReport, config: &Config) -> Result<(), String> {
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
    right.edit(name, &right_text);
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
        session.run_tests(name, &right_text, false, &|_| true, &mut |test| {
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
fn known_by(texts: &Texts, cell: &str) -> String {
    let mut items: Vec<String> = texts.sheet.split('\n').map(str::to_owned).collect();
    // A module is one whole, and what imports it is.
    for (name, module) in MODULES.iter().zip(&texts.modules) {
        items.extend(module.split('\n').map(|item| format!("{name} {item}")));
    }
    let mut reached: BTreeMap<usize, &String> = BTreeMap::new();
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
            "true", "false", "match", "enum", "while", "return", "test", "assert", "pub", "import",
        ]
        .contains(&word)
}

pub(super) const NUMBERS: [&str; 3] = ["a", "b", "c"];
pub(super) const VARIABLES: [&str; 3] = ["m", "n", "k"];
pub(super) const LISTS: [&str; 2] = ["xs", "ys"];
pub(super) const FUNCTIONS: [&str; 4] = ["f", "g", "h", "w"];

fn edit(random: &mut Random, items: &mut Vec<String>, item: &impl Fn(&mut Random) -> String) {
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

/// `#` stands for a number.
const BASE: [&str; 6] = [
    "pub fn more(x: i64) -> i64 = x + #",
    "pub let first = more(#)",
    "pub const TABLE = [more(#), #]",
    "fn unused(x: i64) -> i64 = x - #",
    "pub var count = #",
    "print(count + #)",
];

/// What the items of worksheets call each other by.
const STOCK: [&str; 21] = [
    "let a = #",
    "let b = a + #",
    "let c = g(#)",
    "var m = #",
    "var n = m + #",
    "var k = h(#)",
    "var xs = [#, 2]",
    "var ys = [#, a]",
    "fn f(x: i64) -> i64 { x + # }",
    "fn g(x: i64) -> i64 = f(x) + #",
    "fn h(x: i64) -> i64 { m += x; m }",
    "fn w(x: i64) -> i64 { if x > 1 { w(x - 1) } else { # } }",
    "fn pick<T>(x: T, y: T) -> T { if # > # { x } else { y } }",
    "struct P { x: i64, y: i64 = # }",
    "let p = P(#)",
    "impl P { fn total(self) -> i64 = self.x + self.y * # }",
    "fn apply(s: fn(i64) -> i64) -> i64 { s(#) }",
    "let t = |x: i64| x + #",
    "trait Named { fn id(self) -> i64 }",
    "impl Named for P { fn id(self) -> i64 { self.x * # } }",
    "var u: any Named = P(#)",
];

const DEFINING: [&str; 7] = [
    "let ", "var ", "fn ", "struct ", "impl ", "trait ", "const ",
];

const LIB: [&str; 13] = [
    "import base",
    "pub fn add(x: i64) -> i64 = base.more(x) + #",
    "pub fn times(x: i64) -> i64 = add(x) * #",
    "pub let start = base.first + #",
    "pub var total = #",
    "pub fn bump() -> i64 { total += #; total }",
    "pub const SIZE = # + 1",
    "pub const ROW = [base.TABLE[0], add(#)]",
    "pub struct Q { x: i64, y: i64 = # }",
    "impl Q { pub fn grow(mut self) { self.x += # } }",
    "impl Show for Q { fn show(self) -> str = \"<{self.x} #>\" }",
    "pub trait Scale { fn scaled(self) -> i64 }",
    "impl Scale for i64 { fn scaled(self) -> i64 = self * # }",
];

fn filled(items: &[&str], random: &mut Random) -> Vec<String> {
    let filled = items.iter().map(|item| {
        let mut parts = item.split('#');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| format!("{all}{}{part}", random.below(6)))
    });
    filled.collect()
}

fn edit_module(random: &mut Random, items: &mut Vec<String>) {
    let at = random.below(items.len());
    match random.below(16) {
        0 => items[at] += " // said",
        1 => {
            let moved = items.remove(at);
            items.insert(random.below(items.len() + 1), moved);
        }
        2 => items.insert(at, format!("fn own{}() -> i64 = 1", random.below(100))),
        3 => {
            items.remove(at);
            if items.is_empty() {
                items.push("// empty".to_owned());
            }
        }
        4 => items.push(format!("let last = [1, 2][{}]", random.below(4))),
        _ => items[at] = with_another_number(random, &items[at]),
    }
}

fn item_with_modules(random: &mut Random) -> String {
    let value = expression(random, 1);
    let variable = *random.pick(&VARIABLES);
    match random.below(18) {
        0 => "import base".to_owned(),
        1..=2 => format!("lib.add({value})"),
        3 => format!("let {} = lib.times({value})", random.pick(&NUMBERS)),
        4 => "lib.start + 1".to_owned(),
        5 => format!("var {variable} = lib.bump()"),
        6 => "lib.total".to_owned(),
        7 => "[7; lib.SIZE]".to_owned(),
        8 => format!("lib.ROW[{}]", random.below(3)),
        9 => format!("var q = Q({value})"),
        10 => "q.grow()".to_owned(),
        11 => "q.x".to_owned(),
        12 => "[q]".to_owned(),
        13 => format!("{}.scaled()", random.below(9)),
        14 => format!("const LEN = lib.SIZE + {}", random.below(4)),
        15 => format!("const OWN = [lib.add({}), lib.ROW[1]]", random.below(4)),
        16 => "OWN[0] + base.count".to_owned(),
        _ => format!(
            "fn {}(x: i64) -> i64 = lib.times(x) + {}",
            random.pick(&FUNCTIONS),
            random.below(4)
        ),
    }
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
