//! Stories on tokio's runtime, whose clock is paused: what an answer does is
//! judged between one moment and the next, and no time passes meanwhile.
//!
//! A *story* is a future of the check. It starts the answer, has things happen
//! to it, and rests: [`Story::rest`] goes on when no task can do anything more.
//! Time passes only if the story lets it, and then at once, from one timer to
//! the next. So a minute costs nothing, and a busy machine changes nothing.
//!
//! ```
//! use dice::Dice;
//! use paused::{Wrong, try_stories};
//! use std::time::Duration;
//! use tokio::time::sleep;
//!
//! try_stories(&mut Dice::new(1), 10, async |story, dice| {
//!     let seconds = 1 + dice.below(3600) as u64;
//!     let run = story.start("it", async move {
//!         sleep(Duration::from_secs(seconds)).await;
//!         6
//!     });
//!     story.rest().await?;
//!     if run.is_over() {
//!         return Err(Wrong::answer("it did not sleep"));
//!     }
//!     story.pass(Duration::from_secs(seconds)).await?;
//!     match run.output() {
//!         Some(6) => Ok(()),
//!         _ => Err(Wrong::answer("it sleeps too long")),
//!     }
//! });
//! ```

mod jobs;
mod watch;

pub use hand::Wrong;
pub use jobs::{Job, JobNow, Jobs};

use dice::Dice;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;
use timeline::{Lane, What};
use tokio::runtime::{Builder, Handle};
use tokio::task::{AbortHandle, LocalSet, spawn_local};
use tokio::time::{Instant, sleep};
use watch::Watched;

/// Tells a story `times` times, each time on a runtime of its own, which has
/// one thread, and with other dice.
///
/// If something goes wrong, the same is told once more and recorded, and what
/// is found ends the test, with what has happened up to then. If a poll does
/// not come back, the process is ended.
///
/// # Panics
///
/// If something goes wrong.
pub fn try_stories(
    dice: &mut Dice,
    times: usize,
    story: impl AsyncFn(&Story, &mut Dice) -> Result<(), Wrong>,
) {
    try_stories_of_any_type(dice, times, &story);
}

/// Does it for stories of all types. So it is compiled once, and with it what
/// tokio compiles again for each type of future: a check has many stories.
fn try_stories_of_any_type(dice: &mut Dice, times: usize, story: &dyn Tell) {
    let again = dice.again();
    let watched = watch::watch();
    for n in 0..times {
        // A sign of life, for a machine that is busy.
        if n % 16 == 0 {
            timeline::event(What::Run);
        }
        let seed = dice.number();
        let told = tell(story, seed, &watched, false);
        if let Err((wrong, said)) = told {
            let told_again = tell(story, seed, &watched, true);
            // An answer with random numbers of its own may go right this time.
            let (wrong, said) = told_again.err().unwrap_or((wrong, said));
            panic!("{wrong}\n\n{said}\n{again}");
        }
    }
}

/// A story of any type.
trait Tell {
    fn tell<'a>(
        &'a self,
        story: &'a Story,
        dice: &'a mut Dice,
    ) -> Pin<Box<dyn Future<Output = Result<(), Wrong>> + 'a>>;
}

impl<T: AsyncFn(&Story, &mut Dice) -> Result<(), Wrong>> Tell for T {
    fn tell<'a>(
        &'a self,
        story: &'a Story,
        dice: &'a mut Dice,
    ) -> Pin<Box<dyn Future<Output = Result<(), Wrong>> + 'a>> {
        Box::pin(self(story, dice))
    }
}

/// What was wrong, and what had happened up to then.
type Told = Result<(), (Wrong, String)>;

fn tell(
    told: &dyn Tell,
    seed: u64,
    watched: &Arc<Watched>,
    is_shown: bool,
) -> Told {
    let (parks, may_sleep) = (Arc::clone(watched), Arc::clone(watched));
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true);
    let runtime = builder
        .on_thread_park(move || parks.note_park())
        .on_thread_unpark(move || may_sleep.note_unpark())
        .build()
        .expect("a runtime");
    let story = Story {
        began: Cell::new(None),
        watched: Arc::clone(watched),
        is_shown,
        said: RefCell::default(),
    };
    // An answer may use what records.
    let _pause = (!is_shown).then(timeline::pause);
    let ends = Ends(&story);
    let tasks = LocalSet::new();
    watched.begin();
    let told = tasks.block_on(&runtime, async {
        story.began.set(Some(Instant::now()));
        told.tell(&story, &mut Dice::new(seed)).await
    });
    // Drops all tasks that are left. What a thread of theirs still does cannot
    // be waited for.
    drop(tasks);
    runtime.shutdown_background();
    watched.end();
    drop(ends);
    told.map_err(|wrong| (wrong, story.text()))
}

/// What is being told.
pub struct Story {
    began: Cell<Option<Instant>>,
    watched: Arc<Watched>,
    /// Set if this story is recorded.
    is_shown: bool,
    /// What has happened, and how often in a row.
    said: RefCell<Vec<(String, usize)>>,
}

/// In the time that a story [idles](Story::idle), a runtime wakes a few times
/// to sort its timers, even if there is one timer only.
const MOST_PARKS: usize = 20;

/// Of a task that is polled more often the rest is not recorded.
const MOST_SHOWN: usize = 200;

impl Story {
    /// Starts a future as a task. It need not be `Send`.
    pub fn start<F>(&self, name: &str, future: F) -> Run<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.note(format!("{name} is called"));
        let ended = Rc::new(RefCell::new(None));
        let (value, panic) = (Rc::clone(&ended), Rc::clone(&ended));
        let mut future = Some(Box::pin(future));
        let future = poll_fn(move |context| {
            let it = future.as_mut().expect("it is polled until it is over");
            let Poll::Ready(output) = it.as_mut().poll(context) else {
                return Poll::Pending;
            };
            // It is gone before it is seen to be over.
            future = None;
            value.replace(Some(Ok(output)));
            Poll::Ready(())
        });
        let on_panic = move |it| drop(panic.replace(Some(Err(it))));
        let task = self.spawn(name, Box::pin(future), Box::new(on_panic));
        Run { name: name.to_owned(), is_over: Cell::new(false), ended, task }
    }

    /// Spawns a task. It is compiled once for futures of all types, as
    /// [`try_stories_of_any_type`] is.
    fn spawn(
        &self,
        name: &str,
        mut future: Pin<Box<dyn Future<Output = ()>>>,
        on_panic: Box<dyn FnOnce(Box<dyn Any + Send>)>,
    ) -> AbortHandle {
        let (mut lane, mut polls) = (self.lane(name), 0);
        let task = spawn_local(async move {
            let polled = poll_fn(|context| {
                polls += 1;
                if polls > MOST_SHOWN {
                    lane = Lane::silent();
                }
                lane.runs();
                let poll = || future.as_mut().poll(context);
                let polled = match catch_unwind(AssertUnwindSafe(poll)) {
                    Ok(Poll::Pending) => Poll::Pending,
                    Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
                    Err(panic) => Poll::Ready(Err(panic)),
                };
                if polled.is_pending() {
                    lane.waits("");
                }
                polled
            });
            let polled = polled.await;
            drop(future);
            if let Err(panic) = polled {
                on_panic(panic);
            }
        });
        task.abort_handle()
    }

    /// Adds a line to the story.
    pub fn note(&self, what: impl Display) {
        let what = match self.now() {
            Duration::ZERO => what.to_string(),
            now => format!("{now:?}: {what}"),
        };
        let mut said = self.said.borrow_mut();
        match said.last_mut() {
            Some((last, times)) if *last == what => *times += 1,
            _ => said.push((what, 1)),
        }
    }

    /// A lane for something in the story: of it nothing is recorded unless
    /// the story has gone wrong.
    pub fn lane(&self, name: &str) -> Lane {
        match self.is_shown {
            true => Lane::named("task", name),
            false => Lane::silent(),
        }
    }

    /// How much time has passed in this story.
    pub fn now(&self) -> Duration {
        self.began.get().map_or(Duration::ZERO, |it| it.elapsed())
    }

    /// Goes on when no task can do anything more. No time passes.
    ///
    /// # Errors
    ///
    /// If there is no end to it.
    pub async fn rest(&self) -> Result<(), Wrong> {
        self.watched.rest().await
    }

    /// Lets time pass, and then rests.
    ///
    /// # Errors
    ///
    /// As [`rest`](Story::rest).
    pub async fn pass(&self, time: Duration) -> Result<(), Wrong> {
        let mut sleeps = pin!(sleep(time));
        let mut endless = pin!(self.watched.endless());
        poll_fn(|context| match endless.as_mut().poll(context) {
            Poll::Ready(wrong) => Poll::Ready(Err(wrong)),
            Poll::Pending => sleeps.as_mut().poll(context).map(Ok),
        })
        .await?;
        self.rest().await
    }

    /// Lets a second pass in which nothing is to happen.
    ///
    /// # Errors
    ///
    /// If something runs again and again meanwhile, or as
    /// [`rest`](Story::rest).
    pub async fn idle(&self) -> Result<(), Wrong> {
        self.rest().await?;
        let before = self.watched.parks();
        self.pass(Duration::from_secs(1)).await?;
        match self.watched.parks() - before {
            ..=MOST_PARKS => Ok(()),
            times => Err(Wrong::way(format!(
                "nothing happens for a second, and a timer wakes it {times} \
                 times, to look again"
            ))),
        }
    }

    /// How many tasks have been spawned and have not ended.
    pub fn tasks_left(&self) -> usize {
        Handle::current().metrics().num_alive_tasks()
    }

    /// Judges what is left of an answer that is over, or was dropped.
    ///
    /// # Errors
    ///
    /// If there are tasks.
    pub fn judge_tasks(&self) -> Result<(), Wrong> {
        match self.tasks_left() {
            0 => Ok(()),
            tasks => {
                Err(Wrong::answer(format!("tasks of it are left: {tasks}")))
            }
        }
    }

    /// What has happened up to now: the last lines of it.
    fn text(&self) -> String {
        const LINES: usize = 30;
        let said = self.said.borrow();
        let skipped = said.len().saturating_sub(LINES);
        let mut text = match skipped {
            0 => String::new(),
            1 => "(one line)\n".to_owned(),
            n => format!("({n} lines)\n"),
        };
        for (what, times) in &said[skipped..] {
            text += what;
            if *times > 1 {
                text += &format!(" ({times} times)");
            }
            text.push('\n');
        }
        text
    }
}

/// A future that was started, and gives a `T`.
pub struct Run<T> {
    name: String,
    is_over: Cell<bool>,
    ended: Rc<RefCell<Option<thread::Result<T>>>>,
    task: AbortHandle,
}

impl<T> Run<T> {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Set if it has given something, or has panicked.
    pub fn is_over(&self) -> bool {
        self.is_over.get() || self.ended.borrow().is_some()
    }

    /// Set if it has panicked, and its panic was not given back yet.
    pub fn has_panicked(&self) -> bool {
        matches!(&*self.ended.borrow(), Some(Err(_)))
    }

    /// What it has given, once. If it has panicked, so does this.
    pub fn output(&self) -> Option<T> {
        self.result().map(|it| it.unwrap_or_else(|panic| resume_unwind(panic)))
    }

    /// What it has given, or its panic, once.
    pub fn result(&self) -> Option<Result<T, Box<dyn Any + Send>>> {
        let ended = self.ended.take();
        self.is_over.set(self.is_over.get() || ended.is_some());
        ended
    }

    /// Drops the future. It is gone when the story has rested.
    pub fn cancel(&self) {
        self.task.abort();
    }
}

/// If a story panics, says what had happened.
struct Ends<'a>(&'a Story);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}", self.0.text());
        }
    }
}
