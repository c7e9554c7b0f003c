//! 4-1 · An iterator pauses: where it is, and what it has, is a value.
//!
//!     cargo run -p generators --bin 4-1-an-iterator-pauses
//!
//! Look at the picture: one function, of which `main` runs the first part, and
//! another thread the second.

use lab::{Failure, Fetched, Site, Url, fetch, waiting};
use std::thread;
use std::vec::IntoIter;

fn main() -> Result<(), Failure> {
    let site = Site::start();

    let mut pages = Pages::Start(site.page(0));
    println!("it is made, and has asked for nothing");
    show_two(&mut pages)?;
    println!("it pauses: {} bytes", size_of_val(&pages));

    // Another thread has it go on from there.
    let thread = thread::spawn(move || show_two(&mut pages));
    {
        let _waiting = waiting("thread 1");
        thread.join().unwrap()?;
    }
    println!("it was dropped in its loop, and asks for nothing more");

    site.finish();
    Ok(())
}

/// Has it run until it has handed out two pages.
fn show_two(pages: &mut Pages) -> Result<(), Failure> {
    for fetched in pages.take(2) {
        println!("{}", fetched?);
    }
    Ok(())
}

/// A function that fetches a page, and then each page to which it links. It
/// hands out one page after another, and pauses each time. If Rust had a word
/// for that, this would be the function:
///
///     let front = fetch(&start);
///     let links = links_of(&front);
///     yield front;
///     for url in links {
///         yield fetch(&url);
///     }
enum Pages {
    /// It is before its first line.
    Start(Url),
    /// It is at a `yield`, and these links are left.
    Links(IntoIter<Url>),
}

impl Iterator for Pages {
    type Item = Fetched;

    /// Has it run up to its next `yield`, or to its end.
    fn next(&mut self) -> Option<Fetched> {
        match self {
            Pages::Start(start) => {
                let front = fetch(start);
                *self = Pages::Links(links_of(&front).into_iter());
                Some(front)
            }
            Pages::Links(links) => links.next().map(|url| fetch(&url)),
        }
    }
}

fn links_of(fetched: &Fetched) -> Vec<Url> {
    fetched.as_ref().map_or(Vec::new(), |page| page.links.clone())
}
