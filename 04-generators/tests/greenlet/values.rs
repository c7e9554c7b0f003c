//! What goes in and comes out.

use super::panic_of;
use generators::Resumed::{Returned, Yielded};
use generators::{Greenlet, Yielder};
use std::cell::Cell;
use std::ptr;
use std::rc::Rc;

#[test]
fn the_first_input_is_the_argument_and_later_ones_come_from_the_pause() {
    let mut greenlet = Greenlet::new("adds", |first: u32, y: &_| {
        let mut sum = first;
        for _ in 0..3 {
            sum += y.suspend(sum);
        }
        sum.to_string()
    })
    .unwrap();
    assert_eq!(greenlet.resume(1), Yielded(1));
    assert_eq!(greenlet.resume(10), Yielded(11));
    assert_eq!(greenlet.resume(100), Yielded(111));
    assert!(!greenlet.is_finished());
    assert_eq!(greenlet.resume(1000), Returned("1111".to_string()));
    assert!(greenlet.is_finished());
}

#[test]
fn nobody_on_the_way_need_know() {
    fn outer(n: u32) -> u32 {
        inner(n) + 1
    }
    fn inner(n: u32) -> u32 {
        Yielder::with_current(|y: &Yielder<u32, u32>| y.suspend(n)).unwrap()
    }
    let mut greenlet =
        Greenlet::new("asks", |n, _: &Yielder<u32, u32>| outer(n)).unwrap();
    assert_eq!(greenlet.resume(7), Yielded(7));
    assert_eq!(greenlet.resume(8), Returned(9));
}

#[test]
fn a_pause_is_for_the_greenlet_that_runs_and_for_its_types() {
    fn runs<In: 'static, Out: 'static>() -> bool {
        Yielder::<In, Out>::with_current(|_| ()).is_some()
    }
    assert!(!runs::<u8, u8>());
    let mut outer = Greenlet::new("outer", |n, _: &Yielder<u8, u8>| {
        assert!(runs::<u8, u8>() && !runs::<u8, i8>() && !runs::<(), u8>());
        let mut inner = Greenlet::new("inner", |(), y: &Yielder<(), u8>| {
            assert!(runs::<(), u8>() && !runs::<u8, u8>());
            y.suspend(1);
            assert!(runs::<(), u8>() && !runs::<u8, u8>());
        })
        .unwrap();
        inner.resume(());
        assert!(runs::<u8, u8>() && !runs::<(), u8>());
        let got = Yielder::<u8, u8>::with_current(|y| y.suspend(n)).unwrap();
        inner.resume(());
        assert!(inner.is_finished());
        got
    })
    .unwrap();
    assert_eq!(outer.resume(3), Yielded(3));
    assert!(!runs::<u8, u8>());
    assert_eq!(outer.resume(4), Returned(4));
}

/// Counts how often it is dropped.
struct Counted(Rc<Cell<u32>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn each_value_is_dropped_once() {
    let drops = Rc::new(Cell::new(0));
    let value = || Counted(drops.clone());
    let mut greenlet = Greenlet::new("hands", |first, y: &_| {
        let second: Counted = y.suspend(first);
        let _third = y.suspend(second);
        0
    })
    .unwrap();
    drop(greenlet.resume(value()));
    assert_eq!(drops.get(), 1);
    drop(greenlet.resume(value()));
    assert_eq!(drops.get(), 2);
    assert!(matches!(greenlet.resume(value()), Returned(0)));
    assert_eq!(drops.get(), 3);
}

#[test]
fn captures_and_locals_keep_their_alignment() {
    #[repr(align(128))]
    struct Aligned(u8);

    let captured = Aligned(5);
    let mut greenlet =
        Greenlet::new("aligned", move |given: Aligned, y: &_| {
            let local = Aligned(6);
            for value in [&captured, &given, &local] {
                assert_eq!(ptr::from_ref(value).addr() % 128, 0);
                y.suspend(Aligned(value.0));
            }
        })
        .unwrap();
    for expected in 5..=7 {
        let Yielded(out) = greenlet.resume(Aligned(7)) else { panic!() };
        assert_eq!(ptr::from_ref(&out).addr() % 128, 0);
        assert_eq!(out.0, [5, 7, 6][expected - 5]);
    }
}

#[test]
fn it_moves_while_it_is_paused() {
    let mut greenlets = Vec::new();
    for n in 0..100 {
        let mut greenlet = Greenlet::new("moves", move |(), y: &_| {
            let local = n;
            y.suspend(&raw const local as usize);
            local
        })
        .unwrap();
        greenlet.resume(());
        greenlets.push(greenlet);
    }
    for (n, mut greenlet) in greenlets.into_iter().enumerate() {
        assert_eq!(greenlet.resume(()), Returned(n));
    }
}

#[test]
#[expect(unsafe_code, reason = "safe code has no such reference")]
fn what_pauses_one_is_refused_while_another_runs() {
    let mut outer = Greenlet::new("outer", |(), y: &Yielder<(), ()>| {
        // A crate for scoped thread-locals can get it to the inner one, too.
        // SAFETY: it outlives the inner one, which is dropped here.
        let y: &'static Yielder<(), ()> = unsafe { &*ptr::from_ref(y) };
        let pauses = |(), _: &Yielder<(), ()>| panic_of(|| y.suspend(()));
        let mut inner = Greenlet::new("inner", pauses).unwrap();
        inner.resume(())
    })
    .unwrap();
    let said = "greenlet `outer` cannot pause while another one runs";
    assert_eq!(outer.resume(()), Returned(Returned(said.to_string())));
}

/// What x87 instructions go by, of which there is none here.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "only assembly tells it")]
fn x87_control_word() -> u16 {
    let mut word = 0_u16;
    // SAFETY: it writes these two bytes.
    unsafe { std::arch::asm!("fnstcw [{}]", in(reg) &raw mut word) };
    word
}

/// Nothing here goes by what this changes.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "only assembly can")]
fn set_x87_control_word(word: u16) {
    // SAFETY: it is set back before anything goes by it.
    unsafe { std::arch::asm!("fldcw [{}]", in(reg) &raw const word) };
}

#[test]
#[cfg(target_arch = "x86_64")]
fn it_keeps_the_control_words_if_it_is_to() {
    for keeps in [false, true] {
        let before = x87_control_word();
        let changed = before ^ 0x0c00;
        let run = move |(), y: &Yielder<(), ()>| {
            assert_eq!(x87_control_word(), before);
            set_x87_control_word(changed);
            y.suspend(());
            x87_control_word()
        };
        let mut greenlet = Greenlet::new("changes", run).unwrap();
        if keeps {
            greenlet = greenlet.keeping_control_words();
        }
        greenlet.resume(());
        let outside = x87_control_word();
        set_x87_control_word(before);
        let Returned(inside) = greenlet.resume(()) else { panic!() };
        set_x87_control_word(before);
        let expected =
            if keeps { [before, changed] } else { [changed, before] };
        assert_eq!([outside, inside], expected, "keeps: {keeps}");
    }
}

#[test]
fn it_cannot_be_asked_to_keep_them_once_it_has_begun() {
    let run = |(), y: &Yielder<(), ()>| y.suspend(());
    let mut greenlet = Greenlet::new("late", run).unwrap();
    greenlet.resume(());
    let said = panic_of(|| greenlet.keeping_control_words());
    assert_eq!(said, "greenlet `late` has begun already");
}
