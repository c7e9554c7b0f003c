//! A table of what waits, as step 3-4 builds it.

use super::Fetch;
use lab::{Lane, waiting};
use polling::{Event, Events, Poller};
use std::collections::HashMap;
use std::io;
use std::time::Duration;

/// The table of step 3-4: what waits for a socket, and what is to be called
/// then.
pub struct Waits<T> {
    poller: Poller,
    table: HashMap<usize, (Lane, Fetch, T)>,
    next_key: usize,
}

impl<T> Waits<T> {
    /// An empty table.
    ///
    /// # Errors
    ///
    /// If the kernel has no descriptors left for it.
    pub fn new() -> io::Result<Waits<T>> {
        let poller = Poller::new()?;
        Ok(Waits { poller, table: HashMap::new(), next_key: 0 })
    }

    /// Makes an entry, and keeps the fetch until it is ready.
    ///
    /// # Errors
    ///
    /// If the kernel cannot watch its socket.
    #[expect(unsafe_code, reason = "each socket is deleted before its end")]
    pub fn insert(&mut self, fetch: Fetch, then: T) -> io::Result<()> {
        let key = self.next_key;
        self.next_key += 1;
        // SAFETY: `wait` deletes the socket before it gives the fetch away.
        // When the table is dropped the kernel's list goes first: it is the
        // first field.
        unsafe { self.poller.add(&fetch.socket, Event::readable(key)) }?;
        let lane = Lane::new("callback");
        lane.waits("bytes");
        self.table.insert(key, (lane, fetch, then));
        Ok(())
    }

    /// Set if nothing waits.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Waits until something is ready, but not for longer than `limit`, and
    /// takes out what is.
    ///
    /// # Errors
    ///
    /// If the kernel cannot wait.
    pub fn wait(
        &mut self,
        limit: Option<Duration>,
    ) -> io::Result<Vec<(Lane, Fetch, T)>> {
        let mut listed = Events::new();
        {
            let _waiting = waiting("any of them");
            self.poller.wait(&mut listed, limit)?;
        }
        let mut ready = Vec::new();
        for event in listed.iter() {
            let entry = self.table.remove(&event.key);
            let entry = entry.expect("each is told of once");
            self.poller.delete(&entry.1.socket)?;
            ready.push(entry);
        }
        Ok(ready)
    }
}
