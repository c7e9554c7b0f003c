//! Ours beside tokio's, on the same work, in the same run.
//!
//!     cargo bench -p own-executor [-- ROW...]
//!
//! Each figure comes from a process of its own. In each round all runtimes do
//! the work, one after another; shown is the median of the rounds' ratios.

use std::env;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// How often each runtime does the work.
const ROUNDS: usize = 9;

/// The work, and how many operations it has.
const ROWS: [(&str, u32); 6] = [
    ("yield, 1,000 tasks x 1,000", 1_000_000),
    ("spawn + join, one by one", 1_000_000),
    ("spawn + join, batches of 1,000", 1_000_000),
    ("spawn a million, then join", 1_000_000),
    ("oneshot, request and reply", 500_000),
    ("100,000 sleeps", 100_000),
];

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
    println!("{:32} {:>8} {:>8} {:>7}", "ns each", "ours", "tokio", "ratio");
    for (row, (name, _)) in ROWS.iter().enumerate() {
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
    println!("{name:32} {ours:8.1} {tokio:8.1} {ratio:7.2}");
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
    let work: fn(usize) = match runtime {
        "ours" => ours::work,
        _ => tokios::work,
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
                    _ => sleeps().await,
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

mod ours {
    use own_executor::sync::oneshot::channel;
    use own_executor::task::yield_now;
    use own_executor::time::sleep;
    use own_executor::{block_on, spawn};

    work!();
}

mod tokios {
    use tokio::spawn;
    use tokio::sync::oneshot::channel;
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
