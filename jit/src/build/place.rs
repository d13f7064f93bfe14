//! The places of the globals of a sheet, which stay where they are while the code around them is compiled anew, and the slots through which
//! functions are called.

use compiler::env::{DefId, DefKind, Env};
use compiler::incremental::{Fingerprint, interface_of};
use compiler::layout::Layouts;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::linked::{GlobalPlace, Linked};
use crate::machine::Machine;
use crate::saved::Share;

/// Where a global has its value.
pub(crate) struct Place {
    pub(crate) global: Rc<GlobalPlace>,
    _storage: Box<[u128]>,
    /// Of the global: with another type it gets another place.
    pub(crate) interface: Fingerprint,
    /// Which value it has.
    pub(crate) stamp: Option<Fingerprint>,
    /// Whose descriptor it is known by.
    unit: Option<Rc<Linked>>,
}

#[derive(Default)]
pub(crate) struct Places {
    places: BTreeMap<DefId, Place>,
    slots: FxHashMap<String, Box<Cell<usize>>>,
}

impl Places {
    /// The address of a global, for which there is room from now on.
    pub(crate) fn address(&mut self, machine: &Machine, env: &Env, def: DefId) -> usize {
        let interface = interface_of(env, def);
        let known = self.places.get(&def);
        if known.is_none_or(|place| place.interface != interface) {
            let place = Place::new(env, def, interface);
            machine.add_place(&place.global);
            self.places.insert(def, place);
        }
        self.places[&def].global.address as usize
    }

    pub(crate) fn slot(&mut self, name: &str) -> usize {
        let slot = self.slots.entry(name.to_owned()).or_default();
        slot.as_ptr() as usize
    }

    pub(crate) fn get(&self, def: DefId) -> Option<&Place> {
        self.places.get(&def)
    }

    pub(crate) fn get_mut(&mut self, def: DefId) -> Option<&mut Place> {
        self.places.get_mut(&def)
    }

    /// In the order of their declarations.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Place> {
        self.places.values()
    }

    /// Takes out the places of globals that are of another type by now, or gone.
    pub(crate) fn take_others(&mut self, env: &Env) -> Vec<Place> {
        let is_other = |def: &DefId, place: &mut Place| {
            env.try_def(*def).is_none() || interface_of(env, *def) != place.interface
        };
        let others = self.places.extract_if(.., is_other);
        others.map(|(_, place)| place).collect()
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        self.places.values_mut()
    }

    pub(crate) fn insert(&mut self, place: Place) {
        self.places.insert(place.global.def, place);
    }

    /// Drops the place of a global.
    pub(crate) fn remove(&mut self, def: DefId) {
        self.places.remove(&def);
    }

    pub(crate) fn clear(&mut self) {
        self.places.clear();
    }
}

impl Place {
    fn new(env: &Env, def: DefId, interface: Fingerprint) -> Place {
        let DefKind::Global(global) = &env.def(def).kind else {
            panic!("compiler bug: {def} is not a global");
        };
        let size = Layouts::new(env).of(global.ty()).size as usize;
        Place::of_size(def, size, interface)
    }

    fn of_size(def: DefId, size: usize, interface: Fingerprint) -> Place {
        let mut storage = vec![0_u128; size.div_ceil(16).max(1)].into_boxed_slice();
        Place {
            global: Rc::new(GlobalPlace {
                def,
                desc: Cell::new(std::ptr::null()),
                address: storage.as_mut_ptr().cast(),
                is_bound: Cell::new(false),
                is_torn: Cell::new(false),
            }),
            _storage: storage,
            interface,
            stamp: None,
            unit: None,
        }
    }

    /// Its values are of that type, which the unit describes.
    pub(crate) fn describe(&mut self, by: &GlobalPlace, unit: &Rc<Linked>) {
        debug_assert!(!self.global.is_bound.get());
        self.global.desc.set(by.desc.get());
        self.unit = Some(Rc::clone(unit));
    }

    /// Has the value of a share in place of its own.
    pub(crate) fn put(&mut self, share: &Share, stamp: Fingerprint) {
        self.clear();
        self.take(share, stamp);
    }

    /// Has the value of a share in place of what an abandoned run left.
    pub(crate) fn restore(&mut self, share: &Share, stamp: Fingerprint) {
        self.global.forget();
        self.take(share, stamp);
    }

    /// Has the value of a share, which is laid out as its own.
    pub(crate) fn receive(&mut self, share: &Share) {
        self.clear();
        share.put_into(&self.global);
    }

    /// Another place with the same value, if there is one.
    pub(crate) fn copied(&self, machine: &Machine) -> Option<Place> {
        let share = Share::of(&self.global, self.unit()?)?;
        let size = self.global.desc().size as usize;
        let mut copy = Place::of_size(self.global.def, size, self.interface);
        machine.add_place(&copy.global);
        copy.take(&share, Fingerprint::default());
        Some(copy)
    }

    /// Has the value of another place of the same type, or none, in place of what a run may have left. The next sweep counts owners anew.
    pub(crate) fn become_as(&mut self, other: Option<&Place>) {
        let share = other.and_then(|other| Share::of(&other.global, other.unit()?));
        if share
            .as_ref()
            .is_some_and(|share| share.is_in(&self.global))
        {
            return;
        }
        if self.global.is_bound.get() {
            self.global.forget();
        }
        if let Some(share) = share {
            self.take(&share, Fingerprint::default());
        }
    }

    fn take(&mut self, share: &Share, stamp: Fingerprint) {
        self.global.desc.set(share.desc());
        self.unit = Some(Rc::clone(share.unit()));
        share.put_into(&self.global);
        self.stamp = Some(stamp);
    }

    pub(crate) fn unit(&self) -> Option<&Rc<Linked>> {
        self.unit.as_ref()
    }

    /// Drops the value, if there is one.
    pub(crate) fn clear(&mut self) {
        self.stamp = None;
        if let Some(unit) = &self.unit {
            self.global.drop_value(unit.machine());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.clear();
    }
}
