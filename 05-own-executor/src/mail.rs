//! How other threads reach an executor: they put letters into its inbox, and
//! ring its bell.

use crate::number::Number;
use crate::reactor::Reactor;
use crate::timers::Key;
use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};

/// What one thread writes to the executor of another.
pub enum Letter {
    Wake(Number),
    Abort(Number),
    /// The handle of this task has been dropped.
    Detach(Number),
    /// This timer is not waited for any more.
    Cancel(Key),
    /// To be called there, while its `block_on` runs.
    Call(Call),
    /// Set this once the task has ended.
    Tell(Number, Arc<AtomicBool>),
}

impl Letter {
    /// Set if it means something only while `block_on` runs.
    fn needs_tasks(&self) -> bool {
        matches!(self, Letter::Call(_) | Letter::Tell(..))
    }
}

pub type Call = Box<dyn FnOnce() + Send>;

/// The letters to one executor.
pub struct Inbox {
    number: u16,
    /// Differs from that of all other inboxes that there are and ever were.
    pub serial: u64,
    letters: Mutex<Letters>,
    /// Set if there may be letters: so to look costs no lock.
    has_mail: AtomicBool,
    thread: Thread,
}

struct Letters {
    /// Set while `block_on` runs.
    is_open: bool,
    waiting: Vec<Letter>,
    /// Where the thread waits, if it does not only park.
    reactor: Option<Arc<Reactor>>,
}

/// All inboxes, by the number of their executor.
static ALL: Mutex<All> = Mutex::new(All { inboxes: BTreeMap::new(), next: 0 });

struct All {
    inboxes: BTreeMap<u16, Arc<Inbox>>,
    next: u64,
}

impl Inbox {
    /// An inbox for the executor of this thread, with the least number that is
    /// free.
    ///
    /// # Panics
    ///
    /// If there are [`Number::EXECUTORS`] already.
    pub fn new() -> Arc<Inbox> {
        let mut all = lock(&ALL);
        let is_free = |number: &u16| !all.inboxes.contains_key(number);
        let number = (0..Number::EXECUTORS as u16).find(is_free);
        let number = number.expect("there are too many executors at a time");
        let letters =
            Letters { is_open: false, waiting: Vec::new(), reactor: None };
        let inbox = Arc::new(Inbox {
            number,
            serial: all.next,
            letters: Mutex::new(letters),
            has_mail: AtomicBool::new(false),
            thread: thread::current(),
        });
        all.next += 1;
        all.inboxes.insert(number, inbox.clone());
        inbox
    }

    pub fn number(&self) -> u16 {
        self.number
    }

    /// From now on no letter finds it.
    pub fn remove(&self) {
        let removed = lock(&ALL).inboxes.remove(&self.number);
        let letters = mem::take(&mut lock(&self.letters).waiting);
        // Their destructors may write letters.
        drop((removed, letters));
    }

    /// From now on calls are taken, or refused.
    pub fn set_open(&self, is_open: bool) {
        lock(&self.letters).is_open = is_open;
    }

    /// From now on the thread waits in this reactor, or parks.
    pub fn set_reactor(&self, reactor: Option<Arc<Reactor>>) {
        lock(&self.letters).reactor = reactor;
    }

    /// Takes out all letters, in the order in which they were written.
    pub fn collect(&self) -> Vec<Letter> {
        // Most often there is nothing. A letter that is missed here is found
        // before the thread sleeps: it cannot, since the bell has been rung.
        if !self.has_mail.load(Ordering::Acquire) {
            return Vec::new();
        }
        let mut letters = lock(&self.letters);
        self.has_mail.store(false, Ordering::Relaxed);
        mem::take(&mut letters.waiting)
    }

    pub fn has_mail(&self) -> bool {
        self.has_mail.load(Ordering::Acquire)
    }

    /// Puts a letter in, and rings the bell if there was none. Gives it back if
    /// it needs tasks, and there are none.
    fn put(&self, letter: Letter) -> Result<(), Letter> {
        let mut letters = lock(&self.letters);
        if !letters.is_open && letter.needs_tasks() {
            return Err(letter);
        }
        letters.waiting.push(letter);
        let had_mail = self.has_mail.swap(true, Ordering::Release);
        let reactor = if had_mail { None } else { letters.reactor.clone() };
        drop(letters);
        match reactor {
            Some(reactor) => reactor.ring(),
            None if !had_mail => self.thread.unpark(),
            None => {}
        }
        Ok(())
    }
}

/// The inbox of an executor, if that still exists.
fn inbox(number: u16) -> Option<Arc<Inbox>> {
    lock(&ALL).inboxes.get(&number).cloned()
}

/// Wakes a task of an executor on another thread. Does nothing if the executor
/// is gone. If there is another one with its number by now, that may poll one
/// of its tasks without a cause, which every future has to bear.
pub fn wake(number: Number) {
    if let Some(inbox) = inbox(number.executor()) {
        let _ = inbox.put(Letter::Wake(number));
    }
}

/// Writes a letter to the executor with this number and serial. Gives it back
/// if that is gone, or if it needs tasks and no `block_on` runs there.
pub fn send(executor: u16, serial: u64, letter: Letter) -> Result<(), Letter> {
    match inbox(executor) {
        // The `Arc` keeps the inbox while the bell is rung, even if its thread
        // ends meanwhile.
        Some(inbox) if inbox.serial == serial => inbox.put(letter),
        _ => Err(letter),
    }
}

/// A panic in between leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
