//! Jobs that end when the check says so.

use crate::{Story, Wrong};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, ThreadId};

/// The jobs of a story. A clone is a handle to the same.
///
/// ```
/// use dice::Dice;
/// use paused::{Jobs, Wrong, try_stories};
///
/// try_stories(&mut Dice::new(1), 1, async |story, _| {
///     let jobs = Jobs::default();
///     let run = story.start("it", jobs.add());
///     story.rest().await?;
///     if run.is_over() {
///         return Err(Wrong::answer("it does not wait for its job"));
///     }
///     jobs.end(story, 0, false);
///     story.rest().await?;
///     match run.output() {
///         Some(0) => jobs.judge_threads(),
///         _ => Err(Wrong::answer("its job has ended, and it has not")),
///     }
/// });
/// ```
#[derive(Clone, Default)]
pub struct Jobs(Arc<Mutex<Vec<JobNow>>>);

/// A job: gives its number when it may end.
pub struct Job {
    number: usize,
    jobs: Jobs,
}

/// How far a job is.
#[derive(Default)]
pub struct JobNow {
    /// The thread that polled it last.
    polled_by: Option<ThreadId>,
    waker: Option<Waker>,
    may_end: bool,
    panics: bool,
    has_ended: bool,
    is_dropped: bool,
}

impl Jobs {
    /// What a job panics with.
    pub const PANIC: &str = "a job panics";

    /// One more job. Its number is how many there were before.
    pub fn add(&self) -> Job {
        let mut all = self.now();
        all.push(JobNow::default());
        Job { number: all.len() - 1, jobs: self.clone() }
    }

    /// How far each job is.
    pub fn now(&self) -> MutexGuard<'_, Vec<JobNow>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The numbers of those that are so.
    pub fn those_that(&self, are_so: impl Fn(&JobNow) -> bool) -> Vec<usize> {
        self.numbers(&are_so)
    }

    /// As [`those_that`](Jobs::those_that). It is compiled here, where it is
    /// made fast: there may be hundreds, and a check asks again and again.
    fn numbers(&self, are_so: &dyn Fn(&JobNow) -> bool) -> Vec<usize> {
        let mut numbers = Vec::new();
        for (number, job) in self.now().iter().enumerate() {
            if are_so(job) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// This job may end now, and panics if `panics` is set.
    pub fn end(&self, story: &Story, number: usize, panics: bool) {
        let how = if panics { "panics" } else { "ends" };
        story.note(format!("job {number} {how}"));
        let mut all = self.now();
        let job = &mut all[number];
        (job.may_end, job.panics) = (true, panics);
        let waker = job.waker.take();
        drop(all);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Wakes this job, which goes on to wait.
    pub fn wake(&self, story: &Story, number: usize) {
        story.note(format!("job {number} is woken, and goes on"));
        let waker = self.now()[number].waker.clone();
        waker.into_iter().for_each(Waker::wake);
    }

    /// Judges who polls them: the thread that tells the story.
    ///
    /// # Errors
    ///
    /// If another thread has polled one.
    pub fn judge_threads(&self) -> Result<(), Wrong> {
        let here = Some(thread::current().id());
        match self.those_that(|it| it.has_begun() && it.polled_by != here)[..] {
            [] => Ok(()),
            _ => Err(Wrong::way(
                "a job was polled by another thread: a job that waits needs \
                 none of its own",
            )),
        }
    }
}

impl JobNow {
    /// Set if it was polled.
    pub fn has_begun(&self) -> bool {
        self.polled_by.is_some()
    }

    /// Set if it was polled, and is under way.
    pub fn runs(&self) -> bool {
        self.has_begun() && !self.has_ended && !self.is_dropped
    }

    /// Set if it will never end: it was dropped before.
    pub fn is_lost(&self) -> bool {
        self.is_dropped && !self.has_ended
    }

    /// Set if nothing holds it any more.
    pub fn is_dropped(&self) -> bool {
        self.is_dropped
    }
}

impl Future for Job {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<usize> {
        let mut all = self.jobs.now();
        let job = &mut all[self.number];
        job.polled_by = Some(thread::current().id());
        if !job.may_end {
            job.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        job.has_ended = true;
        let panics = job.panics;
        drop(all);
        if panics {
            // As `panic!`, but nothing is printed.
            resume_unwind(Box::new(Jobs::PANIC));
        }
        Poll::Ready(self.number)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.jobs.now()[self.number].is_dropped = true;
    }
}
