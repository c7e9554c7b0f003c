//! To cancel is to drop.

use super::{Notes, Steps, Y, greenlet, task};
use callbacks::Socket;
use generators::{Request, Resume, Task, Trampoline};
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use trials::alone;

/// Tasks of the three kinds, each of which parks, and holds what notes its end.
fn three_kinds(notes: &Notes) -> [(&'static str, Box<dyn Spawn>); 3] {
    let [a, b, c] =
        ["enum", "generator", "greenlet"].map(|kind| notes.when_dropped(kind));
    let parks = || Request::park();
    let steps = Steps::default().then(move |_| Some(parks())).then(move |_| {
        drop(a);
        unreachable!()
    });
    let generator = task(move |y: Y| async move {
        let _b = b;
        y.suspend(Request::park()).await.unwrap();
        unreachable!()
    });
    let greenlet = greenlet(move |y| {
        let _c = c;
        y.suspend(Request::park()).unwrap();
        unreachable!()
    });
    [
        ("enum", Box::new(steps)),
        ("generator", Box::new(generator)),
        ("greenlet", Box::new(greenlet)),
    ]
}

/// A task of any kind, before it is spawned.
trait Spawn {
    fn spawn(self: Box<Self>, on: &Trampoline, kind: &'static str) -> Task;
}

impl<T: Resume + 'static> Spawn for T {
    fn spawn(self: Box<Self>, on: &Trampoline, kind: &'static str) -> Task {
        on.spawn(kind, *self)
    }
}

#[test]
fn cancelled_before_it_begins_it_never_runs() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        for (kind, body) in three_kinds(&notes) {
            let it = body.spawn(&trampoline, kind);
            trampoline.cancel(&it);
            assert!(it.is_finished());
            assert_eq!(notes.take(), [kind]);
        }
        trampoline.run().unwrap();
    });
}

#[test]
fn cancelled_while_it_has_paused_it_drops_what_it_holds_at_once() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        for (kind, body) in three_kinds(&notes) {
            let it = body.spawn(&trampoline, kind);
            let (tasks, noted) = (trampoline.tasks(), notes.clone());
            let cancels = task(move |y: Y| async move {
                y.suspend(Request::turn()).await.unwrap();
                tasks.cancel(&it);
                assert!(it.is_finished());
                noted.add("cancelled");
                // Once more, and a wake, change nothing.
                tasks.cancel(&it);
                tasks.wake(&it);
            });
            trampoline.spawn("canceller", cancels);
            trampoline.run().unwrap();
            assert_eq!(notes.take(), [kind, "cancelled"]);
        }
    });
}

#[test]
fn cancelled_while_it_is_ready_it_is_not_resumed() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        for (kind, body) in three_kinds(&notes) {
            let it = body.spawn(&trampoline, kind);
            let tasks = trampoline.tasks();
            let cancels = task(move |y: Y| async move {
                y.suspend(Request::turn()).await.unwrap();
                tasks.wake(&it);
                tasks.cancel(&it);
            });
            trampoline.spawn("canceller", cancels);
            trampoline.run().unwrap();
            assert_eq!(notes.take(), [kind]);
        }
    });
}

#[test]
fn one_that_cancels_itself_ends_at_its_next_pause() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let (tasks, noted) = (trampoline.tasks(), notes.clone());
        let held = notes.when_dropped("dropped");
        let body = move |y: Y| async move {
            let _held = held;
            tasks.cancel(&tasks.current().unwrap());
            noted.add("runs on");
            y.suspend(Request::turn()).await.unwrap();
            noted.add("never");
        };
        let it = trampoline.spawn("task", task(body));
        let (tasks, noted) = (trampoline.tasks(), notes.clone());
        let body = move |y: Y| async move {
            let reply = y.suspend(Request::join(&it)).await;
            noted.add(reply.unwrap_err().to_string());
            // One that ends without a pause has ended as it wanted to.
            let own = tasks.clone();
            let body = |_| async move { own.cancel(&own.current().unwrap()) };
            let other = tasks.spawn("other", task(body));
            y.suspend(Request::join(&other)).await.unwrap();
        };
        trampoline.spawn("joiner", task(body));
        trampoline.run().unwrap();
        let told = "task 1 was cancelled";
        assert_eq!(notes.take(), ["runs on", "dropped", told]);
    });
}

#[test]
fn what_it_awaits_goes_with_it_and_what_it_joins_does_not() {
    async fn deeper(y: &Y, notes: Notes) {
        let _held = notes.when_dropped("inner");
        y.suspend(Request::park()).await.unwrap();
    }
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let noted = notes.clone();
        let soon = Instant::now() + Duration::from_millis(3);
        let joined = trampoline.spawn(
            "joined",
            task(move |y: Y| async move {
                y.suspend(Request::until(soon)).await.unwrap();
                noted.add("joined");
            }),
        );
        let outer = notes.when_dropped("outer");
        let noted = notes.clone();
        let awaits = task(move |y: Y| async move {
            let _outer = outer;
            deeper(&y, noted).await;
        });
        let joiner = notes.when_dropped("joiner");
        let joins = task(move |y: Y| async move {
            let _joiner = joiner;
            y.suspend(Request::join(&joined)).await.unwrap();
        });
        let both = [
            trampoline.spawn("awaits", awaits),
            trampoline.spawn("joins", joins),
        ];
        let tasks = trampoline.tasks();
        let cancels = task(move |y: Y| async move {
            y.suspend(Request::turn()).await.unwrap();
            both.iter().for_each(|it| tasks.cancel(it));
        });
        trampoline.spawn("canceller", cancels);
        trampoline.run().unwrap();
        assert_eq!(notes.take(), ["inner", "outer", "joiner", "joined"]);
    });
}

#[test]
fn the_socket_that_it_waited_for_is_closed() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let socket = Socket::new(&mut trampoline.events(), ours).unwrap();
        let reader = trampoline.spawn(
            "reader",
            task(|y| async move {
                let day = Instant::now() + Duration::from_secs(86_400);
                let wait = Request::readable(&socket).by(day);
                y.suspend(wait).await.unwrap();
            }),
        );
        let tasks = trampoline.tasks();
        let cancels = task(move |y: Y| async move {
            y.suspend(Request::turn()).await.unwrap();
            tasks.cancel(&reader);
            // What the loop kept of it goes when the loop is next at hand.
            drop(tasks.events());
            theirs.set_nonblocking(true).unwrap();
            assert_eq!(theirs.read(&mut [0]).unwrap(), 0);
        });
        trampoline.spawn("canceller", cancels);
        trampoline.run().unwrap();
        assert!(trampoline.events().is_over());
    });
}

#[test]
fn destructors_that_cancel_others_find_nothing_borrowed() {
    struct Cancels(generators::Tasks, Option<Task>, Notes);
    impl Drop for Cancels {
        fn drop(&mut self) {
            let Cancels(tasks, next, notes) = self;
            notes.add("dropped");
            if let Some(next) = next.take() {
                tasks.cancel(&next);
            }
        }
    }
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let mut last = None;
        for _ in 0..10 {
            let next = Cancels(trampoline.tasks(), last.take(), notes.clone());
            let body = |y: Y| async move {
                let _next = next;
                y.suspend(Request::park()).await.unwrap();
            };
            last = Some(trampoline.spawn("task", task(body)));
        }
        let tasks = trampoline.tasks();
        let cancels = task(move |y: Y| async move {
            y.suspend(Request::turn()).await.unwrap();
            tasks.cancel(&last.unwrap());
        });
        trampoline.spawn("canceller", cancels);
        trampoline.run().unwrap();
        assert_eq!(notes.take(), ["dropped"; 10]);
    });
}
