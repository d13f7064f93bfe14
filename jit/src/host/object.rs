//! Objects of the host that scripts hold by handles: `extern type` in Sumi, shared ownership in Rust.

use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::OnceLock;

use stdlib::desc::{Kind, TypeDesc};
use stdlib::{Block, block, value};

use super::{Param, Value};

/// A type whose values stay in Rust, while scripts pass handles of them around; `#[derive(sumi::Object)]` makes one. Functions of the
/// host take it as `&T`, and as [`Handle`] to keep it.
#[diagnostic::on_unimplemented(
    message = "scripts have no handles of `{Self}`",
    note = "`#[derive(sumi::Object)]` on it makes them possible"
)]
pub trait Object: Sized + 'static {
    /// What scripts call it.
    const NAME: &'static str;

    /// Its descriptor, once it was made: each handle that scripts are given needs it.
    #[doc(hidden)]
    fn described() -> &'static OnceLock<&'static TypeDesc>;
}

/// One owner of an object, beside other handles here and in scripts. The last one that goes drops it; that may be in the middle of a run, so
/// `Drop` must not call into Sumi.
pub struct Handle<T: Object>(Rc<T>);

impl<T: Object> Handle<T> {
    /// The only handle of a new object.
    pub fn new(object: T) -> Handle<T> {
        Handle(Rc::new(object))
    }

    /// Whether both are of one object, as `==` tells in a script.
    pub fn is_same(&self, other: &Handle<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: Object> Clone for Handle<T> {
    fn clone(&self) -> Handle<T> {
        Handle(Rc::clone(&self.0))
    }
}

impl<T: Object> Deref for Handle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The last copy in Sumi is gone.
unsafe extern "C" fn give_up<T: Object>(element: *const u8) {
    // SAFETY: the element of a handle's block is an owner that `make` gave away.
    let owner = unsafe { Rc::from_raw(element.cast::<*const T>().read()) };
    // A panic must not go through generated code; its message was shown.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(owner)));
}

/// The object behind a handle in Sumi.
///
/// # Safety
/// `held` is a handle of such an object.
unsafe fn object<T: Object>(held: *mut Block) -> *const T {
    // SAFETY: a handle is a block of one pointer.
    unsafe { block::elements(held).cast::<*const T>().read() }
}

// SAFETY: a handle is a block of one pointer, whose descriptor drops it.
unsafe impl<T: Object> Value for Handle<T> {
    type Sumi = *mut Block;
    type Given<'a> = &'a Handle<T>;
    const OWNS: bool = true;
    crate::passed_as_itself!();

    fn desc() -> &'static TypeDesc {
        T::described().get_or_init(|| {
            let pointer = TypeDesc {
                drop: Some(give_up::<T>),
                ..TypeDesc::plain(Kind::Ptr, T::NAME, size_of::<*const T>() as u64)
            };
            let pointer = Box::leak(Box::new(pointer));
            Box::leak(Box::new(TypeDesc::pointer(Kind::Opaque, T::NAME, pointer)))
        })
    }
    fn lend(&self) -> &Handle<T> {
        self
    }
    unsafe fn make(given: &Handle<T>) -> *mut Block {
        let give = |_, place: *mut u8| {
            // SAFETY: there is room for one pointer. Nothing can fail between here and the block having it.
            unsafe {
                place
                    .cast::<*const T>()
                    .write(Rc::into_raw(Rc::clone(&given.0)))
            }
        };
        // SAFETY: the caller's promise.
        unsafe { value::new_array(Self::desc().elem, 1, give) }
    }
    unsafe fn read(held: *mut Block) -> Handle<T> {
        // SAFETY: Sumi has an owner of the object, to which another one is added.
        unsafe {
            let object = object::<T>(held);
            Rc::increment_strong_count(object);
            Handle(Rc::from_raw(object))
        }
    }
    unsafe fn release(held: *mut Block) {
        // SAFETY: the caller's promise.
        unsafe { value::release_block(held) }
    }
}

crate::copied_param!([T: Object] Handle<T>);

impl<T: Object> Param for &T {
    type Passed = *mut Block;

    fn ty() -> &'static TypeDesc {
        Handle::<T>::desc()
    }
    unsafe fn receive(passed: *mut Block) -> Self {
        // SAFETY: the script holds the handle until the call is over.
        unsafe { &*object::<T>(passed) }
    }
}
