//! 6-12 · Seeing inside: which task is busy, and what the others wait for.
//!
//!     cargo run -p with-tokio --bin 6-12-which-task-is-busy
//!
//! Look at the times: seven tasks are busy for a moment, one for 40 ms.

use lab::{Site, Url, compute_for};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tracing::{Instrument, info, info_span};
use with_tokio::{fetch, spans};

fn main() {
    let site = Site::start();
    spans::show();
    Runtime::new().unwrap().block_on(crawl(site.pages(8)));
    site.finish();
}

async fn crawl(urls: Vec<Url>) {
    let permits = Arc::new(Semaphore::new(4));
    let mut pages = JoinSet::new();
    for url in urls {
        let span = info_span!("page", path = %url.path());
        pages.spawn(visit(url, permits.clone()).instrument(span));
    }
    pages.join_all().await;
}

async fn visit(url: Url, permits: Arc<Semaphore>) {
    info!("waits for a permit");
    let _permit = permits.acquire().await.expect("it stays open");
    info!("waits for its answer");
    let page = fetch(&url).await.expect("every page is there");
    info!(bytes = page.body.len(), "has come");
    if url.path() == "/3" {
        compute_for(&page.body, Duration::from_millis(40));
    }
}
