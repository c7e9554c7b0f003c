//! 3-10 · Deferred: what is to be done with a value that will come.
//!
//!     cargo run -p callbacks --bin 3-10-deferred
//!
//! Look at the three chains: whatever happens, each says how it ended, once.

use callbacks::{Deferred, Loop, fetch};
use lab::{Page, Site, Url};
use std::io;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(2);
/// More than the first page of the last chain takes, and less than both.
const PATIENCE: Duration = Duration::from_millis(60);

fn main() -> io::Result<()> {
    let site = Site::start();
    let (second, last) = (site.page(2), site.page(14));
    let mut events = Loop::new()?;

    // The second page is fetched when the first is here.
    get(&mut events, &site.page(1))
        .then(move |events, page| {
            println!("chain: {page}");
            get(events, &second)
        })
        .then(|_, page| println!("chain: {page}"));

    // An error goes past `then`, up to the next `catch`.
    get(&mut events, &site.page(404))
        .then(|_, page| Ok(page.body.len()))
        .catch(|_, error| {
            println!("error: {error}");
            Ok(0)
        })
        .then(|_, bytes| println!("error: {bytes} bytes"));

    // What is cancelled is what the chain waits for just then.
    let chain = get(&mut events, &site.page(19))
        .then(move |events, page| {
            println!("cancel: {page}");
            get(events, &last)
        })
        .then(|_, page| println!("cancel: {page}"))
        .catch(|_, error| println!("cancel: {error}"));
    let canceller = chain.canceller();
    events.after(PATIENCE, move |events| canceller.cancel(events));

    events.run()?;
    let seen = site.finish();
    println!("{} requests, {} cut off", seen.requests, seen.cut);
    Ok(())
}

/// Begins to fetch a page.
fn get(events: &mut Loop, url: &Url) -> Deferred<Page> {
    let (resolver, page) = Deferred::new(events);
    let limit = Instant::now() + LIMIT;
    let fetching = fetch(events, url, limit, |_, fetched| {
        resolver.settle(fetched);
    });
    page.when_cancelled(move |events| fetching.stop(events))
}
