//! What the embedding program offers to `extern host { … }`: an explicit table of names, addresses and types. Nothing is looked
//! up by name in the executable, so a stripped, static one works alike.

use compiler::env::{Env, FnDef};
use compiler::types::Ty;
use indexmap::IndexMap;
use stdlib::desc::TypeDesc;

use super::fits;
use super::function::HostFunction;

#[derive(Clone)]
pub(crate) enum HostSymbol {
    Function(HostFunction),
    /// A variable of the host, read and written in place.
    Global {
        address: usize,
        ty: &'static TypeDesc,
    },
}

/// The host's table, in the order of registration. What is replaced stays: code may still call it.
#[derive(Clone, Default)]
pub(crate) struct HostSymbols {
    symbols: IndexMap<String, HostSymbol>,
    replaced: Vec<HostSymbol>,
}

impl HostSymbols {
    /// Registers a symbol; one of the same name is replaced.
    ///
    /// # Safety
    /// As long as any code may use it, the address is that of a function that can be called by its types, or of a variable that nobody
    /// else uses during a run.
    pub(crate) unsafe fn insert(&mut self, name: &str, symbol: HostSymbol) {
        self.replaced
            .extend(self.symbols.insert(name.to_owned(), symbol));
    }

    pub(crate) fn get(&self, name: &str) -> Option<&HostSymbol> {
        self.symbols.get(name)
    }

    /// The function of this name, or why `extern host` may not declare it so.
    pub(crate) fn function(
        &self,
        name: &str,
        declared: &FnDef,
        env: &Env,
    ) -> Result<&HostFunction, String> {
        let function = match self.find(name)? {
            HostSymbol::Function(function) => function,
            HostSymbol::Global { .. } => return Err(registered(name, "a variable")),
        };
        let params = || function.params.iter().map(|param| (param.is_mut, param.ty));
        let fit = fits::signature(env, declared, params(), function.result);
        fit.map(|()| function).map_err(|found| {
            let told = fits::written(params(), function.result);
            let declared = crate::session::signature(declared, env);
            format!("the host has registered `{name}` as `{told}`, not `{declared}`{found}")
        })
    }

    /// As [`HostSymbols::function`], of a variable: its address.
    pub(crate) fn global(&self, name: &str, declared: Ty, env: &Env) -> Result<usize, String> {
        match self.find(name)? {
            HostSymbol::Global { address, ty } => match fits::ty(env, declared, ty) {
                Ok(()) => Ok(*address),
                Err(found) => Err(format!(
                    "the host has registered `{name}` as `{}`, not `{}`{found}",
                    ty.name(),
                    declared.display(env)
                )),
            },
            HostSymbol::Function(_) => Err(registered(name, "a function")),
        }
    }

    fn find(&self, name: &str) -> Result<&HostSymbol, String> {
        self.get(name)
            .ok_or_else(|| format!("the host has registered no `{name}`"))
    }
}

fn registered(name: &str, what: &str) -> String {
    format!("the host has registered `{name}` as {what}")
}
