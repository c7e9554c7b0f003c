//! 1-5 · A lock across the fetch: right, and one page at a time.
//!
//!     cargo run -p threads --bin 1-5-lock-across-fetch
//!
//! Look at the total: eight threads, and it is the sum of the waits again.

use lab::sync::Mutex;
use lab::{Failure, Site, Url, fetch};
use std::collections::HashSet;
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
    println!("elapsed: {:.1?}, {} at once", seen.elapsed, seen.peak);
    println!("the sum of the waits: {:.1?}", seen.sum_of_waits);
    println!("{known} pages, {} requests", seen.requests);
    Ok(())
}

/// Fetches a page, and of the pages it links to those that are not known.
fn follow_links(url: Url, known: &Mutex<HashSet<Url>>) -> Result<(), Failure> {
    // To be safe: from here to the end of the function, fetches and all.
    let mut known = known.lock().unwrap();
    for link in fetch(&url)?.links {
        if !known.insert(link.clone()) {
            continue;
        }
        fetch(&link)?;
    }
    Ok(())
}
