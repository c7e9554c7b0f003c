//! How tasks end, and how the trampoline does.

use super::{Notes, Steps, Y, greenlet, task};
use callbacks::Loop;
use generators::{Request, Task, Tasks, Trampoline};
use std::cell::Cell;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::rc::Rc;
use std::time::{Duration, Instant};
use trials::alone;

/// Runs the trampoline, which panics; gives what it panicked with.
fn panic_of(trampoline: &Trampoline) -> &'static str {
    let ran = catch_unwind(AssertUnwindSafe(|| trampoline.run()));
    ran.unwrap_err().downcast_ref::<&'static str>().unwrap()
}

/// Spawns a task that notes what it is told of the end of another.
fn spawn_joiner(trampoline: &Trampoline, joined: &Task, notes: &Notes) {
    let (joined, notes) = (joined.clone(), notes.clone());
    let body = move |y: Y| async move {
        let reply = y.suspend(Request::join(&joined)).await;
        notes.add(match reply {
            Ok(()) => format!("{joined:?} has ended"),
            Err(why) => why.to_string(),
        });
    };
    trampoline.spawn("joiner", task(body));
}

#[test]
fn without_tasks_it_ends_at_once() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        trampoline.run().unwrap();
        trampoline.run().unwrap();
    });
}

#[test]
fn a_panic_ends_its_task_and_no_other_and_is_handed_on_at_the_end() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let steps = Steps::default()
            .then(|_| Some(Request::turn()))
            .then(|_| panic_any("the enum"));
        let generator = task(|y| async move {
            y.suspend(Request::turn()).await.unwrap();
            panic_any("the generator");
        });
        let greenlet = greenlet(|y| {
            y.suspend(Request::turn()).unwrap();
            panic_any("the greenlet");
        });
        let all = [
            trampoline.spawn("enum", steps),
            trampoline.spawn("generator", generator),
            trampoline.spawn("greenlet", greenlet),
        ];
        for joined in &all {
            spawn_joiner(&trampoline, joined, &notes);
        }
        let soon = Instant::now() + Duration::from_millis(2);
        let noted = notes.clone();
        let body = move |y: Y| async move {
            y.suspend(Request::until(soon)).await.unwrap();
            noted.add("other");
        };
        trampoline.spawn("other", task(body));
        // All are heard of by the panic hook; the first is handed on.
        assert_eq!(panic_of(&trampoline), "the enum");
        let told = ["enum", "generator", "greenlet"];
        let told = told.map(|kind| format!("{kind} 1 has panicked"));
        assert_eq!(notes.take(), [&told[..], &["other".into()]].concat());
        // It is handed on once, and who asks later is told as well.
        spawn_joiner(&trampoline, &all[1], &notes);
        trampoline.run().unwrap();
        assert_eq!(notes.take(), told[1..=1]);
    });
}

#[test]
fn an_error_that_nothing_in_the_task_catches_is_up_to_the_task() {
    async fn deeper(y: &Y) -> std::io::Result<()> {
        y.suspend(Request::park().by(Instant::now())).await
    }
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        let body = move |y: Y| async move {
            let told = deeper(&y).await;
            noted.add(format!("{:?}", told.unwrap_err().kind()));
        };
        trampoline.spawn("task", task(body));
        trampoline.run().unwrap();
        assert_eq!(notes.take(), ["TimedOut"]);
    });
}

#[test]
fn a_task_that_awaits_what_nothing_can_wake_is_not_resumed_for_ever() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let body = |_| std::future::pending::<()>();
        let it = trampoline.spawn("foreign", task(body));
        spawn_joiner(&trampoline, &it, &notes);
        let said = panic_of(&trampoline);
        assert!(said.contains("paused without `suspend`"), "{said}");
        assert_eq!(notes.take(), ["foreign 1 has panicked"]);
    });
}

#[test]
fn the_loop_has_to_be_given_back_before_a_pause() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let tasks = trampoline.tasks();
        trampoline.spawn(
            "keeper",
            greenlet(move |y| {
                let _kept = tasks.events();
                y.suspend(Request::park()).unwrap();
            }),
        );
        let said = panic_of(&trampoline);
        assert_eq!(said, "the loop is in use: give it back before a pause");
    });
}

#[test]
fn a_destructor_that_panics_at_the_end_counts_as_a_panic_of_its_task() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic_any("the destructor");
        }
    }
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let panics = Panics;
        let body = |y: Y| async move {
            let _panics = panics;
            y.suspend(Request::park()).await.unwrap();
        };
        let dropped = trampoline.spawn("dropped", task(body));
        spawn_joiner(&trampoline, &dropped, &notes);
        let tasks = trampoline.tasks();
        let body = |y: Y| async move {
            y.suspend(Request::turn()).await.unwrap();
            tasks.cancel(&dropped);
        };
        trampoline.spawn("canceller", task(body));
        assert_eq!(panic_of(&trampoline), "the destructor");
        assert_eq!(notes.take(), ["dropped 1 has panicked"]);
    });
}

#[test]
fn if_all_wait_and_nothing_can_wake_them_the_error_names_them() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let parks = |y: Y| async move {
            y.suspend(Request::park()).await.unwrap();
        };
        let parked = trampoline.spawn("parked", task(parks));
        let joined = parked.clone();
        let joins = |y: Y| async move {
            y.suspend(Request::join(&joined)).await.unwrap();
        };
        trampoline.spawn("joiner", task(joins));
        let why = trampoline.run().unwrap_err();
        assert_eq!(why.kind(), ErrorKind::Deadlock);
        assert_eq!(
            why.to_string(),
            "all tasks wait, and nothing can wake them: \
             parked 1 waits for a wake-up, \
             joiner 1 waits for the end of parked 1"
        );
        // From outside something can.
        trampoline.wake(&parked);
        trampoline.run().unwrap();
    });
}

#[test]
fn two_that_wait_for_each_other_are_named_and_so_are_the_first_of_many() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let places: [Rc<Cell<Option<Task>>>; 2] = Default::default();
        for (own, other) in [(0, 1), (1, 0)] {
            let other = places[other].clone();
            let body = task(move |y: Y| async move {
                let joined = other.take().unwrap();
                y.suspend(Request::join(&joined)).await.unwrap();
            });
            places[own].set(Some(trampoline.spawn("task", body)));
        }
        let why = trampoline.run().unwrap_err().to_string();
        assert!(why.ends_with(
            "task 1 waits for the end of task 2, \
             task 2 waits for the end of task 1"
        ));
        for _ in 0..20 {
            let parks = |y: Y| async move {
                y.suspend(Request::park()).await.unwrap();
            };
            trampoline.spawn("parked", task(parks));
        }
        let why = trampoline.run().unwrap_err().to_string();
        assert!(why.ends_with("parked 6 waits for a wake-up, 14 more wait"));
    });
}

#[test]
fn what_another_thread_may_still_post_is_waited_for() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let tasks = trampoline.tasks();
        let body = |y: Y| async move {
            let this = tasks.current().unwrap();
            let own = tasks.clone();
            let work = || std::thread::sleep(Duration::from_millis(5));
            let then = move |_: &mut Loop, _| own.wake(&this);
            tasks.events().in_thread(work, then).unwrap();
            y.suspend(Request::park()).await.unwrap();
        };
        trampoline.spawn("task", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn when_all_tasks_have_ended_it_waits_for_nothing_else() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let tasks = trampoline.tasks();
        let start = Instant::now();
        let body = |_| async move {
            tasks.events().after(Duration::from_secs(20), |_| ());
        };
        trampoline.spawn("task", task(body));
        trampoline.run().unwrap();
        assert!(start.elapsed() < Duration::from_secs(20));
    });
}

#[test]
fn a_task_cannot_run_its_trampoline() {
    alone(|| {
        let trampoline = Rc::new(Trampoline::new().unwrap());
        let own = Rc::downgrade(&trampoline);
        let body = |_| async move {
            let why = own.upgrade().unwrap().run().unwrap_err();
            assert_eq!(why.to_string(), "a task cannot run its trampoline");
        };
        trampoline.spawn("task", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn dropping_it_drops_all_tasks_wherever_they_wait() {
    alone(|| {
        let trampoline = Rc::new(Trampoline::new().unwrap());
        let notes = Notes::default();
        let names = ["parked", "sleeper", "joiner", "ready", "fresh"];
        let mut spawned: Vec<Task> = Vec::new();
        for name in names {
            let held = notes.when_dropped(name);
            let first = spawned.first().cloned();
            let body = task(move |y: Y| async move {
                let _held = held;
                let day = Instant::now() + Duration::from_secs(86_400);
                loop {
                    let request = match name {
                        "parked" => Request::park(),
                        "sleeper" => Request::until(day),
                        "joiner" => Request::join(first.as_ref().unwrap()),
                        "ready" => Request::turn(),
                        _ => panic!("it never runs"),
                    };
                    y.suspend(request).await.unwrap();
                }
            });
            if name == "fresh" {
                // The others run as far as their pauses, and then it fails:
                // its loop cannot run inside of another.
                let own = trampoline.clone();
                let mut outer = Loop::new().unwrap();
                outer.call_soon(move |_| {
                    own.run().unwrap_err();
                });
                outer.run().unwrap();
            }
            spawned.push(trampoline.spawn(name, body));
        }
        let tasks = trampoline.tasks();
        drop(Rc::into_inner(trampoline).unwrap());
        assert_eq!(notes.take(), names);
        assert!(spawned.iter().all(Task::is_finished));
        // The handle that is left has nothing to run tasks on.
        let held = notes.when_dropped("late");
        let body = |_| async move {
            let _held = held;
            panic!("it never runs");
        };
        let late = tasks.spawn("late", task(body));
        assert!(late.is_finished());
        assert_eq!(notes.take(), ["late"]);
        tasks.wake(&late);
        tasks.cancel(&late);
    });
}

#[test]
fn destructors_may_use_the_tasks_while_it_is_dropped() {
    struct Busy(Tasks, Rc<Cell<Option<Task>>>, Notes);
    impl Drop for Busy {
        fn drop(&mut self) {
            let Busy(tasks, other, notes) = self;
            if let Some(other) = other.take() {
                tasks.wake(&other);
                tasks.cancel(&other);
            }
            let spawned = tasks.spawn("spawned", task(|_| async {}));
            notes.add(format!("spawned {}", spawned.is_finished()));
            drop(tasks.events());
        }
    }
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let places: [Rc<Cell<Option<Task>>>; 2] = Default::default();
        for (own, other) in [(0, 1), (1, 0)] {
            let busy =
                Busy(trampoline.tasks(), places[other].clone(), notes.clone());
            let body = task(|y: Y| async move {
                let _busy = busy;
                y.suspend(Request::park()).await.unwrap();
            });
            places[own].set(Some(trampoline.spawn("busy", body)));
        }
        assert!(trampoline.run().is_err());
        drop(trampoline);
        assert_eq!(notes.take(), ["spawned true"; 2]);
    });
}

#[test]
fn nothing_is_left_of_it_once_it_and_its_handles_are_gone() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let tasks = trampoline.tasks();
        let held = Rc::new(());
        let weak = Rc::downgrade(&held);
        // A circle: the trampoline holds the task, and the task the handle.
        let body = |y: Y| async move {
            let _held = (tasks, held);
            let day = Instant::now() + Duration::from_secs(86_400);
            y.suspend(Request::park().by(day)).await.unwrap();
        };
        let it = trampoline.spawn("task", task(body));
        let (own, other) = (trampoline.tasks(), it.clone());
        let stops = task(move |y: Y| async move {
            y.suspend(Request::turn()).await.unwrap();
            own.cancel(&other);
        });
        trampoline.spawn("other", stops);
        trampoline.run().unwrap();
        assert!(weak.upgrade().is_none());
        drop((trampoline, it));
    });
}
