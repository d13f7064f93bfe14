//! What a host asks of a script by a name and a type, and what is said where the script has it otherwise: the line of the script, what the host
//! has there, and how to write either.

use compiler::env::{Def, DefId, DefKind, Env, FnDef, ParamDef};
use compiler::hir::nearest;
use compiler::types::{Len, Ty, TyKind};
use stdlib::desc::{Kind, TypeDesc};
use syntax::Diagnostic;

use super::Living;
use crate::host::fits::{Difference, Unlike};
use crate::host::{Args, AskedParam, Signature, Value, fits};
use crate::report::Error;
use crate::session::signature;

/// How the host writes a type.
fn shown(desc: &TypeDesc, host: Host) -> String {
    match host {
        Host::Rust => in_rust(desc),
        Host::Other => desc.name().to_owned(),
    }
}

/// A type of Rust, by its descriptor.
fn in_rust(desc: &TypeDesc) -> String {
    // SAFETY: an array's descriptor has that of its elements, a constant.
    let elem = || in_rust(unsafe { &*desc.elem });
    let fields = || desc.fields().iter().map(|field| in_rust(field.ty()));
    match desc.kind {
        Kind::Str => "String".to_owned(),
        Kind::Array => format!("Vec<{}>", elem()),
        Kind::FixedArray => format!("[{}; {}]", elem(), desc.count),
        Kind::Tuple => format!("({})", fields().collect::<Vec<String>>().join(", ")),
        Kind::Option => {
            let some = desc
                .variants()
                .last()
                .and_then(|some| some.fields().first());
            format!(
                "Option<{}>",
                some.map_or_else(String::new, |some| in_rust(some.ty()))
            )
        }
        Kind::Opaque => format!("Handle<{}>", desc.name()),
        _ => desc.name().to_owned(),
    }
}

/// Who asks, and so in which words types are told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    Rust,
    /// It writes types as Sumi does.
    Other,
}

/// The type of a function that a host asks for.
pub(super) struct Asked {
    pub(super) params: Vec<AskedParam>,
    pub(super) result: &'static TypeDesc,
    pub(super) host: Host,
}

impl Asked {
    pub(super) fn of<S: Signature>() -> Asked {
        Asked {
            params: S::Args::asked(),
            result: S::Result::desc(),
            host: Host::Rust,
        }
    }

    pub(super) fn params(&self) -> impl ExactSizeIterator<Item = (bool, &'static TypeDesc)> {
        self.params.iter().map(|param| (param.is_mut, param.ty))
    }

    pub(super) fn written(&self) -> String {
        fits::written(self.params(), self.result)
    }

    /// As the host writes it.
    pub(super) fn as_asked(&self) -> String {
        if self.host == Host::Other {
            return self.written();
        }
        let params = self.params.iter().map(|param| {
            let elem = || {
                // SAFETY: an array's descriptor has that of its elements, a constant.
                in_rust(unsafe { &*param.ty.elem })
            };
            match (param.is_view, param.is_mut) {
                (true, true) => format!("SliceMut<{}>", elem()),
                (true, false) => format!("Slice<{}>", elem()),
                (false, true) => format!("Mut<{}>", in_rust(param.ty)),
                (false, false) => in_rust(param.ty),
            }
        });
        let params: Vec<String> = params.collect();
        let arrow = match self.result.kind {
            Kind::Unit => String::new(),
            _ => format!(" -> {}", in_rust(self.result)),
        };
        format!("fn({}){arrow}", params.join(", "))
    }

    pub(super) fn is_type_of(&self, env: &Env, function: &FnDef) -> bool {
        fits::signature(env, function, self.params(), self.result).is_ok()
    }
}

/// What a name is asked for.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    Function(&'a Asked),
    Variable(Host),
}

impl Wanted<'_> {
    fn noun(self) -> &'static str {
        match self {
            Wanted::Function(_) => "function",
            Wanted::Variable(_) => "variable",
        }
    }

    fn host(self) -> Host {
        match self {
            Wanted::Function(asked) => asked.host,
            Wanted::Variable(host) => host,
        }
    }

    fn is_met_by(self, def: &Def) -> bool {
        match self {
            Wanted::Function(_) => matches!(def.kind, DefKind::Fn(_)),
            Wanted::Variable(_) => matches!(def.kind, DefKind::Global(_)),
        }
    }
}

/// How many names are listed.
const MOST_LISTED: usize = 8;

impl Living {
    /// The function or variable of this name.
    pub(super) fn named(&self, name: &str, wanted: Wanted<'_>) -> Result<DefId, Error> {
        let env = self.build.text.env();
        let scope = env.module(self.build.front.home);
        let report = match scope.names.get(name) {
            Some(def) if wanted.is_met_by(env.def(*def)) => return Ok(*def),
            Some(def) => something_else(env, env.def(*def), wanted),
            None => self.unknown(name, wanted),
        };
        Err(self.build.front.not_as_asked(&report))
    }

    fn unknown(&self, name: &str, wanted: Wanted<'_>) -> Diagnostic {
        let env = self.build.text.env();
        let noun = wanted.noun();
        let message = format!("`{}` has no {noun} `{name}`", self.build.name);
        let report = Diagnostic::error(NOT_IN_SCRIPT, message);
        let names = &env.module(self.build.front.home).names;
        let mut known: Vec<&Def> = names.values().map(|def| &**env.def(*def)).collect();
        known.retain(|def| wanted.is_met_by(def));
        known.sort_by(|a, b| a.name.cmp(&b.name));
        let perhaps = |report: Diagnostic, def: &Def, why: &str| {
            let report = report.at(def.span, why);
            report.help(format!("did you mean `{}`?", def.name))
        };
        let near = nearest(name, known.iter().map(|def| def.name.as_str()));
        if let Some(near) = near.and_then(|near| known.iter().find(|def| def.name == near)) {
            return perhaps(report, near, "this is close");
        }
        if let Some((module, def)) = self.in_a_module(name, wanted) {
            let report = report.at(def.span, format!("the module `{module}` has it"));
            return report.help(match &def.kind {
                DefKind::Fn(function) => handed_on(env, &module, def, function),
                _ => format!(
                    "a host reaches what the script itself has: let a function of it give `{module}.{name}`"
                ),
            });
        }
        if let Wanted::Function(asked) = wanted {
            let fits = |def: &&&Def| match &def.kind {
                DefKind::Fn(function) => asked.is_type_of(env, function),
                _ => false,
            };
            let is_new = |def: &&&Def| self.new_functions.contains(&def.id);
            let mut new = known.iter().filter(fits).filter(is_new);
            if let (Some(one), None) = (new.next(), new.next()) {
                return perhaps(report, one, "new, and of the type that is asked for");
            }
            let mut fitting = known.iter().filter(fits);
            if let (Some(one), None) = (fitting.next(), fitting.next()) {
                return perhaps(report, one, "the only one of the type that is asked for");
            }
        }
        let listed: Vec<String> = known.iter().map(|def| format!("`{}`", def.name)).collect();
        match listed.as_slice() {
            [] => report.note(format!("it has no {noun}s at all")),
            [one] => report.help(format!("the only one is {one}")),
            some if some.len() <= MOST_LISTED => {
                report.help(format!("its {noun}s are {}", some.join(", ")))
            }
            _ => report,
        }
    }

    /// An imported module that makes it public, and what it is there.
    fn in_a_module(&self, name: &str, wanted: Wanted<'_>) -> Option<(String, &Def)> {
        let env = self.build.text.env();
        self.build.modules.iter().find_map(|module| {
            let module = env.module(module.ready.module);
            let def = &**env.def(*module.names.get(name)?);
            let is_meant = def.is_pub && wanted.is_met_by(def);
            is_meant.then(|| (module.name.to_string(), def))
        })
    }

    /// It is of another type than the host asks for.
    pub(super) fn other_function(&self, def: DefId, asked: &Asked, unlike: &Unlike) -> Error {
        let env = self.build.text.env();
        let found = env.def(def);
        let function = env.function(def);
        let name = &found.name;
        let declared = signature(function, env);
        let written = asked.as_asked();
        let otherwise = format!("`{name}` is `{declared}`, and the host asks for `{written}`");
        let report = |message: String| Diagnostic::error(NOT_AS_ASKED, message);
        let parts = |report: Diagnostic, difference: &Difference| match difference.declared {
            Some(span) => report.also(span, difference.told_of_script()),
            None => report,
        };
        let report = match unlike {
            _ if !function.generics.is_empty() => {
                let message = format!(
                    "`{name}` has type parameters, so it is no code that a host could call"
                );
                let report = report(message).at(found.span, format!("`{declared}`"));
                let help =
                    "let another function of the script call it, with the types that are meant";
                return self.build.front.not_as_asked(&report.help(help));
            }
            Unlike::Params => {
                let (has, given) = (function.params.len(), asked.params.len());
                let has = counted(has, "parameter");
                let given = counted(given, "argument");
                report(otherwise).at(found.span, format!("{has}, and the host passes {given}"))
            }
            Unlike::Mut(index) => {
                let param = &function.params[*index];
                return self.build.front.not_as_asked(&lent_otherwise(
                    env,
                    found,
                    param,
                    asked.host,
                    // What Rust cannot write no other host can.
                    rust_signature(env, function, Some(*index)).map(|written| match asked.host {
                        Host::Rust => written,
                        Host::Other => declared,
                    }),
                ));
            }
            Unlike::Param(index, difference) if difference.is_whole() => {
                let given = shown(asked.params[*index].ty, asked.host);
                let param = &function.params[*index];
                let ty = param.ty.display(env);
                let label = format!("`{ty}`, and the host passes `{given}`");
                report(otherwise).at(param.span, label)
            }
            Unlike::Result(difference) if difference.is_whole() => {
                let ty = function.result().display(env);
                let wanted = shown(asked.result, asked.host);
                let label = format!("it gives `{ty}`, and the host asks for `{wanted}`");
                report(otherwise).at(found.span, label)
            }
            Unlike::Param(index, difference) => {
                let param = &function.params[*index];
                let message = format!("`{name}` is `{declared}`, but {}", difference.told());
                let label = format!("the host passes another `{}`", param.ty.display(env));
                let report = parts(report(message).at(param.span, label), difference);
                return self.build.front.not_as_asked(&report.help(SHARED_TYPE));
            }
            Unlike::Result(difference) => {
                let message = format!("`{name}` is `{declared}`, but {}", difference.told());
                let ty = function.result().display(env);
                let label = format!("the host asks for another `{ty}` as its result");
                let report = parts(report(message).at(found.span, label), difference);
                return self.build.front.not_as_asked(&report.help(SHARED_TYPE));
            }
        };
        let report = match asked.host {
            Host::Other => report.help(format!("ask for `{declared}`")),
            Host::Rust => match rust_signature(env, function, None) {
                Ok(written) => report.help(format!("ask for `{written}`")),
                Err(help) => report.help(help),
            },
        };
        self.build.front.not_as_asked(&report)
    }

    /// A slice that the host lends to be changed cannot be used where it is.
    pub(super) fn not_in_place(&self, def: DefId, asked: &Asked, found: &[Diagnostic]) -> Error {
        let Some(report) = found.first() else {
            return self.not_linked(found);
        };
        let function = self.build.text.env().function(def);
        let lent = function.params.iter().zip(&asked.params);
        let lent = lent.filter(|(_, asked)| asked.is_view && asked.is_mut);
        let report = lent.fold(report.clone(), |report, (param, _)| {
            report.also(param.span, "the host lends its elements here")
        });
        self.build.front.not_as_asked(&report.help(
            match asked.host {
                Host::Rust => "let the script have an array of its own: without `mut`, as a `Vec`, and give the new one back as the result",
                Host::Other => "let the script have an array of its own: without `mut`, and give the new one back as the result",
            },
        ))
    }

    /// A variable is of another type than the host asks for.
    pub(super) fn other_variable(
        &self,
        (def, ty): (DefId, Ty),
        asked: &TypeDesc,
        host: Host,
        difference: &Difference,
    ) -> Error {
        let env = self.build.text.env();
        let found = env.def(def);
        let name = &found.name;
        let shown = ty.display(env);
        let report = match difference.is_whole() {
            true => {
                let asked = self::shown(asked, host);
                let message = format!("`{name}` is `{shown}`, and the host asks for `{asked}`");
                let report =
                    Diagnostic::error(NOT_AS_ASKED, message).at(found.span, format!("`{shown}`"));
                match (host, rust_type(env, ty)) {
                    (Host::Other, _) => report.help(format!("ask for `{shown}`")),
                    (Host::Rust, Ok(written)) => report.help(format!("ask for `{written}`")),
                    (Host::Rust, Err(help)) => report.help(help),
                }
            }
            false => {
                let message = format!("`{name}` is `{shown}`, but {}", difference.told());
                let label = format!("the host asks for another `{shown}`");
                let report = Diagnostic::error(NOT_AS_ASKED, message).at(found.span, label);
                let report = match difference.declared {
                    Some(span) => report.also(span, difference.told_of_script()),
                    None => report,
                };
                report.help(SHARED_TYPE)
            }
        };
        self.build.front.not_as_asked(&report)
    }
}

/// Of a name that a script does not have.
const NOT_IN_SCRIPT: &str = "not-in-script";
/// Of a name that is something else, or of another type.
const NOT_AS_ASKED: &str = "not-as-asked";

const SHARED_TYPE: &str =
    "declare both alike, or let the script import the host's, which `module.value_type` offers";

fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("one {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// The name is there, but not for what is asked.
fn something_else(env: &Env, def: &Def, wanted: Wanted<'_>) -> Diagnostic {
    let name = &def.name;
    let (what, is_rust) = (wanted.noun(), wanted.host() == Host::Rust);
    let report = |is: &str| {
        let message = format!("`{name}` is {is}, not a {what}");
        Diagnostic::error(NOT_AS_ASKED, message).at(def.span, "declared here")
    };
    match &def.kind {
        DefKind::Global(global) => {
            let ty = global.ty();
            match rust_type(env, ty).ok().filter(|_| is_rust) {
                Some(ty) => report("a variable")
                    .help(format!("`script.get::<{ty}>(\"{name}\")` gives its value")),
                None => report("a variable").note(format!("its type is `{}`", ty.display(env))),
            }
        }
        DefKind::Fn(function) => match rust_signature(env, function, None).ok().filter(|_| is_rust)
        {
            Some(ty) => report("a function").help(format!(
                "`script.function::<{ty}>(\"{name}\")` is what calls it"
            )),
            None => {
                report("a function").note(format!("its type is `{}`", signature(function, env)))
            }
        },
        DefKind::Const(_) => report("a constant")
            .help("a constant is no place in memory: let a function give it, or bind it by `let`"),
        DefKind::Struct(_) | DefKind::Enum(_) | DefKind::ExternType { .. } => report("a type"),
        DefKind::Trait(_) => report("a trait"),
    }
}

/// How the script passes a function of a module on.
fn handed_on(env: &Env, module: &str, def: &Def, function: &FnDef) -> String {
    let name = &def.name;
    let params = function.params.iter().map(|param| {
        let mark = if param.is_mut { "mut " } else { "" };
        format!("{mark}{}: {}", param.name, param.ty.display(env))
    });
    let params: Vec<String> = params.collect();
    let given = function.params.iter().map(|param| {
        let mark = if param.is_mut { "mut " } else { "" };
        format!("{mark}{}", param.name)
    });
    let given: Vec<String> = given.collect();
    let result = function.result();
    let arrow = match result.is_unit() {
        true => String::new(),
        false => format!(" -> {}", result.display(env)),
    };
    format!(
        "a host reaches what the script itself has; it can hand it on: `fn {name}({}){arrow} {{ {module}.{name}({}) }}`",
        params.join(", "),
        given.join(", ")
    )
}

/// One side has it `mut`, the other one has not.
fn lent_otherwise(
    env: &Env,
    function: &Def,
    param: &ParamDef,
    host: Host,
    written: Result<String, String>,
) -> Diagnostic {
    let (name, own) = (&function.name, &param.name);
    let ty = param.ty.display(env);
    if !param.is_mut {
        let message =
            format!("`{name}` does not change its `{own}`, which the host lends to be changed");
        let report = Diagnostic::error(NOT_AS_ASKED, message).at(param.span, "this is no `mut`");
        let report = match written {
            Ok(written) => report.help(format!("ask for `{written}`")),
            Err(_) => report,
        };
        return report.help(format!("or have the script change it: `mut {own}: {ty}`"));
    }
    let message = format!("`{name}` changes its `{own}` in place, and the host passes a value");
    let report = Diagnostic::error(NOT_AS_ASKED, message)
        .at(param.span, "`mut`: what the caller has is changed");
    let back = "or take it without `mut`, and let the function give the new value back";
    match (host, written) {
        (Host::Rust, Ok(written)) => {
            let lent = match param.ty.kind() {
                TyKind::Array(elem) => {
                    format!("&mut [{}]", rust_type(env, *elem).unwrap_or_default())
                }
                _ => format!("&mut {}", rust_type(env, param.ty).unwrap_or_default()),
            };
            let report = report.help(format!("ask for `{written}`, and lend a `{lent}`"));
            report.help(back)
        }
        (Host::Other, Ok(written)) => {
            let report = report.help(format!("ask for `{written}`, and lend what is changed"));
            report.help(back)
        }
        (_, Err(help)) => report.help(help),
    }
}

/// How Rust writes the type of a function that is lent the parameter of that number; else why it cannot.
fn rust_signature(env: &Env, function: &FnDef, lent: Option<usize>) -> Result<String, String> {
    let mut params = Vec::new();
    for (index, param) in function.params.iter().enumerate() {
        params.push(match (param.is_mut, param.ty.kind()) {
            (false, TyKind::Array(elem)) if lent == Some(index) && is_plain(env, *elem) => {
                format!("Slice<{}>", rust_type(env, *elem)?)
            }
            (false, _) => rust_type(env, param.ty)?,
            (true, TyKind::Array(elem)) if is_plain(env, *elem) => {
                format!("SliceMut<{}>", rust_type(env, *elem)?)
            }
            (true, _) if is_plain(env, param.ty) => format!("Mut<{}>", rust_type(env, param.ty)?),
            (true, _) => {
                let (name, ty) = (&param.name, param.ty.display(env));
                return Err(format!(
                    "a host lends plain data only, and `{ty}` is more: take `{name}: {ty}` without `mut`, and give the new value back"
                ));
            }
        });
    }
    let result = function.result();
    let arrow = match result.is_unit() {
        true => String::new(),
        false => format!(" -> {}", rust_type(env, result)?),
    };
    Ok(format!("fn({}){arrow}", params.join(", ")))
}

/// How Rust writes a type; else what to do about it.
fn rust_type(env: &Env, ty: Ty) -> Result<String, String> {
    let none = |instead: &str| {
        Err(format!(
            "no type of a host stands for `{}`{instead}",
            ty.display(env)
        ))
    };
    match ty.kind() {
        TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char => Ok(ty.display(env)),
        TyKind::Str => Ok("String".to_owned()),
        TyKind::Array(elem) => Ok(format!("Vec<{}>", rust_type(env, *elem)?)),
        TyKind::FixedArray(elem, Len::Known(len)) => {
            Ok(format!("[{}; {len}]", rust_type(env, *elem)?))
        }
        TyKind::Tuple(parts) => {
            let parts = parts.iter().map(|part| rust_type(env, *part));
            let parts = parts.collect::<Result<Vec<String>, String>>()?;
            Ok(format!("({})", parts.join(", ")))
        }
        TyKind::Adt(def, args) => match (ty.option_of(), &env.def(*def).kind) {
            (Some(inner), _) => Ok(format!("Option<{}>", rust_type(env, inner)?)),
            (None, DefKind::ExternType { .. }) => Ok(format!("Handle<{}>", env.def(*def).name)),
            (None, _) if env.is_library(env.def(*def).module) => match args.as_slice() {
                [] => none(": hand over what it consists of"),
                _ => none(": hand over an array"),
            },
            (None, _) => Ok(env.def(*def).name.to_string()),
        },
        TyKind::Fn(_) | TyKind::CFn(_) => {
            none(": let the script keep it, and call it in a function of its own")
        }
        _ => none(""),
    }
}

/// Whether both languages can share its bytes.
fn is_plain(env: &Env, ty: Ty) -> bool {
    match ty.kind() {
        TyKind::Int(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char => true,
        TyKind::FixedArray(elem, _) => is_plain(env, *elem),
        TyKind::Adt(def, args) if args.is_empty() => match &env.def(*def).kind {
            DefKind::Struct(_) | DefKind::Enum(_) => {
                env.all_fields(*def).all(|field| is_plain(env, field.ty))
            }
            _ => false,
        },
        _ => false,
    }
}
