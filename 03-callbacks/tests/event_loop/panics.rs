//! What a panic does.

use super::{Notes, pair, read, ready_pair};
use callbacks::Loop;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::time::{Duration, Instant};
use trials::alone;

/// Runs the loop, which panics; gives what it panicked with.
fn panic_of(events: &mut Loop) -> &'static str {
    let ran = catch_unwind(AssertUnwindSafe(|| events.run()));
    ran.unwrap_err().downcast_ref::<&'static str>().unwrap()
}

#[test]
fn the_others_are_called_as_ever_and_run_hands_on_the_first_panic() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let remote = events.remote();
        let (a, _to_a) = ready_pair(&mut events);
        events.when_readable(a, |_, _| panic_any("from the socket"));
        let now = Instant::now();
        events.at(now, |_| panic_any("from the timer"));
        events.at(now, notes.note("timer"));
        events.call_soon(|_| panic_any("from the queue"));
        events.call_soon(notes.note("queued"));
        remote.post(|_| panic_any("from a post")).unwrap();
        remote.post(notes.note("posted")).unwrap();
        let noted = notes.clone();
        events.call_soon(move |events| {
            events.after(Duration::ZERO, noted.note("later"));
        });
        drop(remote);
        assert_eq!(panic_of(&mut events), "from the socket");
        assert_eq!(notes.take(), ["timer", "queued", "posted", "later"]);
        // The panic is handed on once.
        events.call_soon(notes.note("again"));
        events.run().unwrap();
        assert_eq!(notes.take(), ["again"]);
    });
}

#[test]
fn a_reader_that_panics_does_not_wait_any_more() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = ready_pair(&mut events);
        let mut kept = socket.clone();
        let gone = notes.when_dropped("dropped");
        events.when_readable(socket, move |_, _socket| {
            let _gone = gone;
            panic_any("the reader");
        });
        // Its byte is still there: it would be called for ever.
        let noted = notes.clone();
        events.after(Duration::from_millis(20), move |events| {
            assert!(events.turns() <= 2);
            assert_eq!(read(&mut kept), Ok(b".".to_vec()));
            noted.add("timer");
        });
        assert_eq!(panic_of(&mut events), "the reader");
        assert_eq!(notes.take(), ["dropped", "timer"]);
    });
}

#[test]
fn what_a_callback_began_before_it_panicked_stays() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        events.call_soon(move |events| {
            events.call_soon(noted.note("queued"));
            events.after(Duration::ZERO, noted.note("timer"));
            let (socket, _peer) = pair(events);
            events.when_readable(socket, noted.note_socket("closed"));
            events.stop();
            panic_any("after that");
        });
        assert_eq!(panic_of(&mut events), "after that");
        assert_eq!(notes.take(), [""; 0]);
        events.run().unwrap();
        assert_eq!(notes.take(), ["closed", "timer", "queued"]);
    });
}

#[test]
fn a_thread_that_panics_is_told_to_its_callback() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        events
            .in_thread(
                || -> u32 { panic_any("at work") },
                move |_, result| {
                    let why = result.unwrap_err();
                    let why = why.downcast_ref::<&'static str>();
                    assert_eq!(why, Some(&"at work"));
                    noted.add("told");
                },
            )
            .unwrap();
        events.run().unwrap();
        assert_eq!(notes.take(), ["told"]);
    });
}
