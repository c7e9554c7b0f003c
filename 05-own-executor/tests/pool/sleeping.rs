//! What an idle pool costs.

use crate::ms;
use own_executor::net::TcpListener;
use own_executor::pool;
use own_executor::time::sleep;
use rustix::time::ClockId;
use std::future::pending;
use std::time::{Duration, Instant};
use trials::alone;

fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap()
}

/// What this process has spent while all its workers had nothing to do for half
/// a second.
fn spent_idle() -> Duration {
    // They have gone to sleep by then.
    std::thread::sleep(ms(50));
    let before = cpu_time();
    std::thread::sleep(ms(500));
    cpu_time() - before
}

#[test]
fn idle_workers_cost_no_time() {
    alone(|| {
        pool::block_on(8, async {
            pool::spawn(async {}).await.unwrap();
            let spent = spent_idle();
            assert!(spent < ms(2), "{spent:?}");
            // With a timer far off.
            drop(pool::spawn(sleep(ms(3_600_000))));
            let spent = spent_idle();
            assert!(spent < ms(2), "{spent:?}");
            // With a socket.
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            drop(pool::spawn(async move { listener.accept().await }));
            let spent = spent_idle();
            assert!(spent < ms(2), "{spent:?}");
        });
    });
}

#[test]
fn beside_a_long_poll_they_cost_little() {
    alone(|| {
        pool::block_on(8, async {
            drop(pool::spawn(pending::<()>()));
            drop(pool::spawn(async { std::thread::sleep(ms(600)) }));
            let spent = spent_idle();
            // Some look around each millisecond.
            assert!(spent < ms(50), "{spent:?}");
        });
    });
}

#[test]
fn a_worker_that_slept_for_long_is_called_at_once() {
    alone(|| {
        pool::block_on(4, async {
            let mut waited = Vec::new();
            for _ in 0..21 {
                sleep(ms(20)).await;
                let begun = Instant::now();
                pool::spawn(async {}).await.unwrap();
                waited.push(begun.elapsed());
            }
            waited.sort();
            assert!(waited[10] < ms(20), "{waited:?}");
        });
    });
}
