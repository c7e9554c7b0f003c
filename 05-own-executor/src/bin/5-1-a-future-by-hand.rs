//! 5-1 · A future by hand: a value with one function, `poll`.
//!
//!     cargo run -p own-executor --bin 5-1-a-future-by-hand
//!
//! Look at the polls: the first begins the work, the last takes the page. In
//! between there is one, or two, that find nothing.

use lab::{Failure, Fetched, Lane, Site, Url, fetch};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

const NAP: Duration = Duration::from_millis(20);

fn main() -> Result<(), Failure> {
    let site = Site::start();

    let mut future = pin!(Fetch::new(site.page(1)));
    println!("it is made, and has asked for nothing");
    let lane = Lane::new("future");
    let mut context = Context::from_waker(Waker::noop());
    let mut polls = 0;
    let fetched = loop {
        thread::sleep(NAP);
        polls += 1;
        lane.runs();
        let polled = future.as_mut().poll(&mut context);
        lane.waits("a poll");
        match polled {
            Poll::Pending => println!("poll {polls}: pending"),
            Poll::Ready(fetched) => break fetched,
        }
    };
    println!("poll {polls}: ready, {}", fetched?);

    site.finish();
    Ok(())
}

/// A page that is fetched by a thread.
struct Fetch {
    /// Not there any more once it has been asked for.
    url: Option<Url>,
    /// Where the thread puts the page.
    page: Arc<Mutex<Option<Fetched>>>,
}

impl Fetch {
    fn new(url: Url) -> Fetch {
        Fetch { url: Some(url), page: Arc::default() }
    }
}

impl Future for Fetch {
    type Output = Fetched;

    /// Goes on as far as is possible without waiting.
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Fetched> {
        if let Some(url) = self.url.take() {
            let page = self.page.clone();
            thread::spawn(move || {
                let fetched = fetch(&url);
                *page.lock().unwrap() = Some(fetched);
            });
        }
        match self.page.lock().unwrap().take() {
            Some(fetched) => Poll::Ready(fetched),
            None => Poll::Pending,
        }
    }
}
