//! `check` prints the types of a file's bindings, values and inferred results, or what is wrong with it.

mod calls;
mod operators;
mod patterns;
mod places;
mod types;

use expect_test::Expect;
use syntax::{Diagnostics, FileId, SourceFile};

use crate::env::{DefKind, Env};
use crate::testing;

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&checked(source));
}

fn checked(source: &str) -> String {
    let mut env = Env::new();
    let module = env.fresh_module("main");
    let file = SourceFile::new(FileId(0), "main.sumi", source);
    let (hir, mut diags) = testing::lowered(&mut env, module, &file);
    let inferred: Vec<_> = hir
        .functions
        .iter()
        .map(|f| f.def)
        .filter(|def| env.function(*def).ret.is_none())
        .collect();
    let typed = super::check(&mut env, hir, &mut diags);
    let mut text = words(&file, &diags);
    if diags.has_errors() {
        return text;
    }
    for def in inferred {
        let name = &env.def(def).name;
        let ret = env.function(def).result().display(&env);
        text.push_str(&format!("fn {name} -> {ret}\n"));
    }
    for cell in &typed.cells {
        for def in &cell.defines {
            if let DefKind::Global(global) = &env.def(*def).kind {
                let name = &env.def(*def).name;
                text.push_str(&format!("{name}: {}\n", global.ty().display(&env)));
            }
        }
        if cell.value.is_some() {
            let ret = cell.typed.tables.ret.map(|ty| ty.display(&env));
            text.push_str(&format!("{}\n", ret.unwrap_or_default()));
        }
    }
    text
}

fn words(file: &SourceFile, diags: &Diagnostics) -> String {
    let mut text = String::new();
    for diagnostic in diags {
        let line = diagnostic.span().map_or(0, |span| file.line(span.start));
        text.push_str(&format!(
            "{line}: {} {}\n",
            diagnostic.code, diagnostic.message
        ));
        for label in &diagnostic.labels {
            let sign = if label.primary { "^" } else { "-" };
            text.push_str(&format!(
                "   {sign} `{}` {}\n",
                file.slice(label.span),
                label.text
            ));
        }
        for note in &diagnostic.notes {
            text.push_str(&format!("   note: {note}\n"));
        }
        for help in &diagnostic.help {
            text.push_str(&format!("   help: {help}\n"));
        }
    }
    text
}
