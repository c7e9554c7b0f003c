//! Other threads: what they post, and that it wakes the loop.

use super::Notes;
use callbacks::Loop;
use std::fs;
use std::io::Error;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use trials::alone;

#[test]
fn what_is_posted_is_called_in_the_order_of_posting() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let remote = events.remote();
        let (called, calls) = mpsc::channel();
        let poster = thread::spawn(move || {
            for n in 0..1000 {
                let called = called.clone();
                remote.post(move |_| called.send(n).unwrap()).unwrap();
            }
        });
        events.run().unwrap();
        poster.join().unwrap();
        assert!(calls.into_iter().eq(0..1000));
    });
}

#[test]
fn a_thousand_posts_before_the_loop_looks_take_one_turn() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let remote = events.remote();
        let (called, calls) = mpsc::channel();
        for _ in 0..1000 {
            let called = called.clone();
            remote.post(move |_| called.send(()).unwrap()).unwrap();
        }
        drop((remote, called));
        events.run().unwrap();
        assert_eq!((calls.into_iter().count(), events.turns()), (1000, 1));
    });
}

#[test]
fn no_wake_up_is_lost_between_the_look_and_the_wait() {
    // All interleavings of a few posts are tried in `mailbox.rs`. Here are
    // many, with the kernel's own bell: each waits for the one before.
    alone(|| {
        let mut events = Loop::new().unwrap();
        let remote = events.remote();
        let (called, calls) = mpsc::channel();
        let poster = thread::spawn(move || {
            for _ in 0..10_000 {
                let called = called.clone();
                remote.post(move |_| called.send(()).unwrap()).unwrap();
                calls.recv().unwrap();
            }
        });
        events.run().unwrap();
        poster.join().unwrap();
    });
}

#[test]
fn a_post_from_the_loops_own_thread_is_called_in_the_next_turn() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let remote = events.remote();
        // In each part of a turn; nothing else would wake the loop.
        let post = |what| {
            let (remote, notes) = (remote.clone(), notes.clone());
            move |events: &mut Loop| {
                let turn = events.turns();
                let noted = notes.clone();
                let then = move |events: &mut Loop| {
                    assert!(events.turns() <= turn + 1);
                    noted.add(what);
                };
                remote.post(then).unwrap();
            }
        };
        let (from_timer, from_queue) = (post("timer"), post("queue"));
        events.after(Duration::from_millis(1), move |events| {
            from_timer(events);
            events.call_soon(from_queue);
        });
        drop(remote);
        events.run().unwrap();
        let mut called = notes.take();
        called.sort();
        assert_eq!(called, ["queue", "timer"]);
    });
}

#[test]
fn a_signal_in_the_wait_neither_ends_it_nor_makes_a_timer_early() {
    static CAUGHT: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn caught(_signal: i32) {
        CAUGHT.fetch_add(1, Relaxed);
    }

    alone(|| {
        let (thread, tid) = catch_signals(caught);
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        let due = Instant::now() + Duration::from_millis(50);
        events.at(due, move |_| {
            assert!(Instant::now() >= due);
            noted.add("timer");
        });
        let remote = events.remote();
        let sender = thread::spawn(move || {
            for n in 1..=20 {
                while !sleeps(tid) {
                    thread::yield_now();
                }
                signal(thread);
                while CAUGHT.load(Relaxed) < n {
                    thread::yield_now();
                }
            }
            // Then the loop may end.
            drop(remote);
        });
        events.run().unwrap();
        sender.join().unwrap();
        assert_eq!(notes.take(), ["timer"]);
        // The timer, and the end of the remote.
        assert!(events.turns() <= 2, "{}", events.turns());
    });
}

/// Has this thread call `handler` for `SIGUSR1`. Gives what names the thread.
#[expect(unsafe_code, reason = "std has no signals")]
fn catch_signals(handler: extern "C" fn(i32)) -> (libc::pthread_t, i32) {
    // SAFETY: all fields of this struct may be zero.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    // Without SA_RESTART; a wait would not be restarted in any case.
    action.sa_sigaction = handler as *const () as usize;
    // SAFETY: the handler only counts.
    let set =
        unsafe { libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut()) };
    assert_eq!(set, 0, "{}", Error::last_os_error());
    // SAFETY: it only asks.
    let thread = unsafe { libc::pthread_self() };
    // SAFETY: it only asks.
    (thread, unsafe { libc::gettid() })
}

#[expect(unsafe_code, reason = "std has no signals")]
fn signal(thread: libc::pthread_t) {
    // SAFETY: the thread waits for this one before it ends.
    let sent = unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
    assert_eq!(sent, 0);
}

/// Set if the thread waits in the kernel.
fn sleeps(tid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/self/task/{tid}/stat"));
    stat.unwrap().rsplit(") ").next().unwrap().starts_with('S')
}
