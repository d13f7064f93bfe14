//! Turns `src/grammar.lalrpop` into a parser.

fn main() {
    lalrpop::Configuration::new()
        .use_cargo_dir_conventions()
        .emit_rerun_directives(true)
        .process()
        .expect("the grammar has to be LR(1)");
}
