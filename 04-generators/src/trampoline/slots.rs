//! The names of tasks, and their lanes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use timeline::Lane;

/// All slots, by the kind of their tasks.
#[derive(Default)]
pub struct Slots(RefCell<HashMap<&'static str, OfKind>>);

#[derive(Default)]
struct OfKind {
    count: usize,
    free: Vec<Rc<Slot>>,
}

/// A name and its lane. As with the numbers of descriptors, the next task of
/// its kind gets both.
pub struct Slot {
    kind: &'static str,
    pub name: String,
    pub lane: Lane,
}

impl Slots {
    /// A free slot of this kind, or a new one.
    #[track_caller]
    pub fn take(&self, kind: &'static str) -> Rc<Slot> {
        let mut all = self.0.borrow_mut();
        let OfKind { count, free } = all.entry(kind).or_default();
        free.pop().unwrap_or_else(|| {
            *count += 1;
            let name = format!("{kind} {count}");
            let lane = Lane::named("task", &name);
            Rc::new(Slot { kind, name, lane })
        })
    }

    /// The task of this slot has ended.
    pub fn put_back(&self, slot: Rc<Slot>) {
        slot.lane.idles();
        let mut all = self.0.borrow_mut();
        all.entry(slot.kind).or_default().free.push(slot);
    }
}
