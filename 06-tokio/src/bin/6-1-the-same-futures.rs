//! 6-1 · The same futures: another executor polls them, and all is as before.
//!
//!     cargo run -p with-tokio --bin 6-1-the-same-futures
//!
//! Look at the two lines: the same pages, and other threads that polled.

use futures_io::{AsyncRead, AsyncWrite};
use lab::{Site, Url, address};
use own_executor::fetch_over;
use own_executor::future::join_all;
use own_executor::sync::Semaphore;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::runtime::Runtime;
use with_tokio::{Compat, lane};

const LIMIT: Duration = Duration::from_secs(2);

fn main() {
    let site = Site::start();
    let runtime = Runtime::new().expect("a runtime");
    own_executor::block_on(on_ours(site.pages(8)));
    runtime.block_on(on_tokio(site.pages(8)));
    site.finish();
}

/// Fetches a page over a connection, once there is a permit. Says which thread
/// has polled this last.
async fn visit<S: AsyncRead + AsyncWrite + Unpin>(
    connection: impl Future<Output = io::Result<S>>,
    url: Url,
    permits: Arc<Semaphore>,
) -> String {
    let _permit = permits.acquire().await.expect("it stays open");
    let connection = connection.await.expect("the site listens");
    fetch_over(connection, &url).await.expect("every page is there");
    thread::current().name().expect("it has a name").to_owned()
}

async fn on_ours(urls: Vec<Url>) {
    use own_executor::net::TcpStream;
    use own_executor::{spawn, time::timeout};

    let permits = Arc::new(Semaphore::new(4));
    let mut tasks = Vec::new();
    for url in urls {
        let connection = TcpStream::connect(address(&url).expect("a host"));
        let task = visit(connection, url, permits.clone());
        tasks.push(spawn(timeout(LIMIT, task)));
    }
    let visits = join_all(tasks).await.into_iter();
    report("ours", visits.map(|visit| visit.unwrap().expect("in time")));
}

async fn on_tokio(urls: Vec<Url>) {
    use tokio::net::TcpStream;
    use tokio::{spawn, time::timeout};

    let permits = Arc::new(Semaphore::new(4));
    let mut tasks = Vec::new();
    for url in urls {
        let connection = TcpStream::connect(address(&url).expect("a host"));
        let connection = async { connection.await.map(Compat) };
        let task = visit(connection, url, permits.clone());
        tasks.push(spawn(lane("", timeout(LIMIT, task))));
    }
    let visits = join_all(tasks).await.into_iter();
    report("tokio", visits.map(|visit| visit.unwrap().expect("in time")));
}

fn report(executor: &str, threads: impl Iterator<Item = String>) {
    let threads: Vec<_> = threads.collect();
    let names = BTreeSet::from_iter(&threads);
    println!("{executor:5} {} pages, polled by {names:?}", threads.len());
}
