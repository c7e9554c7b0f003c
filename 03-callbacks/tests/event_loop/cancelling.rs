//! Cancelling, in every way.

use super::{Notes, pair, ready_pair};
use callbacks::{Handle, Loop};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use trials::alone;

#[test]
fn what_a_callback_cancels_is_not_called_any_more_even_if_it_was_ready() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let due = Instant::now();
        // Two timers, both due: the first one cancels the second.
        let second: Rc<Cell<Option<Handle>>> = Rc::default();
        let (to_cancel, noted) = (second.clone(), notes.clone());
        events.at(due, move |events| {
            let dropped = noted.clone();
            assert!(events.cancel(to_cancel.take().unwrap()));
            dropped.add("first timer");
        });
        let gone = notes.when_dropped("dropped");
        second.set(Some(events.at(due, move |_| drop(gone))));
        // A socket, which is ready, cancels a timer that is due.
        let third = events.at(due, notes.note("third timer"));
        let (socket, _peer) = ready_pair(&mut events);
        events.when_readable(socket, move |events, _| {
            assert!(events.cancel(third));
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["dropped", "first timer"]);
    });
}

#[test]
fn cancelling_twice_or_after_the_call_or_from_inside_it_does_nothing() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        // It is cancelled twice.
        let timer = events.after(Duration::from_secs(60), |_| ());
        assert!(events.cancel(timer));
        assert!(!events.cancel(timer));
        let (socket, _peer) = ready_pair(&mut events);
        let wait = events.when_readable(socket.clone(), |_, _| ());
        assert!(events.cancel(wait));
        assert!(!events.cancel(wait));
        // The socket waits again: a handle is for one wait.
        let again = events.when_readable(socket, |_, _| ());
        assert!(!events.cancel(wait));
        // It is cancelled from inside its call.
        let own: Rc<Cell<Option<Handle>>> = Rc::default();
        let handle = own.clone();
        let timer = events.after(Duration::ZERO, move |events| {
            assert!(!events.cancel(handle.take().unwrap()));
        });
        own.set(Some(timer));
        events.run().unwrap();
        // It is cancelled after the call.
        assert!(!events.cancel(again));
        assert!(!events.cancel(timer));
    });
}

#[test]
fn cancelled_timers_do_not_bound_the_wait() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        for ms in 1..10 {
            let delay = Duration::from_millis(ms);
            let timer = events.after(delay, notes.note("cancelled"));
            events.cancel(timer);
        }
        events.after(Duration::from_millis(20), notes.note("called"));
        events.run().unwrap();
        assert_eq!(notes.take(), ["called"]);
        assert!(events.turns() <= 2, "{}", events.turns());
    });
}

#[test]
fn cancelled_timers_do_not_pile_up() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let alive = Rc::new(());
        for _ in 0..100_000 {
            let owned = alive.clone();
            let far = Duration::from_secs(3600);
            let timer = events.after(far, move |_| drop(owned));
            events.cancel(timer);
            assert_eq!(Rc::strong_count(&alive), 1);
        }
        // Nothing is left to wait for.
        events.run().unwrap();
        assert_eq!(events.turns(), 0);
    });
}

#[test]
fn a_destructor_that_cancel_runs_may_post_and_finds_nothing_borrowed() {
    struct Posts(callbacks::Remote, Notes);
    impl Drop for Posts {
        fn drop(&mut self) {
            self.0.post(self.1.note("posted")).unwrap();
        }
    }
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let posts = |events: &Loop| Posts(events.remote(), notes.clone());
        let (a, b) = (posts(&events), posts(&events));
        let timer = events.after(Duration::from_secs(9), move |_| drop(a));
        let (socket, _peer) = pair(&mut events);
        let wait = events.when_readable(socket, move |_, _| drop(b));
        assert!(events.cancel(timer) && events.cancel(wait));
        events.run().unwrap();
        assert_eq!(notes.take(), ["posted", "posted"]);
    });
}
