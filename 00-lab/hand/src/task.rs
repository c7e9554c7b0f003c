//! The tasks of a story, and their wakers.

use super::{HERE, Hand, MOST_IDLE, Wrong};
use std::cell::RefCell;
use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker, ready};
use std::thread;
use timeline::Lane;

/// How a task is polled by the call that wakes it.
const WOKEN: &str = "polls, in the call that wakes it,";

/// A task of a story, which gives a `T`.
pub struct Task<T> {
    hand: Hand,
    number: usize,
    output: Rc<RefCell<Option<T>>>,
}

/// What the hand knows of a task.
pub struct Slot {
    name: String,
    /// Not there while it is polled, and when it is gone.
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    is_over: bool,
    polls: usize,
    /// What its wakers call.
    bell: Arc<Bell>,
    /// How often that had been called before the last poll.
    heard: usize,
    /// Those of the wakers that it had before, and how often each had been
    /// called by then.
    old_bells: Vec<(Arc<Bell>, usize)>,
    /// Set if it was woken when it got another waker, and not polled since.
    is_owed_a_poll: bool,
    lane: Arc<Lane>,
}

/// What all wakers share that a task had until it got another one.
struct Bell {
    task: usize,
    wakes: AtomicUsize,
    /// Set if the task is polled by the very call that wakes it.
    polls_at_once: AtomicBool,
    lane: Arc<Lane>,
}

pub fn spawn<F>(hand: &Hand, name: &str, future: F) -> Task<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let output = Rc::new(RefCell::new(None));
    let place = Rc::clone(&output);
    // A panic unwinds an `async` block, and drops what is in it; not this.
    let mut future = Box::pin(future);
    let future = poll_fn(move |context| {
        let value = ready!(future.as_mut().poll(context));
        place.replace(Some(value));
        Poll::Ready(())
    });
    let lane = Arc::new(match hand.0.is_shown {
        true => Lane::named("task", name),
        false => Lane::silent(),
    });
    let number = hand.0.tasks.borrow().len();
    hand.0.tasks.borrow_mut().push(Slot {
        name: name.to_owned(),
        future: Some(Box::pin(future)),
        is_over: false,
        polls: 0,
        bell: Bell::new(number, &lane, false),
        heard: 0,
        old_bells: Vec::new(),
        is_owed_a_poll: false,
        lane,
    });
    Task { hand: hand.clone(), number, output }
}

impl<T> Clone for Task<T> {
    fn clone(&self) -> Task<T> {
        let (hand, output) = (self.hand.clone(), Rc::clone(&self.output));
        Task { hand, number: self.number, output }
    }
}

impl<T> Task<T> {
    /// Polls it now, whether or not it was woken.
    pub fn poll(&self) {
        poll(&self.hand, self.number, "polls");
    }

    /// From its next poll on it has another waker, as if it had been given to
    /// another executor.
    pub fn renew_waker(&self) {
        renew_waker(&self.hand, self.number);
        self.hand.say(format!("{} gets another waker", self.name()));
    }

    /// From its next poll on it has the waker again that it had before this
    /// one, as if two tasks polled it in turns.
    ///
    /// # Panics
    ///
    /// If it has had no other.
    pub fn restore_waker(&self) {
        restore_waker(&self.hand, self.number);
        let name = self.name();
        self.hand.say(format!("{name} gets the waker before this one again"));
    }

    /// From now on it is polled by the call that wakes it, as by an executor
    /// that has nothing else to do. Until it is polled, this changes nothing.
    pub fn poll_at_once(&self) {
        self.with(|it| it.bell.polls_at_once.store(true, SeqCst));
    }

    /// Drops it, if it is there still.
    pub fn cancel(&self) {
        drop_task(&self.hand, self.number);
    }

    /// What it is called.
    pub fn name(&self) -> String {
        self.with(|it| it.name.clone())
    }

    /// Set if it is to be polled: it was woken since its last poll, or was not
    /// polled yet.
    pub fn is_woken(&self) -> bool {
        self.with(Slot::is_woken)
    }

    /// Set if it waits: it was polled, and was not woken since.
    pub fn sleeps(&self) -> bool {
        self.with(Slot::sleeps)
    }

    /// Set if it has ended, or was dropped.
    pub fn is_over(&self) -> bool {
        self.with(|it| it.is_over)
    }

    /// What it has given, once.
    pub fn take(&self) -> Option<T> {
        self.output.take()
    }

    /// How often it was polled.
    pub fn polls(&self) -> usize {
        self.with(|it| it.polls)
    }

    /// How often its wakers were called, old ones included.
    pub fn wakes(&self) -> usize {
        self.with(|it| {
            let old = it.old_bells.iter().map(|(bell, _)| bell.wakes());
            it.bell.wakes() + old.sum::<usize>()
        })
    }

    /// How many wakers of it are kept.
    pub fn wakers(&self) -> usize {
        self.with(Slot::wakers)
    }

    /// How many wakers are kept that it had before it got another one.
    pub fn old_wakers(&self) -> usize {
        self.with(Slot::old_wakers)
    }

    /// Set if a waker was called that it did not have any more by then.
    pub fn old_waker_was_called(&self) -> bool {
        self.with(Slot::old_waker_was_called)
    }

    /// It is not ready, was not woken, and nothing more will happen: says why
    /// nothing will wake it.
    pub fn sleeps_on(&self) -> Wrong {
        sleeps_on(&self.hand, self.number)
    }

    fn with<R>(&self, f: impl FnOnce(&Slot) -> R) -> R {
        f(&self.hand.0.tasks.borrow()[self.number])
    }
}

impl Slot {
    pub fn is_there(&self) -> bool {
        !self.is_over
    }

    /// It was polled, and will be polled again.
    pub fn is_paused(&self) -> bool {
        self.polls > 0 && !self.is_over
    }

    pub fn is_woken(&self) -> bool {
        let is_due = self.polls == 0 || self.is_owed_a_poll;
        !self.is_over && (is_due || self.bell.wakes() > self.heard)
    }

    pub fn sleeps(&self) -> bool {
        self.is_paused() && !self.is_woken()
    }

    fn wakers(&self) -> usize {
        Arc::strong_count(&self.bell) - 1
    }

    fn old_waker_was_called(&self) -> bool {
        let mut old = self.old_bells.iter();
        old.any(|(bell, before)| bell.wakes() > *before)
    }

    fn old_wakers(&self) -> usize {
        let old = self.old_bells.iter();
        old.map(|(bell, _)| Arc::strong_count(bell) - 1).sum()
    }
}

/// Polls a task, and judges how it has left its waker.
pub fn poll(hand: &Hand, number: usize, how: &str) {
    try_poll(hand, number, how).unwrap_or_else(|panic| resume_unwind(panic));
}

/// Polls a task, and gives back its panic, if it panics.
fn try_poll(hand: &Hand, number: usize, how: &str) -> thread::Result<()> {
    let mut tasks = hand.0.tasks.borrow_mut();
    let slot = &mut tasks[number];
    let was_woken = slot.is_woken();
    let Some(mut future) = slot.future.take() else { return Ok(()) };
    slot.polls += 1;
    slot.heard = slot.bell.wakes();
    slot.is_owed_a_poll = false;
    let (bell, lane) = (Arc::clone(&slot.bell), Arc::clone(&slot.lane));
    let name = slot.name.clone();
    drop(tasks);

    hand.say(format!("{how} {name}"));
    hand.0.polls.set(hand.0.polls.get() + 1);
    let idle_polls = if was_woken { hand.0.idle_polls.get() + 1 } else { 0 };
    hand.0.idle_polls.set(idle_polls);
    let before = hand.0.running.replace(Some(number));
    lane.runs();
    let waker = Waker::from(bell);
    let call = || future.as_mut().poll(&mut Context::from_waker(&waker));
    let call = || hand.0.watched.call(format!("a poll of {name}"), call);
    let polled = catch_unwind(AssertUnwindSafe(call));
    drop(waker);
    hand.0.running.set(before);
    let polled = match polled {
        Ok(polled) => polled,
        Err(panic) => {
            hand.0.tasks.borrow_mut()[number].is_over = true;
            // Its destructor may panic as well, and end the process.
            mem::forget(future);
            return Err(panic);
        }
    };

    let mut tasks = hand.0.tasks.borrow_mut();
    let slot = &mut tasks[number];
    slot.is_over |= polled.is_ready();
    if slot.is_over {
        drop(tasks);
        hand.note_progress();
        drop(future);
        lane.done();
        return Ok(());
    }
    slot.future = Some(future);
    let is_woken = slot.is_woken();
    let is_lost = !is_woken && slot.wakers() == 0;
    drop(tasks);
    lane.waits(list(&awaited(hand, number)));
    if is_woken {
        lane.ready();
    }
    if is_lost {
        hand.suspect(sleeps_on(hand, number));
    }
    if idle_polls > MOST_IDLE {
        hand.suspect(Wrong::way(format!(
            "busy loop: nothing happens, and {name} is woken again and again, \
             to wait once more: {MOST_IDLE} polls"
        )));
    }
    Ok(())
}

/// Why nothing will wake a task.
fn sleeps_on(hand: &Hand, number: usize) -> Wrong {
    let tasks = hand.0.tasks.borrow();
    let slot = &tasks[number];
    let events = awaited(hand, number);
    let why = match slot.wakers() {
        _ if slot.old_waker_was_called() => {
            "the waker that it had before was called, and not the one of its \
             last poll"
        }
        0 if slot.old_wakers() > 0 => {
            "the waker that it had before is kept, and not the one of its last \
             poll"
        }
        0 => "it has said that it waits, and no waker of it is kept",
        _ if events.is_empty() => "its waker is kept, and is not called",
        _ => &format!("it waits for {}", list(&events)),
    };
    Wrong::answer(format!("nothing will ever wake {}: {why}", slot.name))
}

/// The names of the events that a task waits for.
fn awaited(hand: &Hand, number: usize) -> Vec<String> {
    let events = hand.0.events.borrow();
    let names = events.iter().filter_map(|it| it.awaited_by(number));
    names.map(str::to_owned).collect()
}

fn list(names: &[String]) -> String {
    match names {
        [] => "a wake-up".to_owned(),
        names => names.join(", "),
    }
}

pub fn renew_waker(hand: &Hand, number: usize) {
    let slot = &mut hand.0.tasks.borrow_mut()[number];
    slot.is_owed_a_poll = slot.is_woken();
    let polls_at_once = slot.bell.polls_at_once.load(SeqCst);
    let new = Bell::new(number, &slot.lane, polls_at_once);
    let old = mem::replace(&mut slot.bell, new);
    let wakes = old.wakes();
    slot.old_bells.push((old, wakes));
    slot.heard = 0;
}

fn restore_waker(hand: &Hand, number: usize) {
    let slot = &mut hand.0.tasks.borrow_mut()[number];
    slot.is_owed_a_poll = slot.is_woken();
    let (new, _) = slot.old_bells.pop().expect("it has had another waker");
    slot.heard = new.wakes();
    let old = mem::replace(&mut slot.bell, new);
    let wakes = old.wakes();
    slot.old_bells.push((old, wakes));
}

pub fn drop_task(hand: &Hand, number: usize) {
    let mut tasks = hand.0.tasks.borrow_mut();
    let slot = &mut tasks[number];
    if slot.is_over {
        return;
    }
    slot.is_over = true;
    hand.say(format!("drops {}", slot.name));
    let what = format!("a drop of {}", slot.name);
    let (future, lane) = (slot.future.take(), Arc::clone(&slot.lane));
    drop(tasks);
    hand.0.watched.call(what, || drop(future));
    lane.done();
}

impl Bell {
    fn new(task: usize, lane: &Arc<Lane>, polls_at_once: bool) -> Arc<Bell> {
        Arc::new(Bell {
            task,
            wakes: AtomicUsize::new(0),
            polls_at_once: AtomicBool::new(polls_at_once),
            lane: Arc::clone(lane),
        })
    }

    fn wakes(&self) -> usize {
        self.wakes.load(SeqCst)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Bell>) {
        self.wakes.fetch_add(1, SeqCst);
        let here = HERE.with_borrow(Weak::upgrade).map(Hand);
        let Some(hand) = here else { return };
        // While it runs, it is not ready before it waits.
        if hand.0.running.get() != Some(self.task) {
            self.lane.ready();
        }
        let tasks = hand.0.tasks.borrow();
        let polls = self.polls_at_once.load(SeqCst)
            && tasks[self.task].future.is_some()
            && Arc::ptr_eq(self, &tasks[self.task].bell);
        drop(tasks);
        if !polls {
            return;
        }
        // What wakes it may not survive a panic.
        if let Err(panic) = try_poll(&hand, self.task, WOKEN) {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            hand.note_wrong(Wrong::answer(format!(
                "{} may be polled by the call that wakes it, and that panics: \
                 {}",
                hand.0.tasks.borrow()[self.task].name,
                text.unwrap_or("not in words")
            )));
        }
    }
}
