//! The types that the language itself knows: `T?`, `Result`, ranges, maps, sets and `Error`, with fixed ids.

use smol_str::SmolStr;
use syntax::{FileId, Span};

use super::{
    Def, DefId, DefKind, EnumDef, Env, FieldDef, Generic, Ids, Journal, ModuleId, ModuleScope,
    StructDef, VariantDef,
};
use crate::budget::Budget;
use crate::types::{IntTy, Ty};

const NOWHERE: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

impl Env {
    /// The language alone: no library, and the prelude's module still empty.
    pub fn new() -> Env {
        let mut env = Env {
            defs: imbl::GenericHashMap::default(),
            modules: imbl::GenericHashMap::default(),
            methods: imbl::GenericHashMap::default(),
            impls: imbl::GenericHashMap::default(),
            trait_methods: imbl::GenericHashMap::default(),
            operators: imbl::GenericHashMap::default(),
            variants: imbl::GenericHashMap::default(),
            loaded: imbl::GenericHashMap::default(),
            next_def: DefId::FIRST_FREE,
            next_module: 1,
            calls_back: false,
            journal: Journal::default(),
            ids: Ids::default(),
            budget: Budget::default(),
        };
        let prelude = ModuleScope {
            name: "prelude".into(),
            ..ModuleScope::default()
        };
        env.modules
            .insert(ModuleId::PRELUDE, std::sync::Arc::new(prelude));

        env.add_language_enum(DefId::OPTION, "Option", &["T"], |p| {
            vec![
                variant("none", None),
                variant("some", Some(("value", p[0]))),
            ]
        });
        env.add_language_enum(DefId::RESULT, "Result", &["T", "E"], |p| {
            vec![
                variant("ok", Some(("value", p[0]))),
                variant("err", Some(("error", p[1]))),
            ]
        });
        env.add_language_struct(DefId::RANGE, "Range", &["T"], |p| {
            vec![field("start", p[0]), field("end", p[0])]
        });
        env.add_language_struct(DefId::RANGE_INCLUSIVE, "RangeInclusive", &["T"], |p| {
            vec![field("start", p[0]), field("end", p[0])]
        });
        // What the fields mean is said in the library, which alone can name them.
        env.add_language_struct(DefId::MAP, "Map", &["K", "V"], |p| {
            let entry = Ty::option(Ty::tuple(vec![p[0], p[1]]));
            vec![
                field("index", Ty::array(Ty::map_slot())),
                field("entries", Ty::array(entry)),
                field("live", Ty::i64()),
            ]
        });
        env.add_language_struct(DefId::SET, "Set", &["T"], |p| {
            vec![field("map", Ty::map(p[0], Ty::unit()))]
        });
        env.add_language_struct(DefId::VIEW, "View", &["T"], |_| {
            let word = |name: &str| field(name, Ty::int(IntTy::U64));
            vec![word("address"), word("len")]
        });
        env.add_language_struct(DefId::ERROR, "Error", &[], |_| {
            let error = Ty::error_type();
            vec![
                field("message", Ty::str()),
                field("cause", Ty::option(error)),
            ]
        });
        for (name, id) in [
            ("Result", DefId::RESULT),
            ("Range", DefId::RANGE),
            ("RangeInclusive", DefId::RANGE_INCLUSIVE),
            ("Set", DefId::SET),
            ("Error", DefId::ERROR),
        ] {
            env.bind_name(ModuleId::PRELUDE, name.into(), id);
        }
        env
    }

    /// Gives a field of a struct of the language the default that the library has for it.
    pub(crate) fn set_default(&mut self, of: DefId, field: &str, default: DefId) {
        let mut found = Def::clone(self.def(of));
        if let DefKind::Struct(item) = &mut found.kind {
            for known in item.fields.iter_mut().filter(|known| known.name == field) {
                known.default = Some(default);
            }
        }
        self.insert(found);
    }

    fn add_language_struct(
        &mut self,
        id: DefId,
        name: &str,
        params: &[&str],
        fields: impl Fn(&[Ty]) -> Vec<FieldDef>,
    ) {
        let kind = DefKind::Struct(StructDef {
            generics: generics(params),
            fields: fields(&types_of(params)),
        });
        self.insert(language_def(id, name, kind));
    }

    fn add_language_enum(
        &mut self,
        id: DefId,
        name: &str,
        params: &[&str],
        variants: impl Fn(&[Ty]) -> Vec<VariantDef>,
    ) {
        let kind = DefKind::Enum(EnumDef {
            generics: generics(params),
            variants: variants(&types_of(params)),
        });
        self.insert(language_def(id, name, kind));
    }
}

impl Default for Env {
    fn default() -> Env {
        Env::new()
    }
}

fn language_def(id: DefId, name: &str, kind: DefKind) -> Def {
    Def {
        id,
        name: name.into(),
        module: ModuleId::PRELUDE,
        is_pub: true,
        span: NOWHERE,
        docs: None,
        was: None,
        kind,
    }
}

fn generics(names: &[&str]) -> Vec<Generic> {
    names
        .iter()
        .map(|name| Generic {
            name: SmolStr::new(name),
            bounds: Vec::new(),
            is_const: false,
        })
        .collect()
}

fn types_of(names: &[&str]) -> Vec<Ty> {
    (0u32..)
        .zip(names)
        .map(|(index, name)| Ty::param(index, name))
        .collect()
}

fn field(name: &str, ty: Ty) -> FieldDef {
    FieldDef {
        name: name.into(),
        ty,
        default: None,
        was: None,
        span: NOWHERE,
    }
}

fn variant(name: &str, payload: Option<(&str, Ty)>) -> VariantDef {
    VariantDef {
        name: name.into(),
        fields: payload.into_iter().map(|(n, ty)| field(n, ty)).collect(),
        was: None,
        span: NOWHERE,
    }
}
