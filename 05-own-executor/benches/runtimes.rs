//! Ours beside tokio's, on the same work, in the same run.
//!
//!     cargo bench -p own-executor [-- ROW...]
//!
//! Each figure comes from a process of its own. In each round all runtimes do
//! the work, one after another; shown is the median of the rounds' ratios.

use std::env;
use std::future::poll_fn;
use std::hint::{black_box, spin_loop};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// How often each runtime does the work.
const ROUNDS: usize = 9;

/// What is done, on how many threads, and what is measured of it.
const ROWS: [(&str, Work, Threads, Figure); 20] = {
    use Figure::{Bytes, Cpu, Late, Time};
    use Threads::{One, Two};
    use Work::*;
    [
        ("yield, 1,000 tasks x 1,000", Yields, One, Time(1_000_000)),
        ("spawn + join, one by one", OneByOne, One, Time(1_000_000)),
        ("spawn + join, batches of 1,000", Batches, One, Time(1_000_000)),
        ("spawn a million, then join", Million, One, Time(1_000_000)),
        ("ping-pong", PingPong, One, Time(500_000)),
        ("ring of 1,000", Ring, One, Time(1_000_000)),
        ("async-channel of 1", Channel, One, Time(500_000)),
        ("oneshot, request and reply", Requests, One, Time(500_000)),
        ("an idle task, bytes", IdleTasks, One, Bytes(100_000)),
        ("100,000 sleeps in no time", ShortSleeps, One, Time(100_000)),
        ("100,000 sleeps in a second, CPU", Sleeps, One, Cpu(100_000)),
        ("the same, median lateness", Sleeps, One, Late),
        ("2 threads: yield", Yields, Two, Time(1_000_000)),
        ("2 threads: spawn, one by one", OneByOne, Two, Time(1_000_000)),
        ("2 threads: spawn in batches", Batches, Two, Time(1_000_000)),
        ("2 threads: ping-pong", PingPong, Two, Time(500_000)),
        ("2 threads: ring of 1,000", Ring, Two, Time(1_000_000)),
        ("2 threads: with one outside", Outside, Two, Time(20_000)),
        ("2 threads: long among short polls", LongPolls, Two, Time(10_000)),
        ("2 threads: computing", Computing, Two, Time(100)),
    ]
};

#[derive(Clone, Copy)]
enum Work {
    Yields,
    OneByOne,
    Batches,
    Million,
    PingPong,
    Ring,
    Channel,
    Requests,
    IdleTasks,
    ShortSleeps,
    Sleeps,
    Outside,
    LongPolls,
    Computing,
}

#[derive(Clone, Copy)]
enum Threads {
    One,
    Two,
}

/// What is measured; the number is that of the operations it is divided by.
#[derive(Clone, Copy)]
enum Figure {
    Time(u32),
    Cpu(u32),
    /// What the work says itself.
    Bytes(u32),
    Late,
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
    println!("{:34} {:>8} {:>8} {:>7}", "ns", "ours", "tokio", "ratio");
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

/// The figure of this row.
fn measure(row: usize, runtime: &str) -> f64 {
    let (_, what, threads, figure) = ROWS[row];
    let work: fn(Work) -> f64 = match (runtime, threads) {
        ("ours", Threads::One) => ours::work,
        ("ours", Threads::Two) => our_pool::work,
        (_, Threads::One) => tokios::work,
        (_, Threads::Two) => tokios_pool::work,
    };
    let begun = Instant::now();
    let said = work(what);
    let nanos = |time: Duration| time.as_nanos() as f64;
    match figure {
        Figure::Time(n) => nanos(begun.elapsed()) / f64::from(n),
        Figure::Cpu(n) => nanos(lab::cpu_time()) / f64::from(n),
        Figure::Bytes(n) => said / f64::from(n),
        Figure::Late => said,
    }
}

/// The work for one runtime, whose names are in scope.
macro_rules! work {
    () => {
        use super::{Place, Work, compute, compute_for, median};
        use lab::Usage;
        use std::future::pending;
        use std::time::{Duration, Instant};

        /// Gives back what it says itself, if it does.
        pub fn work(work: Work) -> f64 {
            block_on(async move {
                match work {
                    Work::Yields => yields().await,
                    Work::OneByOne => one_by_one().await,
                    Work::Batches => batches(1000, 1000).await,
                    Work::Million => batches(1, 1_000_000).await,
                    Work::PingPong => ring(2, 250_000).await,
                    Work::Ring => ring(1000, 1000).await,
                    Work::Channel => messages().await,
                    Work::Requests => request_and_reply().await,
                    Work::IdleTasks => return idle_tasks().await,
                    Work::ShortSleeps => short_sleeps().await,
                    Work::Sleeps => return sleeps().await,
                    Work::Outside => outside().await,
                    Work::LongPolls => long_and_short().await,
                    Work::Computing => computing().await,
                }
                0.0
            })
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
            let places: Vec<_> = (0..tasks).map(|_| Place::new()).collect();
            let mut all = Vec::new();
            for n in 0..tasks {
                let from = places[n].clone();
                let to = places[(n + 1) % tasks].clone();
                all.push(spawn(async move {
                    for _ in 0..rounds {
                        to.put(from.take().await);
                    }
                }));
            }
            places[0].put(0);
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

        async fn messages() {
            let (to, from) = async_channel::bounded(1);
            let receiver = spawn(async move {
                for n in 0..500_000_u32 {
                    assert_eq!(from.recv().await, Ok(n));
                }
            });
            for n in 0..500_000_u32 {
                to.send(n).await.unwrap();
            }
            receiver.await.unwrap();
        }

        /// The memory of 100,000 tasks that wait, without their handles.
        async fn idle_tasks() -> f64 {
            let before = Usage::so_far().max_rss_kb;
            for _ in 0..100_000 {
                drop(spawn(pending::<()>()));
            }
            yield_now().await;
            ((Usage::so_far().max_rss_kb - before) * 1024) as f64
        }

        async fn short_sleeps() {
            let all: Vec<_> = (0..100_000)
                .map(|n| spawn(sleep(Duration::from_micros(n % 100))))
                .collect();
            for one in all {
                one.await.unwrap();
            }
        }

        /// How late they are, in nanoseconds: the median.
        async fn sleeps() -> f64 {
            let start = Instant::now() + Duration::from_millis(200);
            let mut all = Vec::new();
            for n in 0..100_000 {
                let due = start + Duration::from_micros(n * 10);
                all.push(spawn(async move {
                    sleep(due - Instant::now()).await;
                    due.elapsed().as_nanos() as f64
                }));
            }
            let mut late = Vec::new();
            for one in all {
                late.push(one.await.unwrap());
            }
            median(late.into_iter())
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

/// A place for a token, and for the waker of the task that waits for it: the
/// same for all runtimes.
struct Place(Mutex<(Option<u32>, Option<Waker>)>);

impl Place {
    fn new() -> Arc<Place> {
        Arc::new(Place(Mutex::default()))
    }

    fn put(&self, token: u32) {
        let mut place = self.0.lock().unwrap();
        place.0 = Some(token);
        let waker = place.1.take();
        drop(place);
        waker.into_iter().for_each(Waker::wake);
    }

    async fn take(&self) -> u32 {
        poll_fn(|context| {
            let mut place = self.0.lock().unwrap();
            if let Some(token) = place.0.take() {
                return Poll::Ready(token);
            }
            place.1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

mod ours {
    use own_executor::sync::oneshot::{Sender, channel};
    use own_executor::task::yield_now;
    use own_executor::time::sleep;
    use own_executor::{block_on, spawn};

    work!();
}

mod our_pool {
    use own_executor::pool::{self, spawn};
    use own_executor::sync::oneshot::{Sender, channel};
    use own_executor::task::yield_now;
    use own_executor::time::sleep;

    /// The work is a task, too: what calls `block_on` is no worker.
    fn block_on<T: Send + 'static>(
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        pool::block_on(2, async { spawn(future).await.unwrap() })
    }

    work!();
}

mod tokios_pool {
    use tokio::spawn;
    use tokio::sync::oneshot::{Sender, channel};
    use tokio::task::yield_now;
    use tokio::time::sleep;

    fn block_on<T: Send + 'static>(
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async { spawn(future).await.unwrap() })
    }

    work!();
}

mod tokios {
    use tokio::spawn;
    use tokio::sync::oneshot::{Sender, channel};
    use tokio::task::yield_now;
    use tokio::time::sleep;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(future)
    }

    work!();
}
