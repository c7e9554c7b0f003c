//! What is called in a turn, and in which order.

use super::{Notes, pair, read, ready_pair};
use callbacks::{Loop, Socket};
use std::cell::Cell;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::{Duration, Instant};
use trials::alone;

#[test]
fn it_calls_sockets_then_timers_then_what_is_queued_then_what_is_posted() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let remote = events.remote();
        remote.post(notes.note("1st post")).unwrap();
        remote.post(notes.note("2nd post")).unwrap();
        events.call_soon(notes.note("1st queued"));
        events.call_soon(notes.note("2nd queued"));
        let now = Instant::now();
        events.at(now, notes.note("1st timer"));
        events.at(now, notes.note("2nd timer"));
        let (socket, _peer) = ready_pair(&mut events);
        let clone = socket.clone();
        // The writer is registered first, and called second.
        events.when_writable(clone, notes.note_socket("writer"));
        events.when_readable(socket, notes.note_socket("reader"));
        drop(remote);
        events.run().unwrap();
        let order = [
            "reader",
            "writer",
            "1st timer",
            "2nd timer",
            "1st queued",
            "2nd queued",
            "1st post",
            "2nd post",
        ];
        assert_eq!(notes.take(), order);
        assert_eq!(events.turns(), 1);
    });
}

#[test]
fn sockets_come_in_the_order_in_which_the_kernel_lists_them() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (a, mut to_a) = pair(&mut events);
        let (b, mut to_b) = pair(&mut events);
        events.when_readable(a, notes.note_socket("a"));
        events.when_readable(b, notes.note_socket("b"));
        // Linux lists them in the order in which they became ready.
        to_b.write_all(b".").unwrap();
        to_a.write_all(b".").unwrap();
        events.run().unwrap();
        let mut called = notes.take();
        if cfg!(not(target_os = "linux")) {
            called.sort();
            called.reverse();
        }
        assert_eq!(called, ["b", "a"]);
    });
}

#[test]
fn the_loop_waits_until_a_socket_is_ready() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, mut peer) = pair(&mut events);
        events.when_readable(socket, notes.note_socket("readable"));
        let noted = notes.clone();
        events.after(Duration::from_millis(5), move |_| {
            assert_eq!(noted.take(), [""; 0]);
            peer.write_all(b".").unwrap();
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["readable"]);
        assert_eq!(events.turns(), 2);
    });
}

#[test]
fn the_loop_waits_until_something_is_posted() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        // The bell ends a wait that is under way: there is no other reason.
        events
            .in_thread(|| 7, {
                let notes = notes.clone();
                move |events, result| {
                    assert_eq!(result.unwrap(), 7);
                    events.call_soon(notes.note("queued"));
                }
            })
            .unwrap();
        events.run().unwrap();
        assert_eq!(notes.take(), ["queued"]);
    });
}

#[test]
fn a_callback_that_waits_again_is_called_in_a_later_turn() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let turns = Rc::new(Cell::new(0));
        let (socket, _peer) = ready_pair(&mut events);
        let last = turns.clone();
        events.when_readable(socket, move |events, socket| {
            last.set(events.turns());
            events.when_readable(socket, move |events, _| {
                assert!(events.turns() > last.get());
                last.set(events.turns());
            });
        });
        events.run().unwrap();
        assert_eq!((turns.get(), events.turns()), (2, 2));
    });
}

#[test]
fn what_begins_to_wait_in_a_turn_is_not_called_in_it() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        // Whichever comes first makes the other wait anew, which is listed too.
        let (a, _to_a) = ready_pair(&mut events);
        let (b, _to_b) = ready_pair(&mut events);
        let handles = Rc::new(Cell::new(None));
        let called = Rc::new(Cell::new(0));
        let callback = |other: Socket<UnixStream>| {
            let (handles, called) = (handles.clone(), called.clone());
            move |events: &mut Loop, _| {
                called.set(called.get() + 1);
                let Some((a, b)) = handles.take() else {
                    assert_eq!(events.turns(), 2);
                    return;
                };
                // One of them is this one's own.
                assert!(events.cancel(a) != events.cancel(b));
                let called = called.clone();
                events.when_readable(other, move |events, _| {
                    called.set(called.get() + 1);
                    assert_eq!(events.turns(), 2);
                });
            }
        };
        let (from_a, from_b) = (callback(b.clone()), callback(a.clone()));
        let a = events.when_readable(a, from_a);
        let b = events.when_readable(b, from_b);
        handles.set(Some((a, b)));
        events.run().unwrap();
        assert_eq!((called.get(), events.turns()), (2, 2));
    });
}

#[test]
fn a_timer_that_is_due_at_once_is_called_in_a_later_turn() {
    /// Sets timers that are due, and queues.
    fn set(events: &mut Loop, notes: &Notes) {
        events.after(Duration::ZERO, notes.note("zero"));
        // Long over, and nevertheless later.
        let past = Instant::now() - Duration::from_secs(60);
        events.at(past, notes.note("past"));
        events.call_soon(notes.note("queued"));
    }
    alone(|| {
        // From a timer, and from a socket before the timers have their part.
        let notes = Notes::default();
        for from_socket in [false, true] {
            let mut events = Loop::new().unwrap();
            let (socket, _peer) = ready_pair(&mut events);
            let noted = notes.clone();
            if from_socket {
                let then = move |events: &mut Loop, _| set(events, &noted);
                events.when_readable(socket, then);
            } else {
                events.after(Duration::ZERO, move |events| {
                    set(events, &noted);
                });
            }
            events.run().unwrap();
            assert_eq!(notes.take(), ["queued", "past", "zero"]);
            assert_eq!(events.turns(), 2);
        }
    });
}

#[test]
fn what_is_queued_from_a_queued_callback_is_called_in_a_later_turn() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        events.call_soon(move |events| {
            events.call_soon(noted.note("queued"));
            let remote = events.remote();
            remote.post(|events| assert_eq!(events.turns(), 2)).unwrap();
            events.after(Duration::ZERO, noted.note("timer"));
            let (socket, peer) = ready_pair(events);
            events.when_readable(socket, move |_, _| {
                noted.add("socket");
                drop(peer);
            });
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["socket", "timer", "queued"]);
        assert_eq!(events.turns(), 2);
    });
}

#[test]
fn one_that_does_so_for_ever_does_not_keep_the_others_from_theirs() {
    fn queue(events: &mut Loop, remote: callbacks::Remote) {
        let again = remote.clone();
        events.call_soon(move |events| queue(events, again));
        remote.post(|_| ()).unwrap();
    }
    fn set(events: &mut Loop, due: Instant) {
        events.at(due, move |events| set(events, due));
    }
    fn wait(events: &mut Loop, socket: Socket<UnixStream>) {
        events.when_readable(socket, wait);
    }
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let remote = events.remote();
        queue(&mut events, remote);
        set(&mut events, Instant::now());
        let (socket, _peer) = ready_pair(&mut events);
        wait(&mut events, socket);
        // Each of the four ways to be called has its turn nevertheless.
        let (socket, mut peer) = pair(&mut events);
        let noted = notes.clone();
        events.when_readable(socket, move |events, mut socket| {
            assert_eq!(read(&mut socket), Ok(b".".to_vec()));
            noted.add("socket");
            let noted = noted.clone();
            let remote = events.remote();
            events.call_soon(move |_| {
                noted.add("queued");
                remote.post(|events| events.stop()).unwrap();
            });
        });
        let noted = notes.clone();
        events.after(Duration::from_millis(2), move |_| {
            noted.add("timer");
            peer.write_all(b".").unwrap();
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["timer", "socket", "queued"]);
    });
}
