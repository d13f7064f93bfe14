//! What the embedding program offers to `extern host { … }`: an explicit table of names, addresses and Sumi types. Nothing is looked
//! up by name in the executable, so a stripped, static one works alike.

use indexmap::IndexMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    Function,
    /// A variable of the host, read and written in place.
    Global,
}

/// A symbol of the host.
#[derive(Clone, Debug)]
pub struct HostSymbol {
    pub kind: HostKind,
    pub address: usize,
    /// As Sumi writes it: `fn(str, f32)`, `f64`.
    pub signature: String,
}

/// The host's table, in the order of registration.
#[derive(Clone, Debug, Default)]
pub struct HostSymbols {
    symbols: IndexMap<String, HostSymbol>,
}

impl HostSymbols {
    /// Registers a symbol; one of the same name is replaced.
    ///
    /// # Safety
    /// As long as any code may use it, `address` is a function that can be called by that signature in the convention for externs,
    /// or a variable of that type that nobody else uses during a run.
    pub unsafe fn insert(&mut self, name: &str, symbol: HostSymbol) {
        self.symbols.insert(name.to_owned(), symbol);
    }

    pub fn get(&self, name: &str) -> Option<&HostSymbol> {
        self.symbols.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &HostSymbol)> {
        self.symbols
            .iter()
            .map(|(name, symbol)| (name.as_str(), symbol))
    }

    /// Why `extern host` may not declare `name` with this type, if so.
    pub fn mismatch(&self, name: &str, kind: HostKind, declared: &str) -> Option<String> {
        let Some(symbol) = self.get(name) else {
            return Some(format!("the host has registered no `{name}`"));
        };
        if symbol.kind != kind {
            let what = match symbol.kind {
                HostKind::Function => "a function",
                HostKind::Global => "a variable",
            };
            return Some(format!("the host has registered `{name}` as {what}"));
        }
        (symbol.signature != declared).then(|| {
            format!(
                "the host has registered `{name}` as `{}`, not `{declared}`",
                symbol.signature
            )
        })
    }
}
