//! Threads that take turns in an order that we choose, so that a mistake which
//! needs a rare order is found, and found again.
//!
//! Of the threads that a [`Schedule`] starts, one runs at a time. Wherever it
//! takes, releases or tries a lock of [`sync`](lab::sync), waits, notifies or
//! ends, another may go on instead. Dice say which, so the same seed gives the
//! same order. An order of all these steps is a *schedule*; one takes a fraction
//! of a millisecond, and a check tries hundreds.
//!
//! Not all are equally likely to show a mistake. Three kinds are tried: any
//! thread at each step; each in its turn, a step at a time, which is where all
//! hold one lock and want the next; and a priority for each thread, changed at
//! one to three steps. The last is the *probabilistic concurrency testing* of
//! Burckhardt, Kothari, Musuvathi and Nagarakatte (2010): a mistake that needs
//! few changes at the right steps is found with a probability that they give.
//! That a program is run under a scheduler of one's own, and that a thread which
//! only asks again has to give way, comes from CHESS (Musuvathi and others,
//! 2008); `loom` and `shuttle` do the same for Rust.
//!
//! What the rules of [`Condvar`](lab::sync::Condvar) leave open is left to the
//! dice, too: which thread `notify_one` wakes, and whether a wait ends though
//! nobody has notified. A limit of a wait is a time on a clock of its own, which
//! goes on only when no thread can.
//!
//! ```
//! use lab::Dice;
//! use lab::sync::Mutex;
//! use std::sync::Arc;
//! use trials::schedule::{self, Failure};
//!
//! let found = schedule::find(&mut Dice::new(1), 50, |schedule, _dice| {
//!     let count = Arc::new(Mutex::new(0));
//!     for name in ["one", "another"] {
//!         let count = count.clone();
//!         schedule.spawn(name, move || {
//!             let before = *count.lock().unwrap();
//!             *count.lock().unwrap() = before + 1;
//!         });
//!     }
//!     schedule.end()?;
//!     match count.lock().map(|count| *count) {
//!         Ok(2) => Ok(()),
//!         _ => Err(Failure::said("an update is lost")),
//!     }
//! });
//! assert_eq!(found, Some(Failure::said("an update is lost")));
//! ```

mod turns;
mod order;
mod look;
mod crew;

use crate::watchdog;
use crew::Crew;
use lab::Dice;
use lab::sync::hook::{Hooked, count_names_anew};
use std::any::Any;
use std::fmt;
use std::mem;
use std::panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use turns::{Does, Turns};

pub use turns::{step, wait_until};

/// What goes wrong under a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The check says so.
    Said(String),
    /// Every thread waits, and none is left to wake another.
    Hangs,
    /// This thread asks again and again instead of waiting.
    Asks(String),
    /// Nobody woke this thread: it went on because its time was up.
    TimeIsUp(String),
    /// This thread sleeps, and not in a wait of `lab::sync`.
    Sleeps(String),
    /// A thread that the schedule did not start takes part.
    Stranger,
    /// This thread panicked, with this text.
    Panics(String, String),
}

impl Failure {
    /// A sentence of the check.
    pub fn said(sentence: impl Into<String>) -> Failure {
        Failure::Said(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const USE: &str = "use `Mutex` and `Condvar` of `lab::sync`, and \
            nothing else that threads wait by";
        match self {
            Failure::Said(sentence) => f.write_str(sentence),
            Failure::Hangs => f.write_str(HANGS),
            Failure::Asks(who) => write!(
                f,
                "right answer, wrong way: with nothing to do, {who} does not \
                 sleep, but asks again and again instead of waiting"
            ),
            Failure::TimeIsUp(who) => write!(
                f,
                "right answer, wrong way: nobody woke {who}, and the wait \
                 ended when its time was up"
            ),
            Failure::Sleeps(who) => write!(
                f,
                "not judged: {who} sleeps, and the recording does not say what \
                 for; {USE}"
            ),
            Failure::Stranger => write!(
                f,
                "not judged: a thread that the answer has started uses the \
                 locks, and this check says only of its own threads which goes \
                 on; do without, and {USE}"
            ),
            Failure::Panics(who, why) => write!(f, "{who} panics: {why}"),
        }
    }
}

const HANGS: &str = "all threads wait, and none is left to wake them";

/// Tries this many schedules of what `scenario` does with its threads.
///
/// Records none of them; but if something goes wrong, the same schedule is run
/// once more and recorded, and the failure of that run ends the test.
///
/// # Panics
/// If something goes wrong. If the threads hang, the process ends.
pub fn try_all(
    dice: &mut Dice,
    schedules: usize,
    scenario: impl Fn(&Schedule, &mut Dice) -> Result<(), Failure>,
) {
    let again = dice.again();
    if let Some((run, failure)) = search(dice, schedules, &scenario) {
        let run = Run { is_quiet: false, ..run };
        // An answer that has dice of its own may do better this time.
        fail(run.tries(&scenario, None).err().unwrap_or(failure), &again);
    }
}

/// Tries this many schedules; gives back what went wrong first, if anything.
pub fn find(
    dice: &mut Dice,
    schedules: usize,
    scenario: impl Fn(&Schedule, &mut Dice) -> Result<(), Failure>,
) -> Option<Failure> {
    search(dice, schedules, &scenario).map(|(_, failure)| failure)
}

/// Gives back the run that failed, too.
fn search(
    dice: &mut Dice,
    schedules: usize,
    scenario: &impl Fn(&Schedule, &mut Dice) -> Result<(), Failure>,
) -> Option<(Run, Failure)> {
    let _pause = timeline::pause();
    let crew = Arc::default();
    let mut steps = 0;
    let failed = (0..schedules).find_map(|number| {
        let run = Run { seed: dice.number(), number, steps, is_quiet: true };
        match run.tries(scenario, Some(&crew)) {
            Ok(had) => {
                steps = had;
                None
            }
            Err(failure) => Some((run, failure)),
        }
    });
    crew.ends();
    failed
}

/// What makes a schedule: with the same, the same comes of it.
#[derive(Clone, Copy)]
struct Run {
    seed: u64,
    /// Which one it is of a search.
    number: usize,
    /// At how many steps of the one before there was a choice.
    steps: usize,
    /// Set if nobody has asked about it: its panics are not reported.
    is_quiet: bool,
}

impl Run {
    /// Gives back at how many steps there was a choice. Without a crew, the threads are
    /// new, and have their names.
    fn tries(
        self,
        scenario: &impl Fn(&Schedule, &mut Dice) -> Result<(), Failure>,
        crew: Option<&Arc<Crew>>,
    ) -> Result<usize, Failure> {
        static ONE: Mutex<()> = Mutex::new(());
        let _one_at_a_time = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        silence_panics();
        let schedule = Schedule {
            turns: Arc::new(Turns::new(self)),
            crew: crew.cloned(),
            threads: Mutex::default(),
        };
        count_names_anew();
        let _hooked = Hooked::to(&turns::OURS);
        let _plays = turns::plays(&schedule.turns, 0);
        let tried = scenario(&schedule, &mut Dice::new(!self.seed));
        let ended = tried.and_then(|()| schedule.end());
        // Those that have ended are to have said so in the recording.
        schedule.join_ended();
        ended.map(|()| schedule.turns.steps())
    }
}

/// A panic in a schedule that nobody has asked about is not reported; the same
/// one is, when that schedule is run again.
fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !turns::is_quiet() {
                report(info);
            }
        }));
    });
}

fn fail(failure: Failure, again: &str) -> ! {
    match failure {
        Failure::Hangs => watchdog::end(HANGS),
        // It has been reported already.
        Failure::Panics(..) => resume_unwind(Box::new(failure)),
        Failure::Said(sentence) => panic!("{sentence} {again}"),
        _ => panic!("{failure}"),
    }
}

/// The threads of one run. The one that made it is one of them: it goes on when
/// it has its turn, and a thread that it starts does not run before.
pub struct Schedule {
    turns: Arc<Turns>,
    crew: Option<Arc<Crew>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Schedule {
    /// Starts a thread that has this name.
    ///
    /// # Panics
    /// If the system has none.
    pub fn spawn<R: Send + 'static>(
        &self,
        name: &str,
        call: impl FnOnce() -> R + Send + 'static,
    ) -> Thread<R> {
        let turns = Arc::clone(&self.turns);
        let number = turns.expect(name);
        let result = Arc::new(Mutex::new(None));
        let gives = Arc::clone(&result);
        let run = move |is_idle: &dyn Fn()| {
            let _plays = turns::plays(&turns, number);
            turns.begins(number);
            let called = catch_unwind(AssertUnwindSafe(call));
            let panic = called.as_ref().err().map(|why| text_of(&**why));
            *gives.lock().unwrap_or_else(PoisonError::into_inner) = called.ok();
            is_idle();
            turns.ends(number, panic);
        };
        let (thread, id) = match &self.crew {
            Some(crew) => crew.give(run),
            None => self.start(name, run),
        };
        self.turns.started(number, thread, id);
        Thread { turns: Arc::clone(&self.turns), number, result }
    }

    /// Starts a thread of its own.
    fn start(
        &self,
        name: &str,
        run: impl FnOnce(&dyn Fn()) + Send + 'static,
    ) -> (thread::Thread, Arc<OnceLock<String>>) {
        let id = Arc::default();
        let own = Arc::clone(&id);
        let run = move || {
            look::note_this_thread(&own);
            run(&|| ());
        };
        let thread = thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(run).expect("a thread");
        let handle = thread.thread().clone();
        self.threads().push(thread);
        (handle, id)
    }

    /// Waits until no other thread can go on.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    pub fn settle(&self) -> Result<(), Failure> {
        self.turns.leave(Does::Settles)
    }

    /// Waits until no other thread can go on, and for a while longer: waits end
    /// though nobody has notified, and those with a limit by that, if it is less
    /// than an hour. The threads are then to have settled again.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    pub fn rest(&self) -> Result<(), Failure> {
        self.turns.leave(Does::Rests)
    }

    /// Waits until all threads have ended.
    ///
    /// # Errors
    /// What went wrong, from the beginning up to here.
    pub fn end(&self) -> Result<(), Failure> {
        self.turns.leave(Does::ExpectsTheEnd)?;
        match self.turns.time_is_up() {
            _ if turns::has_strangers() => Err(Failure::Stranger),
            Some(name) => Err(Failure::TimeIsUp(name)),
            None => Ok(()),
        }
    }

    /// Joins the threads that have ended; those that never will are left.
    fn join_ended(&self) {
        let threads = mem::take(&mut *self.threads());
        for (thread, number) in threads.into_iter().zip(1..) {
            if self.turns.is_done(number) {
                // It says itself if it panicked.
                let _ = thread.join();
            }
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread of a schedule.
pub struct Thread<R> {
    turns: Arc<Turns>,
    number: usize,
    result: Arc<Mutex<Option<R>>>,
}

impl<R> Thread<R> {
    /// Set if it has ended.
    pub fn is_done(&self) -> bool {
        self.turns.is_done(self.number)
    }

    /// Set if it has had to wait, at least once.
    pub fn has_waited(&self) -> bool {
        self.turns.has_waited(self.number)
    }

    /// Waits until it has ended; gives back what its call did.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    ///
    /// # Panics
    /// If that was given back before.
    pub fn join(&self) -> Result<R, Failure> {
        self.turns.leave(Does::Joins(self.number))?;
        let mut result =
            self.result.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(result.take().expect("it is joined once"))
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or(panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("(not a text)").to_owned()
}
