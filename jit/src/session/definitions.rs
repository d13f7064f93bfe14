//! What the entries of a REPL have defined so far, as trees, so that a definition whose interface changes takes its callers
//! along: they are compiled again with it, through any chain, or it is refused.
//!
//! Who depends on whom is read off the words of the text: too many is harmless, since compiling again changes nothing.

use std::rc::Rc;

use compiler::mentions::{Mentions, is_const, member_name, words};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use syntax::{Sources, ast};

/// The newest definitions, in the order in which they were entered. Cheap to keep for an undo.
#[derive(Clone, Default)]
pub(super) struct Definitions(Rc<Vec<Rc<Definition>>>);

struct Definition {
    item: ast::Item,
    mentions: Mentions,
}

impl Definitions {
    /// Those that depend, through any chain, on one of these names, and that the entry does not define itself.
    pub(super) fn dependents(
        &self,
        sources: &Sources,
        entry: &[ast::Item],
        names: &[SmolStr],
    ) -> Vec<ast::Item> {
        let kept = self.without(sources, entry);
        let mut changed: FxHashSet<SmolStr> = names.iter().cloned().collect();
        // Constants have called what they mention already.
        let entered = names_of(sources, entry);
        let holds_old = |definition: &Rc<Definition>| {
            is_const(&definition.item)
                && entered
                    .iter()
                    .any(|name| definition.mentions.words.contains(name))
        };
        let mut again: Vec<bool> = kept.iter().map(holds_old).collect();
        for (definition, _) in kept.iter().zip(&again).filter(|(_, again)| **again) {
            changed.extend(definition.mentions.names.iter().cloned());
        }
        loop {
            let before = changed.len();
            for (definition, again) in kept.iter().zip(&mut again) {
                if !*again
                    && definition
                        .mentions
                        .words
                        .iter()
                        .any(|word| changed.contains(word))
                {
                    *again = true;
                    changed.extend(definition.mentions.names.iter().cloned());
                }
            }
            if changed.len() == before {
                break;
            }
        }
        let chosen = kept.iter().zip(again).filter(|(_, again)| *again);
        chosen
            .map(|(definition, _)| definition.item.clone())
            .collect()
    }

    /// With the entry's definitions in the place of those of the same names.
    pub(super) fn extended(&self, sources: &Sources, entry: &[ast::Item]) -> Definitions {
        let mut list = self.without(sources, entry);
        let new = entry
            .iter()
            .filter_map(|item| Definition::of(sources, item));
        list.extend(new.filter(|definition| definition.is_kept()).map(Rc::new));
        Definitions(Rc::new(list))
    }

    /// Those that stay when the entry is added: no function or type of its names, no method of its `impl`s.
    fn without(&self, sources: &Sources, entry: &[ast::Item]) -> Vec<Rc<Definition>> {
        let new: Vec<Definition> = entry
            .iter()
            .filter_map(|item| Definition::of(sources, item))
            .collect();
        self.0
            .iter()
            .filter_map(|old| old.less(sources, &new))
            .collect()
    }

    /// The words by which users of a trait know an `impl` that the entry replaces: the trait, the type, the methods.
    pub(super) fn replaced_impls(&self, sources: &Sources, entry: &[ast::Item]) -> Vec<SmolStr> {
        let mut found = Vec::new();
        for item in entry {
            let (Some(new), ast::ItemKind::Impl(decl)) =
                (Definition::of(sources, item), &item.kind)
            else {
                continue;
            };
            let Some(of) = &decl.of_trait else { continue };
            if self
                .0
                .iter()
                .any(|old| old.mentions.names == new.mentions.names)
            {
                found.extend(words(sources.slice(of.span)));
                found.extend(words(sources.slice(decl.target.span)));
                let members = decl.members.iter();
                found.extend(members.filter_map(|member| member_name(member, sources)));
            }
        }
        found
    }
}

/// The names that an entry defines, methods included.
pub(super) fn names_of(sources: &Sources, entry: &[ast::Item]) -> Vec<SmolStr> {
    let found = entry
        .iter()
        .filter_map(|item| Definition::of(sources, item));
    found
        .flat_map(|definition| definition.mentions.names)
        .collect()
}

/// How a definition is called in a message.
pub(super) fn title(sources: &Sources, item: &ast::Item) -> String {
    match Definition::of(sources, item) {
        Some(Definition { mentions, .. }) => match mentions.target {
            Some(target) => format!("impl {target}"),
            None => mentions.names.join(", "),
        },
        None => String::new(),
    }
}

impl Definition {
    fn of(sources: &Sources, item: &ast::Item) -> Option<Definition> {
        let mentions = Mentions::of(item, sources)?;
        Some(Definition {
            item: item.clone(),
            mentions,
        })
    }

    /// Bindings are not compiled again: they hold values.
    fn is_kept(&self) -> bool {
        !matches!(&self.item.kind, ast::ItemKind::Stmt(_)) || is_const(&self.item)
    }

    /// What is left of it beside newer ones.
    fn less(
        self: &Rc<Definition>,
        sources: &Sources,
        newer: &[Definition],
    ) -> Option<Rc<Definition>> {
        let Some(target) = &self.mentions.target else {
            let is_replaced = newer.iter().any(|new| {
                new.mentions.target.is_none()
                    && new
                        .mentions
                        .names
                        .iter()
                        .any(|n| self.mentions.names.contains(n))
            });
            return (!is_replaced).then(|| Rc::clone(self));
        };
        let of_same = newer
            .iter()
            .filter(|new| new.mentions.target.as_ref() == Some(target));
        let gone: FxHashSet<&SmolStr> = of_same.flat_map(|new| &new.mentions.names).collect();
        if !self.mentions.names.iter().any(|name| gone.contains(name)) {
            return Some(Rc::clone(self));
        }
        let mut item = self.item.clone();
        if let ast::ItemKind::Impl(decl) = &mut item.kind {
            decl.members.retain(|member| {
                member_name(member, sources).is_none_or(|name| !gone.contains(&name))
            });
        }
        Definition::of(sources, &item)
            .filter(|left| !left.mentions.names.is_empty())
            .map(Rc::new)
    }
}
