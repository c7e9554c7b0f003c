//! When `run` returns, and what `stop` and the loop's end do.

use super::{Notes, pair, ready_pair};
use callbacks::{Closed, Loop, Remote};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use trials::alone;

#[test]
fn run_returns_once_nothing_can_be_called_any_more() {
    alone(|| {
        // The loop's own bell is no reason to wait.
        let mut events = Loop::new().unwrap();
        events.run().unwrap();
        assert_eq!(events.turns(), 0);

        // An open socket which is not waited for is no reason, either.
        let (socket, _peer) = pair(&mut events);
        events.run().unwrap();
        assert_eq!(events.turns(), 0);

        // Nor is one whose wait was cancelled by the last callback.
        let wait = events.when_readable(socket, |_, _| unreachable!());
        events.call_soon(move |events| {
            events.cancel(wait);
        });
        events.run().unwrap();
        assert_eq!(events.turns(), 1);
    });
}

#[test]
fn as_long_as_a_socket_is_waited_for_it_does_not_return() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, peer) = pair(&mut events);
        events.when_readable(socket, notes.note_socket("closed"));
        let peer = thread::spawn(move || drop(peer));
        events.run().unwrap();
        assert_eq!(notes.take(), ["closed"]);
        peer.join().unwrap();
    });
}

#[test]
fn as_long_as_there_is_a_remote_it_does_not_return() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let remote = events.remote();
        let (go, may_go) = mpsc::channel();
        let noted = notes.clone();
        let holder = thread::spawn(move || {
            let second = remote.clone();
            drop(remote);
            may_go.recv().unwrap();
            noted.add("dropped");
            // The last one: the loop, which waits, is woken by this.
            drop(second);
        });
        events.after(Duration::from_millis(5), move |_| go.send(()).unwrap());
        events.run().unwrap();
        assert_eq!(notes.take(), ["dropped"]);
        holder.join().unwrap();
    });
}

#[test]
fn as_long_as_a_thread_is_at_work_it_does_not_return() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (go, may_go) = mpsc::channel::<()>();
        let noted = notes.clone();
        events
            .in_thread(
                move || may_go.recv().is_ok(),
                move |_, result| {
                    assert!(result.unwrap());
                    noted.add("worked");
                },
            )
            .unwrap();
        events.after(Duration::from_millis(5), move |_| go.send(()).unwrap());
        events.run().unwrap();
        assert_eq!(notes.take(), ["worked"]);
    });
}

#[test]
fn stop_lets_it_return_at_the_end_of_the_turn() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let stops = |what| {
            let noted = notes.clone();
            move |events: &mut Loop| {
                events.stop();
                noted.add(what);
            }
        };
        let (a, _to_a) = ready_pair(&mut events);
        let (b, _to_b) = ready_pair(&mut events);
        let (from_a, from_b) = (stops("socket"), stops("socket"));
        events.when_readable(a, move |events, _| from_a(events));
        events.when_readable(b, move |events, _| from_b(events));
        events.at(Instant::now(), stops("timer"));
        events.call_soon(stops("queued"));
        let noted = notes.clone();
        events.call_soon(move |events| {
            events.call_soon(noted.note("next turn"));
        });
        events.run().unwrap();
        // What was ready in this turn is called.
        assert_eq!(notes.take(), ["socket", "socket", "timer", "queued"]);
        // What is left is called if it runs again, and nothing twice.
        events.run().unwrap();
        assert_eq!(notes.take(), ["next turn"]);
        assert_eq!(events.turns(), 2);
    });
}

#[test]
fn stop_before_run_means_one_turn_that_does_not_wait() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let far = events.after(Duration::from_secs(3600), |_| unreachable!());
        events.stop();
        events.run().unwrap();
        assert_eq!(events.turns(), 1);
        // What is ready is called.
        let (socket, _peer) = ready_pair(&mut events);
        events.when_readable(socket, notes.note_socket("ready"));
        events.stop();
        events.run().unwrap();
        assert_eq!(notes.take(), ["ready"]);
        assert_eq!(events.turns(), 2);
        // It has no effect on the next.
        events.call_soon(move |events| {
            events.call_soon(move |events| assert!(events.cancel(far)));
        });
        events.run().unwrap();
        assert_eq!(events.turns(), 4);
    });
}

#[test]
fn a_loop_in_a_loop_is_refused() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        events.call_soon(move |events| {
            let same = events.run().unwrap_err();
            let mut other = Loop::new().unwrap();
            other.call_soon(|_| unreachable!());
            let other = other.run().unwrap_err();
            assert_eq!(same.to_string(), other.to_string());
            assert!(same.to_string().contains("is running on this thread"));
            // A loop on another thread does not run on this one.
            thread::spawn(|| Loop::new().unwrap().run().unwrap())
                .join()
                .unwrap();
            events.call_soon(noted.note("as ever"));
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["as ever"]);
        Loop::new().unwrap().run().unwrap();
    });
}

#[test]
fn a_post_after_the_end_is_refused_and_its_closure_dropped() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let remote = events.remote();
        // After `run` has returned, the loop is still there.
        events.stop();
        events.run().unwrap();
        remote.post(notes.note("posted")).unwrap();
        events.stop();
        events.run().unwrap();
        assert_eq!(notes.take(), ["posted"]);

        drop(events);
        let gone = notes.when_dropped("dropped");
        assert_eq!(remote.post(move |_| drop(gone)), Err(Closed));
        assert_eq!(notes.take(), ["dropped"]);
        let elsewhere = thread::spawn(move || remote.post(|_| ()));
        assert_eq!(elsewhere.join().unwrap(), Err(Closed));
    });
}

#[test]
fn what_is_at_work_when_the_loop_ends_is_not_wanted_any_more() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (go, may_go) = mpsc::channel::<()>();
        let (done, is_done) = mpsc::channel::<()>();
        let (result, then) =
            (notes.when_dropped("result"), notes.when_dropped("then"));
        events
            .in_thread(
                move || {
                    may_go.recv().unwrap();
                    (result, done)
                },
                move |_, _| drop(then),
            )
            .unwrap();
        drop(events);
        assert_eq!(notes.take(), ["then"]);
        go.send(()).unwrap();
        // The thread drops its result, and this with it.
        is_done.recv().unwrap_err();
        assert_eq!(notes.take(), ["result"]);
    });
}

#[test]
fn a_destructor_that_posts_while_the_loop_is_dropped_finds_nothing_borrowed() {
    struct Posts {
        remote: Remote,
        refused: Rc<Cell<u32>>,
    }
    impl Drop for Posts {
        fn drop(&mut self) {
            assert_eq!(self.remote.post(|_| ()), Err(Closed));
            // A clone, whose end rings the bell.
            drop(self.remote.clone());
            self.refused.set(self.refused.get() + 1);
        }
    }
    alone(|| {
        let mut events = Loop::new().unwrap();
        let refused = Rc::new(Cell::new(0));
        let remote = events.remote();
        let posts =
            || Posts { remote: remote.clone(), refused: refused.clone() };
        let (a, b, c, d) = (posts(), posts(), posts(), posts());
        let (socket, _peer) = pair(&mut events);
        let clone = socket.clone();
        events.when_readable(socket, move |_, _| drop(a));
        events.when_writable(clone, move |_, _| drop(b));
        events.after(Duration::from_secs(60), move |_| drop(c));
        events.call_soon(move |_| drop(d));
        drop(events);
        // Each closure was dropped once.
        assert_eq!(refused.get(), 4);
    });
}
