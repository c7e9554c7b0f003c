//! The lanes of what the loop calls. They are recorded here, so that a program
//! which uses the loop need not mention lanes.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use timeline::{Id, Lane};

/// The lanes that are free, by kind: `socket`, `timer`, `callback` (what was
/// queued), `post` and `work` (what another thread posts, and does). The other
/// threads take and free lanes, too.
#[derive(Clone, Debug, Default)]
pub struct Slots(Arc<Mutex<HashMap<&'static str, Vec<Lane>>>>);

/// A lane that is in use until this is dropped. As the kernel does with the
/// numbers of descriptors, the next thing of its kind gets the same one: a
/// crawl of 40 pages with eight at once has eight lanes, not forty.
pub struct Slot {
    /// `None` only while it is dropped.
    lane: Option<Lane>,
    kind: &'static str,
    free: Slots,
    /// Set if the last event of the lane says that it does nothing.
    rests: Cell<bool>,
}

impl Slots {
    /// A free lane of this kind, or a new one.
    #[track_caller]
    pub fn take(&self, kind: &'static str) -> Slot {
        let used = self.0.lock().unwrap().entry(kind).or_default().pop();
        let lane = match used {
            Some(lane) => lane,
            None => Lane::new(kind),
        };
        let rests = Cell::new(false);
        Slot { lane: Some(lane), kind, free: self.clone(), rests }
    }

    /// Records that a lane does nothing, if it was freed while it ran.
    fn rest(&self, kind: &str, id: Id) {
        let free = self.0.lock().unwrap();
        let mut lanes = free.get(kind).into_iter().flatten().rev();
        if let Some(lane) = lanes.find(|lane| lane.id() == id) {
            lane.idles();
        }
    }
}

impl Slot {
    /// Its lane, to record what it does.
    pub fn lane(&self) -> &Lane {
        self.rests.set(false);
        self.lane.as_ref().expect("it is taken out at the end only")
    }

    /// Records that what it waits for has been cancelled, by the line of code
    /// that calls this.
    #[track_caller]
    pub fn cancel(&self) {
        self.lane().cancelled();
        self.rests.set(true);
    }

    /// Calls `callback`, during which this lane runs. It rests afterwards, if
    /// it has not begun to wait in the meantime.
    ///
    /// The slot is not kept meanwhile: if the callback closes its socket and
    /// opens another, or sets its timer again, that one gets this lane.
    pub fn run<T>(self: Rc<Slot>, callback: impl FnOnce() -> T) -> T {
        self.lane().runs();
        let id = self.lane().id();
        let (kind, free) = (self.kind, self.free.clone());
        let slot = Rc::downgrade(&self);
        drop(self);
        let called = callback();
        // It runs on, unless the callback has begun to wait on it.
        if timeline::current() == id {
            match slot.upgrade() {
                Some(slot) => slot.rest(),
                None => free.rest(kind, id),
            }
        }
        called
    }

    /// Records that it does nothing.
    fn rest(&self) {
        if !self.rests.get() {
            self.lane().idles();
            self.rests.set(true);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // A callback that closes its own socket goes on running, in its lane.
        if timeline::current() != self.lane().id() {
            self.rest();
        }
        let mut free = self.free.0.lock().unwrap();
        free.entry(self.kind).or_default().extend(self.lane.take());
    }
}
