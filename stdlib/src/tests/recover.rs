use super::*;
use crate::block::{owners, retain, set_owners};
use crate::walk::Audit;

#[test]
fn what_no_root_reaches_is_freed() {
    run(|runtime| {
        let ty = list_type();
        let count = LONG.min(1000);
        let kept = long_list(ty, count);
        let lost = long_list(ty, count);
        // A frame that was abandoned shares a part of what is kept, and owns blocks half made.
        // SAFETY: live blocks; the last has room and no elements.
        unsafe {
            retain(kept.tail);
            retain(kept.tail);
            let half = allocate(&raw const desc::STR, 10);
            elements(half).cast::<usize>().write(1);
            let _ = (lost, half);
            let roots = [(std::ptr::from_ref(ty), address(&kept))];
            assert_eq!(
                (*runtime).audit(&roots),
                Audit {
                    blocks: 2 * count + 1,
                    unreached: count + 1,
                    miscounted: 1
                }
            );
            assert_eq!(owners(kept.tail), 3);
            assert_eq!((*runtime).recover(&roots), count + 1);
            assert_eq!((*runtime).live_blocks(), count as u64);
            assert_eq!(owners(kept.tail), 1);
            assert_eq!(
                (*runtime).audit(&roots),
                Audit {
                    blocks: count,
                    ..Audit::default()
                }
            );
        }
        assert_eq!(kept.head, count as i64 - 1);
        assert!(show_as(ty, address(&kept), false).contains("Cons(head: 0, tail: Nil)"));
        drop_value(ty, &kept);
    });
}

#[test]
fn sharing_is_counted_anew() {
    run(|runtime| {
        let text = string("shared");
        let list = make(&desc::STR, &[text, text, empty()]);
        let ty = array(&desc::STR);
        // SAFETY: live blocks; the counts are wrong on purpose.
        unsafe {
            set_owners(text, 77);
            let roots = [
                (std::ptr::from_ref(ty), address(&list)),
                (&raw const desc::STR, address(&text)),
            ];
            assert_eq!((*runtime).recover(&roots), 0);
            assert_eq!(owners(text), 3);
            assert!(owners(empty()) > 1 << 60);
        }
        drop_value(&desc::STR, &text);
        drop_value(ty, &list);
    });
}

#[test]
fn a_million_blocks_are_swept() {
    run(|runtime| {
        let _lost = long_list(list_type(), LONG);
        // SAFETY: nothing is held.
        unsafe { assert_eq!((*runtime).recover(&[]), LONG) };
    });
}

/// Blocks of many sizes, freed and resized in between, all to be found again.
#[test]
fn the_heap_finds_its_blocks() {
    run(|runtime| {
        let mut kept = Vec::new();
        for size in 0..300_i64 {
            // SAFETY: blocks of bytes without elements.
            unsafe {
                let block = allocate(&raw const desc::U8, size * size);
                let other = allocate(&raw const desc::U8, size);
                if size % 3 == 0 {
                    release(block);
                } else {
                    kept.push(crate::memory::reserve(
                        &raw const desc::U8,
                        block,
                        size * size + 500,
                    ));
                }
                release(other);
            }
        }
        // SAFETY: nothing is held.
        unsafe {
            let mut found = (*runtime).heap.blocks();
            found.sort_unstable();
            kept.sort_unstable();
            assert_eq!(found, kept);
            assert_eq!((*runtime).recover(&[]), kept.len());
        }
    });
}

unsafe extern "C" fn park(kind: u32, a: i64, b: i64) -> ! {
    FAILURES.with(|failures| {
        failures
            .borrow()
            .as_ref()
            .unwrap()
            .send((kind, a, b))
            .unwrap()
    });
    loop {
        std::thread::park();
    }
}

type Failure = (u32, i64, i64);

thread_local! {
    static FAILURES: std::cell::RefCell<Option<std::sync::mpsc::Sender<Failure>>> =
        const { std::cell::RefCell::new(None) };
}

/// A raise does not return, so the thread that raises stays parked until the tests are over.
#[cfg(not(miri))]
#[test]
fn the_memory_limit_ends_the_run() {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        FAILURES.with(|failures| *failures.borrow_mut() = Some(sender));
        run(|runtime| {
            // SAFETY: the runtime of this run; the raise never returns.
            unsafe {
                (*runtime).memory_limit = 10_000;
                (*runtime).raise = park;
                let mut xs = empty();
                loop {
                    crate::arrays::sumi_array_push(
                        &raw const desc::I64,
                        &raw mut xs,
                        address(&1_i64),
                    );
                }
            }
        });
    });
    let (kind, wanted, limit) = receiver.recv().unwrap();
    assert_eq!(kind, crate::TrapKind::Memory as u32);
    assert!(wanted > 1000 && limit == 10_000);
}

#[test]
fn values_that_were_half_written_are_found() {
    run(|runtime| {
        let text = string("whole");
        let list = make(&desc::STR, &[text]);
        let other = make(&desc::I64, &[1_i64]);
        let ty = array(&desc::STR);
        let garbage = 0x1234_5678_usize as *mut Block;
        let gone = string("freed");
        // SAFETY: live blocks until here; the root of a freed one is only looked at.
        unsafe {
            release(gone);
            let sound = |value: &*mut Block| {
                let root = (std::ptr::from_ref(ty), address(value));
                (*runtime).sound(&[root], &|_| false)[0]
            };
            assert!(sound(&list));
            assert!(sound(&empty()));
            assert!(!sound(&other), "an array of another type");
            assert!(!sound(&garbage));
            assert!(!sound(&gone));
            elements(list).cast::<*mut Block>().write(garbage);
            assert!(!sound(&list), "an element");
            elements(list).cast::<*mut Block>().write(text);
            (*list).len = 5;
            assert!(!sound(&list), "more elements than there is room for");
            (*list).len = 1;
        }
        drop_value(ty, &list);
        drop_value(array(&desc::I64), &other);
    });
}
