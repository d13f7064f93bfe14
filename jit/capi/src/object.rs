//! Objects of C that scripts hold by handles: C's pointer with a count of its owners, which are here and in blocks of scripts.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use stdlib::desc::TypeDesc;

use crate::error::{Answer, SumiError, answer, misuse, out, required};

/// Of which type objects are, and what is called when one goes.
pub struct SumiType {
    pub(crate) desc: &'static TypeDesc,
    pub(crate) destroy: Option<unsafe extern "C" fn(*mut c_void)>,
}

/// See `sumi_object` in `sumi.h`.
pub struct SumiObject {
    pub(crate) desc: &'static TypeDesc,
    data: *mut c_void,
    destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    owners: Cell<usize>,
}

impl SumiObject {
    /// One owner more.
    pub(crate) fn keep(&self) {
        self.owners.set(self.owners.get() + 1);
    }

    /// One owner less; the last destroys the object.
    ///
    /// # Safety
    /// The caller is an owner, and no longer.
    pub(crate) unsafe fn give_up(object: *mut SumiObject) {
        // SAFETY: the caller's promise.
        unsafe {
            let left = (*object).owners.get() - 1;
            (*object).owners.set(left);
            if left == 0 {
                let object = Box::from_raw(object);
                if let Some(destroy) = object.destroy {
                    destroy(object.data);
                }
            }
        }
    }
}

/// The last copy of a handle in Sumi is gone.
pub(crate) unsafe extern "C" fn handle_gone(element: *const u8) {
    // SAFETY: the element of a handle's block is an owner, if the block was given an object.
    unsafe {
        let object = element.cast::<*mut SumiObject>().read();
        if !object.is_null() {
            SumiObject::give_up(object);
        }
    }
}

/// Whether it is one of the type.
///
/// # Safety
/// It is an object.
pub(crate) unsafe fn is_of(object: *mut c_void, desc: &TypeDesc) -> bool {
    // SAFETY: the caller's promise.
    ptr::eq(unsafe { (*object.cast::<SumiObject>()).desc }, desc)
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_object_new(
    ty: *const SumiType,
    data: *mut c_void,
    object: *mut *mut SumiObject,
) -> *mut SumiError {
    answer(|| {
        // SAFETY: C's promise.
        let (object, ty) = unsafe {
            (
                out(object, "object", ptr::null_mut())?,
                required(ty, "type")?,
            )
        };
        let new = SumiObject {
            desc: ty.desc,
            data,
            destroy: ty.destroy,
            owners: Cell::new(1),
        };
        object.set(Box::into_raw(Box::new(new)));
        Ok(())
    })
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_object_data(object: *const SumiObject) -> *mut c_void {
    // SAFETY: C's promise.
    unsafe { object.as_ref() }.map_or(std::ptr::null_mut(), |object| object.data)
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_object_keep(object: *mut SumiObject) -> *mut SumiObject {
    // SAFETY: C's promise.
    if let Some(object) = unsafe { object.as_ref() } {
        object.keep();
    }
    object
}

/// # Safety
/// As `sumi.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sumi_object_free(object: *mut SumiObject) {
    if !object.is_null() {
        // SAFETY: C's promise.
        unsafe { SumiObject::give_up(object) }
    }
}

/// Types live for ever, and one that is described again is the same.
pub(crate) fn lasting(
    desc: &'static TypeDesc,
    destroy: Option<unsafe extern "C" fn(*mut c_void)>,
) -> Answer<*const SumiType> {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    static TYPES: Mutex<BTreeMap<(usize, usize), &'static SumiType>> = Mutex::new(BTreeMap::new());
    let mut types = TYPES.lock().map_err(|_| misuse("the types are lost"))?;
    let key = (
        std::ptr::from_ref(desc) as usize,
        destroy.map_or(0, |destroy| destroy as usize),
    );
    let known = types
        .entry(key)
        .or_insert_with(|| Box::leak(Box::new(SumiType { desc, destroy })));
    Ok(std::ptr::from_ref(*known))
}
