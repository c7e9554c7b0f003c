//! 2-1 · Run a child: it ends in its own way, and its parent learns how.
//!
//!     cargo run -p processes --bin 2-1-run-a-child
//!
//! Look at how each child ended: what ends the child does not end us.

use lab::{Failure, Site, Url, fetch, waiting};
use processes::{child_command, reap, started_as};
use std::os::unix::process::ExitStatusExt;
use std::process::{abort, exit};

fn main() -> Result<(), Failure> {
    // This program is its own child: then it has arguments.
    if let Some(arguments) = started_as("child") {
        fetch_and_end(&arguments[0], &arguments[1]);
        return Ok(());
    }
    let site = Site::start();

    for end in ["returns", "exits", "aborts"] {
        let mut child =
            child_command(&["child", site.page(0).as_str(), end])?.spawn()?;
        let status = {
            let _waiting = waiting("the child");
            reap(&mut child)?
        };
        let (code, signal) = (status.code(), status.signal());
        println!("one that {end}: code {code:?}, signal {signal:?}");
    }

    site.finish();
    Ok(())
}

/// All of the child: it fetches a page, and ends in one way or another.
fn fetch_and_end(page: &str, end: &str) {
    let page: Url = page.parse().expect("our parent gives us an address");
    let _whatever_it_is = fetch(&page);
    match end {
        "exits" => exit(3),
        "aborts" => abort(),
        _ => {}
    }
}
