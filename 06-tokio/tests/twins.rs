//! Where asyncio means something else by the same word, what tokio does.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet, yield_now};
use trials::twin;

/// Waits for ever, and notes when it is dropped.
fn note_the_end(has_ended: Arc<AtomicBool>) -> impl Future<Output = ()> {
    struct Note(Arc<AtomicBool>);
    impl Drop for Note {
        fn drop(&mut self) {
            self.0.store(true, Relaxed);
        }
    }
    let note = Note(has_ended);
    async move {
        let _note = note;
        pending::<()>().await;
    }
}

#[test]
fn what_the_table_says_of_asyncio_is_so() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/edges.py");
    let module = "asyncio.taskgroups";
    let Some(stdout) = twin::run_python_with(module, script, &[]) else {
        return;
    };
    for line in [
        "cancels itself and returns: is cancelled",
        "wait_for(f(), 0): raised TimeoutError() begun: False",
        "wait_for waits for the clean-up: True",
        "gather: raised ValueError('no')",
        "  gather: the sibling has come to its end",
        "  TaskGroup: the sibling is cancelled",
        "a task that nobody keeps is gone: True",
        "an event stays set: True",
        "to_thread: is cancelled the thread runs on: True",
        "run has waited for the thread: True",
        "run has waited until what was left cleaned up",
    ] {
        assert!(stdout.lines().any(|it| it == line), "{line}: {stdout}");
    }
}

#[tokio::test]
async fn a_task_that_aborts_itself_and_returns_is_not_cancelled() {
    for pauses in [false, true] {
        let own = Arc::<OnceLock<AbortHandle>>::default();
        let handle = own.clone();
        let task = tokio::spawn(async move {
            // It is there: this task runs once the test waits for it.
            handle.get().expect("a handle").abort();
            if pauses {
                yield_now().await;
            }
        });
        own.set(task.abort_handle()).expect("it is empty");
        let is_cancelled = task.await.is_err_and(|why| why.is_cancelled());
        assert_eq!(is_cancelled, pauses);
    }
}

#[tokio::test]
async fn a_join_set_that_is_dropped_aborts_and_does_not_wait() {
    let has_ended = Arc::<AtomicBool>::default();
    let mut tasks = JoinSet::new();
    tasks.spawn(note_the_end(has_ended.clone()));
    yield_now().await;
    drop(tasks);
    assert!(!has_ended.load(Relaxed), "its turn has not come yet");
    yield_now().await;
    assert!(has_ended.load(Relaxed));
}

#[tokio::test]
async fn a_join_set_lets_the_others_run_on_when_one_fails() {
    let mut tasks = JoinSet::new();
    let go_on = Arc::new(Notify::new());
    let told = go_on.clone();
    tasks.spawn(async { Err("no") });
    tasks.spawn(async move {
        told.notified().await;
        Ok(5)
    });
    assert_eq!(tasks.join_next().await.unwrap().unwrap(), Err("no"));
    go_on.notify_one();
    assert_eq!(tasks.join_next().await.unwrap().unwrap(), Ok(5));
}

#[tokio::test]
async fn a_task_that_nobody_keeps_runs_on() {
    let (told, has_ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let [tell, ended] = [&told, &has_ended].map(Arc::clone);
    drop(tokio::spawn(async move {
        told.notified().await;
        has_ended.notify_one();
    }));
    yield_now().await;
    tell.notify_one();
    ended.notified().await;
}

#[tokio::test(start_paused = true)]
async fn a_notify_does_not_stay_set() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notified().await;
    let second =
        tokio::time::timeout(Duration::from_secs(1), notify.notified());
    assert!(second.await.is_err());
}

#[test]
fn what_is_left_when_the_runtime_ends_is_dropped() {
    let has_ended = Arc::<AtomicBool>::default();
    let runtime = Runtime::new().unwrap();
    runtime.spawn(note_the_end(has_ended.clone()));
    assert!(!has_ended.load(Relaxed));
    drop(runtime);
    assert!(has_ended.load(Relaxed));
}
