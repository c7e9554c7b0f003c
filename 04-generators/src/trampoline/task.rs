//! A task, and what the trampoline knows of it.

use super::request::What;
use super::slots::Slot;
use crate::Resume;
use callbacks::Handle;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::rc::Rc;
use timeline::Lane;

/// Something that a trampoline resumes. Dropping this changes nothing for it.
#[derive(Clone)]
pub struct Task(pub(super) Rc<Record>);

pub(super) struct Record {
    pub number: u64,
    pub slot: Rc<Slot>,
    /// What is resumed; `None` while it runs, and after its end.
    pub body: Cell<Option<Box<dyn Resume>>>,
    /// What it waits for, if it does.
    pub wait: RefCell<Option<Wait>>,
    /// The tasks that wait for its end.
    pub joiners: RefCell<Vec<Task>>,
    /// Set if it was woken, and has not waited for that since.
    pub woken: Cell<bool>,
    /// Set if it is to be dropped at its next pause.
    pub cancelled: Cell<bool>,
    pub end: Cell<Option<End>>,
}

/// A wait that has begun.
pub(super) struct Wait {
    pub what: What,
    /// What the loop has been asked to call.
    pub handles: Vec<Handle>,
}

/// How a task has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Returned,
    Panicked,
    Cancelled,
}

impl Task {
    pub(super) fn new(
        number: u64,
        slot: Rc<Slot>,
        body: Box<dyn Resume>,
    ) -> Task {
        Task(Rc::new(Record {
            number,
            slot,
            body: Cell::new(Some(body)),
            wait: RefCell::default(),
            joiners: RefCell::default(),
            woken: Cell::new(false),
            cancelled: Cell::new(false),
            end: Cell::new(None),
        }))
    }

    /// Its kind, and a number: no other task has this name now.
    pub fn name(&self) -> &str {
        &self.0.slot.name
    }

    /// Set if it has ended, and all that it owned is dropped.
    pub fn is_finished(&self) -> bool {
        self.0.end.get().is_some()
    }

    /// Set if it waits for such a thing.
    pub(super) fn waits_for(
        &self,
        is_such: impl FnOnce(&What) -> bool,
    ) -> bool {
        self.0.wait.borrow().as_ref().is_some_and(|wait| is_such(&wait.what))
    }

    /// Its name, and what it waits for.
    pub(super) fn describe(&self) -> String {
        let name = self.name();
        match &*self.0.wait.borrow() {
            Some(wait) => format!("{name} waits for {}", wait.what),
            None => name.to_owned(),
        }
    }

    pub(super) fn lane(&self) -> &Lane {
        &self.0.slot.lane
    }
}

impl PartialEq for Task {
    fn eq(&self, other: &Task) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Task {}

impl Debug for Task {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl End {
    /// What a task is told that has waited for this end of `task`.
    pub fn reply(self, task: &Task) -> io::Result<()> {
        let name = task.name();
        match self {
            End::Returned => Ok(()),
            End::Panicked => {
                Err(io::Error::other(format!("{name} has panicked")))
            }
            End::Cancelled => {
                Err(io::Error::other(format!("{name} was cancelled")))
            }
        }
    }
}
