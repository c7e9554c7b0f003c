//! 3-4 · A loop that calls back: say what comes next, and return.
//!
//!     cargo run -p callbacks --bin 3-4-a-loop-that-calls-back
//!
//! Look at the lanes: each callback waits by itself, and no two run at once.

use callbacks::steps::{Fetch, Waits};
use lab::{Failure, Site};
use std::io;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let mut events = Loop { waits: Waits::new()? };

    for url in site.pages(8) {
        let fetch = Fetch::begin(&url)?;
        events.waits.insert(fetch, Box::new(receive));
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
        Ok(None) => events.waits.insert(fetch, Box::new(receive)),
        // There is no caller that would want to know.
        Err(why) => println!("no page: {why}"),
    }
}

/// What is called once, with the fetch that it has waited for.
type Callback = Box<dyn FnOnce(&mut Loop, Fetch)>;

struct Loop {
    /// The fetches that wait, and for each what is to be called.
    waits: Waits<Callback>,
}

impl Loop {
    /// Waits and calls, until nothing is left to wait for.
    fn run(&mut self) -> io::Result<()> {
        while !self.waits.is_empty() {
            for (lane, fetch, then) in self.waits.wait(None)? {
                lane.runs();
                then(self, fetch);
            }
        }
        Ok(())
    }
}
