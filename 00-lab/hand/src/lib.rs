//! Tasks that are polled by hand, in an order that we choose: an executor for
//! the checks of futures.
//!
//! The hand polls a task when it was woken, and otherwise only on purpose. It
//! counts polls, wake-ups and the wakers that are kept, and it may give a task
//! another waker, poll it without a cause, or drop it. A *story* is what the
//! hand does with some tasks. Wherever it could do several things,
//! [`Hand::choose`] says which, and [`try_orders`] tells the story in all
//! orders, or in many random ones if there are too many.
//!
//! ```
//! use dice::Dice;
//! use hand::{Hand, Whims, Wrong, try_orders};
//!
//! fn story(hand: &Hand) -> Result<(), Wrong> {
//!     let (a, b) = (hand.event("a"), hand.event("b"));
//!     let leaves = (a.leaf(1), b.leaf(2));
//!     let task = hand.spawn("sum", async { leaves.0.await + leaves.1.await });
//!     hand.let_happen(&[a, b]);
//!     hand.play(Whims { polls: 1, wakers: 1, drops: 0 })?;
//!     match task.take() {
//!         Some(3) => Ok(()),
//!         Some(sum) => Err(Wrong::answer(format!("1 + 2 gave {sum}"))),
//!         None => Err(task.sleeps_on()),
//!     }
//! }
//!
//! let tried = try_orders(&mut Dice::new(1), 1000, story);
//! assert!(tried.are_all, "{tried:?}");
//! ```

mod order;
mod event;
mod task;
mod watch;

use dice::Dice;
use event::Waiting;
use order::Order;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Formatter};
use std::rc::{Rc, Weak};
use std::{mem, thread};
use task::Slot;
use timeline::What;
use watch::Watched;

pub use event::{Event, Leaf};
pub use task::Task;

/// What an answer does wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    kind: &'static str,
    sentence: String,
}

impl Wrong {
    /// What comes out is not what was asked for, or nothing comes.
    pub fn answer(sentence: impl Into<String>) -> Wrong {
        Wrong { kind: "wrong answer", sentence: sentence.into() }
    }

    /// What comes out is right, and comes about in a way that it must not.
    pub fn way(sentence: impl Into<String>) -> Wrong {
        Wrong { kind: "right answer, wrong way", sentence: sentence.into() }
    }

    /// The same, and what has happened before.
    pub fn after(self, what: &str) -> Wrong {
        Wrong { sentence: format!("{what}, and {}", self.sentence), ..self }
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.sentence)
    }
}

/// What [`try_orders`] has tried.
#[derive(Debug)]
pub struct Tried {
    /// In how many orders the story was told.
    pub orders: usize,
    /// Set if there are no others.
    pub are_all: bool,
}

/// Tells a story in all orders, if there are at most half as many as `most`;
/// otherwise also in half as many random ones.
///
/// If something goes wrong, the same order is told once more and recorded, and
/// what is found ends the test, with what has happened up to then. If a poll, a
/// drop or an act does not come back, the process is ended.
///
/// # Panics
///
/// If something goes wrong.
pub fn try_orders(
    dice: &mut Dice,
    most: usize,
    story: impl Fn(&Hand) -> Result<(), Wrong>,
) -> Tried {
    let again = dice.again();
    let watched = watch::watch();
    let mut order = Order::default();
    for orders in 0..most {
        // A sign of life, for a machine that is busy.
        if orders % 64 == 0 {
            timeline::event(What::Run);
        }
        if orders >= most / 2 {
            order = Order::random(dice.number());
        }
        let (order_told, told) = tell(order, &story, &watched, false);
        order = order_told;
        if let Err((wrong, said)) = told {
            order.rewind();
            let (_, told_again) = tell(order, &story, &watched, true);
            // An answer with random numbers of its own may go right this time.
            let (wrong, said) = told_again.err().unwrap_or((wrong, said));
            panic!("{wrong}\n\n{said}\n{again}");
        }
        if orders < most / 2 && !order.advance() {
            return Tried { orders: orders + 1, are_all: true };
        }
    }
    Tried { orders: most, are_all: false }
}

/// What was wrong, and what had happened up to then.
type Told = Result<(), (Wrong, String)>;

/// Tells a story in one order; gives back this order.
fn tell(
    order: Order,
    story: &dyn Fn(&Hand) -> Result<(), Wrong>,
    watched: &Rc<Watched>,
    is_shown: bool,
) -> (Order, Told) {
    let hand = Hand(Rc::new(State {
        order: RefCell::new(order),
        watched: Rc::clone(watched),
        is_shown,
        tasks: RefCell::default(),
        running: Cell::new(None),
        events: RefCell::default(),
        acts: RefCell::default(),
        polls: Cell::new(0),
        idle_polls: Cell::new(0),
        said: RefCell::default(),
        wrong: RefCell::new(None),
        suspected: RefCell::new(None),
    }));
    HERE.set(Rc::downgrade(&hand.0));
    // An answer may use what records: the tasks of a library.
    let _pause = (!is_shown).then(timeline::pause);
    let ends = Ends(&hand);
    let told = story(&hand);
    // What was found first counts.
    let told = hand.found().and(told);
    let told = told.map_err(|wrong| (wrong, hand.story()));
    drop(ends);
    let found = hand.certain().map_err(|wrong| (wrong, hand.story()));
    let told = found.and(told);
    (hand.0.order.take(), told)
}

thread_local! {
    /// The hand of this thread, for wakers.
    static HERE: RefCell<Weak<State>> = const { RefCell::new(Weak::new()) };
}

/// What the hand may do besides what is due: how often in a story.
#[derive(Clone, Copy, Debug, Default)]
pub struct Whims {
    /// Polls a task that was not woken.
    pub polls: usize,
    /// Polls a task, with another waker from now on.
    pub wakers: usize,
    /// Drops a task.
    pub drops: usize,
}

/// After this many polls in which nothing else happens, they are in vain.
const MOST_IDLE: usize = 200;

/// What polls the tasks of a story.
#[derive(Clone)]
pub struct Hand(Rc<State>);

struct State {
    order: RefCell<Order>,
    watched: Rc<Watched>,
    /// Set if this story is recorded.
    is_shown: bool,
    tasks: RefCell<Vec<Slot>>,
    /// The task that is being polled.
    running: Cell<Option<usize>>,
    events: RefCell<Vec<Rc<Waiting>>>,
    /// What else may be done, each once, and what it is called.
    acts: RefCell<Vec<Act>>,
    polls: Cell<usize>,
    /// How many tasks were polled because they were woken, since anything else
    /// has happened.
    idle_polls: Cell<usize>,
    /// What has been done, and how often in a row.
    said: RefCell<Vec<(String, usize)>>,
    wrong: RefCell<Option<Wrong>>,
    /// Wrong as far as the hand can see: a check may know more of it.
    suspected: RefCell<Option<Wrong>>,
}

type Act = (String, Box<dyn FnOnce()>);

/// One thing that the hand can do next.
#[derive(Clone, Copy)]
enum Step {
    Poll(usize),
    Act(usize),
    PollAnyway(usize),
    NewWaker(usize),
    Drop(usize),
}

impl Hand {
    /// A number less than `n`: each of them, in one order or another.
    ///
    /// # Panics
    ///
    /// If `n` is 0: no number is less.
    pub fn choose(&self, n: usize) -> usize {
        self.0.order.borrow_mut().choose(n)
    }

    /// Adds a task, to be polled when its turn comes. What it holds has no
    /// handle of this hand in it, but for leaves.
    pub fn spawn<F>(&self, name: &str, future: F) -> Task<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        task::spawn(self, name, future)
    }

    /// Something that may happen, and that a task can wait for.
    pub fn event(&self, name: &str) -> Event {
        event::new(self, name)
    }

    /// From now on the hand may have each of these happen, in any order.
    pub fn let_happen(&self, events: &[Event]) {
        for event in events {
            let own = event.clone();
            let happens = format!("{} happens", event.name());
            self.may(&happens, move || own.happen());
        }
    }

    /// From now on the hand may do this, once, at any time. `what` says it in
    /// the story.
    pub fn may(&self, what: &str, act: impl FnOnce() + 'static) {
        self.0.acts.borrow_mut().push((what.to_owned(), Box::new(act)));
    }

    /// Something has happened that the hand cannot see: the polls up to here
    /// were not in vain.
    pub fn note_progress(&self) {
        self.0.idle_polls.set(0);
    }

    /// Adds a line to the story, for what a check does itself. This is
    /// progress, too.
    pub fn note(&self, what: impl Display) {
        self.note_progress();
        self.say(what.to_string());
    }

    /// Notes what is wrong for certain. What was found first counts.
    fn note_wrong(&self, wrong: Wrong) {
        self.0.wrong.borrow_mut().get_or_insert(wrong);
    }

    /// Does whatever can be done, one thing after another, until nothing is
    /// left. A task that is not ready then is asleep.
    ///
    /// # Errors
    ///
    /// The first thing that goes wrong.
    pub fn play(&self, whims: Whims) -> Result<(), Wrong> {
        self.play_judging(whims, || Ok(()))
    }

    /// As [`play`](Hand::play), and judges after each step.
    ///
    /// # Errors
    ///
    /// The first thing that goes wrong.
    pub fn play_judging(
        &self,
        mut whims: Whims,
        judge: impl Fn() -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        loop {
            let steps = self.steps(whims);
            if steps.is_empty() {
                return Ok(());
            }
            let step = steps[self.choose(steps.len())];
            match step {
                Step::PollAnyway(_) => whims.polls -= 1,
                Step::NewWaker(_) => whims.wakers -= 1,
                Step::Drop(_) => whims.drops -= 1,
                Step::Poll(_) | Step::Act(_) => {}
            }
            self.take(step);
            self.certain()?;
            // A check knows more than the hand of what is wrong.
            let (found, judged) = (self.found(), judge());
            judged.and(found)?;
        }
    }

    /// Polls tasks that were woken, and does nothing else, until none is.
    ///
    /// # Errors
    ///
    /// The first thing that goes wrong.
    pub fn settle(&self) -> Result<(), Wrong> {
        self.found()?;
        loop {
            let woken = self.tasks_that(Slot::is_woken);
            if woken.is_empty() {
                return Ok(());
            }
            task::poll(self, woken[self.choose(woken.len())], "polls");
            self.found()?;
        }
    }

    fn suspect(&self, wrong: Wrong) {
        self.0.suspected.borrow_mut().get_or_insert(wrong);
    }

    fn certain(&self) -> Result<(), Wrong> {
        self.0.wrong.take().map_or(Ok(()), Err)
    }

    fn found(&self) -> Result<(), Wrong> {
        self.certain()?;
        self.0.suspected.take().map_or(Ok(()), Err)
    }

    /// All that can be done now, the most usual first.
    fn steps(&self, whims: Whims) -> Vec<Step> {
        let acts = self.0.acts.borrow().len();
        let mut steps = Vec::new();
        let mut add = |tasks: Vec<usize>, step: fn(usize) -> Step| {
            steps.extend(tasks.into_iter().map(step));
        };
        add(self.tasks_that(Slot::is_woken), Step::Poll);
        add((0..acts).collect(), Step::Act);
        if whims.polls > 0 {
            add(self.tasks_that(Slot::sleeps), Step::PollAnyway);
        }
        if whims.wakers > 0 {
            add(self.tasks_that(Slot::is_paused), Step::NewWaker);
        }
        if whims.drops > 0 {
            add(self.tasks_that(Slot::is_there), Step::Drop);
        }
        steps
    }

    fn take(&self, step: Step) {
        if !matches!(step, Step::Poll(_)) {
            self.0.idle_polls.set(0);
        }
        match step {
            Step::Poll(number) => task::poll(self, number, "polls"),
            Step::PollAnyway(number) => {
                task::poll(self, number, "polls, without a cause,");
            }
            Step::NewWaker(number) => {
                task::renew_waker(self, number);
                task::poll(self, number, "polls, with another waker,");
            }
            Step::Drop(number) => task::drop_task(self, number),
            Step::Act(number) => {
                let (what, act) = self.0.acts.borrow_mut().remove(number);
                self.say(what.clone());
                self.0.watched.call(format!("{what}: this"), act);
            }
        }
    }

    fn tasks_that(&self, are_so: impl Fn(&Slot) -> bool) -> Vec<usize> {
        let tasks = self.0.tasks.borrow();
        (0..tasks.len()).filter(|it| are_so(&tasks[*it])).collect()
    }

    fn say(&self, what: String) {
        let mut said = self.0.said.borrow_mut();
        match said.last_mut() {
            Some((last, times)) if *last == what => *times += 1,
            _ => said.push((what, 1)),
        }
    }

    /// What has happened up to now: the last lines of it.
    fn story(&self) -> String {
        const LINES: usize = 30;
        let said = self.0.said.borrow();
        let skipped = said.len().saturating_sub(LINES);
        let mut story = match skipped {
            0 => String::new(),
            1 => "(one line)\n".to_owned(),
            n => format!("({n} lines)\n"),
        };
        for (what, times) in &said[skipped..] {
            story += what;
            if *times > 1 {
                story += &format!(" ({times} times)");
            }
            story.push('\n');
        }
        story
    }
}

/// Ends a story: drops all that is left of it, even if it panics. Then it says
/// what had happened.
struct Ends<'a>(&'a Hand);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let Ends(hand) = self;
        if thread::panicking() {
            eprintln!("{}", hand.story());
            // What panics while it is dropped would end the process.
            mem::forget((hand.0.tasks.take(), hand.0.acts.take()));
            return;
        }
        hand.0.acts.take();
        for number in hand.tasks_that(Slot::is_there) {
            task::drop_task(hand, number);
        }
        hand.0.events.take();
    }
}
