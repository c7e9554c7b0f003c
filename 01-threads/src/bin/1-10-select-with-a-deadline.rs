//! 1-10 · Select with a deadline: whichever comes first, a page or the end.
//!
//!     cargo run -p threads --bin 1-10-select-with-a-deadline
//!
//! Look at the threads that are too late: they go on all the same.

use crossbeam_channel::{Receiver, after, select, unbounded};
use lab::{Failure, Fetched, Site, fetch, waiting};
use std::thread;
use std::time::{Duration, Instant};

/// About what the middle one of eight pages takes.
const DEADLINE: Duration = Duration::from_millis(50);

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let (sender, pages) = unbounded();
    let deadline = after(DEADLINE);
    for url in site.pages(8) {
        let sender = sender.clone();
        // `send` fails only once `main` has returned, and then nothing is lost.
        thread::spawn(move || sender.send(fetch(&url)).ok());
    }
    // Now only the threads have senders. With the last of them the pages end.
    drop(sender);

    let mut in_time = 0;
    while let Some(page) = next_page(&pages, &deadline) {
        println!("{}", page?);
        in_time += 1;
    }
    // Nothing can stop a thread, so the others may as well be waited for.
    let too_late = pages.iter().count();

    site.finish();
    println!("{in_time} in time, {too_late} too late");
    Ok(())
}

/// The next page; `None` once it is too late, or there are no more.
fn next_page(
    pages: &Receiver<Fetched>,
    deadline: &Receiver<Instant>,
) -> Option<Fetched> {
    let _waiting = waiting("page or deadline");
    select! {
        recv(pages) -> page => page.ok(),
        recv(deadline) -> _ => None,
    }
}
