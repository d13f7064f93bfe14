//! What a host offers, as a module that scripts import. The module is text, made from the descriptors: what checks a script, completes
//! names and is written beside the scripts for editors is the same.

use std::borrow::Cow;
use std::fmt::Write;
use std::rc::Rc;

use codegen::Bitcode;
use indexmap::IndexMap;
use stdlib::desc::{FieldDesc, Kind, TypeDesc};

use super::bitcode;
use super::function::{HostCode, HostFunction, IntoHost};
use super::symbol::HostSymbol;
use super::types::{self, Declared, Types};
use super::{Plain, Value};
use crate::report::Error;

/// A function with its name, as `#[sumi::export]` makes it.
pub trait Exported {
    /// Its name in scripts.
    const NAME: &'static str;
    /// What is written above it.
    const DOC: &'static str;
    /// The names of its parameters.
    const PARAMS: &'static [&'static str];

    /// The function itself.
    fn function() -> HostFunction;
}

/// A module of the host: functions, types and variables that scripts import by its name.
pub struct HostModule {
    path: String,
    functions: Vec<Function>,
    variables: Vec<Variable>,
    types: Vec<&'static TypeDesc>,
}

struct Function {
    name: String,
    doc: Cow<'static, str>,
    params: Vec<String>,
    function: HostFunction,
}

struct Variable {
    name: String,
    address: usize,
    ty: &'static TypeDesc,
}

/// The types of all modules of an engine, by name: in which module each is defined.
#[derive(Default)]
pub(crate) struct HostTypes(IndexMap<&'static str, (String, &'static TypeDesc)>);

impl HostModule {
    /// An empty one; `path` is what scripts write behind `import`: `game`, `game.sound`. What is in one with an empty path they declare themselves, in
    /// `extern host`.
    pub fn new(path: &str) -> HostModule {
        HostModule {
            path: path.to_owned(),
            functions: Vec::new(),
            variables: Vec::new(),
            types: Vec::new(),
        }
    }

    /// Offers a function that is marked by `#[sumi::export]`, with its name, its documentation and the names of its parameters.
    pub fn export<F: Exported>(&mut self) -> &mut HostModule {
        let params = F::PARAMS.iter().map(|name| (*name).to_owned());
        self.functions.push(Function {
            name: F::NAME.to_owned(),
            doc: Cow::Borrowed(F::DOC),
            params: params.collect(),
            function: F::function(),
        });
        self
    }

    /// Offers a function or a closure, which may have a state of its own. `name` may tell the names of the parameters:
    /// `"wind(height)"`. If it panics, or gives an `Err`, the script's run fails.
    pub fn function<S>(&mut self, name: &str, function: impl IntoHost<S>) -> &mut HostModule {
        let (name, params) = match name.split_once('(') {
            Some((name, params)) => (name, params.trim_end_matches(')')),
            None => (name, ""),
        };
        let params = params
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        self.functions.push(Function {
            name: name.trim().to_owned(),
            doc: Cow::Borrowed(""),
            params: params.map(str::to_owned).collect(),
            function: function.into_host(),
        });
        self
    }

    /// Offers a struct or an enum, also where no function mentions it.
    pub fn value_type<T: Value>(&mut self) -> &mut HostModule {
        self.types.push(T::desc());
        self
    }

    /// Offers a variable, read and written in place.
    ///
    /// # Safety
    /// `variable` stays where it is as long as the engine lives, and nobody else uses it during a call into Sumi.
    pub unsafe fn variable<T: Plain>(&mut self, name: &str, variable: *mut T) -> &mut HostModule {
        self.variables.push(Variable {
            name: name.to_owned(),
            address: variable as usize,
            ty: T::desc(),
        });
        self
    }

    /// Offers a function of another language, as it is declared.
    pub fn declared(&mut self, declared: &Declared, function: HostFunction) -> &mut HostModule {
        let params = declared.params.iter().map(|param| param.name.clone());
        self.functions.push(Function {
            name: declared.name.clone(),
            doc: Cow::Owned(declared.doc.clone()),
            params: params.collect(),
            function,
        });
        self
    }

    /// Offers functions that are LLVM's code, which is inlined into scripts: bitcode, as `clang -O2 -emit-llvm -c` or `rustc -O -C panic=abort
    /// --emit=llvm-bc` of LLVM 22 or an older one writes it, or its text. They are declared as in `extern host`, `fn mix(a: f64, b: f64) -> f64`, and
    /// defined under the same name as functions of C (`extern "C"`). What they take and give are numbers and `bool`; `char` they can only take.
    ///
    /// Such a function ends no run, and cannot: what it calls has to return, and nothing is unwound. It is ended by limits and interrupts between any two
    /// of its own instructions, so what it writes to is to be right at each. It takes the fuel of one call, however long it runs.
    ///
    /// # Errors
    /// The code cannot be read, is for another machine or has what cannot stand among scripts (variables of a thread, constructors, assembly outside of
    /// functions); a function is not there, or has other types.
    ///
    /// # Safety
    /// The functions may be called with all values of the declared types, and their code is what LLVM has written: bytes that only look so may do anything.
    ///
    /// ```
    /// let code = "define double @mix(double %a, double %b) {
    ///     %sum = fadd double %a, %b
    ///     %half = fmul double %sum, 0.5
    ///     ret double %half
    /// }";
    /// let mut math = jit::HostModule::new("math");
    /// // SAFETY: it computes.
    /// unsafe { math.bitcode(code.as_bytes(), &["fn mix(a: f64, b: f64) -> f64"])? };
    /// let mut engine = jit::Engine::new(jit::Config::default())?;
    /// engine.add(&math)?;
    /// let script = engine.load("mix.sumi", "import math.{mix}\nfn middle(x: f64) -> f64 = mix(x, 10)")?;
    /// assert_eq!(script.function::<fn(f64) -> f64>("middle")?.call(4.0)?, 7.0);
    /// # Ok::<(), jit::Error>(())
    /// ```
    pub unsafe fn bitcode(
        &mut self,
        bytes: &[u8],
        declarations: &[&str],
    ) -> Result<&mut HostModule, Error> {
        let types = Types::default();
        let declared = declarations.iter().map(|text| types.function(text));
        let declared: Result<Vec<Declared>, String> = declared.collect();
        // SAFETY: the caller's promise.
        let added =
            declared.and_then(|declared| unsafe { self.declared_bitcode(bytes, &declared) });
        added.map_err(Error::signature)
    }

    /// As [`HostModule::bitcode`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn declared_bitcode(
        &mut self,
        bytes: &[u8],
        declared: &[Declared],
    ) -> Result<&mut HostModule, String> {
        let functions = bitcode::functions(bytes, declared)?;
        for (declared, function) in declared.iter().zip(functions) {
            self.declared(declared, function);
        }
        Ok(self)
    }

    /// As [`HostModule::value_type`], of a type that was described while the program runs.
    pub fn described_type(&mut self, ty: &'static TypeDesc) -> &mut HostModule {
        self.types.push(ty);
        self
    }

    /// As [`HostModule::variable`], of a type that was described while the program runs; an error if the host cannot have it in place.
    ///
    /// # Safety
    /// As for [`HostModule::variable`]; at that address there is a value of the type.
    pub unsafe fn described_variable(
        &mut self,
        name: &str,
        variable: *mut u8,
        ty: &'static TypeDesc,
    ) -> Result<&mut HostModule, String> {
        types::is_name(name)?;
        if ty.has_heap() {
            return Err(format!(
                "`{name}` cannot be shared: a `{}` is more than plain data",
                ty.name()
            ));
        }
        self.variables.push(Variable {
            name: name.to_owned(),
            address: variable as usize,
            ty,
        });
        Ok(self)
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// What it offers, by the names under which scripts find them.
    pub(crate) fn symbols(&self) -> impl Iterator<Item = (String, HostSymbol)> {
        let all = self.own_symbols();
        all.map(|(name, symbol)| match self.path.as_str() {
            "" => (name.to_owned(), symbol),
            path => (format!("{path}.{name}"), symbol),
        })
    }

    /// By their names in the module.
    pub(crate) fn own_symbols(&self) -> impl Iterator<Item = (&str, HostSymbol)> {
        let functions = self.functions.iter().map(|each| {
            let symbol = HostSymbol::Function(each.function.clone());
            (each.name.as_str(), symbol)
        });
        let variables = self.variables.iter().map(|each| {
            let (address, ty) = (each.address, each.ty);
            (each.name.as_str(), HostSymbol::Global { address, ty })
        });
        functions.chain(variables)
    }

    /// The code of its functions that are LLVM's.
    pub(crate) fn bitcodes(&self) -> impl Iterator<Item = &Rc<Bitcode>> {
        let codes = self.functions.iter().map(|each| &each.function.code);
        codes.filter_map(|code| match code {
            HostCode::Bitcode { bitcode, .. } => Some(bitcode),
            HostCode::Closure { .. } => None,
        })
    }

    /// The module as Sumi reads it. Types that another module has are imported from there; or why that cannot be.
    pub(crate) fn text(&self, known: &mut HostTypes) -> Result<String, String> {
        let functions = self.functions.iter().map(|each| &each.function);
        let params = functions
            .clone()
            .flat_map(|each| each.params.iter().map(|param| param.ty));
        let results = functions.map(|each| each.result);
        let variables = self.variables.iter().map(|each| each.ty);
        let mut named = Vec::new();
        let all = self.types.iter().copied().chain(variables);
        all.chain(params)
            .chain(results)
            .for_each(|desc| find_named(desc, &mut named));
        let (mut imports, mut types) = (IndexMap::<String, Vec<&str>>::new(), String::new());
        for desc in named {
            let path = known.module_of(desc, &self.path)?;
            match path == self.path {
                true => types += &definition(desc),
                false => imports
                    .entry(path.to_owned())
                    .or_default()
                    .push(desc.name()),
            }
        }
        let mut text = String::new();
        for (path, names) in &imports {
            let _ = writeln!(text, "import {path}.{{{}}}", names.join(", "));
        }
        text += &types;
        if !self.functions.is_empty() || !self.variables.is_empty() {
            text += "extern host {\n";
            for each in &self.variables {
                let _ = writeln!(text, "    pub var {}: {}", each.name, each.ty.name());
            }
            self.functions.iter().for_each(|each| each.write(&mut text));
            text += "}\n";
        }
        Ok(text)
    }
}

impl Function {
    fn write(&self, text: &mut String) {
        for line in self.doc.lines() {
            let _ = writeln!(text, "    /// {}", line.trim());
        }
        let params = self
            .function
            .params
            .iter()
            .enumerate()
            .map(|(index, param)| {
                let name = self.params.get(index).cloned();
                let name = name.unwrap_or_else(|| char::from(b'a' + index as u8).to_string());
                let mark = if param.is_mut { "mut " } else { "" };
                format!("{mark}{name}: {}", param.ty.name())
            });
        let params: Vec<String> = params.collect();
        let arrow = match self.function.result.kind {
            Kind::Unit => String::new(),
            _ => format!(" -> {}", self.function.result.name()),
        };
        let _ = writeln!(
            text,
            "    pub fn {}({}){arrow}",
            self.name,
            params.join(", ")
        );
    }
}

impl HostTypes {
    /// In which module it is defined: in this one, if it is new.
    fn module_of(&mut self, desc: &'static TypeDesc, path: &str) -> Result<&str, String> {
        let name = desc.name();
        let home = || (path.to_owned(), desc);
        let (known_path, known) = self.0.entry(name).or_insert_with(home);
        // Two types of Rust may look alike; of one there is one descriptor.
        if std::ptr::eq(*known, desc) {
            return Ok(known_path);
        }
        let (former, newer) = (definition(known), definition(desc));
        if former == newer {
            return Ok(known_path);
        }
        let mut lines = former.lines().zip(newer.lines());
        let differ = lines.find(|(former, newer)| former != newer);
        let parts = differ.map_or_else(String::new, |(former, newer)| {
            let (former, newer) = (former.trim(), newer.trim());
            format!(": `{former}` in `{known_path}` is `{newer}` in `{path}`")
        });
        Err(format!(
            "the modules `{known_path}` and `{path}` have two types called `{name}`{parts}"
        ))
    }
}

/// The structs, enums and handles in a type, those inside of others first.
fn find_named(desc: &'static TypeDesc, found: &mut Vec<&'static TypeDesc>) {
    if found.iter().any(|known| std::ptr::eq(*known, desc)) {
        return;
    }
    desc.parts().for_each(|part| find_named(part, found));
    if let Kind::Struct | Kind::Enum | Kind::Opaque = desc.kind {
        found.push(desc);
    }
}

fn definition(desc: &TypeDesc) -> String {
    let name = desc.name();
    let field =
        |field: &FieldDesc| format!("{}: {}", field.name().unwrap_or("_"), field.ty().name());
    match desc.kind {
        Kind::Opaque => format!("pub extern type {name}\n"),
        Kind::Enum => {
            let variants = desc.variants().iter().map(|variant| {
                let fields: Vec<String> = variant.fields().iter().map(field).collect();
                match fields.is_empty() {
                    true => format!("    {}\n", variant.name()),
                    false => format!("    {}({})\n", variant.name(), fields.join(", ")),
                }
            });
            format!("pub enum {name} {{\n{}}}\n", variants.collect::<String>())
        }
        _ => {
            let fields = desc
                .fields()
                .iter()
                .map(|each| format!("    {}\n", field(each)));
            format!("pub struct {name} {{\n{}}}\n", fields.collect::<String>())
        }
    }
}
