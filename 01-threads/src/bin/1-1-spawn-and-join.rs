//! 1-1 · Spawn and join: two waits at the same time.
//!
//!     cargo run -p threads --bin 1-1-spawn-and-join
//!
//! Look at the total: it is the longer of the two waits, not their sum.

use lab::{Failure, Site, fetch};
use std::thread;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let [here, there] = [site.page(1), site.page(2)];

    let thread = thread::spawn(move || fetch(&there));
    println!("{}", fetch(&here)?);
    println!("{}", thread.join().unwrap()?);

    let seen = site.finish();
    println!("elapsed: {:.0?}, {} at once", seen.elapsed, seen.peak);
    println!("the sum of the waits: {:.0?}", seen.sum_of_waits);
    Ok(())
}
