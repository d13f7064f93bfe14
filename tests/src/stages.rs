//! `tests/stages`: one `.md` for a test, a program under `# source` and what each stage of the compiler prints of it. Every
//! section that is there must still print so; blessing rewrites them all.

use std::path::Path;

use jit::{Config, Session, Stage};

use crate::{blessing, read, same_text};

const STAGES: [Stage; 6] = [
    Stage::Tokens,
    Stage::Ast,
    Stage::Hir,
    Stage::Mir,
    Stage::Drops,
    Stage::Llvm,
];

pub fn test(path: &Path) -> Result<(), String> {
    let page = read(path)?;
    let source = section(&page, "source").ok_or("there is no `# source`")?;
    let intro = page.split("# source").next().unwrap_or_default();
    let mut shown = format!("{intro}# source\n\n```sumi\n{source}```\n");
    for stage in STAGES {
        shown += &format!("\n# {stage}\n\n```\n{}```\n", printed(&source, stage)?);
    }
    if blessing() {
        return std::fs::write(path, shown).map_err(|e| e.to_string());
    }
    same_text("the stages", &page, &shown)
}

/// O0, so that the text is what our code makes and not what LLVM makes of it.
fn printed(source: &str, stage: Stage) -> Result<String, String> {
    let config = Config {
        optimize: false,
        ..Config::trusted()
    };
    let mut session = Session::new(config).map_err(|e| e.to_string())?;
    let text = session
        .emit("source.sumi", source, stage)
        .map_err(|e| e.to_string())?;
    if stage != Stage::Llvm {
        let lines = text.lines().map(|line| format!("{}\n", line.trim_end()));
        return Ok(renumbered(&lines.collect::<String>()));
    }
    let lines = text.lines().filter(|line| !depends_on_machine(line));
    Ok(lines.map(|line| plain(line) + "\n").collect())
}

/// Without the places for debuggers and the numbers of definitions, which change when the prelude grows.
fn plain(line: &str) -> String {
    let line = line.split(", !dbg").next().unwrap_or_default();
    let mut parts = line.trim_end().split('#');
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = rest.len() < part.len() && rest.starts_with('"');
        out += if is_number { rest } else { "#" };
        if !is_number {
            out += part;
        }
    }
    out
}

/// With the definitions counted from 0: their numbers change when the prelude grows.
fn renumbered(text: &str) -> String {
    let digits =
        |part: &str| part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = |part: &str| part[..digits(part)].parse::<u32>().ok();
    let first = text.split(".def").skip(1).chain(text.split(" def").skip(1));
    let first = first.filter_map(number).min().unwrap_or(0);
    let mut parts = text.split("def");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        out += "def";
        match number(part) {
            Some(n) => out += &format!("{}{}", n - first, &part[digits(part)..]),
            None => out += part,
        }
    }
    out
}

/// What names the processor or describes the source for debuggers is left out.
fn depends_on_machine(line: &str) -> bool {
    [
        "target ",
        "attributes ",
        "!",
        "source_filename",
        "; ModuleID",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

fn section(page: &str, name: &str) -> Option<String> {
    let from = page.split_once(&format!("# {name}\n"))?.1;
    let code = from.split_once("```")?.1.split_once('\n')?.1;
    Some(code.split("```").next()?.to_string())
}
