//! 6-7 · `select!` loses half a line: each tick drops what has been read.
//!
//!     cargo run -p with-tokio --bin 6-7-select-loses-half-a-line
//!
//! Look at the paths: the list says `/11` to `/18`, and the site is asked for
//! `/1` to `/8`.

use lab::{Site, Url};
use std::io;
use std::mem::take;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::select;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::interval;
use with_tokio::{fetch, lane, list};

const TICK: Duration = Duration::from_millis(10);

fn main() -> io::Result<()> {
    let site = Site::start();
    // With one thread it is the same at every run.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(lane("reader", crawl(site.url())))?;

    let seen = site.finish();
    println!("asked for: {:?}", seen.hits.keys());
    Ok(())
}

/// Fetches the pages of a list that comes line by line.
async fn crawl(site: &Url) -> io::Result<()> {
    let ticked = Arc::new(Notify::new());
    let list = list::connect(&ticked).await?;
    let got = read(list, &ticked).await?;

    let mut pages = JoinSet::new();
    for (sent, got) in list::lines().iter().zip(&got) {
        println!("sent {sent:?}, got {got:?}");
        let mut url = site.clone();
        url.set_path(got.trim_end());
        pages.spawn(lane("", async move { fetch(&url).await }));
    }
    pages.join_all().await;

    println!("{} of 32 bytes are read", got.concat().len());
    Ok(())
}

/// Reads all lines. Between two pieces of a line there is a tick.
async fn read(
    mut list: BufReader<TcpStream>,
    ticked: &Notify,
) -> io::Result<Vec<String>> {
    let mut ticks = interval(TICK);
    let mut lines = Vec::new();
    // It is kept outside of what `select!` drops, to no avail.
    let mut line = String::new();
    loop {
        select! {
            biased;
            read = list.read_line(&mut line) => match read? {
                0 => return Ok(lines),
                _ => lines.push(take(&mut line)),
            },
            _ = ticks.tick() => ticked.notify_waiters(),
        }
    }
}
