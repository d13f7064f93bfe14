//! The `///` lines of `stdlib/lang`, from which the manual's page of the library is made: everything public has some, and what they
//! say of an expression, `` `[1, 2].len()` is 2 ``, holds.

use jit::{Config, Sheet};

use crate::{files, read, root};

/// `` `[1, 2].len()` is 2 `` in the description of something public.
struct Claim {
    place: String,
    code: String,
    value: String,
}

pub fn everything_is_described() -> Result<(), String> {
    let mut missing = String::new();
    for_each_entry(&mut |place, declared, docs| {
        if docs.is_empty() {
            missing += &format!("{place}: `{declared}` has no `///` line\n");
        }
    })?;
    if missing.is_empty() {
        Ok(())
    } else {
        Err(missing)
    }
}

pub fn examples_hold() -> Result<(), String> {
    let mut claims = Vec::new();
    for_each_entry(&mut |place, _, docs| claims_of(place, docs, &mut claims))?;
    let mut wrong = String::new();
    let mut checked = 0;
    for claim in &claims {
        match check(claim)? {
            Some(problem) => wrong += &format!("{}: `{}` {problem}\n", claim.place, claim.code),
            None => checked += 1,
        }
    }
    if checked < 250 {
        wrong += &format!("only {checked} examples were found\n");
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Calls with the place, the declaration and the description of everything public.
fn for_each_entry(f: &mut impl FnMut(&str, &str, &str)) -> Result<(), String> {
    let folder = root().join("stdlib/lang");
    for file in files(&folder, "sumi") {
        let place = file
            .strip_prefix(&folder)
            .unwrap_or(&file)
            .display()
            .to_string();
        let mut docs = String::new();
        for line in read(&file)?.lines() {
            let line = line.trim();
            if let Some(doc) = line.strip_prefix("///") {
                docs += doc;
                continue;
            }
            if let Some(declared) = line
                .strip_prefix("pub ")
                .filter(|d| !d.starts_with("import"))
            {
                f(&place, declared, docs.trim());
            }
            docs.clear();
        }
    }
    Ok(())
}

fn claims_of(place: &str, docs: &str, claims: &mut Vec<Claim>) {
    let mut parts = docs.split('`');
    parts.next();
    while let (Some(code), Some(after)) = (parts.next(), parts.next()) {
        let Some(said) = after.strip_prefix(" is ") else {
            continue;
        };
        let value = if said.is_empty() {
            parts.next().map(str::to_string)
        } else {
            value_in_prose(said)
        };
        let is_code = code.contains(['(', '[', '+', '*', '/', '.', '<']);
        if let Some(value) = value.filter(|_| is_code) {
            claims.push(Claim {
                place: place.to_string(),
                code: code.to_string(),
                value,
            });
        }
        // The text after the value's own backtick.
        if said.is_empty() {
            parts.next();
        }
    }
}

/// A number, `true`, `false` or `none`, to the end of the sentence.
fn value_in_prose(said: &str) -> Option<String> {
    let word = said.split([' ', ',', ';', ':', ')']).next()?;
    let word = word.strip_suffix('.').unwrap_or(word);
    let is_value = matches!(word, "true" | "false" | "none") || word.parse::<f64>().is_ok();
    is_value.then(|| word.to_string())
}

/// What is wrong with a claim.
fn check(claim: &Claim) -> Result<Option<String>, String> {
    let module = claim.place.strip_suffix(".sumi").unwrap_or(&claim.place);
    let imports = if module.starts_with("prelude") {
        String::new()
    } else {
        let names = public_names(&read(&root().join("stdlib/lang").join(&claim.place))?);
        format!(
            "import {module}\nimport {module}.{{{}}}\n",
            names.join(", ")
        )
    };
    let shown = match evaluate(&imports, &claim.code)? {
        Ok(shown) => shown,
        Err(problem) if problem.is_prose => return Ok(None),
        Err(problem) => return Ok(Some(problem.message)),
    };
    let is_same_number = match (shown.parse::<f64>(), claim.value.parse::<f64>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    if shown == claim.value || shown.trim_matches(['"', '\'']) == claim.value || is_same_number {
        return Ok(None);
    }
    // The value may be said by an expression of its own.
    let meant = evaluate(&imports, &claim.value)?;
    let holds = meant.is_ok_and(|meant| meant == shown);
    Ok(Some(format!("is {shown}, not {}", claim.value)).filter(|_| !holds))
}

/// Why an expression of a description has no value. One that names what is not there is prose.
struct Problem {
    message: String,
    is_prose: bool,
}

fn evaluate(imports: &str, code: &str) -> Result<Result<String, Problem>, String> {
    let program = format!("{imports}{code}\n");
    let config = Config {
        capture: true,
        optimize: false,
        ..Config::trusted()
    };
    let report = Sheet::run(config, "example.sumi", &program).map_err(|e| e.to_string())?;
    if let Some(jit::Error::Rejected { problems, .. }) = report.mistakes() {
        let is_prose = problems
            .iter()
            .any(|problem| problem.code == "unknown-name");
        let first = problems.into_iter().next();
        let message = first.map_or_else(String::new, |problem| problem.message);
        return Ok(Err(Problem { message, is_prose }));
    }
    let value = report.cells.last().and_then(|cell| cell.value.as_ref());
    Ok(Ok(
        value.map_or_else(String::new, |value| value.text.clone())
    ))
}

fn public_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in source.lines() {
        let Some(declared) = line.strip_prefix("pub ") else {
            continue;
        };
        let mut words = declared.split(|c: char| !c.is_alphanumeric() && c != '_');
        let kind = words.next();
        if let (Some("struct" | "enum" | "fn" | "const" | "trait"), Some(name)) =
            (kind, words.next())
            && !name.is_empty()
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_string());
        }
    }
    names
}
