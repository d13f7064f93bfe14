//! One top-level item of an edited text: its tree, what it defines and what it may depend on. All that is read off the tokens, which is
//! quick, and where it is unsure names too much: that costs a check more, never a wrong result.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};
use syntax::ast::{self, Doubts, Expected};
use syntax::split::{self, Words};
use syntax::{Diagnostic, Diagnostics, FileId, SourceFile};

use crate::hir::{NUM_OPERATORS, bound_names, fn_name};
use crate::mentions::Texts;

/// Which item of the text it is, however it is edited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Lineage(pub u32);

impl Lineage {
    /// Of the piece at that place, from 0, in a text that was not edited.
    pub fn of_first(place: usize) -> Lineage {
        Lineage(place as u32 + 1)
    }
}

/// Something that an item can give another one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Name {
    /// A name at the top level, a variant's included.
    Top(SmolStr),
    /// What may stand behind a dot.
    Member(SmolStr),
    Operator(SmolStr),
    /// The implementations of a trait.
    Impls(SmolStr),
}

pub struct Piece {
    /// Its text, with the comments around it.
    pub file: FileId,
    /// Of the tokens.
    pub hash: u128,
    pub items: Vec<ast::Item>,
    /// What the parser had to say.
    pub diagnostics: Vec<Diagnostic>,
    pub(super) skipped: Vec<SmolStr>,
    pub(super) doubts: Doubts,
    pub(super) stray_expected: Vec<Expected>,
    pub(super) names: Rc<Names>,
}

#[derive(Default, PartialEq, Eq)]
pub(super) struct Names {
    /// The names that it defines at the top level, each of which stands for one thing in a text.
    pub(super) defines: Vec<SmolStr>,
    pub(super) gives: Vec<Name>,
    /// Two that have one of these in common may collide: they are compiled together.
    pub(super) groups: Vec<SmolStr>,
    pub(super) needs: Vec<Name>,
    /// It may change what others mean that do not name it: operators and methods that the language itself uses.
    pub(super) is_broad: bool,
    /// The traits that it implements. One that the text does not declare may be one that the language uses.
    pub(super) impl_of: Vec<SmolStr>,
    /// The implementations of the traits that it declares.
    pub(super) traits: Vec<Name>,
    /// It runs, or can be called.
    pub(super) has_code: bool,
    /// Something in it is computed while it is compiled.
    pub(super) computes: bool,
    /// Variables that it may change, as far as the tokens say.
    pub(super) written: Vec<SmolStr>,
    /// C may call it.
    pub(super) is_called_by_c: bool,
    /// It belongs to what the text stands on.
    pub(super) is_import: bool,
    /// It is a `test` or `bench`, also if it has mistakes.
    pub(super) is_trial: bool,
}

impl Piece {
    pub(super) fn new(file: &SourceFile, hash: u128) -> Piece {
        let parsed = syntax::parse(file);
        let names = Names::new(&parsed.module.items, &split::words(file), file);
        Piece {
            file: file.id,
            hash,
            items: parsed.module.items,
            diagnostics: parsed.diagnostics.iter().cloned().collect(),
            skipped: parsed.module.skipped,
            doubts: parsed.module.doubts,
            stray_expected: parsed.module.stray_expected,
            names: Rc::new(names),
        }
    }

    pub fn is_import(&self) -> bool {
        self.names.is_import
    }

    /// Whether it is a `test` or `bench`, which come after all else, and whose changes nobody sees.
    pub fn is_trial(&self) -> bool {
        self.names.is_trial
    }

    /// What it is called, if it is a `test`.
    pub fn test(&self) -> Option<&SmolStr> {
        self.items.iter().find_map(|item| match &item.kind {
            ast::ItemKind::Test(test) if !test.is_bench => Some(&test.name),
            _ => None,
        })
    }

    /// What it defines, as one would name it.
    pub fn title(&self) -> Option<SmolStr> {
        let named = self.names.defines.first();
        named.or(self.names.groups.first()).cloned()
    }

    /// What is stated behind its items.
    pub(super) fn expected(&self) -> Vec<Option<Expected>> {
        let items = self.items.iter();
        items.map(|item| item.expected.clone()).collect()
    }

    /// Whether parts of it were not understood.
    pub(super) fn is_torn(&self) -> bool {
        let errors = self.diagnostics.iter();
        errors.filter(|found| found.is_error()).count() > 0
    }
}

impl Names {
    fn new(items: &[ast::Item], words: &Words, texts: &SourceFile) -> Names {
        let mut names = Names {
            computes: words.computes,
            written: words.written.clone(),
            is_trial: words.is_trial,
            ..Names::default()
        };
        for item in items {
            names.add(item, texts);
        }
        let top = words.names.iter().cloned().map(Name::Top);
        let members = words.members.iter().cloned().map(Name::Member);
        let operators = words.operators.iter().cloned().map(Name::Operator);
        // Whoever knows a trait may mean any of its implementations.
        let impls = words.names.iter().filter(|name| is_upper(name));
        let impls = impls.cloned().map(Name::Impls);
        // What `impl Num` asks for stands outside of it.
        let is_number = names.impl_of.iter().any(|of| of == "Num");
        let asked = is_number.then_some(NUM_OPERATORS).into_iter().flatten();
        let asked = asked.map(|(operator, _)| Name::Operator(SmolStr::new_static(operator)));
        let needs = top.chain(members).chain(operators).chain(impls);
        names.needs = needs.chain(asked).collect();
        names.gives.sort_unstable();
        names.gives.dedup();
        let given: FxHashSet<&Name> = names.gives.iter().collect();
        // Of members and operators there may be others of the name.
        let is_own = |need: &Name| matches!(need, Name::Top(_)) && given.contains(need);
        names.needs.retain(|need| !is_own(need));
        names
    }

    fn add(&mut self, item: &ast::Item, texts: &SourceFile) {
        match &item.kind {
            ast::ItemKind::Fn(decl) => {
                self.has_code = true;
                self.is_called_by_c |= decl.is_extern;
                self.function(decl);
            }
            ast::ItemKind::Struct(decl) => {
                self.define(&decl.name.name);
                self.has_code |= decl.fields.iter().any(|field| field.default.is_some());
            }
            ast::ItemKind::Enum(decl) => {
                self.define(&decl.name.name);
                for variant in &decl.variants {
                    self.gives.push(Name::Top(variant.name.name.clone()));
                    self.gives.push(Name::Member(variant.name.name.clone()));
                    self.has_code |= variant.fields.iter().any(|field| field.default.is_some());
                }
            }
            ast::ItemKind::Trait(decl) => {
                self.define(&decl.name.name);
                self.traits.push(Name::Impls(decl.name.name.clone()));
                for name in member_names(&decl.members) {
                    self.gives.push(Name::Member(name));
                }
                self.has_code |= decl.members.iter().any(has_body);
            }
            ast::ItemKind::Impl(decl) => self.implementation(decl, texts),
            ast::ItemKind::Extern(block) => {
                for function in &block.fns {
                    self.function(&function.decl);
                }
                let globals = block.globals.iter().map(|global| &global.name);
                let types = block.types.iter().map(|ty| &ty.name);
                for name in globals.chain(types) {
                    self.define(&name.name);
                }
            }
            ast::ItemKind::Import(import) => self.import(import),
            ast::ItemKind::TypeAlias(alias) => self.define(&alias.name.name),
            ast::ItemKind::ExternType(ty) => self.define(&ty.name.name),
            ast::ItemKind::Stmt(stmt) => {
                self.has_code = true;
                if let ast::StmtKind::Let(binding) = &stmt.kind {
                    for name in bound_names(&binding.pattern) {
                        self.define(&name.name);
                    }
                }
            }
            ast::ItemKind::Test(_) | ast::ItemKind::Error => self.has_code = true,
        }
    }

    fn function(&mut self, decl: &ast::FnDecl) {
        let (name, _) = fn_name(decl);
        match &decl.name {
            ast::FnName::Ident(_) => self.define(&name),
            ast::FnName::Op(..) => self.operator(name),
        }
    }

    fn import(&mut self, import: &ast::Import) {
        self.is_import = true;
        match &import.names {
            Some(names) => {
                for name in names {
                    let local = name.alias.as_ref().unwrap_or(&name.name);
                    self.define(&local.name);
                }
            }
            None => {
                let local = import.alias.as_ref().or(import.path.segments.last());
                local.into_iter().for_each(|name| self.define(&name.name));
            }
        }
    }

    fn define(&mut self, name: &SmolStr) {
        self.defines.push(name.clone());
        self.gives.push(Name::Top(name.clone()));
    }

    fn operator(&mut self, symbol: SmolStr) {
        self.is_broad |= matches!(symbol.as_str(), "==" | "<");
        self.groups.push(format_smolstr!("operator {symbol}"));
        self.gives.push(Name::Operator(symbol));
    }

    fn implementation(&mut self, decl: &ast::ImplDecl, texts: &SourceFile) {
        self.has_code = true;
        let target = head(Texts::slice(texts, decl.target.span));
        if let Some(of) = &decl.of_trait {
            let Some(name) = of.path.segments.last() else {
                return;
            };
            self.gives.push(Name::Impls(name.name.clone()));
            self.groups
                .push(format_smolstr!("impl {} for {target}", name.name));
            self.impl_of.push(name.name.clone());
        }
        for member in &decl.members {
            if let ast::ItemKind::Fn(function) = &member.kind
                && let ast::FnName::Op(..) = &function.name
            {
                self.operator(fn_name(function).0);
            }
        }
        for name in member_names(&decl.members) {
            if decl.of_trait.is_none() {
                self.groups.push(format_smolstr!("{target}.{name}"));
                self.is_broad |= name == "show";
            }
            self.gives.push(Name::Member(name));
        }
    }
}

fn member_names(members: &[ast::Item]) -> impl Iterator<Item = SmolStr> + '_ {
    members.iter().filter_map(|member| match &member.kind {
        ast::ItemKind::Fn(decl) => match &decl.name {
            ast::FnName::Ident(name) => Some(name.name.clone()),
            ast::FnName::Op(..) => None,
        },
        _ => None,
    })
}

fn has_body(member: &ast::Item) -> bool {
    matches!(&member.kind, ast::ItemKind::Fn(decl) if decl.body.is_some())
}

fn is_upper(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

/// A type as it is written, without what it is given.
fn head(target: &str) -> &str {
    let target = target.trim();
    match target.find(['<', '[', '(']) {
        Some(0) => &target[..1],
        Some(end) => target[..end].trim_end(),
        None => target,
    }
}

/// All of them as the parser gave them.
pub(super) fn parse_diagnostics(pieces: &[Rc<Piece>]) -> Diagnostics {
    let mut all = Diagnostics::new();
    all.extend(
        pieces
            .iter()
            .flat_map(|piece| piece.diagnostics.iter().cloned()),
    );
    all
}
