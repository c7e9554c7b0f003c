//! Timers: when they are called, and how long the loop waits for them.

use super::{Notes, ready_pair};
use callbacks::Loop;
use std::cell::Cell;
use std::hint;
use std::rc::Rc;
use std::time::{Duration, Instant};
use trials::alone;

/// Computes until then.
fn compute_until(end: Instant) {
    while Instant::now() < end {
        hint::spin_loop();
    }
}

#[test]
fn timers_come_in_the_order_of_their_times() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let now = Instant::now();
        let ms = Duration::from_millis;
        events.at(now + ms(2), notes.note("3rd"));
        events.at(now, notes.note("2nd"));
        // A timer may be set to a time that is over.
        events.at(now - ms(1), notes.note("1st"));
        events.at(now + ms(3), notes.note("4th"));
        compute_until(now + ms(3));
        events.run().unwrap();
        assert_eq!(notes.take(), ["1st", "2nd", "3rd", "4th"]);
        assert_eq!(events.turns(), 1);
    });
}

#[test]
fn of_two_with_the_same_time_the_one_that_was_set_first_comes_first() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let order = Rc::new(Cell::new(0));
        let due = Instant::now() + Duration::from_millis(2);
        let mut handles = Vec::new();
        for n in 0..100 {
            let order = order.clone();
            handles.push(events.at(due, move |_| {
                assert_eq!(order.replace(n), n - n.min(1));
            }));
        }
        // The order stays when some are taken out.
        let last = order.clone();
        events.at(due, move |_| assert_eq!(last.get(), 99));
        events.run().unwrap();
        assert_eq!(order.get(), 99);
    });
}

#[test]
fn a_timer_is_never_called_early_and_the_loop_does_not_spin_for_it() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        // Fractions of the millisecond that some kernels count in.
        for micros in [1, 50, 300, 999, 1_001, 1_500, 2_700, 3_999] {
            let due = Instant::now() + Duration::from_micros(micros);
            events.at(due, move |_| assert!(Instant::now() >= due));
            let before = events.turns();
            events.run().unwrap();
            assert!(events.turns() - before <= 2, "{micros} µs");
        }
    });
}

#[test]
fn a_timer_is_not_early_either_if_the_loop_turns_meanwhile() {
    fn turn(events: &mut Loop, called: Rc<Cell<bool>>) {
        if !called.get() {
            events.call_soon(move |events| turn(events, called));
        }
    }
    alone(|| {
        let mut events = Loop::new().unwrap();
        let called = Rc::new(Cell::new(false));
        turn(&mut events, called.clone());
        let due = Instant::now() + Duration::from_millis(5);
        events.at(due, move |_| {
            assert!(Instant::now() >= due);
            called.set(true);
        });
        events.run().unwrap();
    });
}

#[test]
fn a_timer_is_late_by_what_the_callbacks_before_it_take() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        events.call_soon(|events| {
            let due = Instant::now() + Duration::from_millis(10);
            let slow_until = due + Duration::from_millis(20);
            events.at(due, move |_| assert!(Instant::now() >= slow_until));
            compute_until(slow_until);
        });
        events.run().unwrap();
        assert_eq!(events.turns(), 2);
    });
}

#[test]
fn a_timer_that_is_due_only_after_the_wait_is_for_a_later_turn() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let due = Instant::now() + Duration::from_millis(100);
        let is_early = Rc::new(Cell::new(false));
        let was_early = is_early.clone();
        let (socket, _peer) = ready_pair(&mut events);
        events.when_readable(socket, move |_, _| {
            // On a machine that stood still until now, it was due before.
            is_early.set(Instant::now() < due);
            compute_until(due);
        });
        events.at(due, move |events| {
            assert_eq!(events.turns(), 1 + u64::from(was_early.get()));
        });
        events.run().unwrap();
    });
}

#[test]
fn a_delay_counts_from_the_call_that_sets_it() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        events.call_soon(|events| {
            let turn_began = Instant::now();
            compute_until(turn_began + Duration::from_millis(10));
            let set = Instant::now();
            let delay = Duration::from_millis(5);
            events.after(delay, move |_| assert!(set.elapsed() >= delay));
        });
        events.run().unwrap();
    });
}

#[test]
fn a_delay_beyond_what_the_clock_can_count_to_is_for_ever() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let far = [Duration::from_millis(u64::MAX), Duration::MAX]
            .map(|delay| events.after(delay, |_| unreachable!()));
        // Other work goes on.
        let noted = notes.clone();
        events.call_soon(move |events| {
            noted.add("queued");
            events.after(Duration::from_millis(1), noted.note("timer"));
            events.after(Duration::from_millis(2), |events| events.stop());
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["queued", "timer"]);
        assert!(far.into_iter().all(|handle| events.cancel(handle)));
        events.run().unwrap();
    });
}

#[test]
fn a_timer_that_sets_itself_again_is_called_once_however_late_it_is() {
    fn tick(events: &mut Loop, called: Rc<Cell<u32>>) {
        events.after(Duration::from_millis(10), move |events| {
            called.set(called.get() + 1);
            if called.get() < 2 {
                tick(events, called);
            }
        });
    }
    alone(|| {
        let mut events = Loop::new().unwrap();
        let called = Rc::new(Cell::new(0));
        tick(&mut events, called.clone());
        // Three periods pass.
        compute_until(Instant::now() + Duration::from_millis(35));
        let count = called.clone();
        events.after(Duration::ZERO, move |_| assert_eq!(count.get(), 1));
        events.run().unwrap();
        assert_eq!(called.get(), 2);
    });
}
