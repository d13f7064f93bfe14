//! How an `Env` grows.

use std::sync::Arc;

use smol_str::SmolStr;

use syntax::Span;

use super::{
    Def, DefId, DefKind, Env, FnDef, Head, Import, ModuleId, ModuleScope, Projected, StoredBody,
    TraitImpl,
};
use crate::mir::{ConstValue, Elaborated};
use crate::types::Ty;

/// Extending. An `Env` that is to be kept is cloned first, which is cheap.
impl Env {
    pub fn fresh_module(&mut self, name: impl Into<SmolStr>) -> ModuleId {
        let id = ModuleId::from_u32(self.next_module);
        self.next_module += 1;
        self.add_module(id, name);
        id
    }

    /// A module with an id that it had before.
    pub fn add_module(&mut self, id: ModuleId, name: impl Into<SmolStr>) {
        let scope = ModuleScope {
            name: name.into(),
            ..ModuleScope::default()
        };
        self.modules.insert(id, Arc::new(scope));
    }

    /// Adds or replaces the definition with the id of `def`; names find it only after [`Env::bind_name`].
    pub fn insert(&mut self, def: Def) {
        self.journal.defs.insert(def.id);
        self.defs.insert(def.id, Arc::new(def));
    }

    /// There is an `extern fn`: what C does from now on may be to call it.
    pub fn allow_callbacks(&mut self) {
        self.calls_back = true;
    }

    /// Takes out a definition that nothing names.
    pub fn remove(&mut self, id: DefId) {
        self.defs.remove(&id);
    }

    pub fn add_variant_name(&mut self, variant: SmolStr, of: DefId) {
        self.journal.variants.push((variant.clone(), of));
        self.variants.entry(variant).or_default().push_back(of);
    }

    /// Sources of the library have names like `<io>`.
    pub fn mark_loaded(&mut self, source_name: SmolStr, module: ModuleId) {
        if source_name.starts_with('<') && source_name.ends_with('>') {
            self.scope_mut(module).is_library = true;
        }
        self.loaded.insert(source_name, module);
    }

    pub fn bind_name(&mut self, module: ModuleId, name: SmolStr, def: DefId) {
        self.journal.names.push((module, name.clone(), def));
        self.scope_mut(module).names.insert(name, def);
    }

    pub fn unbind_name(&mut self, module: ModuleId, name: &str) {
        self.scope_mut(module).names.remove(name);
    }

    pub fn bind_import(&mut self, module: ModuleId, name: SmolStr, import: Import) {
        self.scope_mut(module).imports.insert(name, import);
    }

    pub fn bind_export(&mut self, module: ModuleId, name: SmolStr, import: Import) {
        self.scope_mut(module).exports.insert(name, import);
    }

    /// `import` of a module: its impls count in `module` from now on, and where `module` itself is imported if it is passed on.
    pub fn use_module(&mut self, module: ModuleId, used: ModuleId, pass_on: bool) {
        let mut all = self.module(used).passed_on.clone();
        all.push_back(used);
        let scope = self.scope_mut(module);
        for each in all {
            if !scope.used.contains(&each) {
                scope.used.push_back(each);
            }
            if pass_on && !scope.passed_on.contains(&each) {
                scope.passed_on.push_back(each);
            }
        }
    }

    pub fn add_method(&mut self, head: Head, name: SmolStr, def: DefId) {
        let added = (head.clone(), name.clone(), def);
        self.journal.methods.push(added);
        self.methods.entry((head, name)).or_default().push_back(def);
    }

    /// Puts `new` where `old` was, when a later unit redefines a method.
    pub fn replace_method(&mut self, head: Head, name: SmolStr, old: DefId, new: DefId) {
        let found = self
            .methods
            .entry((head.clone(), name.clone()))
            .or_default();
        found.retain(|def| *def != old);
        self.add_method(head, name, new);
    }

    pub fn add_trait_method(&mut self, name: SmolStr, def: DefId) {
        self.journal.trait_methods.push((name.clone(), def));
        self.trait_methods.entry(name).or_default().push_back(def);
    }

    /// In place of `old`, the impl that stood at another place of the same module before.
    pub fn add_impl(&mut self, new: TraitImpl, old: Option<Span>) {
        self.journal.impls.push((new.of, new.span));
        let known = self.impls.entry(new.of).or_default();
        known.retain(|other| Some(other.span) != old);
        known.push_back(Arc::new(new));
    }

    pub fn add_operator(&mut self, symbol: SmolStr, def: DefId) {
        self.journal.operators.push((symbol.clone(), def));
        self.operators.entry(symbol).or_default().push_back(def);
    }

    pub fn replace_operator(&mut self, symbol: SmolStr, old: DefId, new: DefId) {
        let found = self.operators.entry(symbol.clone()).or_default();
        found.retain(|def| *def != old);
        self.add_operator(symbol, new);
    }

    pub fn set_body(&mut self, id: DefId, body: Arc<Elaborated>) {
        self.store_body(id, StoredBody::new(body));
    }

    pub(crate) fn store_body(&mut self, id: DefId, body: StoredBody) {
        self.function_mut(id).stored = Some(body);
    }

    /// Fills in what `check` inferred: the result type of a function, the type of a global or of a constant, where it was `None`.
    pub fn set_inferred_type(&mut self, id: DefId, ty: Ty) {
        match &mut self.def_mut(id).kind {
            DefKind::Fn(function) => function.ret = Some(ty),
            DefKind::Global(global) => global.ty = Some(ty),
            DefKind::Const(constant) => constant.ty = Some(ty),
            DefKind::Struct(_)
            | DefKind::Enum(_)
            | DefKind::Trait(_)
            | DefKind::ExternType { .. } => panic!("compiler bug: {id} has no type to infer"),
        }
    }

    /// Fills in the value of a constant, which may then also be a length.
    pub(crate) fn set_literal(&mut self, id: DefId, literal: crate::mir::Const) {
        let DefKind::Const(constant) = &mut self.def_mut(id).kind else {
            panic!("compiler bug: {id} is not a constant");
        };
        if let crate::mir::Const::Int(_, value) = literal {
            constant.int_value = Some(value);
        }
        constant.literal = Some(literal);
    }

    /// What tells the value of a constant from other ones, where it is no literal; the first that is said counts.
    pub fn set_print(&mut self, id: DefId, print: u128) {
        if let DefKind::Const(constant) = &mut self.def_mut(id).kind
            && constant.print == 0
        {
            constant.print = print;
        }
    }

    pub(crate) fn set_known(&mut self, id: DefId, value: ConstValue) {
        self.function_mut(id).known = Some(Arc::new(value));
    }

    pub(crate) fn set_projection(&mut self, id: DefId, projected: Projected) {
        self.function_mut(id).projection = Some(projected);
    }

    fn function_mut(&mut self, id: DefId) -> &mut FnDef {
        match &mut self.def_mut(id).kind {
            DefKind::Fn(function) => function,
            _ => panic!("compiler bug: {id} is not a function"),
        }
    }

    fn def_mut(&mut self, id: DefId) -> &mut Def {
        match self.defs.get_mut(&id) {
            Some(def) => Arc::make_mut(def),
            None => panic!("compiler bug: no definition {id}"),
        }
    }

    pub(super) fn scope_mut(&mut self, id: ModuleId) -> &mut ModuleScope {
        match self.modules.get_mut(&id) {
            Some(scope) => Arc::make_mut(scope),
            None => panic!("compiler bug: no module {id}"),
        }
    }
}
