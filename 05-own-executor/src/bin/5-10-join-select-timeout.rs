//! 5-10 · Join, select, timeout: one task polls both of two futures.
//!
//!     cargo run -p own-executor --bin 5-10-join-select-timeout
//!
//! Look at the last line: two of the six are dropped, and the site has noticed.

use lab::{Page, Site, Url};
use own_executor::time::sleep;
use own_executor::{block_on, fetch_by, spawn};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

fn main() {
    let site = Site::start();
    let urls = site.pages(6);
    block_on(async { spawn(three_ways(urls)).await.unwrap() });
    println!("{} of them were given up unanswered", site.finish().cut);
}

async fn three_ways(urls: Vec<Url>) {
    let polls = Cell::new(0);
    let [first, second] = [2, 3].map(|n| fetch(&urls[n], &polls));
    let (first, second) = join(first, second).await;
    println!("join: {first},\n and: {second}; polls: {}", polls.take());
    let [first, second] = [0, 1].map(|n| fetch(&urls[n], &polls));
    let (Either::Left(page) | Either::Right(page)) =
        select(first, second).await;
    println!("select: {page}");

    match timeout(Duration::from_millis(20), fetch(&urls[4], &polls)).await {
        Some(page) => println!("timeout: {page}"),
        None => println!("timeout: there was no page in 20 ms"),
    }

    polls.take();
    let page = fetch(&urls[5], &polls).await;
    println!("alone: {page}; polls: {}", polls.take());
}

/// Polls both, until both are ready.
async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (Poll::Pending, Poll::Pending);
    poll_fn(|context| {
        // What was ready must not be polled again.
        if first.is_pending() {
            first = a.as_mut().poll(context);
        }
        if second.is_pending() {
            second = b.as_mut().poll(context);
        }
        let is_over = first.is_ready() && second.is_ready();
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    match (first, second) {
        (Poll::Ready(first), Poll::Ready(second)) => (first, second),
        _ => unreachable!("both are ready"),
    }
}

/// Polls both, until one is ready. The other is dropped.
async fn select<A: Future, B: Future>(
    a: A,
    b: B,
) -> Either<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|context| match a.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Either::Left(output)),
        Poll::Pending => b.as_mut().poll(context).map(Either::Right),
    })
    .await
}

enum Either<A, B> {
    Left(A),
    Right(B),
}

/// Waits for a future, or for as long as `limit`.
async fn timeout<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    match select(future, sleep(limit)).await {
        Either::Left(output) => Some(output),
        Either::Right(()) => None,
    }
}

/// Fetches a page, and counts the polls.
async fn fetch(url: &Url, polls: &Cell<u32>) -> Page {
    let give_up = Instant::now() + Duration::from_secs(2);
    let mut fetch = pin!(fetch_by(url, give_up));
    let page = poll_fn(|context| {
        polls.set(polls.get() + 1);
        fetch.as_mut().poll(context)
    });
    page.await.expect("every page is there")
}
