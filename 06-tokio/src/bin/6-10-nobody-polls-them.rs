//! 6-10 · Nobody polls them: what a stream has under way stands still while
//! its reader is busy.
//!
//!     cargo run -p with-tokio --bin 6-10-nobody-polls-them
//!
//! Look at the times: the site answers within 75 ms, and pages are read after
//! 600. Three time out. As tasks none does.

use futures_util::{Stream, StreamExt, stream};
use lab::{Failure, Fetched, Site, Url};
use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};
use with_tokio::{fetch, lane};

/// How many are under way at once.
const N: usize = 4;

/// How long a fetch may take.
const LIMIT: Duration = Duration::from_millis(150);

/// How long it takes to store a page.
const STORE: Duration = Duration::from_millis(200);

fn main() -> io::Result<()> {
    let site = Site::start();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let urls = || stream::iter(site.pages(8));

    println!("in the stream:");
    let pages = urls().map(begin).buffer_unordered(N);
    runtime.block_on(store_all(pages));

    println!("as tasks:");
    let tasks = urls().map(|url| tokio::spawn(begin(url)));
    let pages = tasks.buffer_unordered(N).map(Result::unwrap);
    runtime.block_on(store_all(pages));
    site.finish();
    Ok(())
}

/// Begins to fetch a page. The limit counts from now on.
fn begin(url: Url) -> impl Future<Output = (Duration, Fetched)> {
    let begun = Instant::now();
    let name = url.path().to_owned();
    let page = timeout(LIMIT, lane(name, async move { fetch(&url).await }));
    async move {
        let page = page.await.unwrap_or(Err(Failure::TimedOut));
        (begun.elapsed(), page)
    }
}

/// Stores pages, one after another.
async fn store_all(pages: impl Stream<Item = (Duration, Fetched)>) {
    let mut pages = pin!(pages);
    let (mut stored, mut failed) = (0, 0);
    while let Some((elapsed, page)) = pages.next().await {
        match page {
            Ok(page) => {
                println!("  {} after {elapsed:.0?}", page.url.path());
                // Meanwhile nothing polls the stream.
                sleep(STORE).await;
                stored += 1;
            }
            Err(why) => {
                println!("  {why} after {elapsed:.0?}");
                failed += 1;
            }
        }
    }
    println!("  {stored} stored, {failed} failed");
}
