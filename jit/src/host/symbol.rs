//! What the embedding program offers to `extern host { … }`: an explicit table of names, addresses and types. Nothing is looked
//! up by name in the executable, so a stripped, static one works alike.

use compiler::env::{Env, FnDef};
use compiler::hir::nearest;
use compiler::types::Ty;
use indexmap::IndexMap;
use stdlib::desc::TypeDesc;
use syntax::Span;

use super::fits::{self, Difference, Unlike};
use super::function::{HostCode, HostFunction};

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

/// Why a declaration is none of what the host offers.
pub(crate) struct NotOffered {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// The part of a type that differs, and what is there.
    pub(crate) declared: Option<(Span, String)>,
}

impl NotOffered {
    fn new(message: String) -> NotOffered {
        NotOffered {
            message,
            help: None,
            declared: None,
        }
    }
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

    /// What there is of a function as LLVM's code.
    pub(crate) fn bitcode(&self, name: &str) -> Option<codegen::HostCode<'_>> {
        match self.get(name)? {
            HostSymbol::Function(HostFunction {
                code: HostCode::Bitcode { bitcode, symbol },
                ..
            }) => Some(codegen::HostCode { bitcode, symbol }),
            HostSymbol::Function(_) | HostSymbol::Global { .. } => None,
        }
    }

    /// The function of this name, or why `extern host` may not declare it so.
    pub(crate) fn function(
        &self,
        name: &str,
        declared: &FnDef,
        env: &Env,
    ) -> Result<&HostFunction, NotOffered> {
        let function = match self.find(name)? {
            HostSymbol::Function(function) => function,
            HostSymbol::Global { .. } => return Err(registered(name, "a variable")),
        };
        let params = || function.params.iter().map(|param| (param.is_mut, param.ty));
        let fit = fits::signature(env, declared, params(), function.result);
        fit.map(|()| function).map_err(|found| {
            let told = fits::written(params(), function.result);
            let declared = crate::session::signature(declared, env);
            let message = format!("the host has registered `{name}` as `{told}`, not `{declared}`");
            match found {
                Unlike::Param(_, difference) | Unlike::Result(difference) => {
                    differs(message, &difference)
                }
                Unlike::Params | Unlike::Mut(_) => NotOffered::new(message),
            }
        })
    }

    /// As [`HostSymbols::function`], of a variable: its address.
    pub(crate) fn global(&self, name: &str, declared: Ty, env: &Env) -> Result<usize, NotOffered> {
        match self.find(name)? {
            HostSymbol::Global { address, ty } => match fits::ty(env, declared, ty) {
                Ok(()) => Ok(*address),
                Err(found) => {
                    let (ty, declared) = (ty.name(), declared.display(env));
                    let message =
                        format!("the host has registered `{name}` as `{ty}`, not `{declared}`");
                    Err(differs(message, &found))
                }
            },
            HostSymbol::Function(_) => Err(registered(name, "a function")),
        }
    }

    fn find(&self, name: &str) -> Result<&HostSymbol, NotOffered> {
        self.get(name).ok_or_else(|| {
            let near = nearest(name, self.symbols.keys().map(String::as_str));
            NotOffered {
                help: near.map(|near| format!("did you mean `{near}`?")),
                ..NotOffered::new(format!("the host has registered no `{name}`"))
            }
        })
    }
}

fn registered(name: &str, what: &str) -> NotOffered {
    NotOffered::new(format!("the host has registered `{name}` as {what}"))
}

fn differs(message: String, difference: &Difference) -> NotOffered {
    match difference.is_whole() {
        true => NotOffered::new(message),
        false => NotOffered {
            message: format!("{message}: {}", difference.told()),
            help: None,
            declared: difference
                .declared
                .map(|span| (span, difference.told_of_script())),
        },
    }
}
