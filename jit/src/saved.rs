//! The state of a global before something ran: a share of its value, so that taking it costs the same for one element and a
//! million.

use std::rc::Rc;

use stdlib::{Root, value};

use crate::linked::{GlobalPlace, Linked};
use crate::machine::Machine;

pub(crate) struct Saved {
    unit: Rc<Linked>,
    index: usize,
    /// The value's bytes, aligned for every type; `None` if the global was not bound.
    bytes: Option<Box<[u128]>>,
}

impl Saved {
    pub(crate) fn new(unit: &Rc<Linked>, index: usize) -> Saved {
        let global = &unit.globals()[index];
        let bytes = global.is_bound.get().then(|| {
            let size = global.desc().size as usize;
            let mut bytes = vec![0_u128; size.div_ceil(16)].into_boxed_slice();
            // SAFETY: the place holds a value of `size` bytes, of which we become an owner.
            unsafe {
                value::retain(global.desc(), global.address);
                bytes
                    .as_mut_ptr()
                    .cast::<u8>()
                    .copy_from_nonoverlapping(global.address, size);
            }
            bytes
        });
        Saved {
            unit: Rc::clone(unit),
            index,
            bytes,
        }
    }

    fn global(&self) -> &GlobalPlace {
        &self.unit.globals()[self.index]
    }

    pub(crate) fn root(&self) -> Option<Root> {
        let bytes = self.bytes.as_ref()?;
        Some((self.global().desc, bytes.as_ptr().cast()))
    }

    /// Puts the value back over what an abandoned run left, which the next sweep counts anew.
    pub(crate) fn restore_abandoned(mut self) {
        let global = self.global();
        global.forget();
        let bytes = self.bytes.take();
        self.put(bytes);
    }

    /// Puts the value back in place of a valid one.
    pub(crate) fn restore(mut self, machine: &Machine) {
        self.global().drop_value(machine);
        let bytes = self.bytes.take();
        self.put(bytes);
    }

    fn put(&self, bytes: Option<Box<[u128]>>) {
        if let Some(bytes) = bytes {
            let global = self.global();
            // SAFETY: the place is free, and takes our ownership over.
            unsafe {
                let size = global.desc().size as usize;
                global
                    .address
                    .copy_from_nonoverlapping(bytes.as_ptr().cast(), size);
            }
            global.is_bound.set(true);
        }
    }
}

impl Saved {
    /// Gives the value up.
    pub(crate) fn discard(mut self, machine: &Machine) {
        if let Some(bytes) = self.bytes.take() {
            let desc = self.global().desc();
            // SAFETY: the bytes are a value that we own.
            let dropped = unsafe { machine.run(|| value::drop_value(desc, bytes.as_ptr().cast())) };
            debug_assert!(dropped.is_ok(), "compiler bug: dropping a value failed");
        }
    }
}
