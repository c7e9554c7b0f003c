//! Who may call what, and that everything is called once.

use super::{Notes, pair, ready_pair};
use callbacks::Loop;
use std::cell::Cell;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};
use trials::alone;

#[test]
fn a_callback_may_register_cancel_and_queue_whatever_it_likes() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = ready_pair(&mut events);
        let (other, _other_peer) = pair(&mut events);
        let reader =
            events.when_readable(other, notes.note_socket("cancelled"));
        let noted = notes.clone();
        events.when_readable(socket, move |events, socket| {
            assert!(events.cancel(reader));
            let twice = noted.clone();
            events.when_writable(socket, move |events, socket| {
                twice.add("writable");
                events.when_writable(socket, twice.note_socket("again"));
            });
            events.after(Duration::ZERO, noted.note("timer"));
            events.call_soon(noted.note("queued"));
            let remote = events.remote();
            remote.post(|events| events.call_soon(|_| ())).unwrap();
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["queued", "writable", "timer", "again"]);
    });
}

#[test]
fn no_other_callback_runs_until_it_has_returned() {
    /// A callback that sees to it that no other runs meanwhile, and makes all
    /// that could run at once.
    fn callback(
        events: &mut Loop,
        inside: &Rc<Cell<bool>>,
        left: &Rc<Cell<u32>>,
    ) {
        assert!(!inside.replace(true));
        if let Some(fewer) = left.get().checked_sub(1) {
            left.set(fewer);
            register(events, inside, left);
        }
        inside.set(false);
    }
    fn register(
        events: &mut Loop,
        inside: &Rc<Cell<bool>>,
        left: &Rc<Cell<u32>>,
    ) {
        let again = || {
            let (inside, left) = (inside.clone(), left.clone());
            move |events: &mut Loop| callback(events, &inside, &left)
        };
        events.call_soon(again());
        events.at(Instant::now(), again());
        let (socket, peer) = ready_pair(events);
        let then = again();
        events.when_readable(socket, move |events, _socket| {
            drop(peer);
            then(events);
        });
    }
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (inside, left) = (Rc::default(), Rc::new(Cell::new(9)));
        register(&mut events, &inside, &left);
        events.run().unwrap();
        assert_eq!(left.get(), 0);
    });
}

#[test]
fn other_threads_have_a_remote() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let remote = events.remote();
        let here = thread::current().id();
        let poster = thread::spawn(move || {
            remote.post(move |_| assert_eq!(thread::current().id(), here))
        });
        events.run().unwrap();
        poster.join().unwrap().unwrap();
    });
}

#[test]
fn what_is_registered_is_called_at_most_once() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = ready_pair(&mut events);
        let (_kept, clone) = (socket.clone(), socket.clone());
        events.when_readable(socket, notes.note_socket("readable"));
        events.when_writable(clone, notes.note_socket("writable"));
        events.after(Duration::ZERO, notes.note("timer"));
        events.call_soon(notes.note("queued"));
        events
            .in_thread(|| (), {
                let notes = notes.clone();
                move |_, _| notes.add("work")
            })
            .unwrap();
        // Give each of them time to be called once more.
        events.after(Duration::from_millis(20), |_| ());
        events.run().unwrap();
        events.run().unwrap();
        let mut called = notes.take();
        called.sort();
        let each = ["queued", "readable", "timer", "work", "writable"];
        assert_eq!(called, each);
    });
}

#[test]
fn its_closure_is_dropped_by_the_call() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = ready_pair(&mut events);
        let _kept = socket.clone();
        let [a, b, c] = ["a", "b", "c"].map(|it| notes.when_dropped(it));
        // Each is gone before the next is called.
        let noted = notes.clone();
        events.when_readable(socket, move |_, _| {
            noted.add("socket");
            drop(a);
        });
        let noted = notes.clone();
        events.after(Duration::ZERO, move |_| {
            noted.add("timer");
            drop(b);
        });
        let noted = notes.clone();
        events.call_soon(move |_| {
            let _c = c;
            noted.add("queued");
        });
        events.call_soon(notes.note("last"));
        events.run().unwrap();
        let order = ["socket", "a", "timer", "b", "queued", "c", "last"];
        assert_eq!(notes.take(), order);
    });
}

#[test]
fn its_closure_is_dropped_by_cancel() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = pair(&mut events);
        let _kept = socket.clone();
        let [a, b] = ["reader", "timer"].map(|it| notes.when_dropped(it));
        let reader = events.when_readable(socket, move |_, _| drop(a));
        let timer = events.after(Duration::from_secs(60), move |_| drop(b));
        assert!(events.cancel(timer));
        assert_eq!(notes.take(), ["timer"]);
        assert!(events.cancel(reader));
        assert_eq!(notes.take(), ["reader"]);
        events.run().unwrap();
        assert_eq!(notes.take(), [""; 0]);
    });
}

#[test]
fn its_closure_is_dropped_with_the_loop() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = pair(&mut events);
        let kept = socket.clone();
        let names = ["posted", "queued", "reader", "timer", "work"];
        let [_, b, c, d, e] = names.map(|it| notes.when_dropped(it));
        notes.take();
        events.when_readable(socket, move |_, _| drop(c));
        events.after(Duration::from_secs(60), move |_| drop(d));
        events.call_soon(move |_| drop(b));
        events.in_thread(|| (), move |_, _| drop(e)).unwrap();
        drop(events);
        let mut dropped = notes.take();
        dropped.sort();
        assert_eq!(dropped, names[1..]);
        drop(kept);
    });
}
