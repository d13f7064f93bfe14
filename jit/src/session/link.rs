//! What a unit needs from outside: symbols of libraries, of the process and of the host. All are looked up before anything of
//! the unit runs; what is missing is an error that names the symbol, the library and where it was declared.

use std::rc::Rc;
use std::sync::Arc;

use codegen::{Exports, Need, Object};
use compiler::env::{Def, DefId, DefKind, Env, FnDef, FnOrigin, GlobalOrigin};
use compiler::mono::Program;
use syntax::{Diagnostic, Span};

use crate::config::Config;
use crate::host::{HostCode, HostSymbols, NotOffered};
use crate::machine::Machine;

/// The symbols by which other units may refer to this one.
pub(crate) fn offered(exports: &Exports) -> impl Iterator<Item = String> {
    let globals = exports.globals.iter().map(|global| global.symbol.clone());
    let functions = exports
        .functions
        .iter()
        .flat_map(|function| [Some(function.symbol.clone()), function.slot.clone()])
        .flatten();
    globals.chain(functions)
}

/// Where a unit finds what is not of Sumi.
pub(crate) struct Outside<'a> {
    pub(crate) machine: &'a Machine,
    pub(crate) config: &'a Config,
}

impl Outside<'_> {
    /// The addresses of what a unit needs. Of what it declares, all has to be there.
    pub(crate) fn symbols<'d>(
        &self,
        object: &Object,
        program: &Program,
        env: &Env,
        declared: impl Iterator<Item = &'d Arc<Def>>,
    ) -> Result<Vec<(String, usize)>, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let mut missing = self.unused(object, program, env, declared);
        for need in &object.exports.needs {
            match self.function(need, env) {
                Ok(symbols) => found.extend(symbols),
                Err(diagnostic) => missing.push(diagnostic),
            }
        }
        for global in program
            .globals
            .iter()
            .filter(|global| global.origin == GlobalOrigin::Host)
        {
            match self.host_global(global.def, env) {
                Ok(address) => found.push((global.symbol.clone(), address)),
                Err(diagnostic) => missing.push(diagnostic),
            }
        }
        match missing.is_empty() {
            true => Ok(found),
            false => Err(missing),
        }
    }

    /// What this unit declares and nothing in it uses is looked up all the same.
    fn unused<'d>(
        &self,
        object: &Object,
        program: &Program,
        env: &Env,
        declared: impl Iterator<Item = &'d Arc<Def>>,
    ) -> Vec<Diagnostic> {
        let mut missing = Vec::new();
        for def in declared {
            let found = match &def.kind {
                DefKind::Fn(function)
                    if matches!(function.origin, FnOrigin::C { .. } | FnOrigin::Host) =>
                {
                    if object.exports.needs.iter().any(|need| need.def == def.id) {
                        continue;
                    }
                    let need = Need {
                        def: def.id,
                        name: def.name.to_string(),
                        symbol: String::new(),
                        origin: function.origin.clone(),
                        span: def.span,
                    };
                    self.function(&need, env).err()
                }
                DefKind::Global(global) if global.origin == GlobalOrigin::Host => {
                    if program.globals.iter().any(|used| used.def == def.id) {
                        continue;
                    }
                    self.host_global(def.id, env).err()
                }
                _ => continue,
            };
            missing.extend(found);
        }
        missing
    }

    fn function(&self, need: &Need, env: &Env) -> Result<Vec<(String, usize)>, Diagnostic> {
        match &need.origin {
            FnOrigin::C { library, .. } => {
                let address = self.native(need, library.as_deref())?;
                Ok(vec![(need.symbol.clone(), address)])
            }
            FnOrigin::Host => {
                let host = self.machine.host.borrow();
                let name = host_name(&host, need.def, env);
                let found = host.function(&name, env.function(need.def), env);
                let found = found.map_err(|mismatch| not_offered(mismatch, need.span))?;
                Ok(match &found.code {
                    HostCode::Closure { address, closure } => {
                        let context = Rc::as_ptr(closure).cast::<u8>() as usize;
                        let context_symbol = codegen::host_context_symbol(&need.symbol);
                        vec![(need.symbol.clone(), *address), (context_symbol, context)]
                    }
                    HostCode::Bitcode { .. } => Vec::new(), // is linked by its own symbol
                })
            }
            FnOrigin::Sumi | FnOrigin::Intrinsic(_) => {
                panic!("compiler bug: `{}` is not from outside", need.name)
            }
        }
    }

    fn native(&self, need: &Need, library: Option<&str>) -> Result<usize, Diagnostic> {
        if !self.config.allow_extern {
            let message = format!(
                "`{}` may not be used here: the host allows no `extern`",
                need.name
            );
            return Err(
                Diagnostic::error("extern-not-allowed", message).at(need.span, "declared here")
            );
        }
        let found = self
            .machine
            .libraries
            .borrow_mut()
            .symbol(library, &need.name);
        found.map_err(|error| {
            let code = if error.symbol.is_some() {
                "missing-symbol"
            } else {
                "missing-library"
            };
            let label = format!("`{}` is declared here", need.name);
            Diagnostic::error(code, error.to_string()).at(need.span, label)
        })
    }

    fn host_global(&self, def: DefId, env: &Env) -> Result<usize, Diagnostic> {
        let found = env.def(def);
        let DefKind::Global(global) = &found.kind else {
            panic!("compiler bug: {def} is not a global")
        };
        let host = self.machine.host.borrow();
        let name = host_name(&host, def, env);
        let address = host.global(&name, global.ty(), env);
        address.map_err(|mismatch| not_offered(mismatch, found.span))
    }
}

/// What there is as LLVM's code of the functions that an `Env` has from the host.
pub(crate) struct HostCodes<'a> {
    pub(crate) host: &'a HostSymbols,
    pub(crate) env: &'a Env,
}

impl codegen::Host for HostCodes<'_> {
    fn code(&self, function: DefId) -> Option<codegen::HostCode<'_>> {
        self.host.bitcode(&host_name(self.host, function, self.env))
    }
}

/// Under which the host has what is declared: with the name of its module, if it is one of the host's.
fn host_name(host: &HostSymbols, def: DefId, env: &Env) -> String {
    let found = env.def(def);
    let qualified = format!("{}.{}", env.module(found.module).name, found.name);
    match host.get(&qualified) {
        Some(_) => qualified,
        None => found.name.to_string(),
    }
}

fn not_offered(mismatch: NotOffered, span: Span) -> Diagnostic {
    let NotOffered {
        message,
        help,
        declared,
    } = mismatch;
    let mut report = Diagnostic::error("host-mismatch", message).at(span, "declared here");
    if let Some((span, what)) = declared {
        report = report.also(span, what);
    }
    match help {
        Some(help) => report.help(help),
        None => report,
    }
}

/// A function's type as a host writes it: `fn(str, mut f32) -> bool`.
pub(crate) fn signature(function: &FnDef, env: &Env) -> String {
    let params: Vec<String> = function
        .params
        .iter()
        .map(|param| {
            let mark = if param.is_mut { "mut " } else { "" };
            format!("{mark}{}", param.ty.display(env))
        })
        .collect();
    let result = function.result();
    let arrow = if result.is_unit() {
        String::new()
    } else {
        format!(" -> {}", result.display(env))
    };
    format!("fn({}){arrow}", params.join(", "))
}
