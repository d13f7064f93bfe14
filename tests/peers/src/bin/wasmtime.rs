//! Wasmtime. The guest is written in WebAssembly's text, so that no other compiler has to be installed: what a C compiler would make of it.
//! Guests have no handles, so an object is a number to them, as in any guest that is made from Rust or C.

use std::rc::Rc;

use peers::{Calls, OBJECTS, Outcome, Peer, Sort};
use wasmtime::{Caller, Engine, Instance, Linker, Memory, Module, Store};

struct Peered;

#[derive(Default)]
struct Host {
    objects: Vec<Option<Rc<str>>>,
    free: Vec<u32>,
    memory: Option<Memory>,
}

impl Host {
    fn object(&self, id: u32) -> &str {
        self.objects[id as usize]
            .as_deref()
            .expect("an object that is there")
    }
}

const SCRIPT: &str = r#"
(module
  (import "host" "rand" (func $rand (param i64) (result i64)))
  (import "host" "add" (func $add (param i64 i64) (result i64)))
  (import "host" "item" (func $item (param i32 i32) (result i32)))
  (import "host" "drop" (func $drop (param i32)))
  (import "host" "less" (func $less (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  ;; At 0 the digits, at 32 a text that is made, from 64 on the numbers of the objects.
  (data (i32.const 0) "0123456789abcdef")

  (func $text (param $length i32)
    (local $i i32)
    (loop $next
      (i32.store8 offset=32 (local.get $i) (i32.load8_u (i32.wrap_i64 (call $rand (i64.const 16)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $length)))))

  (func $swap (param $a i32) (param $b i32)
    (local $kept i32)
    (local.set $kept (i32.load (local.get $a)))
    (i32.store (local.get $a) (i32.load (local.get $b)))
    (i32.store (local.get $b) (local.get $kept)))

  ;; Here and below, objects are told by the addresses of their numbers.
  (func $partition (param $low i32) (param $high i32) (result i32)
    (local $pivot i32) (local $next i32)
    (call $swap
      (i32.and (i32.shr_u (i32.add (local.get $low) (local.get $high)) (i32.const 1)) (i32.const -4))
      (local.get $high))
    (local.set $pivot (i32.load (local.get $high)))
    (local.set $next (local.get $low))
    (block $done
      (loop $on
        (br_if $done (i32.ge_u (local.get $low) (local.get $high)))
        (if (call $less (i32.load (local.get $low)) (local.get $pivot))
          (then
            (call $swap (local.get $low) (local.get $next))
            (local.set $next (i32.add (local.get $next) (i32.const 4)))))
        (local.set $low (i32.add (local.get $low) (i32.const 4)))
        (br $on)))
    (call $swap (local.get $next) (local.get $high))
    (local.get $next))

  (func $quicksort (param $low i32) (param $high i32)
    (local $at i32)
    (block $done
      (loop $on
        (br_if $done (i32.ge_s (local.get $low) (local.get $high)))
        (local.set $at (call $partition (local.get $low) (local.get $high)))
        (call $quicksort (local.get $low) (i32.sub (local.get $at) (i32.const 4)))
        (local.set $low (i32.add (local.get $at) (i32.const 4)))
        (br $on))))

  (func (export "sorted") (param $count i32)
    (local $i i32) (local $end i32) (local $length i32)
    (local.set $i (i32.const 64))
    (local.set $end (i32.add (i32.const 64) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (local.set $length (i32.add (i32.const 8) (i32.wrap_i64 (call $rand (i64.const 16)))))
      (call $text (local.get $length))
      (i32.store (local.get $i) (call $item (i32.const 32) (local.get $length)))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $end))))
    (call $quicksort (i32.const 64) (i32.sub (local.get $end) (i32.const 4))))

  (func (export "object") (param $i i32) (result i32)
    (i32.load offset=64 (i32.shl (local.get $i) (i32.const 2))))

  (func (export "clear") (param $count i32)
    (loop $next
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (call $drop (i32.load offset=64 (i32.shl (local.get $count) (i32.const 2))))
      (br_if $next (local.get $count))))

  (func (export "added") (param $sum i64) (param $n i64) (result i64)
    (i64.add (local.get $sum) (i64.mul (i64.const 3) (local.get $n))))

  (func (export "many") (param $count i64) (result i64)
    (local $sum i64) (local $i i64)
    (loop $next
      (local.set $sum (call $add (local.get $sum) (local.get $i)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $next (i64.lt_s (local.get $i) (local.get $count))))
    (local.get $sum)))
"#;

fn loaded() -> Outcome<(Store<Host>, Instance)> {
    let engine = Engine::default();
    let module = Module::new(&engine, SCRIPT)?;
    let mut linker: Linker<Host> = Linker::new(&engine);
    linker.func_wrap("host", "rand", peers::rand)?;
    linker.func_wrap("host", "add", peers::add)?;
    linker.func_wrap(
        "host",
        "item",
        |mut caller: Caller<'_, Host>, at: u32, length: u32| -> u32 {
            let memory = caller.data().memory.expect("the guest's memory");
            let (bytes, host) = memory.data_and_store_mut(&mut caller);
            let text =
                std::str::from_utf8(&bytes[at as usize..][..length as usize]).expect("digits");
            let object = Some(text.into());
            match host.free.pop() {
                Some(id) => {
                    host.objects[id as usize] = object;
                    id
                }
                None => {
                    host.objects.push(object);
                    host.objects.len() as u32 - 1
                }
            }
        },
    )?;
    linker.func_wrap("host", "drop", |mut caller: Caller<'_, Host>, id: u32| {
        let host = caller.data_mut();
        host.objects[id as usize] = None;
        host.free.push(id);
    })?;
    linker.func_wrap(
        "host",
        "less",
        |caller: Caller<'_, Host>, a: u32, b: u32| -> u32 {
            let host = caller.data();
            u32::from(peers::less(host.object(a), host.object(b)))
        },
    )?;
    let mut store = Store::new(&engine, Host::default());
    let instance = linker.instantiate(&mut store, &module)?;
    store.data_mut().memory = instance.get_memory(&mut store, "memory");
    Ok((store, instance))
}

impl Peer for Peered {
    type Idle = (Store<Host>, Instance);

    fn idle() -> Outcome<Self::Idle> {
        let engine = Engine::default();
        let module = Module::new(
            &engine,
            r#"(module (func (export "answer") (result i32) (i32.const 42)))"#,
        )?;
        let mut store = Store::new(&engine, Host::default());
        let instance = Linker::new(&engine).instantiate(&mut store, &module)?;
        Ok((store, instance))
    }

    fn sort() -> Outcome<Sort> {
        let (mut store, instance) = loaded()?;
        let sorted = instance.get_typed_func::<u32, ()>(&mut store, "sorted")?;
        let object = instance.get_typed_func::<u32, u32>(&mut store, "object")?;
        let clear = instance.get_typed_func::<u32, ()>(&mut store, "clear")?;
        Ok(Box::new(move |visit| {
            sorted.call(&mut store, OBJECTS as u32)?;
            if let Some(visit) = visit {
                for i in 0..OBJECTS as u32 {
                    let id = object.call(&mut store, i)?;
                    visit(store.data().object(id));
                }
            }
            Ok(clear.call(&mut store, OBJECTS as u32)?)
        }))
    }

    fn host_calls() -> Outcome<Calls> {
        let (mut store, instance) = loaded()?;
        let many = instance.get_typed_func::<i64, i64>(&mut store, "many")?;
        Ok(Box::new(move |count| Ok(many.call(&mut store, count)?)))
    }

    fn script_calls() -> Outcome<Vec<(&'static str, Calls)>> {
        let (mut store, instance) = loaded()?;
        let added = instance.get_typed_func::<(i64, i64), i64>(&mut store, "added")?;
        let all =
            move |count| Ok((0..count).try_fold(0, |sum, i| added.call(&mut store, (sum, i)))?);
        Ok(vec![("call", Box::new(all))])
    }
}

fn main() -> Outcome<()> {
    peers::main::<Peered>()
}
