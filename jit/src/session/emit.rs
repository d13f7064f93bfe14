//! `--emit`: what each stage of the compiler makes of a text, by the printers that the tests use.

use compiler::check;
use compiler::hir;
use compiler::mir;
use compiler::mono::Mode;
use syntax::Diagnostics;

use super::Session;
use crate::config::Stage;
use crate::front::Constants;
use crate::report::Error;

impl Session {
    /// Prints a stage; nothing runs and nothing stays defined.
    pub fn emit(&mut self, name: &str, text: &str, stage: Stage) -> Result<String, Error> {
        let before = self.front.env.clone();
        let sources = self.front.sources.len();
        let emitted = self.emit_stage(name, text, stage);
        self.front.env = before;
        self.front.sources.truncate(sources);
        emitted
    }

    fn emit_stage(&mut self, name: &str, text: &str, stage: Stage) -> Result<String, Error> {
        match stage {
            Stage::Tokens | Stage::Ast => {
                let file = self.front.sources.add(name, text);
                let source = self.front.sources.file(file);
                Ok(match stage {
                    Stage::Tokens => syntax::print_tokens(source),
                    _ => syntax::print_module(&syntax::parse(source).module),
                })
            }
            Stage::Hir | Stage::Mir => self.emit_checked(name, text, stage),
            Stage::Drops | Stage::Llvm | Stage::Asm => self.emit_compiled(name, text, stage),
        }
    }

    fn emit_checked(&mut self, name: &str, text: &str, stage: Stage) -> Result<String, Error> {
        let mut gathered = self.front.gather(name, text)?;
        let Some(ready) = gathered.units.pop() else {
            return Ok(String::new());
        };
        let parsed = syntax::parse(self.front.sources.file(ready.file));
        let mut diagnostics = Diagnostics::new(); // known: the unit was accepted
        let mut env = ready.before;
        let source = compiler::Source {
            tree: &parsed.module,
            module: ready.module,
            imports: &ready.imports,
            texts: &self.front.sources,
        };
        let lowered = compiler::lower(&mut env, source, &mut diagnostics);
        if stage == Stage::Hir {
            return Ok(hir::print::print(&env, &lowered));
        }
        let typed = check::check(&mut env, lowered, &mut diagnostics);
        let mut out = String::new();
        for function in &typed.functions {
            for built in mir::build(&env, &function.typed, function.def) {
                out.push_str(&built.body().display(&env));
                out.push('\n');
            }
        }
        for cell in &typed.cells {
            let def = env.fresh_def();
            for built in mir::build_cell(&env, &cell.typed, def, "cell", cell.value) {
                out.push_str(&built.body().display(&env));
                out.push('\n');
            }
        }
        Ok(out)
    }

    fn emit_compiled(&mut self, name: &str, text: &str, stage: Stage) -> Result<String, Error> {
        let mut gathered = self.front.gather(name, text)?;
        let Some(ready) = gathered.units.pop() else {
            return Ok(String::new());
        };
        let env = &ready.compiled.env;
        if stage == Stage::Drops {
            let unit = &ready.compiled.unit;
            let functions = unit
                .functions
                .iter()
                .filter_map(|def| env.function(*def).body());
            let bodies = functions.chain(&unit.cells);
            return Ok(bodies.map(|body| body.body().display(env) + "\n").collect());
        }
        let program = self
            .front
            .program(&ready, Mode::Script, Constants::AsData)?;
        let input = self.input(&program, env, Mode::Script);
        let text = match stage {
            Stage::Llvm => codegen::ir(input),
            _ => codegen::assembly(input),
        };
        text.map_err(|message| Error::Backend { message })
    }
}
