//! Fetches that wait, and the kernel's list of their sockets, as in step 3-3.

use super::Fetch;
use lab::{Lane, waiting};
use polling::{Event, Events, Poller};
use std::collections::HashMap;
use std::io;
use std::time::Duration;

/// Fetches whose sockets the kernel watches. Each has a value besides, such as
/// what is to be called when it is ready.
pub struct Waits<T> {
    poller: Poller,
    /// By the keys that the kernel gives back.
    waits: HashMap<usize, (Lane, Fetch, T)>,
    next_key: usize,
}

impl<T> Waits<T> {
    /// Nothing waits yet.
    ///
    /// # Errors
    ///
    /// If the kernel has no descriptors left for its list.
    pub fn new() -> io::Result<Waits<T>> {
        let poller = Poller::new()?;
        Ok(Waits { poller, waits: HashMap::new(), next_key: 0 })
    }

    /// Keeps the fetch until there is something to read.
    ///
    /// # Panics
    ///
    /// If the kernel cannot watch its socket.
    #[expect(unsafe_code, reason = "each socket is deleted before its end")]
    pub fn insert(&mut self, fetch: Fetch, value: T) {
        let key = self.next_key;
        self.next_key += 1;
        // SAFETY: `wait` deletes the socket before it gives the fetch away.
        // When all this is dropped the kernel's list goes first: it is the
        // first field.
        let added =
            unsafe { self.poller.add(&fetch.socket, Event::readable(key)) };
        added.expect("the kernel has room for one more on its list");
        let lane = Lane::new("callback");
        lane.waits(&fetch.path);
        self.waits.insert(key, (lane, fetch, value));
    }

    /// Set if nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waits.is_empty()
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
            let wait = self.waits.remove(&event.key);
            let wait = wait.expect("each is told of once");
            self.poller.delete(&wait.1.socket)?;
            ready.push(wait);
        }
        Ok(ready)
    }
}
