//! Judges `run_all`: never more jobs than may run, and never fewer while some
//! wait; what they give, in the order of the list; and nothing left behind.
//!
//! A job ends when the check says so. Between one end and the next the runtime
//! comes to rest, on a clock that is paused (see `paused`): all has begun then
//! that will.
//!
//! Ways to be wrong: all at once, one at a time, two at a time, one more than
//! may run, or one fewer; in rounds, or only as far ahead as the oldest job
//! allows (`buffered`); the last first; in the order of their ends; right for
//! few jobs, or for as many as a byte counts; none at all are never ready;
//! a job that panics is left out, or waited for for ever, or is not seen beside
//! one that ends; what is under way with it goes on; what is dropped goes on in
//! tasks of its own; begun before it is polled; a job is begun twice, or not at
//! all; back too early, or never; an output that is an error ends the rest; it
//! looks again and again, or every millisecond; a thread for each job; several
//! calls share something; a job has its place until it is woken, or a time
//! limit; it cannot be a task itself.
//!
//! As shipped: while some wait to begin

use super::run_all;
use lab::Dice;
use paused::{Job, JobNow, Jobs, Run, Story, Wrong, try_stories};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::task::spawn;
use trials::judge::{Judge, others_sleep};

trials::answer!("exercises/bound-the-concurrency.rs");

#[test]
fn as_many_jobs_run_as_may_and_no_more() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    let mut tell = |times, jobs: fn(&mut Dice) -> (usize, usize), end| {
        try_stories(dice, times, async |story, dice| {
            let (jobs, at_once) = jobs(dice);
            let room = Room::open(story, "", jobs, at_once);
            match end {
                End::All => run_to_the_end(story, &room, dice).await,
                End::Panic => one_panics(story, &room, dice).await,
                End::Cancel => it_is_dropped(story, &room, dice).await,
            }
        });
    };
    // Of three jobs one runs on when two end at once: rounds are seen here.
    tell(1, |_| (9, 3), End::All);
    tell(20, |dice| (4 + dice.below(9), 2 + dice.below(2)), End::All);
    tell(20, |dice| (dice.below(40), 1 + dice.below(12)), End::All);
    tell(1, |_| (300, 280), End::All);
    tell(1, |_| (0, 3), End::All);
    tell(1, |_| (3, 10), End::All);
    tell(60, |dice| (1 + dice.below(8), 1 + dice.below(5)), End::Panic);
    tell(20, |dice| (1 + dice.below(12), 1 + dice.below(4)), End::Cancel);
    try_stories(dice, 1, it_is_not_polled);
    try_stories(dice, 10, some_never_wait);
    try_stories(dice, 5, two_lists);
    try_stories(dice, 5, it_is_a_task);
    judge.end();
}

/// How a story ends.
#[derive(Clone, Copy)]
enum End {
    All,
    Panic,
    Cancel,
}

/// What a job gives: an error now and then.
type Gives = Result<usize, usize>;

/// A job that gives something.
struct Giver(Job);

impl Future for Giver {
    type Output = Gives;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Gives> {
        Pin::new(&mut self.0).poll(context).map(gives)
    }
}

/// What this job gives.
fn gives(number: usize) -> Gives {
    if number % 3 == 1 { Err(number) } else { Ok(number) }
}

/// A list of jobs, and the call that runs them.
struct Room {
    jobs: Jobs,
    at_once: usize,
    run: Run<Vec<Gives>>,
}

impl Room {
    fn open(story: &Story, which: &str, jobs: usize, at_once: usize) -> Room {
        let (jobs, list) = new_jobs(jobs);
        let name =
            format!("`run_all` of {} jobs, {at_once} at once", list.len());
        let run = story.start(&(name + which), run_all(list, at_once));
        Room { jobs, at_once, run }
    }

    /// Judges which jobs run, while nothing happens.
    fn judge(&self) -> Result<(), Wrong> {
        let at_once = self.at_once;
        let waits = self.jobs.those_that(waits_to_begin);
        let runs = self.jobs.those_that(JobNow::runs);
        if runs.len() < at_once && !waits.is_empty() {
            // A thread may be about to begin another one.
            others_sleep(Duration::from_millis(1));
        }
        let runs = self.jobs.those_that(JobNow::runs);
        let waits = self.jobs.those_that(waits_to_begin);
        // Now, since on another thread a job may begin at any moment.
        self.jobs.judge_threads()?;
        let list = runs.iter().map(|it| format!("job {it}"));
        let list = list.collect::<Vec<_>>().join(", ");
        if runs.len() > at_once {
            return Err(Wrong::answer(format!(
                "{} jobs run at once, though `at_once` is {at_once}",
                runs.len()
            )));
        }
        let begun = self.jobs.those_that(JobNow::has_begun);
        if let (Some(first), Some(later)) = (waits.first(), begun.last())
            && later > first
        {
            return Err(Wrong::answer(format!(
                "job {later} has begun, and job {first}, which comes before \
                 it in the list, has not"
            )));
        }
        if let Some(lost) = self.jobs.those_that(JobNow::is_lost).first() {
            // If it has panicked, this says why.
            self.run.output();
            return Err(Wrong::answer(format!(
                "job {lost} was dropped before it had ended"
            )));
        }
        if self.run.is_over() && runs.len() + waits.len() > 0 {
            return Err(Wrong::answer(format!(
                "`run_all` is back, and {} jobs have not ended",
                runs.len() + waits.len()
            )));
        }
        match runs.len() {
            0 if !waits.is_empty() => Err(Wrong::answer(format!(
                "no job runs any more, and {} have not begun: `run_all` waits \
                 for ever",
                waits.len()
            ))),
            few if few < at_once && !waits.is_empty() => {
                Err(Wrong::way(format!(
                    "while some wait to begin, {few} of {at_once} jobs run: {list}"
                )))
            }
            _ => Ok(()),
        }
    }

    /// All jobs have ended.
    fn judge_end(&self, story: &Story) -> Result<(), Wrong> {
        let number = self.jobs.now().len();
        let Some(outputs) = self.run.output() else {
            return Err(Wrong::answer(
                "all jobs have ended, and nothing will ever wake `run_all`",
            ));
        };
        if outputs.len() != number {
            return Err(Wrong::answer(format!(
                "{number} jobs have ended, and it gives {} outputs",
                outputs.len()
            )));
        }
        if !outputs.iter().copied().eq((0..number).map(gives)) {
            return Err(Wrong::answer(format!(
                "the outputs are not in the order of the list: {outputs:?}"
            )));
        }
        self.judge_left(story)
    }

    /// Nothing may be left when it is back, or dropped.
    fn judge_left(&self, story: &Story) -> Result<(), Wrong> {
        let left = self.jobs.those_that(|it| !it.is_dropped());
        if let Some(first) = left.first() {
            return Err(Wrong::answer(format!(
                "{} jobs are left behind: job {first}, for one",
                left.len()
            )));
        }
        story.judge_tasks().map_err(|wrong| wrong.after("no job is left"))
    }
}

fn waits_to_begin(job: &JobNow) -> bool {
    !job.has_begun() && !job.is_dropped()
}

fn new_jobs(number: usize) -> (Jobs, Vec<Giver>) {
    let jobs = Jobs::default();
    let list = (0..number).map(|_| Giver(jobs.add())).collect();
    (jobs, list)
}

/// Ends some of those that run, in any order, and judges, again and again.
async fn go_on(
    story: &Story,
    room: &Room,
    dice: &mut Dice,
    times: usize,
) -> Result<(), Wrong> {
    for _ in 0..times {
        room.judge()?;
        let mut runs = room.jobs.those_that(JobNow::runs);
        // Two at a time, now and then, before anything is polled.
        for _ in 0..1 + dice.below(2) {
            if runs.is_empty() {
                break;
            }
            let chosen = dice.below(runs.len());
            room.jobs.end(story, runs.swap_remove(chosen), false);
        }
        // A job awaits more than one thing.
        if !runs.is_empty() && dice.below(3) == 0 {
            room.jobs.wake(story, dice.one_of(&runs));
        }
        story.rest().await?;
    }
    Ok(())
}

async fn run_to_the_end(
    story: &Story,
    room: &Room,
    dice: &mut Dice,
) -> Result<(), Wrong> {
    story.rest().await?;
    room.judge()?;
    story.idle().await?;
    // A job takes as long as it takes.
    story.note("an hour passes");
    story.pass(Duration::from_secs(3600)).await?;
    room.judge()?;
    while !room.jobs.those_that(JobNow::runs).is_empty() {
        go_on(story, room, dice, 1).await?;
    }
    room.judge()?;
    room.judge_end(story)
}

/// It panics as well, and what is under way ends.
async fn one_panics(
    story: &Story,
    room: &Room,
    dice: &mut Dice,
) -> Result<(), Wrong> {
    story.rest().await?;
    let times = dice.below(room.jobs.now().len());
    go_on(story, room, dice, times).await?;
    room.judge()?;
    let mut runs = room.jobs.those_that(JobNow::runs);
    if runs.is_empty() {
        return room.judge_end(story);
    }
    let panics = runs.swap_remove(dice.below(runs.len()));
    // Others end in the same moment, now and then.
    for number in runs.into_iter().take(dice.below(3)) {
        room.jobs.end(story, number, false);
    }
    room.jobs.end(story, panics, true);
    story.rest().await?;
    let judge = || match room.run.result() {
        Some(Err(_)) => room.judge_left(story),
        Some(Ok(_)) => {
            Err(Wrong::answer("`run_all` is back as if nothing were wrong"))
        }
        None => Err(Wrong::answer("`run_all` does not panic")),
    };
    judge().map_err(|wrong| wrong.after("a job has panicked"))
}

async fn it_is_dropped(
    story: &Story,
    room: &Room,
    dice: &mut Dice,
) -> Result<(), Wrong> {
    story.rest().await?;
    let times = dice.below(room.jobs.now().len());
    go_on(story, room, dice, times).await?;
    room.judge()?;
    story.note("`run_all` is dropped");
    room.run.cancel();
    story.rest().await?;
    room.judge_left(story).map_err(|wrong| wrong.after("`run_all` was dropped"))
}

async fn it_is_not_polled(story: &Story, _: &mut Dice) -> Result<(), Wrong> {
    let (jobs, list) = new_jobs(3);
    let future = run_all(list, 2);
    story.rest().await?;
    let begun = !jobs.those_that(JobNow::has_begun).is_empty();
    drop(future);
    match begun || story.tasks_left() > 0 {
        true => Err(Wrong::way(
            "`run_all` has begun before it was polled: a future does nothing \
             until then",
        )),
        false => Ok(()),
    }
}

/// Jobs that are ready at their first poll.
async fn some_never_wait(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let room = Room::open(story, "", 1 + dice.below(200), 1 + dice.below(5));
    let jobs = room.jobs.now().len();
    for number in 0..jobs {
        if dice.below(3) > 0 {
            room.jobs.end(story, number, false);
        }
    }
    story.rest().await?;
    run_to_the_end(story, &room, dice).await
}

async fn two_lists(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let rooms = [" (one list)", " (another list)"].map(|which| {
        Room::open(story, which, 4 + dice.below(4), 1 + dice.below(3))
    });
    story.rest().await?;
    let mut judged = Ok(());
    for _ in 0..8 {
        for room in &rooms {
            judged = judged.and(go_on(story, room, dice, 1).await);
        }
    }
    let judged = judged.and(rooms.iter().try_for_each(|it| it.judge()));
    let both = |it: &Room| {
        it.run.output().map(drop).ok_or(Wrong::answer("it waits for ever"))
    };
    let judged = judged.and_then(|()| rooms.iter().try_for_each(both));
    judged.map_err(|wrong| wrong.after("there are two lists"))
}

/// A program may well give it to a task of its own, on any worker.
async fn it_is_a_task(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let (jobs, list) = new_jobs(1 + dice.below(9));
    let at_once = 1 + dice.below(3);
    let task = spawn(run_all(list, at_once));
    let run = story.start("`spawn(run_all(…))`", async {
        task.await.unwrap_or_else(|why| resume_unwind(why.into_panic()))
    });
    run_to_the_end(story, &Room { jobs, at_once, run }, dice).await
}
