//! How the arguments of a function travel whose types are known while the program runs only: by Sumi's convention, which is C's for
//! scalars and pointers (see "Calls" in ARCHITECTURE.md). On x86-64 the first six of whole numbers and pointers and the first eight of
//! fractions are in registers, the others on the stack in their order.

use std::mem::transmute;

use stdlib::desc::{Kind, TypeDesc};

use super::register::{INTEGERS as INTS, VECTORS as FLOATS};

/// As many parameters a function of such types may have.
pub const MOST_PARAMS: usize = 16;
/// All parameters and two pointers, as far as they are not in registers.
const STACK: usize = MOST_PARAMS + 2 - INTS;

/// Where an argument is, or the address of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// It has no bytes.
    Nowhere,
    Int(usize),
    Float(usize),
    Stack(usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Travel {
    at: At,
    /// It is the address of the value that travels.
    pub(crate) by_address: bool,
    kind: Kind,
}

/// How a result comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returned {
    Nothing,
    Int,
    Float,
    /// Through a pointer before the arguments.
    InMemory,
}

pub(crate) struct Plan {
    pub(crate) params: Vec<Travel>,
    pub(crate) returned: Returned,
    floats: usize,
    stack: usize,
}

/// What comes back in registers.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Words(pub(crate) u64, pub(crate) u64);

impl Words {
    fn of(fraction: f64) -> Words {
        Words(fraction.to_bits(), 0)
    }
}

/// The arguments on their way. The stub for functions of the host writes the first two fields.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Registers {
    pub(crate) ints: [u64; INTS],
    pub(crate) floats: [u64; FLOATS],
}

/// With those that do not fit into registers.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) registers: Registers,
    stack: [u64; STACK],
}

fn is_in_memory(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Struct | Kind::Tuple | Kind::Enum | Kind::Option | Kind::FixedArray
    )
}

impl Plan {
    /// `before` pointers come before the arguments, after that to the result.
    pub(crate) fn new(
        params: impl Iterator<Item = (bool, &'static TypeDesc)>,
        result: &TypeDesc,
        before: usize,
    ) -> Plan {
        let returned = match result.kind {
            _ if result.size == 0 => Returned::Nothing,
            kind if is_in_memory(kind) => Returned::InMemory,
            Kind::F32 | Kind::F64 => Returned::Float,
            _ => Returned::Int,
        };
        let mut ints = before + usize::from(returned == Returned::InMemory);
        let (mut floats, mut stack) = (0, 0);
        let params = params.map(|(is_mut, ty)| {
            let by_address = is_mut || is_in_memory(ty.kind);
            let is_float = !by_address && matches!(ty.kind, Kind::F32 | Kind::F64);
            let (taken, most) = match is_float {
                true => (&mut floats, FLOATS),
                false => (&mut ints, INTS),
            };
            let at = match (is_float, *taken) {
                _ if ty.size == 0 => At::Nowhere,
                (true, slot) if slot < most => At::Float(slot),
                (false, slot) if slot < most => At::Int(slot),
                _ => At::Stack(stack),
            };
            match at {
                At::Nowhere => {}
                At::Stack(_) => stack += 1,
                At::Int(_) | At::Float(_) => *taken += 1,
            }
            Travel {
                at,
                by_address,
                kind: ty.kind,
            }
        });
        Plan {
            params: params.collect(),
            returned,
            floats,
            stack,
        }
    }

    /// Whether all of them are in registers.
    pub(crate) fn fits_registers(&self) -> bool {
        self.stack == 0
    }

    /// Calls a function with such arguments. A result that is not in memory is the first word, one of two whole numbers both.
    ///
    /// # Safety
    /// `code` is a function of that plan, and the arguments are what it takes.
    pub(crate) unsafe fn call(&self, code: usize, arguments: &Arguments) -> Words {
        let [a, b, c, d, e, f] = arguments.registers.ints;
        let [g, h, i, j, k, l, m, n] = arguments.registers.floats.map(f64::from_bits);
        // What a function does not take does not disturb it: it is in registers, or in the frame of the caller.
        // SAFETY: the caller's promise. A fraction is in the low bits of its register.
        unsafe {
            match (
                self.returned == Returned::Float,
                self.floats > 0,
                self.stack > 0,
            ) {
                (false, false, false) => {
                    type Code = extern "C" fn(u64, u64, u64, u64, u64, u64) -> Words;
                    transmute::<usize, Code>(code)(a, b, c, d, e, f)
                }
                (false, true, false) => {
                    #[rustfmt::skip]
                    type Code = extern "C" fn(
                        u64, u64, u64, u64, u64, u64, f64, f64, f64, f64, f64, f64, f64, f64,
                    ) -> Words;
                    let code = transmute::<usize, Code>(code);
                    code(a, b, c, d, e, f, g, h, i, j, k, l, m, n)
                }
                (true, _, false) => {
                    #[rustfmt::skip]
                    type Code = extern "C" fn(
                        u64, u64, u64, u64, u64, u64, f64, f64, f64, f64, f64, f64, f64, f64,
                    ) -> f64;
                    let code = transmute::<usize, Code>(code);
                    Words::of(code(a, b, c, d, e, f, g, h, i, j, k, l, m, n))
                }
                (is_float, _, true) => {
                    let [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11] = arguments.stack;
                    macro_rules! with_stack {
                        ($result:ty) => {{
                            #[rustfmt::skip]
                            type Code = extern "C" fn(
                                u64, u64, u64, u64, u64, u64, f64, f64, f64, f64, f64, f64, f64, f64,
                                u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64,
                            ) -> $result;
                            let code = transmute::<usize, Code>(code);
                            code(
                                a, b, c, d, e, f, g, h, i, j, k, l, m, n, //
                                s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11,
                            )
                        }};
                    }
                    match is_float {
                        true => Words::of(with_stack!(f64)),
                        false => with_stack!(Words),
                    }
                }
            }
        }
    }
}

impl Arguments {
    /// The value at `place` is the argument that travels so.
    ///
    /// # Safety
    /// There is a value of the type there, which stays until the call is over if it travels by its address.
    pub(crate) unsafe fn set(&mut self, travel: Travel, place: *const u8) {
        let word = match travel.by_address {
            true => place as u64,
            // SAFETY: the caller's promise.
            false => unsafe { widened(travel.kind, place) },
        };
        match travel.at {
            At::Nowhere => {}
            At::Int(slot) => self.registers.ints[slot] = word,
            At::Float(slot) => self.registers.floats[slot] = word,
            At::Stack(slot) => self.stack[slot] = word,
        }
    }
}

impl Registers {
    /// Where the value of an argument is that came so.
    ///
    /// # Safety
    /// These are the registers of a call by the plan of which `travel` is a part; `stack` is where the other arguments are.
    pub(crate) unsafe fn place(&mut self, travel: Travel, stack: *mut u64) -> *mut u8 {
        // SAFETY: the caller's promise.
        let word = unsafe { self.word(travel, stack) };
        match travel.by_address && travel.at != At::Nowhere {
            // SAFETY: the word is an address.
            true => unsafe { word.cast::<*mut u8>().read() },
            false => word.cast(), // the low bytes stand first
        }
    }

    /// As [`Registers::place`], of what came itself: the value, or its address.
    ///
    /// # Safety
    /// As for [`Registers::place`].
    pub(crate) unsafe fn word(&mut self, travel: Travel, stack: *mut u64) -> *mut u64 {
        match travel.at {
            At::Nowhere => std::ptr::dangling_mut(),
            At::Int(slot) => &raw mut self.ints[slot],
            At::Float(slot) => &raw mut self.floats[slot],
            // SAFETY: the caller's promise.
            At::Stack(slot) => unsafe { stack.add(slot) },
        }
    }
}

/// As C widens small integers: the callee may rely on it.
///
/// # Safety
/// There is a value of that kind.
unsafe fn widened(kind: Kind, place: *const u8) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        match kind {
            Kind::I8 => place.cast::<i8>().read() as u64,
            Kind::I16 => place.cast::<i16>().read() as u64,
            Kind::I32 => place.cast::<i32>().read() as u64,
            Kind::U8 | Kind::Bool => u64::from(place.read()),
            Kind::U16 => u64::from(place.cast::<u16>().read()),
            Kind::U32 | Kind::Char | Kind::F32 => u64::from(place.cast::<u32>().read()),
            _ => place.cast::<u64>().read(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Value;

    #[test]
    fn arguments_that_do_not_fit_into_registers() {
        extern "C" fn sum(
            a: i8,
            b: f32,
            c: u64,
            d: u64,
            e: u64,
            f: u64,
            g: u64,
            h: u64,
            i: f64,
            j: i16,
        ) -> f64 {
            f64::from(a)
                + f64::from(b) * 10.0
                + (c + d * 2 + e * 3 + f * 4 + g * 5) as f64
                + h as f64 * 100.0
                + i * 1000.0
                + f64::from(j)
        }
        let word = u64::desc();
        let params = [
            i8::desc(),
            f32::desc(),
            word,
            word,
            word,
            word,
            word,
            word,
            f64::desc(),
            i16::desc(),
        ];
        let plan = Plan::new(params.into_iter().map(|ty| (false, ty)), f64::desc(), 0);
        assert!(!plan.fits_registers() && plan.returned == Returned::Float);
        let (a, b, i, j) = (-3_i8, 0.5_f32, 0.25_f64, -7_i16);
        let words: [u64; 6] = [1, 2, 3, 4, 5, 6];
        let mut places = vec![(&raw const a).cast::<u8>(), (&raw const b).cast()];
        places.extend(
            words
                .iter()
                .map(|word| std::ptr::from_ref(word).cast::<u8>()),
        );
        places.extend([(&raw const i).cast::<u8>(), (&raw const j).cast()]);
        let mut arguments = Arguments::default();
        // SAFETY: the values are those of the types, and the function is of them.
        let Words(result, _) = unsafe {
            for (travel, place) in plan.params.iter().zip(places) {
                arguments.set(*travel, place);
            }
            plan.call(sum as *const () as usize, &arguments)
        };
        let expected = sum(a, b, 1, 2, 3, 4, 5, 6, i, j);
        assert_eq!(f64::from_bits(result), expected);
        assert_eq!(expected, -3.0 + 5.0 + 55.0 + 600.0 + 250.0 - 7.0);
    }
}
