//! The mailbox between the threads that post and the loop: the very file, in
//! all interleavings.

#[path = "../../src/mailbox.rs"]
mod file;

/// What the mailbox is made of here.
mod sync {
    pub use super::interleavings::Mutex;
    pub use std::sync::Arc;
}

use super::interleavings::{self, Bell, Deadlock};
use file::{Closed, Mailbox, Sender};
use std::mem;
use std::sync::Arc;
use trials::alone;

/// A mailbox that rings this bell.
fn new_mailbox<T>(bell: &Bell) -> Arc<Mailbox<T>> {
    let bell = bell.clone();
    Mailbox::new(move || bell.ring())
}

/// The thread of the loop, or another one.
type Part = Box<dyn FnOnce() + Send>;

/// What the loop does with its mailbox, and how many posts it collects.
fn collect_all(mailbox: &Mailbox<u32>, bell: &Bell) -> Vec<u32> {
    let mut collected = Vec::new();
    while !mailbox.is_over() {
        bell.wait();
        collected.extend(mailbox.collect());
    }
    collected
}

/// The loop, which has to collect exactly these, in some order.
fn event_loop(
    mailbox: &Arc<Mailbox<u32>>,
    bell: &Bell,
    expected: &'static [u32],
) -> Part {
    let (mailbox, bell) = (mailbox.clone(), bell.clone());
    Box::new(move || {
        let mut collected = collect_all(&mailbox, &bell);
        collected.sort_unstable();
        assert_eq!(collected, expected);
    })
}

/// A thread that posts these, and is done.
fn poster(sender: Sender<u32>, items: &'static [u32]) -> Part {
    Box::new(move || {
        for item in items {
            assert_eq!(sender.post(*item), Ok(()));
        }
    })
}

#[test]
fn no_wake_up_of_one_poster_is_lost() {
    alone(|| {
        let tried = interleavings::try_all(|| {
            let bell = Bell::default();
            let mailbox = new_mailbox(&bell);
            let sender = Mailbox::sender(&mailbox);
            [event_loop(&mailbox, &bell, &[1, 2]), poster(sender, &[1, 2])]
        });
        println!("{tried:?} interleavings");
        assert!(tried.unwrap() > 100);
    });
}

#[test]
fn no_wake_up_of_two_posters_is_lost() {
    /// Posts twice, and stays: with its end there would be too many orders.
    fn post_twice(sender: Sender<u32>) -> Part {
        Box::new(move || {
            sender.post(1).unwrap();
            sender.post(2).unwrap();
            mem::forget(sender);
        })
    }
    alone(|| {
        let tried = interleavings::try_all(|| {
            let bell = Bell::default();
            let mailbox = new_mailbox(&bell);
            let one = Mailbox::sender(&mailbox);
            let two = one.clone();
            let event_loop = move || {
                let mut collected = 0;
                while collected < 4 {
                    bell.wait();
                    collected += mailbox.collect().len();
                }
            };
            [Box::new(event_loop) as Part, post_twice(one), post_twice(two)]
        });
        println!("{tried:?} interleavings");
        assert!(tried.unwrap() > 1000);
    });
}

#[test]
fn the_end_of_the_last_sender_wakes_the_loop() {
    alone(|| {
        let tried = interleavings::try_all(|| {
            let bell = Bell::default();
            let mailbox = new_mailbox(&bell);
            let one = Mailbox::sender(&mailbox);
            let two = one.clone();
            [
                event_loop(&mailbox, &bell, &[]),
                Box::new(move || drop((one.clone(), one))) as Part,
                Box::new(move || drop(two)),
            ]
        });
        assert!(tried.unwrap() > 10);
    });
}

#[test]
fn what_is_posted_while_the_loop_ends_is_either_given_back_or_refused() {
    alone(|| {
        let tried = interleavings::try_all(|| {
            let mailbox = new_mailbox(&Bell::default());
            let sender = Mailbox::sender(&mailbox);
            let item = Arc::new(());
            let left = Arc::downgrade(&item);
            let poster = move || match sender.post(item) {
                Ok(()) => {}
                // It is dropped here.
                Err(Closed) => assert!(left.upgrade().is_none()),
            };
            let ender = {
                let mailbox = mailbox.clone();
                move || {
                    let given_back = mailbox.close();
                    assert!(given_back.len() <= 1);
                    drop(given_back);
                    assert!(mailbox.collect().is_empty());
                }
            };
            [Box::new(poster) as Part, Box::new(ender)]
        });
        assert!(tried.unwrap() > 2);
    });
}

#[test]
fn the_search_finds_a_loop_that_silences_the_bell_too_late() {
    alone(|| {
        let tried = interleavings::try_all(|| {
            let bell = Bell::default();
            let mailbox = new_mailbox(&bell);
            let sender = Mailbox::sender(&mailbox);
            let wrong = {
                let (mailbox, bell) = (mailbox.clone(), bell.clone());
                move || {
                    while !mailbox.is_over() {
                        bell.wait();
                        mailbox.collect();
                        // A ring since that look is lost.
                        bell.clear();
                    }
                }
            };
            [Box::new(wrong) as Part, poster(sender, &[1, 2])]
        });
        assert_eq!(tried, Err(Deadlock));
    });
}
