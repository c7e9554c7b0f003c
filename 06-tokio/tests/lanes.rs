//! What the recording says of tasks of tokio's.

use std::cell::Cell;
use std::fs;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use timeline::{
    Link, Recording, Replay, State, Status, Track, UNORDERED, What,
};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use trials::alone;
use with_tokio::{lane, waits_for};

/// Records what a future and its tasks do, on this thread.
fn record(future: impl Future) -> Recording {
    timeline::start().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future);
    assert_eq!(Replay::contradictions(&recorded()), [""; 0]);
    timeline::finish().unwrap()
}

/// The text of what has been recorded.
fn recorded() -> String {
    fs::read_to_string(timeline::path().unwrap()).unwrap()
}

fn track<'a>(recording: &'a Recording, name: &str) -> &'a Track {
    let mut tracks = recording.tracks.iter();
    tracks.find(|it| it.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The states of a task, one after another. Runs without a break are one here,
/// however much of a core each had.
fn states(recording: &Recording, name: &str) -> Vec<String> {
    let spans = track(recording, name).spans.iter();
    let states = spans.map(|span| match &span.state {
        State::Run { .. } => "runs".to_owned(),
        other => other.name(),
    });
    let mut states: Vec<_> = states.collect();
    states.dedup();
    states
}

#[test]
fn a_task_is_ready_and_runs_and_waits_for_what_it_says() {
    alone(|| {
        let recording = record(async {
            let (sender, receiver) = oneshot::channel();
            let waiter = tokio::spawn(lane("waiter", async {
                waits_for("an answer", receiver).await.unwrap()
            }));
            let sender = tokio::spawn(lane("sender", async {
                tokio::time::sleep(Duration::from_millis(1)).await;
                sender.send(42).unwrap();
            }));
            sender.await.unwrap();
            assert_eq!(waiter.await.unwrap(), 42);
        });
        let wait = "waits for an answer";
        let expected = ["ready to run", "runs", wait, "ready to run", "runs"];
        assert_eq!(states(&recording, "waiter"), expected);
        assert!(track(&recording, "waiter").ended);
        // An unnamed wait is one, too.
        let states = states(&recording, "sender");
        assert!(states.contains(&"waits for a wake-up".into()), "{states:?}");

        // What wakes a task is another one, or the thread that finds a timer.
        let wakes = |name| {
            let flows = recording.flows.iter();
            let wakes = flows.filter(|it| it.link == Link::Wake);
            let to = |at: (usize, Duration)| &recording.tracks[at.0];
            let wakes = wakes.filter(|it| to(it.to).name == name);
            wakes.map(|it| to(it.from).name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(wakes("waiter"), ["sender"]);
        assert_eq!(wakes("sender"), [thread(&recording).name.as_str()]);
    });
}

/// The only thread.
fn thread(recording: &Recording) -> &Track {
    let mut threads = recording.of_kind("thread");
    let thread = threads.next().expect("a thread");
    assert!(threads.next().is_none());
    thread
}

#[test]
fn a_task_that_is_woken_while_it_runs_is_ready_after_it() {
    alone(|| {
        let recording = record(async {
            let first = Cell::new(true);
            let twice = poll_fn(|context| {
                if !first.take() {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                // The wake-up is not to be lost in a span of no length.
                lab::compute_for(b"", Duration::from_millis(1));
                Poll::Pending
            });
            lane("hasty", twice).await;
            // It has woken itself, and nothing has said so on its behalf.
            let events = recorded();
            let ready = Replay::events(&events);
            let mut ready = ready.iter().filter_map(|event| match event.what {
                What::Ready { by, queue } => Some((by == event.lane, queue)),
                _ => None,
            });
            assert_eq!(ready.next(), Some((true, UNORDERED)));
            assert_eq!(ready.next(), None);
        });
        let states = states(&recording, "hasty");
        let states: Vec<_> =
            states.iter().filter(|it| !it.starts_with("waits")).collect();
        let expected = ["ready to run", "runs", "ready to run", "runs"];
        assert_eq!(states, expected);
    });
}

/// What it waits for in a future that is not ours, no line says.
#[test]
fn a_task_that_has_paused_runs_no_more_and_keeps_its_future() {
    alone(|| {
        record(async {
            let mut task = Box::pin(lane("task", pending::<()>()));
            let polled =
                poll_fn(|context| Poll::Ready(task.as_mut().poll(context)));
            assert!(polled.await.is_pending());
            let events = recorded();
            let mut replay = Replay::default();
            for event in Replay::events(&events) {
                replay.follow(&event).unwrap();
            }
            assert_eq!(replay.running().count(), 0);
            let tasks = replay.lanes().map(|(_, it)| it);
            let task = tasks.into_iter().find(|it| it.name == "task").unwrap();
            assert_eq!(task.status, Status::Waits);
            let size = size_of_val(&pending::<()>());
            let kept = format!("future, {size} bytes");
            assert_eq!(task.kept.as_deref(), Some(&*kept));
            // The one who reads finds it where it was made.
            let made = events.lines().find(|it| it.contains("spawn task"));
            let file = made.and_then(|it| it.split_once('\t')).unwrap().1;
            assert!(file.starts_with(file!()), "{file}");
        });
    });
}

#[test]
fn a_task_may_run_on_two_threads() {
    alone(|| {
        timeline::start().unwrap();
        // Each of the two has one thread: so the task is polled on both.
        let runtimes = [0, 1].map(|_| {
            Builder::new_multi_thread().worker_threads(1).build().unwrap()
        });
        let mut task = Box::pin(lane("task", async {
            tokio::task::yield_now().await;
        }));
        let poll_on = |runtime: &Runtime, mut task| {
            let poll = runtime.spawn(async move {
                let polled = poll_fn(|context| {
                    Poll::Ready(Future::poll(Pin::new(&mut task), context))
                });
                (polled.await, task)
            });
            runtime.block_on(poll).unwrap()
        };
        let polled;
        (polled, task) = poll_on(&runtimes[0], task);
        assert!(polled.is_pending());
        let (polled, task) = poll_on(&runtimes[1], task);
        assert!(polled.is_ready());
        drop(task);
        drop(runtimes);
        let recording = timeline::finish().unwrap();
        let spans = track(&recording, "task").spans.iter();
        let mut threads: Vec<_> = spans
            .filter(|it| matches!(it.state, State::Run { .. }))
            .map(|it| it.thread)
            .collect();
        threads.sort_unstable();
        threads.dedup();
        assert_eq!(threads.len(), 2);
    });
}

#[test]
fn a_lane_ends_with_its_task_whatever_is_kept_of_it() {
    alone(|| {
        let kept = Arc::new(Mutex::new(None));
        let recording = record({
            let kept = kept.clone();
            async move {
                let task = tokio::spawn(lane("task", async move {
                    let keep = poll_fn(|context| {
                        *kept.lock().unwrap() = Some(context.waker().clone());
                        Poll::Ready(())
                    });
                    keep.await;
                    pending::<()>().await;
                }));
                tokio::task::yield_now().await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            }
        });
        assert!(track(&recording, "task").ended);
        // It may be woken all the same.
        kept.lock().unwrap().take().expect("it was polled").wake();
    });
}

#[test]
fn a_waker_holds_no_task_that_is_gone() {
    struct Count;

    impl Wake for Count {
        fn wake(self: Arc<Self>) {}
    }

    alone(|| {
        timeline::start().unwrap();
        let count = Arc::new(Count);
        let waker = Waker::from(count.clone());
        let mut kept = None;
        {
            let mut task = pin!(lane(
                "task",
                poll_fn(|context| {
                    kept = Some(context.waker().clone());
                    Poll::<()>::Pending
                })
            ));
            let mut context = Context::from_waker(&waker);
            assert!(task.as_mut().poll(&mut context).is_pending());
            assert_eq!(Arc::strong_count(&count), 3);
        }
        assert!(kept.is_some());
        assert_eq!(Arc::strong_count(&count), 2);
    });
}

#[test]
fn while_nothing_is_recorded_a_task_is_no_larger_by_more_than_a_word() {
    let task = async {
        let buffer = [0; 1000];
        tokio::task::yield_now().await;
        buffer
    };
    let size = size_of_val(&task);
    assert!(size_of_val(&lane("task", task)) <= size + size_of::<usize>());
}
