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
//! began when `serve` did; of permits there is one at most; one job at a time;
//! it hears of the end only when a job comes, or one ends; a panic ends all, or
//! is taken for a job that was given up, or what ends beside it is; `stop` is
//! polled after it was ready; the list is empty, or has all in it, or those
//! that ended; tasks that go on without it; when nobody can send it waits, or
//! spins, or loses what runs; it asks again and again; a thread for each job.
//!
//! As shipped: was lost

use super::serve;
use lab::Dice;
use paused::{JobNow, Jobs, Run, Story, Wrong, try_stories};
use std::cell::Cell;
use std::future::pending;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::mpsc::{OwnedPermit, Sender, channel};
use tokio::sync::oneshot;
use trials::judge::{Judge, others_sleep};

trials::answer!("exercises/graceful-shutdown.rs");

#[test]
fn it_takes_no_more_and_loses_nothing() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    // What the stories below tell of by chance, this one always does.
    try_stories(dice, 1, it_is_told_while_three_run);
    let mut tell = |times, story: Plan| {
        try_stories(dice, times, async |it, dice| story.tell(it, dice).await);
    };
    const PLAN: Plan = Plan {
        jobs: 6,
        stop: Stop::Told,
        panics: false,
        permits: &[],
        all_end: true,
    };
    // What goes wrong with few jobs is told of few.
    tell(20, PLAN);
    tell(2, Plan { jobs: 0, ..PLAN });
    tell(20, Plan { all_end: false, ..PLAN });
    tell(20, Plan { stop: Stop::NobodySends, ..PLAN });
    tell(10, Plan { stop: Stop::NobodySends, all_end: false, ..PLAN });
    tell(1, Plan { jobs: MANY, ..PLAN });
    tell(1, Plan { jobs: MANY, all_end: false, ..PLAN });
    tell(30, Plan { panics: true, ..PLAN });
    tell(30, Plan { panics: true, all_end: false, ..PLAN });
    for permits in [
        &[Permit::Idles] as &[_],
        &[Permit::Sends],
        &[Permit::Sends, Permit::Sends],
        &[Permit::Sends, Permit::IsDropped, Permit::Sends],
        &[Permit::IsDropped],
        &[Permit::Sends, Permit::Idles],
    ] {
        tell(10, Plan { permits, ..PLAN });
        tell(10, Plan { permits, all_end: false, ..PLAN });
    }
    try_stories(dice, 20, it_is_dropped);
    try_stories(dice, 1, it_is_not_polled);
    judge.end();
}

/// More jobs than any answer has room for by chance.
const MANY: usize = 300;

/// How a story goes.
#[derive(Clone, Copy)]
struct Plan {
    /// How many are sent at most before the end.
    jobs: usize,
    stop: Stop,
    /// Set if some jobs panic.
    panics: bool,
    /// Those that clients have when it is told to stop.
    permits: &'static [Permit],
    /// Set if all jobs end before the patience is over.
    all_end: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Stop {
    Told,
    NobodySends,
}

/// What a client does with a permit that it has when all ends.
#[derive(Clone, Copy, PartialEq)]
enum Permit {
    Sends,
    IsDropped,
    Idles,
}

type Permits = Vec<(Permit, OwnedPermit<Job>)>;

/// Something to be done.
pub struct Job {
    /// Its number: no other has the same.
    pub number: u32,
    job: paused::Job,
}

impl Job {
    /// Does it. It may take a while, and it may panic.
    pub async fn run(self) {
        self.job.await;
    }
}

/// Ready when it is told to stop, and then never again.
struct Stopped {
    /// Nothing after it was ready.
    stopped: Option<oneshot::Receiver<()>>,
    /// Set if it was polled then.
    again: Rc<Cell<bool>>,
}

impl Future for Stopped {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(stopped) = &mut self.stopped else {
            self.again.set(true);
            return Poll::Pending;
        };
        // If its sender is dropped, it is never ready.
        let told = ready!(Pin::new(stopped).poll(context)).is_ok();
        if !told {
            return Poll::Pending;
        }
        self.stopped = None;
        Poll::Ready(())
    }
}

/// A call of `serve`, and its clients.
struct Server {
    jobs: Jobs,
    clients: Option<Sender<Job>>,
    stop: Option<oneshot::Sender<()>>,
    polled_again: Rc<Cell<bool>>,
    patience: Duration,
    run: Run<Vec<u32>>,
}

impl Server {
    /// Its queue has room for `permits` permits, and for some jobs.
    fn start(story: &Story, dice: &mut Dice, permits: usize) -> Server {
        let room = match dice.below(4) {
            0 => 200,
            _ => 1 + dice.below(8),
        };
        let (clients, jobs) = channel(permits + room);
        let (stop, stopped) = oneshot::channel();
        let patience = Duration::from_millis(500 + dice.below(3000) as u64);
        let polled_again = Rc::<Cell<bool>>::default();
        let call = serve(
            jobs,
            Stopped { stopped: Some(stopped), again: Rc::clone(&polled_again) },
            patience,
        );
        let run =
            story.start(&format!("`serve`, patience {patience:?},"), call);
        Server {
            jobs: Jobs::default(),
            clients: Some(clients),
            stop: Some(stop),
            polled_again,
            patience,
            run,
        }
    }

    fn new_job(&self) -> Job {
        let number = self.jobs.now().len() as u32;
        Job { number, job: self.jobs.add() }
    }

    /// Sends a job, if there is room for it.
    fn send(&self, story: &Story) -> Result<(), Wrong> {
        self.judge_panic()?;
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

    /// A client uses the permit that it has, or gives it back.
    fn use_permit(
        &self,
        story: &Story,
        does: Permit,
        permit: OwnedPermit<Job>,
    ) {
        if does == Permit::IsDropped {
            story.note("a permit is given back");
            return drop(permit);
        }
        let job = self.new_job();
        story.note(format!("job {} is sent, by a permit", job.number));
        permit.send(job);
    }

    /// If it has panicked, that is what is wrong, and not what comes of it.
    fn judge_panic(&self) -> Result<(), Wrong> {
        if !self.run.has_panicked() {
            return Ok(());
        }
        match self.run.result() {
            Some(Err(panic)) if panic.downcast_ref() == Some(&Jobs::PANIC) => {
                Err(Wrong::answer("a job has panicked, and `serve` with it"))
            }
            Some(Err(panic)) => resume_unwind(panic),
            _ => Ok(()),
        }
    }

    /// Judges what has become of all that was sent, while it must not be over.
    fn judge(&self) -> Result<(), Wrong> {
        self.judge_panic()?;
        self.judge_threads()?;
        if self.polled_again.get() {
            return Err(Wrong::answer(
                "`stop` was ready, and was polled again: most futures panic \
                 then",
            ));
        }
        if let Some(lost) = self.jobs.those_that(JobNow::is_lost).first() {
            let how = match self.jobs.now()[*lost].has_begun() {
                false => "had been sent, and was lost: it never ran",
                true => "had begun, and was lost: it was dropped",
            };
            return Err(Wrong::answer(format!("job {lost} {how}")));
        }
        let waits = self.jobs.those_that(|it| !it.has_begun());
        if let Some(first) = waits.first() {
            return Err(Wrong::answer(format!(
                "job {first} was sent, and does not begin"
            )));
        }
        if let Some(first) = self.jobs.those_that(JobNow::runs).first()
            && self.run.is_over()
        {
            return Err(Wrong::answer(format!(
                "`serve` is over, and job {first} is still running"
            )));
        }
        Ok(())
    }

    /// It was told to stop.
    fn judge_door(&self) -> Result<(), Wrong> {
        match &self.clients {
            Some(clients) if !clients.is_closed() => {
                Err(Wrong::answer("it was told to stop, and still takes jobs"))
            }
            _ => Ok(()),
        }
    }

    fn judge_threads(&self) -> Result<(), Wrong> {
        if !self.jobs.those_that(|it| !it.has_begun()).is_empty() {
            // A thread may be about to begin it.
            others_sleep(Duration::from_millis(1));
        }
        self.jobs.judge_threads()
    }

    /// It must be over, and have given up these.
    fn judge_end(&self, story: &Story, left: &[usize]) -> Result<(), Wrong> {
        self.judge_panic()?;
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
        if let Some(first) = self.jobs.those_that(|it| !it.is_dropped()).first()
        {
            return Err(Wrong::answer(format!(
                "`serve` is over, and job {first} is still running"
            )));
        }
        story.judge_tasks().map_err(|wrong| wrong.after("`serve` is over"))
    }
}

impl Plan {
    async fn tell(self, story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
        let mut server = Server::start(story, dice, self.permits.len());
        story.idle().await?;
        self.send_some(story, &server, dice).await?;
        story.idle().await?;
        let permits = self.stop(story, &mut server, dice).await?;
        self.drain(story, &server, permits, dice).await
    }

    /// Jobs come, and some end.
    async fn send_some(
        self,
        story: &Story,
        server: &Server,
        dice: &mut Dice,
    ) -> Result<(), Wrong> {
        let jobs = match self.jobs {
            MANY.. => self.jobs,
            _ => dice.below(self.jobs + 1),
        };
        while server.jobs.now().len() < jobs {
            for _ in 0..1 + dice.below(3) {
                let sent = server.jobs.now().len();
                server.send(story)?;
                // Some have nothing to wait for.
                if sent < server.jobs.now().len() && dice.below(6) == 0 {
                    let panics = self.panics && dice.below(2) > 0;
                    server.jobs.end(story, sent, panics);
                }
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
            if dice.below(3) == 0 {
                self.end_some(story, server, dice);
                story.rest().await?;
            }
        }
        server.judge()
    }

    /// Some jobs end in the same moment, if any runs.
    fn end_some(self, story: &Story, server: &Server, dice: &mut Dice) {
        for _ in 0..1 + dice.below(3) {
            let runs = server.jobs.those_that(JobNow::runs);
            if !runs.is_empty() {
                let panics = self.panics && dice.below(2) > 0;
                server.jobs.end(story, dice.one_of(&runs), panics);
            }
        }
    }

    /// It is told to stop, with some jobs in its queue.
    async fn stop(
        self,
        story: &Story,
        server: &mut Server,
        dice: &mut Dice,
    ) -> Result<Permits, Wrong> {
        let clients = server.clients.clone().expect("there are some");
        let reserve = |permit: &Permit| {
            let reserved = clients.clone().try_reserve_owned();
            (*permit, reserved.expect("the queue is empty"))
        };
        let permits: Permits = self.permits.iter().map(reserve).collect();
        let in_queue = match dice.below(4) {
            _ if self.jobs == 0 => 0,
            // More than a task may receive in one turn.
            0 => dice.below(200),
            _ => dice.below(4),
        };
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
            server.judge_door()?;
        }
        drop(clients);
        story.rest().await?;
        if !server.jobs.those_that(JobNow::runs).is_empty()
            || !permits.is_empty()
        {
            server.judge()?;
        }
        Ok(permits)
    }

    /// Its patience has begun.
    async fn drain(
        self,
        story: &Story,
        server: &Server,
        mut permits: Permits,
        dice: &mut Dice,
    ) -> Result<(), Wrong> {
        let mut left = server.patience;
        // So many are given up, unless all are to end.
        let jobs = server.jobs.those_that(JobNow::runs).len() + permits.len();
        let stay = match dice.below(2) {
            _ if self.all_end => 0,
            0 => 1 + dice.below(3),
            _ => 1 + dice.below(jobs + 1),
        };
        loop {
            let runs = server.jobs.those_that(JobNow::runs).len();
            if runs == 0 && permits.is_empty() {
                return server.judge_end(story, &[]);
            }
            let acts = permits.iter().position(|it| it.0 != Permit::Idles);
            if runs <= stay && acts.is_none() {
                return self.lose_patience(story, server, left).await;
            }
            // Whole milliseconds: a timer is not more exact.
            if left > Duration::from_millis(100) {
                let parts = (2 + runs + 2 * permits.len()) as u64;
                let some = left.as_millis() as u64 / parts;
                left -= Duration::from_millis(some);
                story.pass(Duration::from_millis(some)).await?;
            }
            server.judge()?;
            match acts {
                Some(place) if runs <= stay || dice.below(2) == 0 => {
                    let (does, permit) = permits.remove(place);
                    server.use_permit(story, does, permit);
                }
                _ => self.end_some(story, server, dice),
            }
            story.rest().await?;
            if !server.jobs.those_that(JobNow::runs).is_empty() {
                server.judge()?;
            }
            if !permits.is_empty() {
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
        let runs = server.jobs.those_that(JobNow::runs);
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

/// All of them begin before it is told to stop, and end before its patience
/// does, but longer than that after it was called.
async fn it_is_told_while_three_run(
    story: &Story,
    dice: &mut Dice,
) -> Result<(), Wrong> {
    let mut server = Server::start(story, dice, 0);
    story.idle().await?;
    for _ in 0..3 {
        server.send(story)?;
        story.rest().await?;
        server.judge()?;
    }
    let most = server.patience.as_millis() as u64 * 3 / 4;
    let most = Duration::from_millis(most);
    story.pass(most).await?;
    server.judge()?;
    story.note("it is told to stop");
    let _ = server.stop.take().expect("it was not told yet").send(());
    story.rest().await?;
    server.judge()?;
    server.judge_door()?;
    story.pass(most).await?;
    server.judge()?;
    for job in server.jobs.those_that(JobNow::runs) {
        server.jobs.end(story, job, false);
    }
    story.rest().await?;
    server.judge_end(story, &[])
}

/// It may have been told to stop before.
async fn it_is_dropped(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let mut server = Server::start(story, dice, 0);
    story.rest().await?;
    for _ in 0..3 {
        server.send(story)?;
        story.rest().await?;
    }
    if dice.below(2) == 0 {
        story.note("it is told to stop");
        let stop = server.stop.take().expect("it was not told yet");
        let _ = stop.send(());
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
