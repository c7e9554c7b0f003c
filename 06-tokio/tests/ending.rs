//! How a runtime ends while a job of `spawn_blocking` runs.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use trials::alone;

/// A runtime with a job that has begun, and that ends when something is sent;
/// then it says so.
fn with_a_job() -> (Runtime, Sender<()>, Receiver<&'static str>) {
    let runtime = Runtime::new().unwrap();
    let (end, is_to_end) = channel();
    let (says, said) = channel();
    runtime.spawn_blocking(move || {
        says.send("it has begun").unwrap();
        is_to_end.recv().unwrap();
        says.send("it has ended").unwrap();
    });
    assert_eq!(said.recv(), Ok("it has begun"));
    (runtime, end, said)
}

#[test]
fn to_drop_a_runtime_waits_for_a_job_that_runs_however_long_it_takes() {
    alone(|| {
        let (runtime, end, said) = with_a_job();
        let dropped = thread::spawn(move || drop(runtime));
        // No time is long enough to show that it waits without a limit.
        thread::sleep(Duration::from_millis(100));
        assert!(!dropped.is_finished());
        end.send(()).unwrap();
        dropped.join().unwrap();
        assert_eq!(said.try_recv(), Ok("it has ended"));
    });
}

#[test]
fn shutdown_timeout_waits_no_longer_and_the_job_runs_on() {
    alone(|| {
        let (runtime, end, said) = with_a_job();
        let start = Instant::now();
        runtime.shutdown_timeout(Duration::from_millis(20));
        assert!(start.elapsed() >= Duration::from_millis(20));
        assert!(said.try_recv().is_err());
        end.send(()).unwrap();
        assert_eq!(said.recv(), Ok("it has ended"));
    });
}

#[test]
fn shutdown_background_does_not_wait_at_all() {
    alone(|| {
        let (runtime, end, said) = with_a_job();
        runtime.shutdown_background();
        end.send(()).unwrap();
        assert_eq!(said.recv(), Ok("it has ended"));
    });
}
