//! Arguments in registers, as the System V ABI for x86-64 passes them if each fits in one.

use std::mem::MaybeUninit;

/// What is passed in one register at most.
pub trait Register: Copy {
    #[doc(hidden)]
    const CLASS: Class;

    /// As it lies in the register.
    #[doc(hidden)]
    fn bits(self) -> u64;

    /// # Safety
    /// The low bits are a valid value.
    #[doc(hidden)]
    unsafe fn of_bits(bits: u64) -> Self;
}

/// Which registers hold a value.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// None: it has no bytes.
    Nothing,
    Integer,
    Vector,
}

macro_rules! registers {
    ($($ty:ty as $class:ident: |$value:ident| $bits:expr, |$from:ident| $back:expr;)*) => {$(
        impl Register for $ty {
            const CLASS: Class = Class::$class;

            #[inline(always)]
            fn bits(self) -> u64 {
                let $value = self;
                $bits
            }
            #[inline(always)]
            unsafe fn of_bits($from: u64) -> Self {
                $back
            }
        }
    )*};
}

// A callee finds the smaller integers extended to 32 bits.
registers! {
    i8 as Integer: |value| value as u64, |bits| bits as i8;
    i16 as Integer: |value| value as u64, |bits| bits as i16;
    i32 as Integer: |value| value as u64, |bits| bits as i32;
    i64 as Integer: |value| value as u64, |bits| bits as i64;
    u8 as Integer: |value| u64::from(value), |bits| bits as u8;
    u16 as Integer: |value| u64::from(value), |bits| bits as u16;
    u32 as Integer: |value| u64::from(value), |bits| bits as u32;
    u64 as Integer: |value| value, |bits| bits;
    bool as Integer: |value| u64::from(value), |bits| bits & 1 == 1;
    f32 as Vector: |value| u64::from(value.to_bits()), |bits| f32::from_bits(bits as u32);
    f64 as Vector: |value| value.to_bits(), |bits| f64::from_bits(bits);
    () as Nothing: |_value| 0, |_bits| ();
}

impl Register for char {
    const CLASS: Class = Class::Integer;

    #[inline(always)]
    fn bits(self) -> u64 {
        u64::from(self)
    }
    #[inline(always)]
    unsafe fn of_bits(bits: u64) -> char {
        // SAFETY: the caller's promise.
        unsafe { char::from_u32_unchecked(bits as u32) }
    }
}

macro_rules! pointers {
    ($($ty:ty),*) => {$(
        impl<T> Register for $ty {
            const CLASS: Class = Class::Integer;

            #[inline(always)]
            fn bits(self) -> u64 {
                self as usize as u64
            }
            #[inline(always)]
            unsafe fn of_bits(bits: u64) -> $ty {
                bits as usize as $ty
            }
        }
    )*};
}

pointers!(*const T, *mut T);

/// Of those that arguments are passed in.
pub(crate) const INTEGERS: usize = 6;
pub(crate) const VECTORS: usize = 8;

/// Whether arguments of these classes all have a register.
pub(crate) const fn fit(classes: &[Class]) -> bool {
    let (mut integers, mut vectors, mut index) = (0, 0, 0);
    while index < classes.len() {
        match classes[index] {
            Class::Nothing => {}
            Class::Integer => integers += 1,
            Class::Vector => vectors += 1,
        }
        index += 1;
    }
    integers <= INTEGERS && vectors <= VECTORS
}

/// The registers of a call: those that hold an argument are written, and of the vectors the low halves.
pub(crate) struct Registers {
    pub(crate) integers: [MaybeUninit<u64>; INTEGERS],
    pub(crate) vectors: [MaybeUninit<f64>; VECTORS],
    used: (usize, usize),
}

impl Registers {
    #[inline(always)]
    pub(crate) fn new() -> Registers {
        Registers {
            integers: [MaybeUninit::uninit(); INTEGERS],
            vectors: [MaybeUninit::uninit(); VECTORS],
            used: (0, 0),
        }
    }

    /// The next argument; there has to be room: [`fit`].
    #[inline(always)]
    pub(crate) fn push<T: Register>(&mut self, value: T) {
        match T::CLASS {
            Class::Nothing => {}
            Class::Integer => {
                self.integers[self.used.0].write(value.bits());
                self.used.0 += 1;
            }
            Class::Vector => {
                self.vectors[self.used.1].write(f64::from_bits(value.bits()));
                self.used.1 += 1;
            }
        }
    }
}

/// What a call has left in the registers of results.
pub(crate) struct Returned {
    pub(crate) integer: u64,
    pub(crate) vector: f64,
}

impl Returned {
    /// # Safety
    /// The function gives a `T`.
    #[inline(always)]
    pub(crate) unsafe fn read<T: Register>(self) -> T {
        let bits = match T::CLASS {
            Class::Vector => self.vector.to_bits(),
            Class::Integer | Class::Nothing => self.integer,
        };
        // SAFETY: the caller's promise.
        unsafe { T::of_bits(bits) }
    }
}
