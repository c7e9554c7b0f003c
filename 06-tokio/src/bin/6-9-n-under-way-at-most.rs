//! 6-9 · N under way at most: a stream begins what it has a place for.
//!
//!     cargo run -p with-tokio --bin 6-9-n-under-way-at-most
//!
//! Look at how many are ahead: never more than `n`. And at the last line: what
//! nobody asks for is not begun, and what is under way is given up.

use futures_util::{StreamExt, stream};
use lab::{Site, Url};
use std::cell::Cell;
use std::io;
use std::time::Instant;
use tokio::runtime::Builder;
use with_tokio::{fetch, lane};

fn main() -> io::Result<()> {
    let site = Site::start();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    for (wanted, n) in [(8, 1), (8, 4), (3, 4)] {
        runtime.block_on(first(wanted, n, site.pages(8)));
    }
    println!("{} were given up unanswered", site.finish().cut);
    Ok(())
}

/// Fetches pages, `n` at once, until as many as are `wanted` have come.
async fn first(wanted: usize, n: usize, urls: Vec<Url>) {
    let start = Instant::now();
    let begun = Cell::new(0);
    let pages = stream::iter(urls).map(|url| {
        begun.set(begun.get() + 1);
        lane(url.path().to_owned(), async move { fetch(&url).await })
    });
    let mut pages = pages.buffer_unordered(n);

    let (mut came, mut ahead) = (0, 0);
    while came < wanted
        && let Some(page) = pages.next().await
    {
        page.expect("every page is there");
        ahead = ahead.max(begun.get() - came);
        came += 1;
    }
    let (begun, elapsed) = (begun.get(), start.elapsed());
    println!("n {n}: {came} came, {begun} begun, {ahead} ahead; {elapsed:.0?}");
}
