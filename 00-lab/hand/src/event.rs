//! What tasks of a story wait for.

use super::{Hand, State, Wrong};
use std::cell::{Cell, RefCell};
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

/// A leaf that is polled more often than this in one poll of its task is
/// polled in a loop.
const MOST_IN_A_POLL: usize = 1000;

/// Something that happens once. Its [`leaf`](Event::leaf) is ready from then
/// on.
#[derive(Clone)]
pub struct Event {
    waiting: Rc<Waiting>,
    hand: Weak<State>,
}

/// What is known of the leaf of an event.
#[derive(Default)]
pub struct Waiting {
    name: String,
    has_happened: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    /// The task that waits.
    task: Cell<Option<usize>>,
    polls: Cell<usize>,
    /// Where the leaf was polled.
    place: Cell<usize>,
    /// Set once it has said that it is ready.
    is_over: Cell<bool>,
    is_dropped: Cell<bool>,
    /// The poll of its task in which it was polled last, and how often.
    poll_of_task: Cell<(usize, usize)>,
}

pub fn new(hand: &Hand, name: &str) -> Event {
    let waiting = Waiting { name: name.to_owned(), ..Waiting::default() };
    let waiting = Rc::new(waiting);
    hand.0.events.borrow_mut().push(Rc::clone(&waiting));
    Event { waiting, hand: Rc::downgrade(&hand.0) }
}

impl Event {
    /// The future that waits for it, and then gives `value`. There is one for
    /// each event.
    pub fn leaf<T>(&self, value: T) -> Leaf<T> {
        let value = Cell::new(Some(value));
        Leaf { event: self.clone(), value, _pinned: PhantomPinned }
    }

    /// It happens now: wakes the task that waits for it.
    pub fn happen(&self) {
        self.waiting.has_happened.set(true);
        if let Some(hand) = self.hand.upgrade() {
            Hand(hand).note_progress();
        }
        let waker = self.waiting.waker.take();
        waker.into_iter().for_each(Waker::wake);
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.waiting.name
    }

    /// Set if it has happened.
    pub fn has_happened(&self) -> bool {
        self.waiting.has_happened.get()
    }

    /// How often its leaf was polled.
    pub fn polls(&self) -> usize {
        self.waiting.polls.get()
    }

    /// Set if its leaf has given its value.
    pub fn is_over(&self) -> bool {
        self.waiting.is_over.get()
    }

    /// Set if its leaf was dropped.
    pub fn is_dropped(&self) -> bool {
        self.waiting.is_dropped.get()
    }
}

impl Waiting {
    /// What this task waits for, if it is this.
    pub fn awaited_by(&self, task: usize) -> Option<&str> {
        let waits = self.waker.borrow().is_some();
        let is_it = waits && self.task.get() == Some(task);
        is_it.then_some(&self.name)
    }
}

/// A future that waits for an [`Event`]. It keeps the waker of its last poll,
/// and no other. It must not be moved once it was polled, nor be polled again
/// once it was ready: both are found.
pub struct Leaf<T> {
    event: Event,
    value: Cell<Option<T>>,
    _pinned: PhantomPinned,
}

impl<T> Future for Leaf<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Event { waiting, hand } = &self.event;
        let hand = hand.upgrade().map(Hand).expect("its story is told");
        let name = &waiting.name;
        let (poll, times) = waiting.poll_of_task.get();
        let times = if poll == hand.0.polls.get() { times + 1 } else { 1 };
        waiting.poll_of_task.set((hand.0.polls.get(), times));
        assert!(
            times <= MOST_IN_A_POLL,
            "right answer, wrong way: busy loop: {name} is polled again and \
             again in one poll of its task, {MOST_IN_A_POLL} times"
        );
        self.judge_place(&hand, "polled");
        waiting.place.set(&raw const *self as usize);
        waiting.polls.set(waiting.polls.get() + 1);
        waiting.task.set(hand.0.running.get());
        if waiting.has_happened.get() {
            waiting.waker.take();
            waiting.is_over.set(true);
            if let Some(value) = self.value.take() {
                return Poll::Ready(value);
            }
            hand.note_wrong(Wrong::answer(format!(
                "{name} was polled once more after it had said that it is ready"
            )));
        }
        waiting.waker.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl<T> Leaf<T> {
    /// Once it was polled, it stays where it is, until it is dropped there.
    fn judge_place(&self, hand: &Hand, what: &str) {
        let waiting = &self.event.waiting;
        let place = &raw const *self as usize;
        if waiting.polls.get() > 0 && waiting.place.get() != place {
            hand.note_wrong(Wrong::answer(format!(
                "{} was polled in one place of the memory, and {what} in \
                 another: what is pinned must not be moved",
                waiting.name
            )));
        }
    }
}

impl<T> Drop for Leaf<T> {
    fn drop(&mut self) {
        if let Some(hand) = self.event.hand.upgrade() {
            self.judge_place(&Hand(hand), "dropped");
        }
        self.event.waiting.is_dropped.set(true);
        self.event.waiting.waker.take();
    }
}
