//! The values of earlier entries: `$3` is that of entry 3, `it` that of the last one that had one. Each is the hidden global
//! that the value was stored in, which gets a name; nothing is copied. A name of the user's own, `it`, goes before ours.

use compiler::env::{DefId, DefKind, GlobalOrigin};
use smol_str::{SmolStr, format_smolstr};

use super::Session;

const LAST: &str = "it";

impl Session {
    pub(super) fn name_value(&mut self, number: u32, def: DefId) {
        self.past.push_back((number, def));
        let home = self.front.home;
        let name = past_name(number);
        self.front.env.bind_name(home, name, def);
        let taken = self.front.env.module(home).names.get(LAST).copied();
        if taken.is_none_or(|taken| self.is_value(taken)) {
            let name = SmolStr::new_static(LAST);
            self.front.env.bind_name(home, name, def);
        }
    }

    /// `$3`, of the value of an entry.
    pub(super) fn past_title(&self, def: DefId) -> Option<String> {
        let found = self.past.iter().find(|(_, known)| *known == def);
        found.map(|(number, _)| past_name(*number).to_string())
    }

    /// Whether it is the value of an entry.
    pub(super) fn is_value(&self, def: DefId) -> bool {
        self.front.env.try_def(def).is_some_and(|found| {
            matches!(&found.kind, DefKind::Global(global) if global.origin == GlobalOrigin::Hidden)
        })
    }

    /// Values of entries that are so far back go, except those that something uses.
    pub(super) fn forget_values(&mut self) {
        let (last, limit) = (self.next_entry() - 1, self.config.entries);
        while let Some((number, def)) = self
            .past
            .pop_front_if(|(number, _)| *number as usize + limit <= last as usize)
        {
            let unit = self.units.iter().find(|unit| unit.global(def).is_some());
            let Some(unit) = unit.filter(|unit| std::rc::Rc::strong_count(unit) == 1) else {
                continue;
            };
            if let Some(place) = unit.global(def) {
                place.drop_value(&self.machine);
            }
            let home = self.front.home;
            self.front.env.unbind_name(home, &past_name(number));
        }
        self.unname_lost_values();
    }

    /// An environment from earlier may name values that are gone.
    pub(super) fn unname_lost_values(&mut self) {
        let first = self.past.front().map_or(u32::MAX, |(number, _)| *number);
        let home = self.front.home;
        let names = &self.front.env.module(home).names;
        let is_old = |name: &str| match name.strip_prefix('$') {
            Some(number) => number.parse().is_ok_and(|number: u32| number < first),
            None => name == LAST,
        };
        let old = names.iter().filter(|(name, _)| is_old(name));
        let is_lost = |def: DefId| {
            self.is_value(def)
                && !self
                    .machine
                    .units()
                    .iter()
                    .any(|unit| unit.global(def).is_some_and(|place| place.is_bound.get()))
        };
        let lost: Vec<SmolStr> = old
            .filter(|(_, def)| is_lost(**def))
            .map(|(name, _)| name.clone())
            .collect();
        for name in lost {
            self.front.env.unbind_name(home, &name);
        }
    }
}

pub(super) fn past_name(number: u32) -> SmolStr {
    format_smolstr!("${number}")
}
