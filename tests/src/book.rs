//! `examples/book`: every block of code does what the page says. A block ```` ```sumi ```` runs through the interpreter, O0 and O3; its
//! `//=>` lines hold; what it prints stands in the ```` ```output ```` block after it. Words behind `sumi` say more:
//!
//! | word | meaning |
//! |---|---|
//! | `more` | goes on after the block before it |
//! | `error[code]` | is refused, with this one diagnostic and no other |
//! | `fails` | ends in a runtime error |
//! | `compiled` | calls C, which the interpreter cannot |
//! | `file=NAME` | is a file beside the samples after it on the page, which may import it |
//! | `repl` | is entered in a REPL, the parts between empty lines one after another; an `error` is that of the last one |
//! | `host` | is given to an engine that registered `half: fn(i64) -> i64` |
//! | `asks=NAME` | is loaded by a host that asks it for a function `fn(f64) -> i64` of that name |
//! | `lends=NAME` | is loaded by a host that asks it for a function `fn(SliceMut<f64>)` of that name |
//! | `no-extern` | is given to an engine that does not allow `extern` |
//! | `times=N` | stands there N times |
//! | `explained` | is not run: what `sumi explain` says of it stands in the block after it |
//! | `text` | is only read |

use std::path::{Path, PathBuf};

use jit::{Config, Engine, Error, Script, Session, Sheet, SliceMut};

use crate::child::{self, Executor};
use crate::{blessing, errors, explain, read, root, same_text};

/// A block of code, and where it stands.
struct Block {
    line: usize,
    words: Vec<String>,
    text: String,
    output: Option<String>,
}

impl Block {
    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }

    /// What follows `word=`.
    fn value(&self, word: &str) -> Option<&str> {
        self.words
            .iter()
            .find_map(|known| known.strip_prefix(word)?.strip_prefix('='))
    }

    /// The code that a refused block is refused with.
    fn error(&self) -> Option<&str> {
        self.words.iter().find_map(|word| {
            let code = word
                .strip_prefix("error[")
                .or(word.strip_prefix("warning["));
            code.and_then(|code| code.strip_suffix(']'))
        })
    }
}

pub fn test(path: &Path) -> Result<(), String> {
    let page = read(path)?;
    let mut wrong = String::new();
    let mut before = String::new();
    let blocks = blocks(&page);
    let folder = Folder::new(path)?;
    for block in &blocks {
        if let Some(name) = block.value("file") {
            folder.write(name, &block.text)?;
            continue;
        }
        let times = block.value("times").and_then(|n| n.parse().ok());
        let program = if block.has("more") {
            format!("{before}{}", block.text)
        } else {
            block.text.repeat(times.unwrap_or(1))
        };
        if let Err(problem) = check(&folder, block, &program, &before) {
            wrong += &format!("{}:{}: {problem}\n", path.display(), block.line);
        }
        if block.error().is_none() && !block.has("fails") && !block.has("text") {
            before = program;
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The codes of errors that the page has samples of.
pub(crate) fn sampled_codes(page: &str) -> Vec<String> {
    let blocks = blocks(page);
    blocks
        .iter()
        .filter_map(|block| block.error().map(str::to_string))
        .collect()
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let mut text = String::new();
        for (_, line) in lines.by_ref() {
            if line == "```" {
                break;
            }
            text += &format!("{line}\n");
        }
        let mut words = info.split_whitespace().map(str::to_string);
        match (words.next().as_deref(), found.last_mut()) {
            (Some("sumi"), _) => found.push(Block {
                line: index + 1,
                words: words.collect(),
                text,
                output: None,
            }),
            (Some("output"), Some(last)) => last.output = Some(text),
            _ => {}
        }
    }
    found
}

/// Where the samples of a page are files.
struct Folder(PathBuf);

impl Folder {
    fn new(page: &Path) -> Result<Folder, String> {
        let page = page.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("sumi-book-{}-{page}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        Ok(Folder(folder))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let file = self.0.join(name);
        let parent = file.parent().unwrap_or(&self.0);
        std::fs::create_dir_all(parent).map_err(|e| e.to_string())?;
        std::fs::write(&file, text).map_err(|e| e.to_string())?;
        Ok(file)
    }

    /// The name that a program of the page goes by, so that it finds the files beside it.
    fn page(&self) -> String {
        self.0.join("page.sumi").display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn check(folder: &Folder, block: &Block, program: &str, before: &str) -> Result<(), String> {
    if block.has("text") {
        return Ok(());
    }
    if block.has("repl") {
        return entered(block, program);
    }
    if block.has("explained") {
        let said = explain::said(&folder.write("page.sumi", program)?)?;
        return same_text("output", block.output.as_deref().unwrap_or(""), &said);
    }
    if let Some(code) = block.error() {
        return refused(folder, block, code, program);
    }
    stated_values(folder, block, program)?;
    let printed_before = if block.has("more") {
        run(folder, block, Executor::Optimized, before)?.stdout
    } else {
        String::new()
    };
    for executor in Executor::ALL {
        if executor == Executor::Interpreter && block.has("compiled") {
            continue;
        }
        let outcome = run(folder, block, executor, program)?;
        let wanted = if block.has("fails") { 101 } else { 0 };
        if outcome.status != Some(wanted) {
            let status = outcome.status;
            return Err(format!(
                "{executor}: exit status {status:?}\n{}",
                outcome.stderr
            ));
        }
        let printed = outcome.stdout.strip_prefix(&printed_before);
        let printed = printed.unwrap_or(&outcome.stdout);
        same_text("output", block.output.as_deref().unwrap_or(""), printed)
            .map_err(|e| format!("{executor}: {e}"))?;
    }
    Ok(())
}

fn refused(folder: &Folder, block: &Block, code: &str, program: &str) -> Result<(), String> {
    let found = if block.has("host") {
        codes_of(hosted(Config::trusted(), program).map(drop))
    } else if let Some(name) = block.value("asks") {
        let script = hosted(Config::trusted(), program);
        codes_of(script.and_then(|script| script.function::<fn(f64) -> i64>(name)))
    } else if let Some(name) = block.value("lends") {
        let script = hosted(Config::trusted(), program);
        codes_of(script.and_then(|script| script.function::<fn(SliceMut<f64>)>(name)))
    } else if block.has("no-extern") {
        let config = Config {
            allow_extern: false,
            ..Config::trusted()
        };
        codes_of(hosted(config, program).map(drop))
    } else {
        errors::codes(&folder.page(), program)?
    };
    if found == [code] {
        Ok(())
    } else {
        Err(format!(
            "expected `{code}` and nothing else, found {found:?}"
        ))
    }
}

/// Runs it in an engine with one function of the host.
fn hosted(config: Config, program: &str) -> Result<Script, Error> {
    let mut engine = Engine::new(config)?;
    engine.register("half", |n: i64| n / 2);
    engine.load("page", program)
}

fn codes_of<T>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(
            Error::Rejected { problems, .. }
            | Error::Link { problems, .. }
            | Error::Signature { problems, .. },
        ) => problems.into_iter().map(|p| p.code).collect(),
        Ok(_) | Err(_) => Vec::new(),
    }
}

/// Enters the parts of a block in a REPL.
fn entered(block: &Block, program: &str) -> Result<(), String> {
    let config = Config {
        capture: true,
        ..Config::trusted()
    };
    let mut session = Session::new(config).map_err(|e| e.to_string())?;
    let entries: Vec<&str> = program.split("\n\n").collect();
    for (index, entry) in entries.iter().enumerate() {
        let outcome = session.run_line("<repl>", entry);
        let wanted = block.error().filter(|_| index + 1 == entries.len());
        match (outcome, wanted) {
            (Ok(report), None) => {
                let failed = report.cells.iter().find_map(|cell| cell.error.as_ref());
                if let Some(error) = failed {
                    return Err(error.rendered.clone());
                }
                for stated in report
                    .cells
                    .iter()
                    .filter_map(|cell| cell.expectation.as_ref())
                {
                    if !stated.holds() {
                        return Err(format!(
                            "expected {}, got {}",
                            stated.expected, stated.actual
                        ));
                    }
                }
            }
            (outcome, Some(code)) => {
                let found = codes_of(outcome);
                if found.first().map(String::as_str) != Some(code) {
                    return Err(format!("expected `{code}`, found {found:?}"));
                }
            }
            (Err(error), None) => return Err(error.to_string()),
        }
    }
    Ok(())
}

fn stated_values(folder: &Folder, block: &Block, program: &str) -> Result<(), String> {
    let stated = program.matches("//=>").count();
    if stated == 0 || block.has("fails") {
        return Ok(());
    }
    let config = Config {
        capture: true,
        ..Config::trusted()
    };
    let report = Sheet::run(config, &folder.page(), program).map_err(|e| e.to_string())?;
    if let Some(error) = report.mistakes() {
        return Err(error.to_string());
    }
    let mut checked = 0;
    for cell in &report.cells {
        if let Some(error) = &cell.error {
            return Err(error.rendered.clone());
        }
        if let Some(expectation) = &cell.expectation {
            checked += 1;
            if !expectation.holds() {
                let (expected, actual) = (&expectation.expected, &expectation.actual);
                return Err(format!("expected {expected}, got {actual}"));
            }
        }
    }
    if checked == stated {
        Ok(())
    } else {
        Err(format!("only {checked} of {stated} values were checked"))
    }
}

fn run(
    folder: &Folder,
    block: &Block,
    executor: Executor,
    program: &str,
) -> Result<child::Outcome, String> {
    let file = folder.write(&format!("sample_{}.sumi", block.line), program)?;
    child::run(executor, &file, "")
}

/// The page of the library's functions is made from their `///` lines.
pub fn library_page_is_current() -> Result<(), String> {
    let path = root().join("examples/book/library.md");
    let made = library_page()?;
    if blessing() {
        return std::fs::write(&path, made).map_err(|e| e.to_string());
    }
    same_text(
        "library.md (`cargo dev book` writes it)",
        &read(&path)?,
        &made,
    )
}

/// Writes the page.
pub fn write_library_page() -> Result<(), String> {
    let path = root().join("examples/book/library.md");
    std::fs::write(path, library_page()?).map_err(|e| e.to_string())
}

/// What no source of the library declares.
const BUILT_IN: &str = r#"
## Built in

**`print(…)`, `eprint(…)`**  
The texts of any number of values, with blanks between them and a line break behind, to standard output or standard error: `print("x =", x)`.

**`str(x)`**  
The text of any value: `str([1, 2])` is `"[1, 2]"`.

**`i64(x)`, `u8(x)`, `f32(x)`, …, `char(n)`**  
Conversions: to a number from a number or a `char`, to a `char` from a number. [Numbers](numbers.md) says how they round.

**`assert(condition)`, `assert(condition, why: str)`**  
Ends the run if it does not hold, and shows both sides of a comparison.

**`panic(why: str) -> never`, `unreachable()`, `unreachable(why: str) -> never`**  
Ends the run with a message.

**`T.min`, `T.max`**  
The least and the greatest number of each type of numbers: `u8.max` is 255. Of integers they may stand in patterns.

**`x.with(field: value, …)`**  
A copy of a struct with some fields changed: `p.with(x: 3)`.

**`[x; n]`**  
An array of `n` times `x`: `[0; 3]` is `[0, 0, 0]`.

**`xs[a..b]`, `s[a..b]`**  
A part of an array, or of a text by bytes, as a copy; `a` and `b` may be left out: `[1, 2, 3][1..]` is `[2, 3]`.

**`Error(message: str, cause: Error? = none)`**  
The error of a `T!`; `fail("…")` makes a result of one. `e.text()` has the messages of all causes.
"#;

fn library_page() -> Result<String, String> {
    let folder = root().join("stdlib/lang");
    let mut page = "# The library\n\nMade by `cargo dev book` from the `///` lines of `stdlib/lang`. What stands under *Prelude* needs no \
                    `import`.\n"
        .to_string();
    let files = crate::files(&folder, "sumi");
    let prelude = folder.join("prelude");
    let (prelude, modules): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| file.starts_with(&prelude));
    page += BUILT_IN;
    page += "\n## Prelude\n";
    for file in prelude {
        page += &entries(&read(&file)?);
    }
    for file in modules {
        let path = file
            .strip_prefix(&folder)
            .unwrap_or(&file)
            .with_extension("");
        let name = path.display().to_string().replace('/', ".");
        let text = entries(&read(&file)?);
        if !text.is_empty() {
            page += &format!("\n## import {name}\n{text}");
        }
    }
    Ok(page)
}

/// What a source makes public, under a heading for each type.
fn entries(source: &str) -> String {
    let mut out = String::new();
    let mut docs: Vec<&str> = Vec::new();
    let mut heading = String::new();
    let mut written = String::new();
    let mut in_trait = false;
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if let Some(doc) = code.strip_prefix("///") {
            docs.push(doc.strip_prefix(' ').unwrap_or(doc));
            continue;
        }
        if line.starts_with("impl") || line.starts_with("pub trait") {
            heading = header(line);
            in_trait = line.starts_with("pub trait");
        } else if line == "}" {
            heading.clear();
            in_trait = false;
        }
        let of_trait = (in_trait && !docs.is_empty() && code.starts_with("fn ")).then_some(code);
        if let Some(declared) = code.strip_prefix("pub ").or(of_trait) {
            if heading != written && !heading.is_empty() {
                out += &format!("\n### `{heading}`\n");
            } else if heading.is_empty() && !written.is_empty() {
                out += "\n### Functions\n";
            }
            written.clone_from(&heading);
            let mut signature = signature(declared);
            signature += &parts(line, lines.clone());
            out += &entry(&signature, &docs);
        }
        docs.clear();
    }
    out
}

/// The variants of an enum, or the fields that a struct is built of: those without a default.
fn parts<'a>(line: &str, rest: impl Iterator<Item = &'a str>) -> String {
    let is_struct = line.starts_with("pub struct");
    let Some((_, body)) = line.split_once('{') else {
        return String::new();
    };
    if !is_struct && !line.starts_with("pub enum") {
        return String::new();
    }
    let mut found = Vec::new();
    if let Some(body) = body.trim().strip_suffix('}') {
        found.push(body.trim().to_string());
    } else {
        for line in rest.take_while(|line| *line != "}").map(str::trim) {
            let has_default = is_struct && line.contains(" = ");
            if !line.starts_with("//") && !line.is_empty() && !has_default {
                found.push(line.trim_end_matches(',').to_string());
            }
        }
    }
    match found.is_empty() {
        true => String::new(),
        false => format!(" {{ {} }}", found.join(", ")),
    }
}

fn header(line: &str) -> String {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let head = line.split(" {").next().unwrap_or(line);
    head.strip_prefix("impl ").unwrap_or(head).to_string()
}

/// A declaration without its body.
fn signature(declared: &str) -> String {
    let mut depth = 0usize;
    for (at, sign) in declared.char_indices() {
        match sign {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '{' if depth == 0 => return declared[..at].trim().to_string(),
            '=' if depth == 0
                && declared[..at].ends_with(' ')
                && declared[at..].starts_with("= ") =>
            {
                return declared[..at].trim().to_string();
            }
            _ => {}
        }
    }
    declared.trim().to_string()
}

fn entry(signature: &str, docs: &[&str]) -> String {
    // Indented lines prepare for those that state a value; without such they are a picture.
    let has_values = docs.iter().any(|line| line.contains("//=>"));
    let is_code = |line: &&&str| line.contains("//=>") || has_values && line.starts_with("    ");
    let words: Vec<&str> = docs.iter().filter(|line| !is_code(line)).copied().collect();
    let code: Vec<&str> = docs
        .iter()
        .filter(is_code)
        .map(|line| line.trim_start())
        .collect();
    let mut out = format!("\n**`{signature}`**");
    if !words.is_empty() {
        out += &format!("  \n{}", words.join("\n"));
    }
    out.push('\n');
    if !code.is_empty() {
        out += &format!("\n```sumi\n{}\n```\n", code.join("\n"));
    }
    out
}
