//! The lanes of what the loop calls. They are recorded here, so that a program
//! which uses the loop need not mention lanes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use timeline::Lane;

/// The lanes of a loop that are free, by kind: `socket`, `timer`, `callback`
/// (what was queued), `post` and `work` (what another thread posts, and does).
/// The other threads take and free lanes, too.
#[derive(Clone, Default)]
pub struct Lanes {
    free: Arc<Mutex<Free>>,
    /// Set if nothing is recorded of them.
    silent: bool,
}

type Free = BTreeMap<&'static str, Vec<Arc<Lane>>>;

/// A lane that is in use until this is dropped. As the kernel does with the
/// numbers of descriptors, the next thing of its kind gets the same one: a
/// crawl of 40 pages with eight at once has eight lanes, not forty.
pub struct Slot {
    pub lane: Arc<Lane>,
    kind: &'static str,
    lanes: Lanes,
}

impl Lanes {
    pub fn silent() -> Lanes {
        Lanes { silent: true, ..Lanes::default() }
    }

    /// A free lane of this kind, or a new one.
    #[track_caller]
    pub fn take(&self, kind: &'static str) -> Slot {
        let used = self.free.lock().unwrap().entry(kind).or_default().pop();
        let lane = match used {
            Some(lane) => lane,
            None if self.silent => Arc::new(Lane::silent()),
            None => Arc::new(Lane::new(kind)),
        };
        Slot { lane, kind, lanes: self.clone() }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut free = self.lanes.free.lock().unwrap();
        free.entry(self.kind).or_default().push(self.lane.clone());
    }
}
