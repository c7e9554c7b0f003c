//! The queues of a pool under `loom`, which tries all orders in which threads
//! can run, and all values that a relaxed load can give. If a worker sleeps on
//! that should have been called, all threads wait in the end, and `loom` says
//! so.
//!
//! The workers park here without a limit: nothing rests on one that ticks.

use loom::model::Builder;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
use loom::thread;
use queues::{Bell, Queued, Queues, Sleeper};
use trials::alone;

/// The same text as in the library, with the locks of `loom`.
#[expect(dead_code, reason = "nothing is late here: there are no timers")]
#[path = "../../src/pool/queues.rs"]
mod queues;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

/// As `thread::park`, whose token `loom` forgets when a thread waits for a
/// lock.
#[derive(Clone, Default)]
struct Parker(Arc<(Mutex<bool>, Condvar)>);

impl Parker {
    fn park(&self) {
        let (has_rung, rings) = &*self.0;
        let mut has_rung = lock(has_rung);
        while !std::mem::take(&mut *has_rung) {
            has_rung = rings.wait(has_rung).unwrap();
        }
    }
}

impl Bell for Parker {
    fn ring(&self) {
        let (has_rung, rings) = &*self.0;
        *lock(has_rung) = true;
        rings.notify_one();
    }
}

#[derive(Clone, Copy)]
enum Job {
    Short,
    /// Pushes two short ones, and ends when another worker has done one.
    Long,
}

/// Nothing is recorded here.
impl Queued for Job {
    fn is_pushed(&self, _queue: usize) {}

    fn is_moved(&self, _queue: usize) {}
}

struct Pool {
    queues: Queues<Job, Parker>,
    /// How many jobs are not done.
    left: Mutex<usize>,
    one_is_done: Condvar,
}

impl Pool {
    fn new(workers: usize, jobs: usize) -> Arc<Pool> {
        Arc::new(Pool {
            queues: Queues::new(workers),
            left: Mutex::new(jobs),
            one_is_done: Condvar::new(),
        })
    }

    /// What a worker of the library does, but that its polls are these jobs.
    fn work(&self, worker: usize) {
        let mut has_slept = false;
        while !self.queues.is_over() {
            if !self.queues.refill(worker, has_slept) {
                self.sleep(worker, !has_slept);
                has_slept = true;
                continue;
            }
            if std::mem::take(&mut has_slept) {
                self.queues.pass_on(worker);
            }
            while let Some(job) = self.queues.pop(worker) {
                self.run(worker, job);
            }
        }
    }

    fn sleep(&self, worker: usize, comes_from_work: bool) {
        let (parker, keeps) =
            (Parker::default(), (worker == 0).then_some(None));
        let bell = parker.clone();
        let sleeper = Sleeper { worker, bell, keeps, ticks: false };
        let queues = &self.queues;
        if queues.lie_down(sleeper, None, comes_from_work).is_some() {
            parker.park();
            queues.get_up(worker);
        }
    }

    fn run(&self, worker: usize, job: Job) {
        let mut left = lock(&self.left);
        if let Job::Long = job {
            let before = *left;
            drop(left);
            self.queues.push(Some(worker), Job::Short);
            self.queues.push(Some(worker), Job::Short);
            left = lock(&self.left);
            while *left == before {
                left = self.one_is_done.wait(left).unwrap();
            }
        }
        *left -= 1;
        self.one_is_done.notify_all();
        if *left == 0 {
            self.queues.end();
        }
    }
}

/// Tries the orders in which a number of workers do what is pushed from
/// outside, with at most this number of preemptions in each.
fn explore(preemptions: usize, workers: usize, pushed: &'static [Job]) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || {
        let each = |job: &Job| if let Job::Long = job { 3 } else { 1 };
        let pool = Pool::new(workers, pushed.iter().map(each).sum());
        let mut threads = Vec::new();
        for worker in 0..workers {
            let pool = pool.clone();
            threads.push(thread::spawn(move || pool.work(worker)));
        }
        for job in pushed {
            pool.queues.push(None, *job);
        }
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(*lock(&pool.left), 0);
    });
}

#[test]
fn one_lies_down_while_another_thread_pushes() {
    alone(|| explore(3, 1, &[Job::Short, Job::Short]));
}

#[test]
fn two_lie_down_while_another_thread_pushes() {
    alone(|| explore(2, 2, &[Job::Short, Job::Short]));
}

#[test]
fn one_lies_down_while_another_worker_pushes_and_computes() {
    alone(|| explore(2, 2, &[Job::Long]));
}
