//! 3-4 · A loop that calls back: say what comes next, and return.
//!
//!     cargo run -p callbacks --bin 3-4-a-loop-that-calls-back
//!
//! Look at the lanes: each callback waits by itself, and no two run at once.

#![expect(unsafe_code, reason = "each socket is deleted before it is dropped")]

use callbacks::steps::Fetch;
use lab::{Failure, Lane, Site, waiting};
use polling::{Event, Events, Poller};
use std::collections::HashMap;
use std::io;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let mut events = Loop::new()?;

    for url in site.pages(8) {
        let fetch = Fetch::begin(&url)?;
        events.when_readable(fetch, receive)?;
    }
    println!("all are asked for, and nothing has been called yet");
    events.run()?;

    site.finish();
    Ok(())
}

/// Is called when there is something to read.
fn receive(events: &mut Loop, mut fetch: Fetch) {
    match fetch.receive() {
        Ok(Some(page)) => println!("{page}"),
        Ok(None) => {
            let again = events.when_readable(fetch, receive);
            again.expect("it could wait before");
        }
        // There is no caller that would want to know.
        Err(why) => println!("no page: {why}"),
    }
}

/// What is called once, with the fetch that it has waited for.
type Callback = Box<dyn FnOnce(&mut Loop, Fetch)>;

struct Loop {
    poller: Poller,
    /// What waits, by the key that the kernel gives back.
    waits: HashMap<usize, (Lane, Fetch, Callback)>,
    next_key: usize,
}

impl Loop {
    fn new() -> io::Result<Loop> {
        let poller = Poller::new()?;
        Ok(Loop { poller, waits: HashMap::new(), next_key: 0 })
    }

    /// Calls `then` once there is something to read. The loop keeps the fetch
    /// until then.
    fn when_readable(
        &mut self,
        fetch: Fetch,
        then: impl FnOnce(&mut Loop, Fetch) + 'static,
    ) -> io::Result<()> {
        let key = self.next_key;
        self.next_key += 1;
        // SAFETY: `run` deletes the socket before it gives the fetch away. When
        // the loop is dropped the list goes first: it is the first field.
        unsafe { self.poller.add(&fetch.socket, Event::readable(key)) }?;
        let lane = Lane::new("callback");
        lane.waits("bytes");
        self.waits.insert(key, (lane, fetch, Box::new(then)));
        Ok(())
    }

    /// Waits and calls, until nothing is left to wait for.
    fn run(&mut self) -> io::Result<()> {
        let mut ready = Events::new();
        while !self.waits.is_empty() {
            ready.clear();
            {
                let _waiting = waiting("any of them");
                self.poller.wait(&mut ready, None)?;
            }
            for Event { key, .. } in ready.iter() {
                let wait = self.waits.remove(&key);
                let (lane, fetch, then) = wait.expect("each is told of once");
                self.poller.delete(&fetch.socket)?;
                lane.runs();
                then(self, fetch);
            }
        }
        Ok(())
    }
}
