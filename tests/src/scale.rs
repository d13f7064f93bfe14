//! `cargo dev scale [LINES…]`: how long `sumi check` takes on generated programs of growing size, one shape of
//! program in each row. The last column says how much more time ten times the size takes: about 10 is linear. `$SUMI` names another binary. Nothing here is asserted.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::release::binary;

const SIZES: &[usize] = &[1_000, 10_000, 50_000];
const ROUNDS: usize = 3;

type Shape = (&'static str, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("functions that call each other", functions),
    ("structs and methods", structs),
    ("one function", one_function),
    ("bindings of the top level", bindings),
    ("one enum, one match", variants),
    ("one array literal", literal),
    ("instances of generics", generics),
    ("constants", constants),
    ("errors", errors),
];

pub fn run(args: &[String]) -> Result<(), String> {
    let sumi = binary()?;
    let mut sizes: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let work = std::env::temp_dir().join(format!("sumi-scale-{}", std::process::id()));
    std::fs::create_dir_all(&work).map_err(|e| e.to_string())?;
    let printed = print_table(&sumi, &work, &sizes);
    // The folder is below the system's own for such things.
    let _ = std::fs::remove_dir_all(&work);
    printed
}

fn print_table(sumi: &Path, work: &Path, sizes: &[usize]) -> Result<(), String> {
    let heads: String = sizes
        .iter()
        .map(|size| format!(" {size} lines |"))
        .collect();
    println!("| `sumi check`, ms |{heads} for ten times as much |");
    println!("|---|{}---|", "---|".repeat(sizes.len()));
    for (name, generate) in SHAPES {
        let mut row = format!("| {name} |");
        let mut times = Vec::new();
        for size in sizes {
            let file = work.join("scale.sumi");
            std::fs::write(&file, generate(*size)).map_err(|e| e.to_string())?;
            let time = measure(sumi, &file)?;
            let _ = write!(row, " {time:.0} |");
            times.push((*size as f64, time));
        }
        println!("{row} {} |", growth(&times));
    }
    Ok(())
}

/// The factor for ten times the size, from the two largest.
pub(crate) fn growth(times: &[(f64, f64)]) -> String {
    let [.., (small, less), (large, more)] = times else {
        return String::from("-");
    };
    let exponent = (more / less).ln() / (large / small).ln();
    format!("{:.1}", 10f64.powf(exponent))
}

/// The least of a few runs, in milliseconds.
fn measure(sumi: &Path, file: &Path) -> Result<f64, String> {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        Command::new(sumi)
            .arg("check")
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|e| format!("{}: {e}", sumi.display()))?;
        best = best.min(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(best)
}

fn repeated(count: usize, mut each: impl FnMut(usize) -> String) -> String {
    (0..count).map(&mut each).collect()
}

fn functions(lines: usize) -> String {
    repeated(lines / 5, |i| {
        let before = i.saturating_sub(1);
        let call = match i {
            0 => "n".to_string(),
            _ => format!("f{before}(n - 1) + f{}(n / 2)", i / 2),
        };
        format!(
            "fn f{i}(n: i64) -> i64 {{\n    if n <= 0 {{ return {i} }}\n    let x = {call}\n    x * 3 % 1000\n}}\n"
        )
    })
}

fn structs(lines: usize) -> String {
    repeated(lines / 5, |i| {
        let field = match i {
            0 => "i64".to_string(),
            _ => format!("S{}?", i / 2),
        };
        format!(
            "struct S{i} {{ x: i64, of: {field}, name: str = \"s\" }}\nimpl S{i} {{\n    fn grown(self) -> i64 = self.x + {i}\n    \
             fn named(mut self, name: str) {{ self.name = name }}\n}}\n"
        )
    })
}

fn one_function(lines: usize) -> String {
    let body = repeated(lines / 2, |i| {
        format!(
            "    var x{i} = n * {i} + x{}\n    if x{i} > 9 {{ x{i} -= 1 }}\n",
            i.saturating_sub(1)
        )
    });
    let body = body.replacen("+ x0", "+ 1", 1);
    format!("fn f(n: i64) -> i64 {{\n{body}    n\n}}\nprint(f(1))\n")
}

fn bindings(lines: usize) -> String {
    repeated(lines, |i| format!("let a{i} = {i} * 2\n"))
}

fn variants(lines: usize) -> String {
    let half = lines / 2;
    let declared = repeated(half, |i| format!("    V{i}(x: i64)\n"));
    let arms = repeated(half, |i| format!("    V{i}(x) => x + {i}\n"));
    format!("enum E {{\n{declared}}}\nfn f(e: E) -> i64 = match e {{\n{arms}}}\nprint(f(V1(2)))\n")
}

fn literal(lines: usize) -> String {
    let items = repeated(lines, |i| format!("    {i},\n"));
    format!("let xs = [\n{items}]\nprint(xs.len())\n")
}

fn generics(lines: usize) -> String {
    let types = repeated(lines / 3, |i| {
        format!(
            "struct T{i} {{ x: i64 }}\nfn g{i}(x: T{i}) -> i64 = same(pair(x, {i}).0).x\ng{i}(T{i}({i}))\n"
        )
    });
    format!("fn same<T>(x: T) -> T = x\nfn pair<A, B>(a: A, b: B) -> (A, B) = (a, b)\n{types}")
}

fn constants(lines: usize) -> String {
    repeated(lines, |i| match i {
        0 => "const C0 = 1\n".to_string(),
        _ => format!("const C{i} = (C{} * 3 + {i}) % 1000\n", i - 1),
    })
}

fn errors(lines: usize) -> String {
    repeated(lines, |i| format!("let a{i} = missing{i}\n"))
}
