//! 5-3 · Poll until ready: `block_on`, which turns a future into its output.
//!
//!     cargo run -p own-executor --bin 5-3-poll-until-ready
//!
//! Look at the polls, a million or so, and at the CPU time: nearly all of it.

use lab::{Lane, Site, Url, cpu_time};
use own_executor::steps::Fetch;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

fn main() {
    let site = Site::start();
    let (start, cpu) = (Instant::now(), cpu_time());

    block_on(show(site.pages(2)));
    let (elapsed, cpu) = (start.elapsed(), cpu_time() - cpu);
    println!("{elapsed:.0?}, CPU {cpu:.0?}");

    site.finish();
}

/// Fetches pages, one after another.
async fn show(urls: Vec<Url>) {
    for url in urls {
        let page = Fetch::new(url).await.expect("every page is there");
        println!("{page}");
    }
}

/// Runs a future to its end.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let lane = Lane::new("future");
    let mut context = Context::from_waker(Waker::noop());
    let mut polls = 0;
    lane.runs();
    loop {
        polls += 1;
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            println!("polls: {polls}");
            return output;
        }
    }
}
