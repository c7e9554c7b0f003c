//! Judges `serve`: told to stop, it takes no more; what was sent before runs to
//! its end, or until the patience is over; and then all that was given up is
//! named, and nothing is left.
//!
//! A job ends when the check says so, on a clock that is paused (see `paused`).
//! Between one thing that happens and the next all tasks go on that can.
//!
//! Ways to be wrong: it ends at once; it ends when the queue is empty, or when
//! the tasks are, and not both; it goes on taking jobs; what is in the queue is
//! lost, or what comes with a permit; it waits for the whole patience, or for
//! ever, for jobs or for a permit; the patience begins anew with each end, or
//! began when `serve` did; one job at a time; it hears of the end only when a
//! job comes, or one ends; a panic ends all, or is taken for a job that was
//! given up; the list is empty, or has all in it, or those that ended; tasks
//! that go on without it; when nobody can send it waits, or spins, or loses
//! what runs; it asks again and again; a thread for each job.
//!
//! As shipped: was lost

use super::serve;
use lab::Dice;
use paused::{Run, Story, Wrong, try_stories};
use std::future::{pending, poll_fn};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{OwnedPermit, Sender, channel};
use tokio::sync::oneshot;
use trials::judge::{Judge, others_sleep};

trials::answer!("exercises/graceful-shutdown.rs");

#[test]
fn it_takes_no_more_and_loses_nothing() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    let mut tell = |times, story: Plan| {
        try_stories(dice, times, async |it, dice| story.tell(it, dice).await);
    };
    const PLAN: Plan = Plan {
        jobs: 6,
        stop: Stop::Told,
        panics: false,
        permit: Permit::None,
        all_end: true,
    };
    tell(1, Plan { jobs: 300, ..PLAN });
    tell(20, PLAN);
    tell(2, Plan { jobs: 0, ..PLAN });
    tell(20, Plan { all_end: false, ..PLAN });
    tell(20, Plan { stop: Stop::NobodySends, ..PLAN });
    tell(10, Plan { stop: Stop::NobodySends, all_end: false, ..PLAN });
    tell(30, Plan { panics: true, ..PLAN });
    tell(30, Plan { panics: true, all_end: false, ..PLAN });
    tell(10, Plan { permit: Permit::Idles, ..PLAN });
    tell(10, Plan { permit: Permit::Sends, ..PLAN });
    try_stories(dice, 10, it_is_dropped);
    try_stories(dice, 1, it_is_not_polled);
    judge.end();
}

/// How a story goes.
#[derive(Clone, Copy)]
struct Plan {
    /// How many are sent at most before the end.
    jobs: usize,
    stop: Stop,
    /// Set if some jobs panic.
    panics: bool,
    permit: Permit,
    /// Set if all jobs end before the patience is over.
    all_end: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Stop {
    Told,
    NobodySends,
}

/// Whether a client has a permit to send when all ends, and what it does then.
#[derive(Clone, Copy, PartialEq)]
enum Permit {
    None,
    Sends,
    Idles,
}

/// Something to be done.
pub struct Job {
    /// Its number: no other has the same.
    pub number: u32,
    jobs: Arc<Mutex<Vec<State>>>,
}

impl Job {
    /// Does it. It may take a while, and it may panic.
    pub async fn run(self) {
        poll_fn(|context| {
            let mut jobs = self.jobs.lock().unwrap();
            let state = &mut jobs[self.number as usize];
            state.polled_by = Some(thread::current().id());
            if !state.may_end {
                state.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
            state.has_ended = true;
            let panics = state.panics;
            drop(jobs);
            if panics {
                // As `panic!`, but nothing is printed.
                resume_unwind(Box::new("a job panics"));
            }
            Poll::Ready(())
        })
        .await;
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let mut jobs = self.jobs.lock().unwrap();
        jobs[self.number as usize].is_dropped = true;
    }
}

/// How far a job is.
#[derive(Default)]
struct State {
    /// The thread that polled it last.
    polled_by: Option<ThreadId>,
    waker: Option<Waker>,
    may_end: bool,
    panics: bool,
    has_ended: bool,
    is_dropped: bool,
}

impl State {
    fn runs(&self) -> bool {
        self.polled_by.is_some() && !self.has_ended && !self.is_dropped
    }
}

/// A call of `serve`, and its clients.
struct Server {
    jobs: Arc<Mutex<Vec<State>>>,
    clients: Option<Sender<Job>>,
    stop: Option<oneshot::Sender<()>>,
    patience: Duration,
    run: Run<Vec<u32>>,
}

impl Server {
    fn start(story: &Story, dice: &mut Dice) -> Server {
        let (clients, jobs) = channel(1 + dice.below(8));
        let (stop, stopped) = oneshot::channel();
        let patience = Duration::from_millis(500 + dice.below(3000) as u64);
        let stopped = async {
            // If its sender is dropped, it is never ready.
            if stopped.await.is_err() {
                pending::<()>().await;
            }
        };
        let call = serve(jobs, stopped, patience);
        let run =
            story.start(&format!("`serve`, patience {patience:?},"), call);
        Server {
            jobs: Arc::default(),
            clients: Some(clients),
            stop: Some(stop),
            patience,
            run,
        }
    }

    fn jobs(&self) -> MutexGuard<'_, Vec<State>> {
        self.jobs.lock().unwrap()
    }

    fn new_job(&self) -> Job {
        let mut jobs = self.jobs();
        let number = jobs.len() as u32;
        jobs.push(State::default());
        Job { number, jobs: Arc::clone(&self.jobs) }
    }

    /// Sends a job, if there is room for it.
    fn send(&self, story: &Story) -> Result<(), Wrong> {
        let Some(clients) = &self.clients else { return Ok(()) };
        let Ok(permit) = clients.try_reserve() else {
            return match clients.is_closed() {
                true => Err(Wrong::answer(
                    "it takes no more jobs, though nothing has stopped it",
                )),
                false => Ok(()),
            };
        };
        let job = self.new_job();
        story.note(format!("job {} is sent", job.number));
        permit.send(job);
        Ok(())
    }

    /// The numbers of those that are so.
    fn those_that(&self, are_so: fn(&State) -> bool) -> Vec<usize> {
        let jobs = self.jobs();
        (0..jobs.len()).filter(|it| are_so(&jobs[*it])).collect()
    }

    /// This job may end now.
    fn end(&self, story: &Story, number: usize, panics: bool) {
        let how = if panics { "panics" } else { "ends" };
        story.note(format!("job {number} {how}"));
        let mut jobs = self.jobs();
        let state = &mut jobs[number];
        (state.may_end, state.panics) = (true, panics);
        let waker = state.waker.take();
        drop(jobs);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Judges what has become of all that was sent, while it must not be over.
    fn judge(&self) -> Result<(), Wrong> {
        self.judge_threads()?;
        if let Some(lost) =
            self.those_that(|it| it.is_dropped && !it.has_ended).first()
        {
            let how = match self.jobs()[*lost].polled_by {
                None => "had been sent, and was lost: it never ran",
                Some(_) => "had begun, and was lost: it was dropped",
            };
            return Err(Wrong::answer(format!("job {lost} {how}")));
        }
        let waits = self.those_that(|it| it.polled_by.is_none());
        if let Some(first) = waits.first() {
            return Err(Wrong::answer(format!(
                "job {first} was sent, and does not begin"
            )));
        }
        if let Some(first) = self.those_that(State::runs).first()
            && self.run.is_over()
        {
            return Err(Wrong::answer(format!(
                "`serve` is over, and job {first} is still running"
            )));
        }
        Ok(())
    }

    fn judge_threads(&self) -> Result<(), Wrong> {
        if !self.those_that(|it| it.polled_by.is_none()).is_empty() {
            // A thread may be about to begin it.
            others_sleep(Duration::from_millis(1));
        }
        let here = thread::current().id();
        let is_elsewhere =
            |it: &State| it.polled_by.is_some_and(|thread| thread != here);
        match self.jobs().iter().any(is_elsewhere) {
            true => Err(Wrong::way(
                "a job was polled by another thread: a job that waits needs \
                 none of its own",
            )),
            false => Ok(()),
        }
    }

    /// It must be over, and have given up these.
    fn judge_end(&self, story: &Story, left: &[usize]) -> Result<(), Wrong> {
        self.judge_threads()?;
        let Some(mut given_up) = self.run.output() else {
            return Err(match left.is_empty() {
                true => {
                    Wrong::answer("all jobs have ended, and it is not over")
                }
                false => Wrong::answer(format!(
                    "its patience, {:?}, is over, and `serve` is not",
                    self.patience
                )),
            });
        };
        given_up.sort_unstable();
        if !given_up.iter().map(|it| *it as usize).eq(left.iter().copied()) {
            return Err(Wrong::answer(format!(
                "it names {given_up:?} as given up, and these were: {left:?}"
            )));
        }
        self.judge_left(story)
    }

    /// Nothing may be left when it is over, or dropped.
    fn judge_left(&self, story: &Story) -> Result<(), Wrong> {
        if let Some(first) = self.those_that(|it| !it.is_dropped).first() {
            return Err(Wrong::answer(format!(
                "`serve` is over, and job {first} is still running"
            )));
        }
        match story.tasks_left() {
            0 => Ok(()),
            tasks => Err(Wrong::answer(format!(
                "`serve` is over, and {tasks} tasks of it are left"
            ))),
        }
    }
}

impl Plan {
    async fn tell(self, story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
        let mut server = Server::start(story, dice);
        story.idle().await?;
        self.send_some(story, &server, dice).await?;
        story.idle().await?;
        let permit = self.stop(story, &mut server, dice).await?;
        if self.permit == Permit::Sends {
            let job = server.new_job();
            story.note(format!("job {} is sent, by the permit", job.number));
            permit.expect("there is one").send(job);
            story.rest().await?;
            server.judge()?;
            return self.drain(story, &server, dice).await;
        }
        let drained = self.drain(story, &server, dice).await;
        drop(permit);
        drained
    }

    /// Jobs come, and some end.
    async fn send_some(
        self,
        story: &Story,
        server: &Server,
        dice: &mut Dice,
    ) -> Result<(), Wrong> {
        let jobs = match self.jobs {
            300.. => self.jobs,
            _ => dice.below(self.jobs + 1),
        };
        while server.jobs().len() < jobs {
            for _ in 0..1 + dice.below(3) {
                server.send(story)?;
            }
            story.rest().await?;
            server.judge()?;
            if dice.below(2) > 0 {
                story.pass(Duration::from_millis(10)).await?;
            }
            if server.run.is_over() {
                return Err(Wrong::answer(
                    "it is over, though nothing has stopped it",
                ));
            }
            let runs = server.those_that(State::runs);
            if dice.below(3) == 0 && !runs.is_empty() {
                let panics = self.panics && dice.below(2) > 0;
                server.end(story, dice.one_of(&runs), panics);
                story.rest().await?;
            }
        }
        server.judge()
    }

    /// It is told to stop, with a few jobs in its queue.
    async fn stop(
        self,
        story: &Story,
        server: &mut Server,
        dice: &mut Dice,
    ) -> Result<Option<OwnedPermit<Job>>, Wrong> {
        let clients = server.clients.clone().expect("there are some");
        let reserve = || clients.clone().try_reserve_owned();
        let permit = match self.permit {
            Permit::None => None,
            _ => Some(reserve().expect("the queue is empty")),
        };
        let in_queue = if self.jobs == 0 { 0 } else { dice.below(4) };
        for _ in 0..in_queue {
            server.send(story)?;
        }
        match self.stop {
            Stop::Told => {
                story.note("it is told to stop");
                let stop = server.stop.take().expect("it was not told yet");
                let _ = stop.send(());
            }
            Stop::NobodySends => {
                story.note("nobody can send any more");
                drop(server.clients.take());
            }
        }
        if self.stop == Stop::Told {
            story.rest().await?;
            server.judge()?;
            let job = server.new_job();
            let number = job.number as usize;
            let sent = clients.try_send(job);
            let is_closed = matches!(sent, Err(TrySendError::Closed(_)));
            drop(sent);
            // It was the last one, and is none of the others.
            if is_closed {
                server.jobs().truncate(number);
            } else {
                return Err(Wrong::answer(
                    "it was told to stop, and still takes jobs",
                ));
            }
        }
        drop(clients);
        story.rest().await?;
        if !server.those_that(State::runs).is_empty() || permit.is_some() {
            server.judge()?;
        }
        Ok(permit)
    }

    /// Its patience has begun.
    async fn drain(
        self,
        story: &Story,
        server: &Server,
        dice: &mut Dice,
    ) -> Result<(), Wrong> {
        let idles = self.permit == Permit::Idles;
        let mut left = server.patience;
        loop {
            let runs = server.those_that(State::runs);
            if runs.is_empty() && !idles {
                return server.judge_end(story, &[]);
            }
            // The last ones are given up, unless all are to end.
            let stays = !self.all_end && runs.len() <= 1 + dice.below(3);
            if stays || (idles && runs.is_empty()) {
                return self.lose_patience(story, server, left).await;
            }
            // Whole milliseconds: a timer is not more exact.
            let some = left.as_millis() as u64 / (2 + runs.len() as u64);
            let some = Duration::from_millis(some);
            left -= some;
            story.pass(some).await?;
            server.judge()?;
            let panics = self.panics && dice.below(2) > 0;
            server.end(story, dice.one_of(&runs), panics);
            story.rest().await?;
            let more = runs.len() > 1 || idles;
            if more {
                server.judge()?;
                if server.run.is_over() {
                    return Err(Wrong::answer(
                        "`serve` is over, and a client could still send a job",
                    ));
                }
            }
        }
    }

    async fn lose_patience(
        self,
        story: &Story,
        server: &Server,
        left: Duration,
    ) -> Result<(), Wrong> {
        let moment = Duration::from_millis(2);
        story.pass(left - moment).await?;
        server.judge()?;
        let runs = server.those_that(State::runs);
        story.note("its patience ends");
        story.pass(2 * moment).await?;
        if !server.run.is_over() {
            return Err(Wrong::answer(format!(
                "its patience, {:?}, is over, and `serve` is not",
                server.patience
            )));
        }
        server.judge_end(story, &runs)
    }
}

async fn it_is_dropped(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let server = Server::start(story, dice);
    story.rest().await?;
    for _ in 0..3 {
        server.send(story)?;
        story.rest().await?;
    }
    server.judge()?;
    story.note("`serve` is dropped");
    server.run.cancel();
    story.rest().await?;
    let judged = server.judge_left(story);
    judged.map_err(|wrong| wrong.after("`serve` was dropped"))
}

async fn it_is_not_polled(story: &Story, _: &mut Dice) -> Result<(), Wrong> {
    let (_clients, jobs) = channel(1);
    let future = serve(jobs, pending(), Duration::from_secs(1));
    story.rest().await?;
    let tasks = story.tasks_left();
    drop(future);
    match tasks {
        0 => Ok(()),
        _ => Err(Wrong::way(
            "`serve` has begun before it was polled: a future does nothing \
             until then",
        )),
    }
}
