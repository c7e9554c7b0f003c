//! Threads that take turns in an order that we choose, so that a mistake which
//! needs a rare order is found, and found again.
//!
//! Of the threads that a [`Schedule`] starts, one runs at a time. Wherever it
//! takes, releases or tries a lock of [`locks`], waits, notifies or
//! ends, another may go on instead. Dice say which, so the same seed gives the
//! same order. An order of all these steps is a *schedule*; one takes a
//! fraction of a millisecond, and a check tries hundreds.
//!
//! Not all schedules are equally likely to show a mistake. Three kinds are
//! tried. In the first, any thread goes on at each step. In the second, each
//! has its turn, a step at a time, so that all come to hold one lock and want
//! the next. In the third, each thread has a priority, and the priorities
//! change at one step or two. The schedule after it has the reverse of them, so
//! that any two threads are tried in both orders. This is the *probabilistic
//! concurrency testing* of Burckhardt, Kothari, Musuvathi and Nagarakatte
//! (2010): a mistake that needs few changes at the right steps is found with a
//! probability that they give. Two ideas are from CHESS (Musuvathi and others,
//! 2008): a program runs under a scheduler of our own, and a thread that only
//! asks the same again has to give way. `loom` and `shuttle` do so for Rust.
//!
//! What the rules of [`Condvar`](locks::Condvar) leave open is left to the
//! dice, too: which thread `notify_one` wakes, and whether a wait ends that was
//! not notified. A limit of a wait is a time on the schedule's own clock, which
//! goes on only when no thread can.
//!
//! ```
//! use dice::Dice;
//! use locks::Mutex;
//! use std::sync::Arc;
//! use schedule::Finding;
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
//!         _ => Err(Finding::new("an update is lost")),
//!     }
//! });
//! assert_eq!(found, Some(Finding::new("an update is lost")));
//! ```

mod finding;
mod one_core;
mod order;
mod crew;
mod player;
mod table;
mod turns;
mod part;
pub mod queue;

use crew::{Crew, Number, Run, note_this_thread};
use dice::Dice;
use locks::hook::{Hooked, count_names_anew};
use one_core::OneCore;
use order::Basis;
use part::{GivesWay, Part};
use player::{Does, FIRST, has_strangers};
use std::any::Any;
use std::cell::Cell;
use std::mem;
use std::panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use turns::Turns;

pub use finding::Finding;
pub use part::{look, step, wait_until, woke_unasked};

/// What is tried in many schedules: it starts threads, and looks at what they
/// come to.
pub type Case = fn(&Schedule, &mut Dice) -> Result<(), Finding>;

/// Tries each case in the number of schedules that stands beside it.
///
/// Records none of them; but if something goes wrong, the same schedule is run
/// once more and recorded, and what is found then ends the test.
///
/// # Panics
/// If something goes wrong. If the threads hang, the process ends.
pub fn try_all(dice: &mut Dice, cases: &[(usize, Case)]) {
    let again = dice.again();
    let search = Search::begin();
    let found = cases.iter().find_map(|(schedules, case)| {
        Some((case, search.find(dice, *schedules, case)?))
    });
    drop(search);
    if let Some((case, (basis, first))) = found {
        // An answer with random numbers of its own may go right this time.
        let second = try_one(basis, case, None, false).err();
        fail(second.unwrap_or(first), &again);
    }
}

/// Tries this many `schedules`; gives back what went wrong first, if anything.
pub fn find(
    dice: &mut Dice,
    schedules: usize,
    scenario: impl Fn(&Schedule, &mut Dice) -> Result<(), Finding>,
) -> Option<Finding> {
    let found = Search::begin().find(dice, schedules, &scenario);
    found.map(|(_, finding)| finding)
}

/// What is tried in a schedule. It is a `dyn` type, so that the search is
/// compiled once, not once for each scenario.
type Scenario<'a> = &'a dyn Fn(&Schedule, &mut Dice) -> Result<(), Finding>;

/// After a search as long as this, the CPU time of each thread is measured: it
/// may be the answer that takes so long.
const LONG: Duration = Duration::from_millis(500);
/// A thread spins if one seems to in more schedules than this, one after
/// another. In one or two, the system may have taken the core away from it, or
/// from all, without saying so.
const FEW_SPINS: usize = 12;

/// A search for a schedule in which something goes wrong. While it lasts,
/// nothing is recorded, and all threads share a core.
struct Search {
    crew: Arc<Crew>,
    began: Instant,
    /// In how many schedules, up to the last, a thread seemed to spin.
    spins: Cell<usize>,
    _one_core: OneCore,
    _pause: timeline::Paused,
}

impl Search {
    fn begin() -> Search {
        let (pause, one_core) = (timeline::pause(), OneCore::keep());
        let (crew, began) = (Arc::default(), Instant::now());
        let spins = Cell::new(0);
        Search { crew, began, spins, _one_core: one_core, _pause: pause }
    }

    /// Finds a schedule in which something goes wrong. Gives back the numbers
    /// that its order depends on, and what goes wrong.
    fn find(
        &self,
        dice: &mut Dice,
        schedules: usize,
        scenario: Scenario<'_>,
    ) -> Option<(Basis, Finding)> {
        let (mut steps, mut most_steps, mut priorities) = (0, 0, 0);
        (0..schedules).find_map(|number| {
            let seed = dice.number();
            if number % 2 == 0 {
                priorities = seed;
            }
            let basis = Basis { seed, priorities, number, steps, most_steps };
            let is_slow = self.began.elapsed() > LONG;
            let went = match try_one(basis, scenario, Some(&self.crew), is_slow)
            {
                Ok(went) => went,
                Err(finding) => return Some((basis, finding)),
            };
            steps = went.choices;
            most_steps = most_steps.max(steps);
            self.spins.set(match went.spinner {
                Some(_) => self.spins.get() + 1,
                None => 0,
            });
            let spinner = went.spinner.filter(|_| self.spins.get() > FEW_SPINS);
            spinner.map(|finding| (basis, finding))
        })
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.crew.dismiss();
    }
}

/// How a schedule went in which nothing went wrong.
struct Went {
    /// At how many steps there was a choice.
    choices: usize,
    /// A thread that used much CPU time, if that was measured.
    spinner: Option<Finding>,
}

/// Tries one schedule.
///
/// A crew has threads that serve one schedule after another; with one, panics
/// are not reported. Without one, each thread is new and has its own name.
/// If it `measures`, it looks for a thread that spins in its turns.
fn try_one(
    basis: Basis,
    scenario: Scenario<'_>,
    crew: Option<&Arc<Crew>>,
    measures: bool,
) -> Result<Went, Finding> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one_at_a_time = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    silence_panics();
    let schedule = Schedule {
        turns: Arc::new(Turns::new(basis, crew.is_some(), measures)),
        crew: crew.cloned(),
        threads: Mutex::default(),
    };
    count_names_anew();
    let _hooked = Hooked::to(&GivesWay);
    let _part = Part::take(&schedule.turns, FIRST);
    let tried = scenario(&schedule, &mut Dice::new(!basis.seed));
    let ended = tried.and_then(|()| schedule.end());
    // The recording is complete once they are joined.
    schedule.join_ended();
    ended?;
    let spinner = schedule.turns.find_spinner();
    Ok(Went { choices: schedule.turns.table().choice.steps, spinner })
}

/// Keeps the panics of a search from being reported. A schedule that panics is
/// run again after the search, and reported then.
fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !part::is_quiet() {
                report(info);
            }
        }));
    });
}

/// Ends the test because of `finding`. `again` says how to make the same inputs
/// once more.
fn fail(finding: Finding, again: &str) -> ! {
    match finding {
        Finding::Hangs | Finding::HangsAfter(_) => {
            watchdog::end_this_process(&format!("{finding} {again}"))
        }
        // It has been reported already.
        Finding::Panics(..) => resume_unwind(Box::new(finding)),
        _ => panic!("{finding} {again}"),
    }
}

/// The threads that take turns in one order. The thread that made the schedule
/// is the first of them. A thread that is started here runs only once the first
/// one waits, or comes to its next step.
pub struct Schedule {
    turns: Arc<Turns>,
    crew: Option<Arc<Crew>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Schedule {
    /// From now on another thread may also go on where one has just taken a
    /// lock, and holds it, and where it has just released one. That takes more
    /// steps, and is only of use for an answer that does something other than
    /// wait for a lock.
    pub fn hold_up_at_locks(&self) {
        self.turns.holds_up.store(true, Relaxed);
    }

    /// Has this schedule go by priorities that change at one step, or at two if
    /// `twice`. The schedules of a search go through all steps or pairs of
    /// steps, one after another, and try each with the reverse priorities, too.
    ///
    /// Two threads that do the same in each schedule then come to all orders in
    /// which one change, or two if `twice`, is not forced by a wait. Call it
    /// first.
    pub fn change_step_by_step(&self, twice: bool) {
        self.turns.table().choice.change_step_by_step(twice);
    }

    /// Starts a thread that has this name.
    ///
    /// # Panics
    /// If the system has none.
    pub fn spawn<R: Send + 'static>(
        &self,
        name: &str,
        call: impl FnOnce() -> R + Send + 'static,
    ) -> Thread<R> {
        let result = Arc::new(Mutex::new(None));
        let place = Arc::clone(&result);
        let number = self.start(
            name,
            Box::new(move || {
                let called = call();
                *place.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(called);
            }),
        );
        Thread { turns: Arc::clone(&self.turns), number, result }
    }

    /// Starts a thread that does this in its turns; gives back its number.
    fn start(&self, name: &str, call: Box<dyn FnOnce() + Send>) -> usize {
        let turns = Arc::clone(&self.turns);
        let number = turns.table().add_player(name);
        let run = Box::new(move |be_free: &dyn Fn()| {
            let _part = Part::take(&turns, number);
            turns.begin(number);
            let called = catch_unwind(AssertUnwindSafe(call));
            let panic = called.as_ref().err().map(|why| text_of(&**why));
            be_free();
            turns.end(number, panic);
        });
        let (thread, id) = match &self.crew {
            Some(crew) => crew.give_job(run),
            None => self.start_thread(name, run),
        };
        self.turns.note_thread(number, thread, id);
        number
    }

    /// Starts a thread that belongs to no crew.
    fn start_thread(&self, name: &str, run: Run) -> (thread::Thread, Number) {
        let number = Number::default();
        let own = Arc::clone(&number);
        let run = move || {
            note_this_thread(&own);
            run(&|| ());
        };
        let thread = thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(run).expect("a thread");
        let handle = thread.thread().clone();
        self.threads().push(thread);
        (handle, number)
    }

    /// Waits until no other thread can go on.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    pub fn settle(&self) -> Result<(), Finding> {
        self.turns.wait_as_first(Does::Settles)
    }

    /// Waits until no other thread can go on, and for a while longer. Meanwhile
    /// a wait may end though it was not notified, or by its limit, if that is
    /// less than half an hour. Comes back when the threads have settled again.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    pub fn rest(&self) -> Result<(), Finding> {
        self.turns.wait_as_first(Does::Rests)
    }

    /// Waits until no other thread can go on. Then ends all waits, though no
    /// thread was notified, and waits for that again; this many `times`.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    pub fn disturb(&self, times: usize) -> Result<(), Finding> {
        self.settle()?;
        (0..times).try_for_each(|_| {
            self.turns.table().wake_all_unasked();
            self.settle()
        })
    }

    /// Waits until all threads have ended.
    ///
    /// # Errors
    /// What went wrong, from the beginning up to here.
    pub fn end(&self) -> Result<(), Finding> {
        self.turns.wait_as_first(Does::ExpectsTheEnd)?;
        match self.turns.table().time_is_up.clone() {
            _ if has_strangers() => Err(Finding::Stranger),
            Some(name) => Err(Finding::TimeIsUp(name)),
            None => Ok(()),
        }
    }

    /// Joins the threads that have ended; a thread that hangs is left behind.
    fn join_ended(&self) {
        let threads = mem::take(&mut *self.threads());
        for (thread, number) in threads.into_iter().zip(1..) {
            if self.turns.table().players[number].has_ended() {
                // If it has panicked, that has been noted.
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
        self.turns.table().players[self.number].has_ended()
    }

    /// Set if its last wait on a condition variable ended, and no thread had
    /// notified it.
    pub fn woke_unasked(&self) -> bool {
        self.turns.table().players[self.number].woke_unasked
    }

    /// Set if it waits for a lock.
    pub fn waits_for_lock(&self) -> bool {
        let players = &self.turns.table().players;
        matches!(players[self.number].does, Does::WaitsForLock(_))
    }

    /// Waits until it has ended; gives back what its call did.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    ///
    /// # Panics
    /// If that was given back before.
    pub fn join(&self) -> Result<R, Finding> {
        self.turns.wait_as_first(Does::Joins(self.number))?;
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
