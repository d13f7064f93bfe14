//! The value of a global at some moment: a share of it, so that taking it costs the same for one element and a million.

use std::rc::Rc;

use compiler::env::DefId;
use stdlib::{Root, TypeDesc, value};

use crate::linked::{GlobalPlace, Linked};
use crate::machine::Machine;

/// An owner of a value. Dropping it gives the value up.
pub(crate) struct Share {
    /// In the unit.
    desc: *const TypeDesc,
    /// The value's bytes, aligned for every type; none once they are given away.
    bytes: Option<Box<[u128]>>,
    unit: Rc<Linked>,
}

impl Share {
    /// Of the value that the place has. `unit` has its descriptor.
    pub(crate) fn of(place: &GlobalPlace, unit: &Rc<Linked>) -> Option<Share> {
        let root = place.root()?;
        let size = place.desc().size as usize;
        let mut bytes = vec![0_u128; size.div_ceil(16)].into_boxed_slice();
        // SAFETY: the place holds a value of `size` bytes, of which we become an owner.
        unsafe {
            value::retain(place.desc(), root.1);
            bytes
                .as_mut_ptr()
                .cast::<u8>()
                .copy_from_nonoverlapping(root.1, size);
        }
        Some(Share {
            desc: root.0,
            bytes: Some(bytes),
            unit: Rc::clone(unit),
        })
    }

    /// Of a value that was made for it.
    pub(crate) fn made(desc: *const TypeDesc, bytes: Box<[u128]>, unit: &Rc<Linked>) -> Share {
        Share {
            desc,
            bytes: Some(bytes),
            unit: Rc::clone(unit),
        }
    }

    pub(crate) fn desc(&self) -> &TypeDesc {
        // SAFETY: a constant of the unit.
        unsafe { &*self.desc }
    }

    pub(crate) fn unit(&self) -> &Rc<Linked> {
        &self.unit
    }

    pub(crate) fn root(&self) -> Option<Root> {
        let bytes = self.bytes.as_ref()?;
        Some((self.desc, bytes.as_ptr().cast()))
    }

    /// Puts the value into a place that holds none; both own it from then on.
    pub(crate) fn put_into(&self, place: &GlobalPlace) {
        if let Some((_, bytes)) = self.root() {
            // SAFETY: the bytes are a value of that type, and get another owner.
            unsafe { value::retain(self.desc(), bytes) };
            self.copy_into(place);
        }
    }

    /// Puts the value into a place that holds none, which owns it from then on.
    pub(crate) fn give_to(mut self, place: &GlobalPlace) {
        self.copy_into(place);
        self.bytes = None;
    }

    fn copy_into(&self, place: &GlobalPlace) {
        if let Some((_, bytes)) = self.root() {
            let size = self.desc().size as usize;
            // SAFETY: the place is free, and as large.
            unsafe { place.address.copy_from_nonoverlapping(bytes, size) };
            place.is_bound.set(true);
        }
    }

    /// Whether the place holds the very same bits, so that nothing was written to it.
    pub(crate) fn is_in(&self, place: &GlobalPlace) -> bool {
        let (Some((_, mine)), Some((_, other))) = (self.root(), place.root()) else {
            return false;
        };
        let size = self.desc().size as usize;
        // SAFETY: both have `size` bytes. Those between fields are copied along with the others.
        unsafe {
            let mine = std::slice::from_raw_parts(mine, size);
            let other = std::slice::from_raw_parts(other, size);
            mine == other
        }
    }
}

impl Share {
    /// Whether both are the same value, as far as that is found out within the budget. Of what has code in it nothing is known if
    /// `code_changed`.
    pub(crate) fn is_same(&self, other: &Share, code_changed: bool, budget: value::Budget) -> bool {
        let (Some((_, mine)), Some((_, theirs))) = (self.root(), other.root()) else {
            return false;
        };
        let (desc, of_other) = (self.desc(), other.desc());
        if !desc.same_type(of_other) || (code_changed && desc.holds_code()) {
            return false;
        }
        // SAFETY: both are valid values of the type.
        unsafe { value::same(desc, mine, theirs, budget) == value::Same::Same }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(bytes) = self.bytes.take() else {
            return;
        };
        if !self.desc().has_heap() {
            return;
        }
        let machine = Rc::clone(self.unit.machine());
        // SAFETY: the bytes are a value that we own.
        let dropped =
            unsafe { machine.run(|| value::drop_value(self.desc(), bytes.as_ptr().cast())) };
        debug_assert!(dropped.is_ok(), "compiler bug: dropping a value failed");
    }
}

/// The state of a global of a unit before something ran.
pub(crate) struct Saved {
    unit: Rc<Linked>,
    index: usize,
    /// `None` if the global was not bound.
    value: Option<Share>,
}

impl Saved {
    pub(crate) fn new(unit: &Rc<Linked>, index: usize) -> Saved {
        Saved {
            unit: Rc::clone(unit),
            index,
            value: Share::of(&unit.globals()[index], unit),
        }
    }

    fn global(&self) -> &GlobalPlace {
        &self.unit.globals()[self.index]
    }

    pub(crate) fn root(&self) -> Option<Root> {
        self.value.as_ref().and_then(Share::root)
    }

    /// Puts the value back over what an abandoned run left, which the next sweep counts anew.
    pub(crate) fn restore_abandoned(mut self) {
        self.global().forget();
        self.put();
    }

    /// Which global it is of.
    pub(crate) fn of(&self) -> (*const Linked, usize) {
        (Rc::as_ptr(&self.unit), self.index)
    }

    pub(crate) fn def(&self) -> DefId {
        self.global().def
    }

    /// The value that the global has now.
    pub(crate) fn now(&self) -> Option<Root> {
        self.global().root()
    }

    /// Whether the global has another value by now, as far as its own bytes tell.
    pub(crate) fn differs(&self) -> bool {
        match &self.value {
            Some(value) => !value.is_in(self.global()),
            None => self.global().is_bound.get(),
        }
    }

    /// Puts the value back in place of a valid one, and holds that from then on.
    pub(crate) fn exchange(&mut self, machine: &Machine) {
        let now = Saved::new(&self.unit, self.index);
        std::mem::replace(self, now).restore(machine);
    }

    /// Puts the value back in place of a valid one.
    pub(crate) fn restore(mut self, machine: &Machine) {
        self.global().drop_value(machine);
        self.put();
    }

    fn put(&mut self) {
        if let Some(value) = self.value.take() {
            value.give_to(self.global());
        }
    }
}
