//! 1-7 · A panic stays in its thread until `join` hands it over.
//!
//!     cargo run -p threads --bin 1-7-panic-stays-until-join
//!
//! Look at the lanes: one thread panics, and the others finish.

use lab::sync::Mutex;
use lab::{Failure, Site, Url, fetch};
use std::sync::PoisonError;
use std::thread;

#[derive(Default)]
struct Total {
    pages: usize,
    bytes: usize,
}

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let mut pages = site.pages(8);
    pages[3] = site.page(404);
    let total = Mutex::new(Total::default());

    thread::scope(|scope| {
        let mut threads = Vec::new();
        for url in pages {
            threads.push(scope.spawn(|| add(url, &total)));
        }
        for thread in threads {
            match thread.join() {
                Ok(url) => println!("{}: added", url.path()),
                Err(panic) => {
                    let why = panic.downcast_ref::<String>();
                    println!("panicked: {}", why.expect("a text"));
                }
            }
        }
    });

    site.finish();
    println!("poisoned: {}", total.is_poisoned());
    let Total { pages, bytes } =
        total.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{pages} pages of {bytes} bytes");
    Ok(())
}

/// Fetches a page, and adds it to the total.
fn add(url: Url, total: &Mutex<Total>) -> Url {
    let fetched = fetch(&url);
    // Poisoned or not: `unwrap` would pass the panic on to later threads.
    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
    total.pages += 1;
    total.bytes += fetched.expect("every page is there").body.len();
    url
}
