//! 6-8 · Kept outside: what a tick must not lose is not in what it drops.
//!
//!     cargo run -p with-tokio --bin 6-8-kept-outside
//!
//! Look at the rows: each of the three ways reads all 32 bytes.

use lab::{Site, Url};
use std::io;
use std::mem::take;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::select;
use tokio::sync::Notify;
use tokio::time::interval;
use with_tokio::{lane, list};

const TICK: Duration = Duration::from_millis(10);

fn main() -> io::Result<()> {
    let site = Site::start();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(lane("reader", crawl(site.url())))?;
    site.finish();
    Ok(())
}

/// Fetches the pages of a list that comes line by line.
async fn crawl(site: &Url) -> io::Result<()> {
    let ticked = Arc::new(Notify::new());
    let print = |how, got: &[String]| {
        println!("{how}: {} of 32 bytes are read", got.concat().len());
    };

    // `Lines` keeps what there is of the next line.
    let mut lines = list::connect(&ticked).await?.lines();
    let next = async || Ok(lines.next_line().await?.map(|line| line + "\n"));
    print("a safe method", &read(&ticked, next).await?);

    // `read_until` leaves in `line` what it has put there.
    let mut list = list::connect(&ticked).await?;
    let mut line = Vec::new();
    let next = async || {
        list.read_until(b'\n', &mut line).await?;
        let line = String::from_utf8(take(&mut line)).expect("a path");
        Ok((!line.is_empty()).then_some(line))
    };
    print("kept bytes", &read(&ticked, next).await?);

    let got = keep_reading(list::connect(&ticked).await?, &ticked).await?;
    print("a kept future", &got);
    list::fetch(site, &got).await;
    Ok(())
}

/// Reads all lines. Between two pieces of a line there is a tick.
async fn read(
    ticked: &Notify,
    mut next: impl AsyncFnMut() -> io::Result<Option<String>>,
) -> io::Result<Vec<String>> {
    let mut ticks = interval(TICK);
    let mut lines = Vec::new();
    loop {
        select! {
            biased;
            read = next() => match read? {
                None => return Ok(lines),
                Some(line) => lines.push(line),
            },
            _ = ticks.tick() => ticked.notify_waiters(),
        }
    }
}

/// The same. A tick drops a reference to the future, and not the future.
async fn keep_reading(
    mut list: BufReader<TcpStream>,
    ticked: &Notify,
) -> io::Result<Vec<String>> {
    let mut ticks = interval(TICK);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        let mut reading = pin!(list.read_line(&mut line));
        loop {
            select! {
                biased;
                read = &mut reading => { read?; break; }
                _ = ticks.tick() => ticked.notify_waiters(),
            }
        }
        if line.is_empty() {
            return Ok(lines);
        }
        lines.push(line);
    }
}
