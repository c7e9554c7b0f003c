//! Where stacks come from, and where they go.
#![expect(unsafe_code, reason = "the kernel is asked about memory")]

use super::panic_of;
use generators::{Greenlet, Resumed, Yielder};
use std::fs;
use std::hint::black_box;
use std::io::ErrorKind;
use std::thread;
use trials::alone;

/// An address on the stack, and one that is 40 KiB lower.
fn addresses() -> [usize; 2] {
    let mut used = [1_u8; 40 << 10];
    black_box(&mut used);
    let far = used.as_ptr().addr();
    [far + used.len(), far]
}

fn greenlet() -> Greenlet<(), [usize; 2], ()> {
    let run = |(), y: &Yielder<_, _>| y.suspend(addresses());
    Greenlet::new("uses 40 KiB", run).unwrap()
}

/// Where it has used its stack.
fn used(greenlet: &mut Greenlet<(), [usize; 2], ()>) -> [usize; 2] {
    match greenlet.resume(()) {
        Resumed::Yielded(addresses) => addresses,
        Resumed::Returned(()) => panic!("it has ended"),
    }
}

/// Set if memory is behind this address; `None` if nothing is mapped there.
fn is_resident(address: usize) -> Option<bool> {
    let page = address & !4095;
    let mut state = 0_u8;
    // SAFETY: it writes a byte for each page, of which this is one.
    let found =
        unsafe { libc::mincore(page as *mut _, 1, (&raw mut state).cast()) };
    (found == 0).then_some(state & 1 == 1)
}

#[test]
#[cfg(target_os = "linux")]
fn after_its_end_one_page_is_kept_and_the_next_one_gets_it() {
    // A thread has a pool of its own.
    let used_again = || {
        let mut first = greenlet();
        let [near, far] = used(&mut first);
        assert_eq!([near, far].map(is_resident), [Some(true), Some(true)]);
        first.resume(());
        assert!(first.is_finished());
        assert_eq!([near, far].map(is_resident), [Some(true), Some(false)]);
        // Its handle is still there; the stack is another's.
        let mut second = greenlet();
        assert_eq!(used(&mut second), [near, far]);
        // One more has a stack of its own.
        assert_ne!(used(&mut greenlet()), [near, far]);
        drop(second);
        assert_eq!([near, far].map(is_resident), [Some(true), Some(false)]);
        near
    };
    alone(move || {
        let near = thread::spawn(used_again).join().unwrap();
        assert_eq!(is_resident(near), None, "the thread has ended");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_thousand_stacks_are_kept_and_no_more() {
    alone(|| {
        let mut greenlets = Vec::new();
        let mut near = Vec::new();
        for _ in 0..1500 {
            let mut greenlet = greenlet();
            near.push(used(&mut greenlet)[0]);
            greenlets.push(greenlet);
        }
        drop(greenlets);
        let kept = |address: &&usize| is_resident(**address).is_some();
        assert_eq!(near.iter().filter(kept).count(), 1000);
    });
}

/// How many entries the kernel's list of what is mapped has.
#[cfg(target_os = "linux")]
fn maps() -> usize {
    fs::read_to_string("/proc/self/maps").unwrap().lines().count()
}

#[test]
#[cfg(target_os = "linux")]
fn stacks_stand_side_by_side_in_one_map_where_the_kernel_can_guard_so() {
    alone(|| {
        let before = maps();
        let mut greenlets = Vec::new();
        for _ in 0..1000 {
            greenlets.push(greenlet());
        }
        let more = maps() - before;
        // Otherwise there are two for each: 32,750 stacks, and no more.
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        let mut numbers = release.split('.').map(|part| part.parse::<u32>());
        let (Some(Ok(major)), Some(Ok(minor))) =
            (numbers.next(), numbers.next())
        else {
            panic!("{release}");
        };
        if (major, minor) >= (6, 13) {
            assert!(more < 50, "{more} maps");
        } else {
            println!(
                "left out, since Linux {release} splits them: {more} maps"
            );
        }
    });
}

#[test]
fn ten_thousand_are_paused_at_once() {
    alone(|| {
        let mut greenlets = Vec::new();
        for number in 0..10_000_u32 {
            let run = move |(), y: &Yielder<(), u32>| {
                y.suspend(number);
                number
            };
            let mut greenlet = Greenlet::new("one of many", run).unwrap();
            assert_eq!(greenlet.resume(()), Resumed::Yielded(number));
            greenlets.push(greenlet);
        }
        for (number, greenlet) in (0..).zip(&mut greenlets) {
            assert_eq!(greenlet.resume(()), Resumed::Returned(number));
        }
    });
}

#[test]
fn a_stack_that_cannot_be_had_is_an_error() {
    for size in [usize::MAX, isize::MAX as usize, 1 << 60] {
        let run = |(), _: &Yielder<(), ()>| ();
        let greenlet = Greenlet::with_stack_size("too large", size, run);
        let error = greenlet.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{error}");
    }
}

#[test]
fn its_depth_is_what_it_uses_while_it_is_paused() {
    fn deep(y: &Yielder<bool, ()>) {
        let mut used = [1_u8; 20 << 10];
        black_box(&mut used);
        y.suspend(());
        black_box(&mut used);
    }
    let run = |goes_deep: bool, y: &Yielder<bool, ()>| {
        if goes_deep {
            deep(y);
        }
        y.suspend(());
    };
    let mut greenlet = Greenlet::new("deep", run).unwrap();
    assert_eq!(greenlet.depth(), 0);
    greenlet.resume(true);
    let at_first = greenlet.depth();
    assert!((20 << 10..40 << 10).contains(&at_first), "{at_first}");
    greenlet.resume(true);
    assert!((100..10 << 10).contains(&greenlet.depth()), "{greenlet:?}");
    greenlet.resume(true);
    assert_eq!(greenlet.depth(), 0);
}

/// Pauses and panics on stacks until one of them is above the `address`, or
/// below it. All are kept, so that each is another one.
#[cfg(target_os = "linux")]
fn works_on_one(is_above: bool, address: usize) -> bool {
    let mut all = Vec::new();
    for _ in 0..100 {
        let run = |(), y: &Yielder<_, _>| {
            y.suspend(addresses());
            panic!("found its way")
        };
        // Not from the pool: none of these ends but the last.
        let greenlet = Greenlet::with_stack_size("placed", 1 << 20, run);
        let mut greenlet: Greenlet<(), _, ()> = greenlet.unwrap();
        let [near, _] = used(&mut greenlet);
        if (near > address) == is_above {
            let said = panic_of(|| greenlet.resume(()));
            assert_eq!(said, "found its way");
            return true;
        }
        all.push(greenlet);
    }
    false
}

#[test]
#[cfg(target_os = "linux")]
fn it_works_above_and_below_the_stack_of_its_thread() {
    alone(|| {
        // Memory is mapped from the top downwards, and holes are filled. This
        // is too large for all that are there, and so is the stack of the
        // thread.
        let hole = Vec::<u8>::with_capacity(1 << 30);
        let run = move || {
            let local = 1_u8;
            let own = (&raw const local).addr();
            let below = works_on_one(false, own);
            drop(hole);
            [below, works_on_one(true, own)]
        };
        let thread = thread::Builder::new().stack_size(256 << 20).spawn(run);
        let found = thread.unwrap().join().unwrap();
        assert_eq!(found, [true, true], "below and above");
    });
}
