//! Functions of scripts whose types a host in another language describes while it runs.

use std::mem::MaybeUninit;

use stdlib::desc::TypeDesc;
use stdlib::{Block, value};

use super::Function;
use crate::host::registers::{Arguments, Plan, Returned, Words};
use crate::host::types::{Declared, DeclaredParam};
use crate::host::{AskedParam, Passing, View};
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
    params: Vec<AskedParam>,
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
        let params: Vec<AskedParam> = declared.params.iter().map(DeclaredParam::asked).collect();
        let asked = Asked {
            params: params.clone(),
            result: declared.result,
            host: Host::Other,
        };
        let travelling = params.iter().map(|param| (param.is_lent(), param.ty));
        let plan = Plan::new(travelling, asked.result, 0);
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
            params,
            places,
            room,
            result: declared.result,
        })
    }
}

impl UntypedFunction {
    /// Its parameters.
    pub fn params(&self) -> &[AskedParam] {
        &self.params
    }

    /// Whether each call copies an array that is lent, since the function does more with it than to look at its elements.
    pub fn copies_arrays(&self) -> bool {
        self.function.copies_slices()
    }

    /// Its result's type.
    pub fn result(&self) -> &'static TypeDesc {
        self.result
    }

    /// Calls it. `lent` has the address of an argument of this number that is lent, `make` writes another one to the place that it is given, `take` looks
    /// at the result before that is given up.
    ///
    /// # Safety
    /// What is lent is a value of the parameter's type; of an array the address of its first element, and behind that how many there are. What is lent
    /// to be changed nobody else uses meanwhile. `make` writes a value of the parameter's type, which is made within the run and may end it, so it
    /// holds nothing that must be dropped.
    pub unsafe fn call(
        &self,
        lent: impl Fn(usize) -> *const u8,
        mut make: impl FnMut(usize, *mut u8),
        take: impl FnOnce(*const u8),
    ) -> Result<(), Error> {
        let mut room = Room::new();
        let room = room.of_size(self.room);
        // SAFETY: every argument has its place in there, and so has the result.
        let place = |index: usize| unsafe { room.add(self.places[index]).cast::<u8>() };
        let params = self.params();
        let result = place(params.len());
        let arguments = |passing: Passing, address: usize| {
            let mut arguments = Arguments::default();
            if self.plan.returned == Returned::InMemory {
                arguments.registers.ints[0] = result as u64;
            }
            // SAFETY: the caller's promise, and the plan is that of the function.
            unsafe {
                for (index, travel) in self.plan.params.iter().enumerate() {
                    let mut at = place(index).cast_const();
                    match params[index].is_lent() {
                        true => at = self.lend(index, lent(index), place(index), passing),
                        false => make(index, place(index)),
                    }
                    arguments.set(*travel, at);
                }
                self.enter(&arguments, address, result);
                self.give_up(place, passing);
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

    /// As [`UntypedFunction::call`], with the values of plain types where they are. The result may come where an argument is that is not changed.
    ///
    /// # Safety
    /// No type has heap parts but arrays that are lent; each argument is the address of a value, or as in [`UntypedFunction::call`], and `result` that
    /// of room for one.
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
        self.run(|passing, address| {
            let mut arguments = Arguments::default();
            if self.plan.returned == Returned::InMemory {
                arguments.registers.ints[0] = own as u64;
            }
            // SAFETY: the caller's promise, and the plan is that of the function.
            unsafe {
                for (index, travel) in self.plan.params.iter().enumerate() {
                    let mut at = given(index);
                    let param = &self.params[index];
                    if param.is_lent() {
                        at = self.lend(index, at, place(index), passing);
                    } else if travel.by_address && passing.owned & (1 << index) != 0 {
                        // The function may do with it what it likes.
                        let size = param.ty.size as usize;
                        place(index).copy_from_nonoverlapping(at, size);
                        at = place(index);
                    }
                    arguments.set(*travel, at);
                }
                self.enter(&arguments, address, own);
                self.give_up(place, passing);
            }
        })?;
        let size = self.result.size as usize;
        if size > 0 {
            // SAFETY: the caller's promise; the function has written its result.
            unsafe { result.copy_from_nonoverlapping(own, size) };
        }
        Ok(())
    }

    /// By which address an argument travels that is lent: its own, or that of a copy in `place` if the function needs an array of its own.
    ///
    /// # Safety
    /// As for [`UntypedFunction::call`], within the run.
    unsafe fn lend(
        &self,
        index: usize,
        at: *const u8,
        place: *mut u8,
        passing: Passing,
    ) -> *const u8 {
        let param = &self.params[index];
        if !param.is_view || passing.copied & (1 << index) == 0 {
            return at;
        }
        // SAFETY: the caller's promise; the place has room for every array.
        unsafe {
            let block = at.cast::<View>().read().copied(param.ty.elem);
            place.cast::<*mut Block>().write(block);
            block.cast_const().cast()
        }
    }

    /// What was made for the call, and the function has not dropped.
    ///
    /// # Safety
    /// Within the run; the values are in their places.
    unsafe fn give_up(&self, place: impl Fn(usize) -> *mut u8, passing: Passing) {
        for (index, param) in self.params.iter().enumerate() {
            let is_made = !param.is_view || passing.copied & (1 << index) != 0;
            if is_made && param.ty.has_heap() && passing.owned & (1 << index) == 0 {
                // SAFETY: the caller's promise.
                unsafe { value::drop_value(param.ty, place(index)) };
            }
        }
    }

    /// # Safety
    /// As for [`Plan::call`]; `result` is aligned for its type and has room for 8 bytes.
    unsafe fn enter(&self, arguments: &Arguments, address: usize, result: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            let Words(word, _) = self.plan.call(address, arguments);
            match self.plan.returned {
                Returned::Nothing | Returned::InMemory => {}
                Returned::Int | Returned::Float => {
                    let size = self.result.size as usize; // the low bytes stand first
                    result.copy_from_nonoverlapping((&raw const word).cast(), size);
                }
            }
        }
    }

    /// `body` is told what becomes of arguments, and where the function is.
    fn run(&self, body: impl FnOnce(Passing, usize)) -> Result<(), Error> {
        let Function { machine, .. } = &self.function;
        let outcome = machine.enter(|entered| {
            self.function.within(entered, |address, passing| {
                // SAFETY: the signature was compared when the entry was led there.
                unsafe { entered.call(|| body(passing, address)) }
            })
        });
        machine.with_runtime(stdlib::Runtime::flush);
        outcome
    }
}
