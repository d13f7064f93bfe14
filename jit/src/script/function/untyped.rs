//! Functions of scripts whose types a host in another language describes while it runs.

use std::mem::MaybeUninit;

use stdlib::desc::TypeDesc;
use stdlib::value;

use super::Function;
use crate::host::AskedParam;
use crate::host::registers::{Arguments, Plan, Returned};
use crate::host::types::{Declared, DeclaredParam};
use crate::report::Error;
use crate::script::asked::{Asked, Host};
use crate::script::{Script, busy};

/// So many arguments, and bytes of arguments and result, have their place on the stack of a call.
const PARAMS: usize = crate::host::registers::MOST_PARAMS;
const ROOM: usize = 32;

/// As [`Function`], of a type that is known while the program runs only.
pub struct UntypedFunction {
    function: Function<()>,
    plan: Plan,
    params: Vec<&'static TypeDesc>,
    /// Where each argument has its place, in units of 16 bytes, and then where the result has it.
    places: Vec<usize>,
    /// How many units there are.
    room: usize,
    result: &'static TypeDesc,
}

/// Where values have their places during a call.
struct Room {
    on_stack: [MaybeUninit<u128>; ROOM],
    elsewhere: Vec<u128>,
}

impl Room {
    fn new() -> Room {
        Room {
            on_stack: [MaybeUninit::uninit(); ROOM],
            elsewhere: Vec::new(),
        }
    }

    /// The first of so many units.
    fn of_size(&mut self, units: usize) -> *mut u128 {
        if units <= ROOM {
            return self.on_stack.as_mut_ptr().cast();
        }
        self.elsewhere.resize(units, 0);
        self.elsewhere.as_mut_ptr()
    }
}

impl Script {
    /// As [`Script::function`], by the text of a type; see [`Types::signature`](crate::Types::signature).
    pub fn untyped_function(
        &self,
        name: &str,
        declared: &Declared,
    ) -> Result<UntypedFunction, Error> {
        if declared.params.len() > PARAMS {
            return Err(Error::signature(format!(
                "a host passes at most {PARAMS} arguments"
            )));
        }
        let asked = |param: &DeclaredParam| AskedParam {
            ty: param.ty,
            is_mut: false,
            is_view: false,
        };
        let asked = Asked {
            params: declared.params.iter().map(asked).collect(),
            result: declared.result,
            host: Host::Other,
        };
        let plan = Plan::new(asked.params(), asked.result, 0);
        let mut room = 0;
        let mut place = |ty: &TypeDesc| {
            let place = room;
            room += (ty.size as usize).div_ceil(16);
            place
        };
        let mut places: Vec<usize> = asked.params().map(|(_, ty)| place(ty)).collect();
        places.push(room);
        room += (declared.result.size as usize).div_ceil(16).max(1);
        let mut living = self.0.try_borrow_mut().map_err(|_| busy())?;
        let entry = living.entry_of(name, asked)?;
        Ok(UntypedFunction {
            function: Function::new(entry, &living.build.machine, &self.0),
            plan,
            params: declared.params.iter().map(|param| param.ty).collect(),
            places,
            room,
            result: declared.result,
        })
    }
}

impl UntypedFunction {
    /// Its parameters' types.
    pub fn params(&self) -> &[&'static TypeDesc] {
        &self.params
    }

    /// Its result's type.
    pub fn result(&self) -> &'static TypeDesc {
        self.result
    }

    /// Calls it. `make` writes the argument of this number to the place that it is given, `take` looks at the result before that is given up.
    ///
    /// # Safety
    /// `make` writes a value of the parameter's type, which is made within the run and may end it, so it holds nothing that must be dropped.
    pub unsafe fn call(
        &self,
        mut make: impl FnMut(usize, *mut u8),
        take: impl FnOnce(*const u8),
    ) -> Result<(), Error> {
        let mut room = Room::new();
        let room = room.of_size(self.room);
        // SAFETY: every argument has its place in there, and so has the result.
        let place = |index: usize| unsafe { room.add(self.places[index]).cast::<u8>() };
        let params = self.params();
        let result = place(params.len());
        let arguments = |owned: u32, address: usize| {
            let mut arguments = Arguments::default();
            if self.plan.returned == Returned::InMemory {
                arguments.registers.ints[0] = result as u64;
            }
            // SAFETY: the caller's promise, and the plan is that of the function.
            unsafe {
                for (index, travel) in self.plan.params.iter().enumerate() {
                    make(index, place(index));
                    arguments.set(*travel, place(index));
                }
                self.enter(&arguments, address, result);
                for (index, ty) in params.iter().enumerate() {
                    if ty.has_heap() && owned & (1 << index) == 0 {
                        value::drop_value(ty, place(index));
                    }
                }
            }
        };
        self.run(arguments)?;
        take(result);
        if self.result.has_heap() {
            // SAFETY: the result is ours.
            unsafe {
                let machine = &self.function.machine;
                machine.enter_heap(|| value::drop_value(self.result, result));
            }
        }
        Ok(())
    }

    /// As [`UntypedFunction::call`], with the values of plain types where they are. The result may come where an argument is.
    ///
    /// # Safety
    /// No type has heap parts; each argument is the address of a value, and `result` that of room for one.
    pub unsafe fn call_plain(
        &self,
        given: impl Fn(usize) -> *const u8,
        result: *mut u8,
    ) -> Result<(), Error> {
        let mut room = Room::new();
        let room = room.of_size(self.room);
        // SAFETY: every argument has its place in there, and so has the result.
        let place = |index: usize| unsafe { room.add(self.places[index]).cast::<u8>() };
        let own = place(self.places.len() - 1);
        self.run(|owned, address| {
            let mut arguments = Arguments::default();
            if self.plan.returned == Returned::InMemory {
                arguments.registers.ints[0] = own as u64;
            }
            // SAFETY: the caller's promise, and the plan is that of the function.
            unsafe {
                for (index, travel) in self.plan.params.iter().enumerate() {
                    let mut at = given(index);
                    if travel.by_address && owned & (1 << index) != 0 {
                        // The function may do with it what it likes.
                        let size = self.params[index].size as usize;
                        place(index).copy_from_nonoverlapping(at, size);
                        at = place(index);
                    }
                    arguments.set(*travel, at);
                }
                self.enter(&arguments, address, own);
            }
        })?;
        let size = self.result.size as usize;
        if size > 0 {
            // SAFETY: the caller's promise; the function has written its result.
            unsafe { result.copy_from_nonoverlapping(own, size) };
        }
        Ok(())
    }

    /// # Safety
    /// As for [`Plan::call`]; `result` is aligned for its type and has room for 8 bytes.
    unsafe fn enter(&self, arguments: &Arguments, address: usize, result: *mut u8) {
        let mut word = 0;
        // SAFETY: the caller's promise.
        unsafe {
            self.plan.call(address, arguments, &raw mut word);
            match self.plan.returned {
                Returned::Nothing | Returned::InMemory => {}
                Returned::Int | Returned::Float => {
                    let size = self.result.size as usize; // the low bytes stand first
                    result.copy_from_nonoverlapping((&raw const word).cast(), size);
                }
            }
        }
    }

    /// `body` is told which arguments the function drops, and where it is.
    fn run(&self, body: impl FnOnce(u32, usize)) -> Result<(), Error> {
        let Function { machine, .. } = &self.function;
        let outcome = machine.enter(|entered| {
            self.function.within(entered, |address, passing| {
                // SAFETY: the signature was compared when the entry was led there.
                unsafe { entered.call(|| body(passing.owned, address)) }
            })
        });
        machine.with_runtime(stdlib::Runtime::flush);
        outcome
    }
}
