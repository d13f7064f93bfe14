//! What functions of scripts take from a host: values, and data of the host's where they are.

use std::marker::PhantomData;

use stdlib::desc::TypeDesc;
use stdlib::{Block, value};

use super::signature::AskedParam;
use super::{Plain, Register, Value};

/// A parameter in the type of a script's function: a [`Value`], or [`Slice`], [`SliceMut`] or [`Mut`] of what stays with the host.
///
/// # Safety
/// What `pass` gives is an argument for the parameter that `asked` describes.
#[diagnostic::on_unimplemented(
    message = "functions of scripts take no `{Self}`",
    note = "it is a `sumi::Value`, or `sumi::Slice<T>`, `sumi::SliceMut<T>` or `sumi::Mut<T>` of plain data"
)]
pub unsafe trait Take: 'static {
    /// What a caller gives.
    type Given<'a>;
    #[doc(hidden)]
    type Held: Copy;
    #[doc(hidden)]
    type Passed: Register;
    #[doc(hidden)]
    const HOLDS_BLOCKS: bool;
    /// A callee may need a copy.
    #[doc(hidden)]
    const MAY_BE_COPIED: bool;

    #[doc(hidden)]
    fn asked() -> AskedParam;

    /// # Safety
    /// Within a run, which it may end, if it owns anything.
    #[doc(hidden)]
    unsafe fn hold(given: Self::Given<'_>) -> Self::Held;

    #[doc(hidden)]
    fn pass(held: &Self::Held) -> Self::Passed;

    /// As [`Take::pass`], of a copy that is the engine's.
    ///
    /// # Safety
    /// Within a run, which it may end.
    #[doc(hidden)]
    unsafe fn pass_copy(held: &Self::Held) -> Self::Passed {
        Self::pass(held)
    }

    /// # Safety
    /// Within a run; the caller owns the value.
    #[doc(hidden)]
    unsafe fn give_up(held: Self::Held);

    /// # Safety
    /// As for [`Take::give_up`], of what [`Take::pass_copy`] gave.
    #[doc(hidden)]
    unsafe fn give_up_copy(_: Self::Passed) {}
}

// SAFETY: a value is passed as its descriptor says.
unsafe impl<T: Value> Take for T {
    type Given<'a> = T::Given<'a>;
    type Held = T::Sumi;
    type Passed = T::Passed;
    const HOLDS_BLOCKS: bool = T::OWNS;
    const MAY_BE_COPIED: bool = false;

    fn asked() -> AskedParam {
        AskedParam {
            ty: T::desc(),
            is_mut: false,
            is_view: false,
        }
    }
    #[inline(always)]
    unsafe fn hold(given: T::Given<'_>) -> T::Sumi {
        // SAFETY: the caller's promise.
        unsafe { T::make(given) }
    }
    #[inline(always)]
    fn pass(held: &T::Sumi) -> T::Passed {
        T::passed(held)
    }
    unsafe fn give_up(held: T::Sumi) {
        // SAFETY: the caller's promise.
        unsafe { T::release(held) }
    }
}

/// A parameter `xs: [T]` to which a host lends a `&[T]`, as in `game.function::<fn(Slice<f32>) -> f32>("total")`. The function looks at the elements where they are, if all
/// that it does with `xs` is to look at elements, count them and lend `xs` to functions of which the same holds; else they are copied for each call.
pub struct Slice<T>(PhantomData<T>);

/// A parameter `mut xs: [T]` to which a host lends a `&mut [T]`, which is written in place. A function that does something else with `xs`, keeps it or changes its length,
/// is refused when it is asked for. A call that fails leaves what it had written.
pub struct SliceMut<T>(PhantomData<T>);

/// A parameter `mut x: T` to which a host lends a `&mut T`, which is written in place. A call that fails leaves what it had written.
pub struct Mut<T>(PhantomData<T>);

/// How code finds the elements.
#[doc(hidden)]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct View {
    pub(crate) first: *const u8,
    pub(crate) len: u64,
}

impl View {
    pub(crate) const EMPTY: View = View {
        first: std::ptr::null(),
        len: 0,
    };

    fn of<T>(elements: *const [T]) -> View {
        View {
            first: elements.cast(),
            len: elements.len() as u64,
        }
    }

    /// An array of these elements that is the engine's.
    ///
    /// # Safety
    /// Within a run, which it may end; they are of this type, and plain.
    pub(crate) unsafe fn copied(&self, elem: *const TypeDesc) -> *mut Block {
        // SAFETY: the caller's promise.
        unsafe { value::new_plain_array(elem, self.len as usize, self.first) }
    }
}

// SAFETY: a view is passed by address, a block as its pointer.
unsafe impl<T: Plain> Take for Slice<T> {
    type Given<'a> = &'a [T];
    type Held = View;
    type Passed = *const View;
    const HOLDS_BLOCKS: bool = false;
    const MAY_BE_COPIED: bool = true;

    fn asked() -> AskedParam {
        AskedParam {
            ty: Vec::<T>::desc(),
            is_mut: false,
            is_view: true,
        }
    }
    unsafe fn hold(given: &[T]) -> View {
        View::of(given)
    }
    fn pass(held: &View) -> *const View {
        held
    }
    unsafe fn pass_copy(held: &View) -> *const View {
        // SAFETY: the caller's promise; plain data have the same bytes on both sides.
        unsafe { held.copied(T::desc()) }.cast_const().cast()
    }
    unsafe fn give_up(_: View) {}
    unsafe fn give_up_copy(passed: *const View) {
        // SAFETY: the caller's promise: it is the block.
        unsafe { value::release_block(passed.cast::<Block>().cast_mut()) }
    }
}

// SAFETY: a view is passed by address.
unsafe impl<T: Plain> Take for SliceMut<T> {
    type Given<'a> = &'a mut [T];
    type Held = View;
    type Passed = *const View;
    const HOLDS_BLOCKS: bool = false;
    const MAY_BE_COPIED: bool = false;

    fn asked() -> AskedParam {
        AskedParam {
            ty: Vec::<T>::desc(),
            is_mut: true,
            is_view: true,
        }
    }
    unsafe fn hold(given: &mut [T]) -> View {
        View::of(given)
    }
    fn pass(held: &View) -> *const View {
        held
    }
    unsafe fn give_up(_: View) {}
}

// SAFETY: a `mut` parameter is the address of the place.
unsafe impl<T: Plain> Take for Mut<T> {
    type Given<'a> = &'a mut T;
    type Held = *mut T;
    type Passed = *mut T;
    const HOLDS_BLOCKS: bool = false;
    const MAY_BE_COPIED: bool = false;

    fn asked() -> AskedParam {
        AskedParam {
            ty: T::desc(),
            is_mut: true,
            is_view: false,
        }
    }
    unsafe fn hold(given: &mut T) -> *mut T {
        given
    }
    fn pass(held: &*mut T) -> *mut T {
        *held
    }
    unsafe fn give_up(_: *mut T) {}
}
