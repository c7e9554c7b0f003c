//! 1-2 · A thread for each page: the total is the slowest page.
//!
//!     cargo run -p threads --bin 1-2-thread-per-page
//!
//! Look at the total: no longer the sum of the waits.

use lab::{Failure, Site, fetch};
use std::thread;

fn main() -> Result<(), Failure> {
    let site = Site::start();

    let mut threads = Vec::new();
    for url in site.pages(8) {
        threads.push(thread::spawn(move || fetch(&url)));
    }
    for thread in threads {
        println!("{}", thread.join().unwrap()?);
    }

    let seen = site.finish();
    println!("elapsed: {:.0?}, {} at once", seen.elapsed, seen.peak);
    println!("the sum of the waits: {:.0?}", seen.sum_of_waits);
    Ok(())
}
