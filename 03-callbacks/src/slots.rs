//! The lanes of what the loop calls: they are recorded here, so that no
//! listing has to.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use timeline::Lane;

/// The lanes that are free, by kind: `socket`, `timer`, `callback`.
#[derive(Clone, Default)]
pub struct Slots(Rc<RefCell<HashMap<&'static str, Vec<Lane>>>>);

/// A lane that is in use until this is dropped. As the kernel does with the
/// numbers of descriptors, the next thing of its kind gets the same one: a
/// crawl of 40 pages with eight at once has eight lanes, not forty.
pub struct Slot {
    /// `None` only while it is dropped.
    lane: Option<Lane>,
    kind: &'static str,
    free: Slots,
}

impl Slots {
    /// A free lane of this kind, or a new one.
    #[track_caller]
    pub fn take(&self, kind: &'static str) -> Slot {
        let used = self.0.borrow_mut().entry(kind).or_default().pop();
        let lane = used.unwrap_or_else(|| Lane::new(kind));
        Slot { lane: Some(lane), kind, free: self.clone() }
    }
}

impl Slot {
    /// Its lane.
    pub fn lane(&self) -> &Lane {
        self.lane.as_ref().expect("it is taken out at the end only")
    }

    /// Calls `callback`, during which this lane runs. It idles afterwards, if
    /// it has not begun to wait in the meantime.
    ///
    /// It is not kept meanwhile: if the callback closes its socket and opens
    /// another, that one gets this lane.
    pub fn run<T>(self: Rc<Slot>, callback: impl FnOnce() -> T) -> T {
        let id = self.lane().id();
        self.lane().runs();
        let slot = Rc::downgrade(&self);
        drop(self);
        let called = callback();
        if timeline::current() == id
            && let Some(slot) = slot.upgrade()
        {
            slot.lane().idles();
        }
        called
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(lane) = self.lane.take() {
            lane.idles();
            let mut free = self.free.0.borrow_mut();
            free.entry(self.kind).or_default().push(lane);
        }
    }
}
