//! 6-6 · Wait on many threads, compute on few: two kinds of work that blocks.
//!
//!     cargo run -p with-tokio --bin 6-6-wait-on-many-compute-on-few
//!
//! Look at how long one sum takes: with a thread for each, as long as all.

use lab::{Lane, Site, Url, compute};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

const ROUNDS: u32 = 8_000;

fn main() {
    let site = Site::start();
    Runtime::new().expect("a runtime").block_on(compare(site.pages(8)));
    site.finish();
}

async fn compare(urls: Vec<Url>) {
    let (start, mut jobs) = (Instant::now(), JoinSet::new());
    for url in urls.clone() {
        jobs.spawn_blocking(timed(move || drop(lab::fetch(&url))));
    }
    measure("waits on threads of tokio", start, jobs).await;

    let (start, mut jobs) = (Instant::now(), JoinSet::new());
    for _ in &urls {
        jobs.spawn_blocking(timed(|| compute(&[0; 1000], ROUNDS)));
    }
    measure("sums on threads of tokio", start, jobs).await;

    let pool = Arc::new(Pool::new());
    let (start, mut jobs) = (Instant::now(), JoinSet::new());
    for _ in &urls {
        let pool = pool.clone();
        let job = timed(|| compute(&[0; 1000], ROUNDS));
        jobs.spawn(async move { pool.run(job).await });
    }
    measure("sums on a pool", start, jobs).await;
}

/// Does a job. Says on which thread, and how long it took.
fn timed(job: impl FnOnce()) -> impl FnOnce() -> (ThreadId, Duration) {
    let lane = Lane::new("job");
    move || {
        lane.runs();
        let start = Instant::now();
        job();
        (thread::current().id(), start.elapsed())
    }
}

async fn measure(
    what: &str,
    start: Instant,
    jobs: JoinSet<(ThreadId, Duration)>,
) {
    let (threads, took): (HashSet<_>, Vec<_>) =
        jobs.join_all().await.into_iter().unzip();
    let (all, longest) = (start.elapsed(), took.iter().max().expect("a job"));
    println!("{what}: {}", threads.len());
    println!("  all take {all:.0?}, and one takes {longest:.0?} at most");
}

/// As many threads as there are cores, which take jobs from one queue.
struct Pool(mpsc::Sender<Box<dyn FnOnce() + Send>>);

impl Pool {
    fn new() -> Pool {
        let (jobs, queue) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let queue = Arc::new(Mutex::new(queue));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores {
            let queue = queue.clone();
            let next = move || queue.lock().unwrap().recv();
            thread::spawn(move || {
                while let Ok(job) = next() {
                    job();
                }
            });
        }
        Pool(jobs)
    }

    /// Runs a job on one of the threads. The task waits meanwhile.
    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let (sender, output) = oneshot::channel();
        let job = move || drop(sender.send(job()));
        self.0.send(Box::new(job)).expect("the threads are there");
        output.await.expect("no job panics")
    }
}
