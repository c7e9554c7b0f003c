//! Tests of paused stories: when they rest, and what they find.

use dice::Dice;
use paused::{Story, Wrong, try_stories};
use std::cell::Cell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::Command;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, thread};
use tokio::task::yield_now;
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

/// One at a time: the watchdog judges by the CPU time of the whole process.
static ONE: Mutex<()> = Mutex::new(());

fn tell(story: impl AsyncFn(&Story) -> Result<(), Wrong>) {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    try_stories(&mut Dice::new(1), 5, async |it, _| story(it).await);
}

/// What a story ends with that goes wrong.
#[track_caller]
fn finds(sentence: &str, story: impl AsyncFn(&Story) -> Result<(), Wrong>) {
    let told = catch_unwind(AssertUnwindSafe(|| tell(story)));
    let why = told.expect_err("it goes wrong");
    let why = why.downcast::<String>().expect("a text");
    assert!(why.contains(sentence), "{why}");
}

#[test]
fn a_rest_lets_all_go_on_that_can_and_no_time_passes() {
    tell(async |story| {
        let turns = Rc::new(Cell::new(0));
        let counts = Rc::clone(&turns);
        let run = story.start("it", async move {
            for _ in 0..1000 {
                yield_now().await;
                counts.set(counts.get() + 1);
            }
            tokio::spawn(async { sleep(SECOND).await });
            pending::<()>().await;
        });
        story.rest().await?;
        assert_eq!((turns.get(), story.tasks_left()), (1000, 1));
        story.rest().await?;
        assert_eq!(story.now(), Duration::ZERO);
        story.pass(SECOND).await?;
        assert_eq!((story.now(), story.tasks_left()), (SECOND, 0));
        story.idle().await?;
        assert!(!run.is_over());
        Ok(())
    });
}

#[test]
fn an_hour_passes_at_once() {
    let begun = Instant::now();
    tell(async |story| {
        let hour = 3600 * SECOND;
        let run = story.start("it", sleep(hour));
        story.pass(hour - Duration::from_millis(1)).await?;
        assert!(!run.is_over());
        story.pass(Duration::from_millis(1)).await?;
        assert!(run.is_over());
        Ok(())
    });
    assert!(begun.elapsed() < 60 * SECOND);
}

#[test]
fn what_is_cancelled_is_dropped() {
    tell(async |story| {
        let held = Rc::new(());
        let holds = Rc::clone(&held);
        let run = story.start("it", async move {
            pending::<()>().await;
            drop(holds);
        });
        story.rest().await?;
        assert_eq!(Rc::strong_count(&held), 2);
        run.cancel();
        story.rest().await?;
        assert_eq!(Rc::strong_count(&held), 1);
        assert!(!run.is_over() && run.output().is_none());
        Ok(())
    });
}

#[test]
fn a_panic_is_given_back() {
    tell(async |story| {
        let run = story.start("it", async { resume_unwind(Box::new(6)) });
        story.rest().await?;
        let result: Result<(), _> = run.result().expect("it is over");
        assert_eq!(result.expect_err("a panic").downcast_ref(), Some(&6));
        Ok(())
    });
}

#[test]
fn a_busy_loop_is_found() {
    let spins = async || -> () {
        loop {
            yield_now().await;
        }
    };
    finds("wrong way: busy loop", async |story| {
        let _run = story.start("it", spins());
        story.rest().await
    });
    finds("wrong way: busy loop", async |story| {
        let _run = story.start("it", async move { spins().await });
        story.pass(SECOND).await
    });
}

#[test]
fn one_that_looks_every_millisecond_is_found() {
    finds("a timer wakes it", async |story| {
        let _run = story.start("it", async {
            loop {
                sleep(Duration::from_millis(1)).await;
            }
        });
        story.idle().await
    });
}

/// No thread blocks, though much time goes by before the next rest.
#[test]
fn one_that_looks_all_day_is_found() {
    finds("wrong way: it waits for some time, and a timer", async |story| {
        let _run = story.start("it", async {
            loop {
                sleep(Duration::from_millis(1)).await;
            }
        });
        story.pass(24 * 3600 * SECOND).await
    });
}

#[test]
fn what_has_happened_is_told() {
    finds("it is called\n1s: a second is over\n", async |story| {
        let _run = story.start("it", pending::<()>());
        story.pass(SECOND).await?;
        story.note("a second is over");
        Err(Wrong::answer("that is all"))
    });
}

/// What this test says, which ends its process.
fn part(name: &str) -> String {
    let mut part = Command::new(env::current_exe().expect("this program"));
    part.args(["--exact", name, "--ignored", "--nocapture"]);
    let ran = watchdog::run(&mut part, 60 * SECOND).expect("it ends itself");
    ran.stderr
}

#[test]
fn a_poll_that_does_not_come_back_ends_the_process() {
    for name in ["spins_in_its_poll", "sleeps_in_its_poll"] {
        let said = part(name);
        assert!(said.contains("a poll does not come back"), "{said}");
    }
    let said = part("waits_for_a_thread");
    assert!(said.contains("waits for a thread that does not end"), "{said}");
}

#[test]
#[ignore = "a part in another test"]
fn spins_in_its_poll() {
    tell(async |story| {
        let _run = story.start("it", async {
            let begun = Instant::now();
            while begun.elapsed() < 50 * SECOND {}
        });
        story.rest().await
    });
}

#[test]
#[ignore = "a part in another test"]
fn sleeps_in_its_poll() {
    tell(async |story| {
        let _run = story.start("it", async { thread::sleep(50 * SECOND) });
        story.rest().await
    });
}

#[test]
#[ignore = "a part in another test"]
fn waits_for_a_thread() {
    tell(async |story| {
        tokio::task::spawn_blocking(|| thread::sleep(50 * SECOND));
        story.pass(SECOND).await
    });
}

/// A machine that gives the thread no core is not taken for a loop.
#[test]
fn a_thread_that_sleeps_is_no_busy_loop() {
    tell(async |story| {
        story.start("it", async { thread::sleep(Duration::from_millis(150)) });
        story.rest().await
    });
}
