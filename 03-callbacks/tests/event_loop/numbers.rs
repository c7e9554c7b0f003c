//! Descriptors that are closed while the kernel still speaks of them, and
//! numbers that are given again.

use super::{Notes, pair, ready_pair};
use callbacks::{Handle, Loop, Socket};
use std::cell::Cell;
use std::fs;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Duration;
use trials::alone;

const MOMENT: Duration = Duration::from_millis(20);

/// The number of the descriptor.
fn number(socket: &Socket<UnixStream>) -> i32 {
    socket.get_ref().as_raw_fd()
}

#[test]
fn nothing_is_called_for_a_socket_that_was_closed() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let called = Rc::new(Cell::new(0));
        let handles: Rc<Cell<[Option<Handle>; 2]>> = Rc::default();
        let (a, _to_a) = ready_pair(&mut events);
        let (b, _to_b) = ready_pair(&mut events);
        // Both are listed in the same turn; the first one closes the other.
        let close_other = || {
            let (called, handles) = (called.clone(), handles.clone());
            move |events: &mut Loop, _| {
                called.set(called.get() + 1);
                for handle in handles.take().into_iter().flatten() {
                    events.cancel(handle);
                }
            }
        };
        let a = events.when_readable(a, close_other());
        let b = events.when_readable(b, close_other());
        handles.set([Some(a), Some(b)]);
        events.run().unwrap();
        assert_eq!((called.get(), events.turns()), (1, 1));
    });
}

#[test]
fn nothing_is_called_for_the_next_one_to_which_the_kernel_gives_its_number() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let handles: Rc<Cell<[Option<Handle>; 2]>> = Rc::default();
        let numbers = Rc::new(Cell::new([0; 2]));
        let (a, _to_a) = ready_pair(&mut events);
        let (b, _to_b) = ready_pair(&mut events);
        numbers.set([number(&a), number(&b)]);
        let replace_other = |own: i32| {
            let (handles, numbers) = (handles.clone(), numbers.clone());
            let notes = notes.clone();
            move |events: &mut Loop, _| {
                for handle in handles.take().into_iter().flatten() {
                    events.cancel(handle);
                }
                // This one's own socket is still open: the number that is free
                // is that of the other.
                let (new, mut to_new) = pair(events);
                let [a, b] = numbers.get();
                assert_eq!(number(&new), a + b - own);
                let noted = notes.clone();
                events.when_readable(new, move |_, _| noted.add("new"));
                let noted = notes.clone();
                events.after(MOMENT, move |events| {
                    assert_eq!(noted.take(), ["replaced"]);
                    assert_eq!(events.turns(), 2);
                    to_new.write_all(b".").unwrap();
                });
                notes.add("replaced");
            }
        };
        let (from_a, from_b) =
            (replace_other(number(&a)), replace_other(number(&b)));
        let a = events.when_readable(a, from_a);
        let b = events.when_readable(b, from_b);
        handles.set([Some(a), Some(b)]);
        events.run().unwrap();
        assert_eq!(notes.take(), ["new"]);
    });
}

#[test]
fn a_socket_that_is_closed_while_a_duplicate_lives_is_silent() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, mut peer) = pair(&mut events);
        let old = number(&socket);
        let duplicate = socket.get_ref().try_clone().unwrap();
        let wait = events.when_readable(socket, notes.note_socket("closed"));
        assert!(events.cancel(wait));
        // The next socket has its number, and hears nothing of it.
        let (next, _to_next) = pair(&mut events);
        assert_eq!(number(&next), old);
        let wait = events.when_readable(next, notes.note_socket("next"));
        peer.write_all(b".").unwrap();
        events.after(MOMENT, move |events| {
            events.cancel(wait);
        });
        events.run().unwrap();
        assert_eq!(notes.take(), [""; 0]);
        // The timer's turn: the kernel was told to be silent of it.
        assert_eq!(events.turns(), 1);
        // The duplicate is another socket to the loop.
        let duplicate = Socket::new(&mut events, duplicate).unwrap();
        events.when_readable(duplicate, notes.note_socket("duplicate"));
        events.run().unwrap();
        assert_eq!(notes.take(), ["duplicate"]);
    });
}

#[test]
fn a_callback_that_drops_its_socket_closes_it_at_once() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (socket, _peer) = ready_pair(&mut events);
        let own = number(&socket);
        events.when_readable(socket, move |events, socket| {
            drop(socket);
            let (next, _to_next) = pair(events);
            assert_eq!(number(&next), own);
        });
        events.run().unwrap();
    });
}

#[test]
fn no_descriptor_is_left_by_a_loop_and_its_sockets() {
    alone(|| {
        let count = || fs::read_dir("/proc/self/fd").map(Iterator::count).ok();
        let before = count();
        let mut events = Loop::new().unwrap();
        let remote = events.remote();
        let (socket, peer) = pair(&mut events);
        let (ready, _to_ready) = ready_pair(&mut events);
        let open = pair(&mut events);
        events.when_readable(socket.clone(), move |_, _| drop(peer));
        events.when_writable(socket, |_, _| panic!("in a turn"));
        events.when_readable(ready, |events, _| events.stop());
        let (in_timer, _to_timer) = pair(&mut events);
        events.after(Duration::from_secs(60), move |_| drop(in_timer));
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| events.run()))
            .unwrap_err();
        drop(events);
        drop((remote, open, _to_ready, _to_timer));
        assert_eq!(count(), before);
    });
}
