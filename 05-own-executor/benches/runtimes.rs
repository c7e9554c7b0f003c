//! Ours beside tokio's, on the same work, in the same run.
//!
//!     cargo bench -p own-executor [-- ROW...]
//!
//! Each figure comes from a process of its own. In each round all runtimes do
//! the work, one after another; shown is the median of the rounds' ratios.

use std::env;
use std::hint::{black_box, spin_loop};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// How often each runtime does the work.
const ROUNDS: usize = 9;

/// The work, how many operations it has, and on how many threads it is done.
const ROWS: [(&str, u32, Threads); 14] = [
    ("yield, 1,000 tasks x 1,000", 1_000_000, Threads::One),
    ("spawn + join, one by one", 1_000_000, Threads::One),
    ("spawn + join, batches of 1,000", 1_000_000, Threads::One),
    ("spawn a million, then join", 1_000_000, Threads::One),
    ("oneshot, request and reply", 500_000, Threads::One),
    ("100,000 sleeps", 100_000, Threads::One),
    ("2 threads: yield", 1_000_000, Threads::Two),
    ("2 threads: spawn, one by one", 1_000_000, Threads::Two),
    ("2 threads: spawn in batches", 1_000_000, Threads::Two),
    ("2 threads: ping-pong", 500_000, Threads::Two),
    ("2 threads: ring of 1,000", 1_000_000, Threads::Two),
    ("2 threads: with one outside", 20_000, Threads::Two),
    ("2 threads: long among short polls", 10_000, Threads::Two),
    ("2 threads: computing", 100, Threads::Two),
];

#[derive(Clone, Copy)]
enum Threads {
    One,
    Two,
}

const RUNTIMES: [&str; 2] = ["ours", "tokio"];

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [flag, row, runtime] = &args[..]
        && flag == "--do"
    {
        let row = row.parse().expect("the number of a row");
        println!("{}", measure(row, runtime));
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<_> = args.iter().filter(|it| *it != "--bench").collect();
    println!("{:34} {:>8} {:>8} {:>7}", "ns each", "ours", "tokio", "ratio");
    for (row, (name, ..)) in ROWS.iter().enumerate() {
        let is_wanted = |it: &&String| name.contains(it.as_str());
        if wanted.is_empty() || wanted.iter().any(is_wanted) {
            show(row, name);
        }
    }
    ExitCode::SUCCESS
}

fn show(row: usize, name: &str) {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(RUNTIMES.map(|runtime| in_a_process(row, runtime)));
    }
    let [ours, tokio] =
        [0, 1].map(|n| median(rounds.iter().map(|round| round[n])));
    let ratio = median(rounds.iter().map(|[ours, tokio]| ours / tokio));
    println!("{name:34} {ours:8.1} {tokio:8.1} {ratio:7.2}");
}

fn in_a_process(row: usize, runtime: &str) -> f64 {
    let own = env::current_exe().expect("its own program");
    let output = Command::new(own)
        .args(["--do", &row.to_string(), runtime])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    said.trim().parse().unwrap_or_else(|_| panic!("{runtime}: {output:?}"))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Nanoseconds for each operation.
fn measure(row: usize, runtime: &str) -> f64 {
    let work: fn(usize) = match (runtime, ROWS[row].2) {
        ("ours", Threads::One) => ours::work,
        ("ours", Threads::Two) => our_pool::work,
        (_, Threads::One) => tokios::work,
        (_, Threads::Two) => tokios_pool::work,
    };
    let begun = Instant::now();
    work(row);
    begun.elapsed().as_nanos() as f64 / f64::from(ROWS[row].1)
}

/// The work for one runtime, whose names are in scope.
macro_rules! work {
    () => {
        use std::time::Duration;

        pub fn work(row: usize) {
            block_on(async move {
                match row {
                    0 => yields().await,
                    1 => one_by_one().await,
                    2 => batches(1000, 1000).await,
                    3 => batches(1, 1_000_000).await,
                    4 => request_and_reply().await,
                    5 => sleeps().await,
                    6 => yields().await,
                    7 => one_by_one().await,
                    8 => batches(1000, 1000).await,
                    9 => ring(2, 250_000).await,
                    10 => ring(1000, 1000).await,
                    11 => outside().await,
                    12 => long_and_short().await,
                    _ => computing().await,
                }
            });
        }

        async fn yields() {
            let all: Vec<_> = (0..1000)
                .map(|_| {
                    spawn(async {
                        for _ in 0..1000 {
                            yield_now().await;
                        }
                    })
                })
                .collect();
            for one in all {
                one.await.unwrap();
            }
        }

        async fn one_by_one() {
            for n in 0..1_000_000_u32 {
                assert_eq!(spawn(async move { n }).await.unwrap(), n);
            }
        }

        async fn batches(batches: u32, tasks: u32) {
            for _ in 0..batches {
                let all: Vec<_> =
                    (0..tasks).map(|n| spawn(async move { n })).collect();
                for one in all {
                    one.await.unwrap();
                }
            }
        }

        async fn request_and_reply() {
            let all: Vec<_> = (0..2)
                .map(|_| {
                    spawn(async {
                        for n in 0..250_000_u32 {
                            let (reply, answer) = channel();
                            drop(spawn(async move { reply.send(n) }));
                            assert_eq!(answer.await, Ok(n));
                        }
                    })
                })
                .collect();
            for one in all {
                one.await.unwrap();
            }
        }

        /// A token goes around.
        async fn ring(tasks: usize, rounds: u32) {
            let mut all = Vec::new();
            let (first, mut from) = mpsc::channel(1);
            for _ in 1..tasks {
                let (to, next) = mpsc::channel(1);
                all.push(spawn(async move {
                    for _ in 0..rounds {
                        let token: u32 = from.recv().await.unwrap();
                        to.send(token).await.unwrap();
                    }
                }));
                from = next;
            }
            let last = spawn(async move {
                for n in 0..rounds {
                    first.send(n).await.unwrap();
                    assert_eq!(from.recv().await, Some(n));
                }
            });
            last.await.unwrap();
            for one in all {
                one.await.unwrap();
            }
        }

        /// With a thread that is not the runtime's.
        async fn outside() {
            let (to, from_here) = std::sync::mpsc::channel();
            let other = std::thread::spawn(move || {
                while let Ok((n, reply)) = from_here.recv() {
                    let reply: Sender<u32> = reply;
                    reply.send(n).unwrap();
                }
            });
            for n in 0..20_000 {
                let (reply, answer) = channel();
                to.send((n, reply)).unwrap();
                assert_eq!(answer.await, Ok(n));
            }
            drop(to);
            other.join().unwrap();
        }

        /// Each hundredth task computes for half a millisecond, the others
        /// yield ten times.
        async fn long_and_short() {
            let mut all = Vec::new();
            for n in 0..10_000 {
                all.push(spawn(async move {
                    for _ in 0..10 {
                        if n % 100 == 0 {
                            compute_for(Duration::from_micros(50));
                        }
                        yield_now().await;
                    }
                }));
                if n % 100 == 99 {
                    yield_now().await;
                }
            }
            for one in all {
                one.await.unwrap();
            }
        }

        /// A hundred tasks that compute for two milliseconds.
        async fn computing() {
            let mut all = Vec::new();
            for _ in 0..100 {
                all.push(spawn(async {
                    compute(1_000_000);
                }));
            }
            for one in all {
                one.await.unwrap();
            }
        }

        async fn sleeps() {
            let all: Vec<_> = (0..100_000)
                .map(|n| spawn(sleep(Duration::from_micros(n % 100))))
                .collect();
            for one in all {
                one.await.unwrap();
            }
        }
    };
}

fn compute_for(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        spin_loop();
    }
}

fn compute(rounds: u64) {
    let mut x = 1_u64;
    for n in 0..rounds {
        x = black_box(x.wrapping_mul(6_364_136_223_846_793_005) ^ n);
    }
}

mod ours {
    use super::{compute, compute_for};
    use own_executor::sync::mpsc;
    use own_executor::sync::oneshot::{Sender, channel};
    use own_executor::task::yield_now;
    use own_executor::time::sleep;
    use own_executor::{block_on, spawn};

    work!();
}

mod our_pool {
    use super::{compute, compute_for};
    use own_executor::pool::{self, spawn};
    use own_executor::sync::mpsc;
    use own_executor::sync::oneshot::{Sender, channel};
    use own_executor::task::yield_now;
    use own_executor::time::sleep;

    /// The work is a task, too: what calls `block_on` is no worker.
    fn block_on(future: impl Future<Output = ()> + Send + 'static) {
        pool::block_on(2, async { spawn(future).await.unwrap() });
    }

    work!();
}

mod tokios_pool {
    use super::{compute, compute_for};
    use tokio::spawn;
    use tokio::sync::mpsc;
    use tokio::sync::oneshot::{Sender, channel};
    use tokio::task::yield_now;
    use tokio::time::sleep;

    fn block_on(future: impl Future<Output = ()> + Send + 'static) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async { spawn(future).await.unwrap() });
    }

    work!();
}

mod tokios {
    use super::{compute, compute_for};
    use tokio::spawn;
    use tokio::sync::mpsc;
    use tokio::sync::oneshot::{Sender, channel};
    use tokio::task::yield_now;
    use tokio::time::sleep;

    fn block_on(future: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(future);
    }

    work!();
}
