//! 1-4 · One lock for both: the thread that inserts a page fetches it.
//!
//!     cargo run -p threads --bin 1-4-one-lock-for-both
//!
//! Look at the requests: as many as pages.

use lab::{Failure, Site, Url, fetch};
use std::collections::HashSet;
use std::sync::Mutex;
use std::thread;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let pages = site.pages(8);
    let known = Mutex::new(HashSet::from_iter(pages.clone()));

    thread::scope(|scope| {
        let mut threads = Vec::new();
        for url in pages {
            threads.push(scope.spawn(|| follow_links(url, &known)));
        }
        for thread in threads {
            thread.join().unwrap()?;
        }
        Ok::<_, Failure>(())
    })?;

    let known = known.lock().unwrap().len();
    let seen = site.finish();
    println!("{known} pages, {} requests", seen.requests);
    Ok(())
}

/// Fetches a page, and of the pages it links to those that are not known.
fn follow_links(url: Url, known: &Mutex<HashSet<Url>>) -> Result<(), Failure> {
    for link in fetch(&url)?.links {
        // `insert` checks as well: of all threads, one gets `true`.
        if !known.lock().unwrap().insert(link.clone()) {
            continue;
        }
        fetch(&link)?;
    }
    Ok(())
}
