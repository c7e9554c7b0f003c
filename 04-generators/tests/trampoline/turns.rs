//! Who is resumed when.

use super::{Notes, Y, greenlet, task};
use callbacks::Socket;
use generators::{Request, Tasks, Trampoline};
use std::cell::Cell;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::{Duration, Instant};
use trials::alone;

/// A task that notes its name, and lets the others have their turn, `times`
/// times.
async fn notes_and_turns(y: Y, notes: Notes, name: &'static str, times: u32) {
    for _ in 0..times {
        notes.add(name);
        y.suspend(Request::turn()).await.unwrap();
    }
}

#[test]
fn tasks_are_resumed_in_the_order_in_which_they_became_ready() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        for name in ["a", "b", "c"] {
            let notes = notes.clone();
            let body = |y| notes_and_turns(y, notes, name, 3);
            trampoline.spawn("task", task(body));
        }
        trampoline.run().unwrap();
        assert_eq!(notes.take().concat(), "abcabcabc");
    });
}

#[test]
fn a_task_that_is_spawned_runs_after_those_that_are_ready() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let (tasks, noted) = (trampoline.tasks(), notes.clone());
        let spawns = task(move |_| async move {
            let child = noted.clone();
            tasks.spawn("child", task(|_| async move { child.add("child") }));
            noted.add("parent");
        });
        trampoline.spawn("parent", spawns);
        let noted = notes.clone();
        let other = task(|_| async move { noted.add("other") });
        trampoline.spawn("other", other);
        trampoline.run().unwrap();
        assert_eq!(notes.take(), ["parent", "other", "child"]);
    });
}

#[test]
fn two_in_ping_pong_do_not_starve_a_third() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let over = Rc::new(Cell::new(false));
        let places: [Rc<Cell<Option<_>>>; 2] = Default::default();
        for (own, other) in [(0, 1), (1, 0)] {
            let (tasks, over) = (trampoline.tasks(), over.clone());
            let other = places[other].clone();
            let body = task(move |y| async move {
                while !over.get() {
                    let it = other.take().unwrap();
                    tasks.wake(&it);
                    other.set(Some(it));
                    y.suspend(Request::park()).await.unwrap();
                }
                tasks.wake(&other.take().unwrap());
            });
            places[own].set(Some(trampoline.spawn("player", body)));
        }
        let third = over.clone();
        let body = |y: Y| async move {
            for _ in 0..10 {
                y.suspend(Request::turn()).await.unwrap();
            }
            third.set(true);
        };
        trampoline.spawn("third", task(body));
        trampoline.run().unwrap();
        assert!(over.get());
    });
}

/// Spawns a task that only ever takes turns, until `over` is set; a hundred
/// thousand turns at most.
fn spawn_busy(tasks: &Tasks, over: &Rc<Cell<bool>>) {
    let over = over.clone();
    let body = |y: Y| async move {
        let mut left = 100_000;
        while !over.get() {
            left -= 1;
            assert!(left > 0, "the others do not get their turns");
            y.suspend(Request::turn()).await.unwrap();
        }
    };
    tasks.spawn("busy", task(body));
}

#[test]
fn where_one_only_takes_turns_sockets_are_still_served() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let over = Rc::new(Cell::new(false));
        spawn_busy(&trampoline, &over);
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let socket = Socket::new(&mut trampoline.events(), ours).unwrap();
        theirs.write_all(b".").unwrap();
        trampoline.spawn(
            "reader",
            task(move |y| async move {
                let mut socket = socket;
                y.suspend(Request::readable(&socket)).await.unwrap();
                assert_eq!(socket.read(&mut [0]).unwrap(), 1);
                over.set(true);
            }),
        );
        trampoline.run().unwrap();
    });
}

#[test]
fn where_one_only_takes_turns_timers_are_still_served() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let over = Rc::new(Cell::new(false));
        // It may take more turns than a hundred thousand in a millisecond, but
        // not in a hundredth of that.
        spawn_busy(&trampoline, &over);
        let due = Instant::now() + Duration::from_micros(100);
        let body = move |y: Y| async move {
            y.suspend(Request::until(due)).await.unwrap();
            assert!(Instant::now() >= due);
            over.set(true);
        };
        trampoline.spawn("sleeper", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn a_hundred_thousand_ready_requests_in_a_row_need_no_more_stack_than_one() {
    fn address_of_a_local() -> usize {
        let local = 0u8;
        (&raw const local).addr()
    }
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let others = Rc::new(Cell::new(0));
        // Each is there at once: a time that is over, the end of a task that
        // has ended, a wake that has come before.
        let (tasks, ended) = (trampoline.tasks(), others.clone());
        let all = task(move |y| async move {
            let this = tasks.current().unwrap();
            let ended_task =
                tasks.spawn("other", task(|_| async move { ended.set(1) }));
            y.suspend(Request::turn()).await.unwrap();
            let here = address_of_a_local();
            for n in 0..100_000 {
                let request = match n % 4 {
                    0 => Request::until(Instant::now()),
                    1 => Request::join(&ended_task),
                    2 => Request::turn(),
                    _ => {
                        tasks.wake(&this);
                        Request::park()
                    }
                };
                y.suspend(request).await.unwrap();
                assert_eq!(address_of_a_local(), here);
            }
        });
        let first = trampoline.spawn("all", all);
        // Meanwhile others get their turns: one for each.
        let (tasks, turns) = (trampoline.tasks(), Rc::new(Cell::new(0)));
        let counted = turns.clone();
        let counts = task(move |y| async move {
            while !first.is_finished() {
                counted.set(counted.get() + 1);
                y.suspend(Request::turn()).await.unwrap();
            }
            drop(tasks);
        });
        trampoline.spawn("counts", counts);
        trampoline.run().unwrap();
        assert_eq!(others.get(), 1);
        assert!((100_000..100_100).contains(&turns.get()), "{turns:?}");
    });
}

#[test]
fn a_chain_of_a_hundred_thousand_joins_needs_no_more_stack_than_one() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let mut last = trampoline.spawn("task", task(|_| async {}));
        for _ in 0..100_000 {
            let before = last;
            let body = |y: Y| async move {
                y.suspend(Request::join(&before)).await.unwrap();
            };
            last = trampoline.spawn("task", task(body));
        }
        trampoline.run().unwrap();
        assert!(last.is_finished());
    });
}

#[test]
fn what_is_ready_at_once_costs_no_turn_of_the_loop() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let sleeps = |y: Y| async move {
            let day = Instant::now() + Duration::from_secs(86_400);
            y.suspend(Request::until(day)).await.unwrap();
        };
        let sleeper = trampoline.spawn("sleeper", task(sleeps));
        let tasks = trampoline.tasks();
        let body = task(move |y| async move {
            let before = tasks.events().turns();
            for _ in 0..1000 {
                y.suspend(Request::until(Instant::now())).await.unwrap();
            }
            // It looks at sockets and timers now and then.
            let looks = tasks.events().turns() - before;
            assert!((1000 / 64..1000 / 60).contains(&looks), "{looks}");
            tasks.cancel(&sleeper);
        });
        trampoline.spawn("task", body);
        trampoline.run().unwrap();
    });
}

#[test]
fn one_that_waits_does_not_spin() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let due = Instant::now() + Duration::from_millis(50);
        let sleeps = move |y: Y| async move {
            y.suspend(Request::until(due)).await.unwrap();
        };
        trampoline.spawn("sleeper", task(sleeps));
        trampoline.run().unwrap();
        let turns = trampoline.events().turns();
        assert!(turns <= 4, "{turns}");
    });
}

#[test]
fn tasks_of_all_kinds_take_turns_with_one_another() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        let body = |y| notes_and_turns(y, noted, "g", 3);
        trampoline.spawn("generator", task(body));
        let noted = notes.clone();
        trampoline.spawn(
            "greenlet",
            greenlet(move |y| {
                for _ in 0..3 {
                    noted.add("l");
                    y.suspend(Request::turn()).unwrap();
                }
            }),
        );
        let mut steps = super::Steps::default();
        for _ in 0..3 {
            let noted = notes.clone();
            steps = steps.then(move |_| {
                noted.add("e");
                Some(Request::turn())
            });
        }
        trampoline.spawn("enum", steps);
        trampoline.run().unwrap();
        assert_eq!(notes.take().concat(), "gleglegle");
    });
}
