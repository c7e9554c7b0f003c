//! 4-2 · The compiler writes it: an `async` block is such an enum.
//!
//!     cargo run -p generators --bin 4-2-the-compiler-writes-it
//!
//! Look at the bytes: a variable that lives across a pause is in the value, one
//! that does not is on the stack, as ever.

use lab::{Failure, Fetched, Site, Url, fetch};
use std::cell::Cell;
use std::future::poll_fn;
use std::hint::black_box;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

fn main() -> Result<(), Failure> {
    let site = Site::start();

    let out = Out::default();
    let mut pages = pages(site.page(0), out.clone());
    println!("it is made: {} bytes", size_of_val(&*pages));
    // It is resumed in any case, so there is nothing to wake.
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..4 {
        match pages.as_mut().poll(&mut context) {
            Poll::Pending => println!("{}", out.take().expect("a page")?),
            Poll::Ready(()) => println!("it has come to its end"),
        }
    }
    println!("a buffer across a pause: {} bytes", size_of_val(&across()));
    println!("a buffer before a pause: {} bytes", size_of_val(&before()));

    site.finish();
    Ok(())
}

/// Where a page lies that was handed out.
type Out = Rc<Cell<Option<Fetched>>>;

/// Fetches a page, and then each page to which it links. It hands out one page
/// after another, and pauses each time.
fn pages(start: Url, out: Out) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let front = fetch(&start);
        let links = links_of(&front);
        out.set(Some(front));
        pause().await;
        for url in links {
            out.set(Some(fetch(&url)));
            pause().await;
        }
    })
}

/// Pauses: `poll` comes back with `Pending`, and the next one goes on from
/// here.
async fn pause() {
    let mut has_paused = false;
    poll_fn(|_| match has_paused {
        true => Poll::Ready(()),
        false => {
            has_paused = true;
            Poll::Pending
        }
    })
    .await;
}

/// Its buffer lives across a pause.
async fn across() {
    let buffer = black_box([0_u8; 4096]);
    pause().await;
    black_box(&buffer);
}

/// Its buffer is gone before the pause.
async fn before() {
    {
        let buffer = black_box([0_u8; 4096]);
        black_box(&buffer);
    }
    pause().await;
}

fn links_of(fetched: &Fetched) -> Vec<Url> {
    fetched.as_ref().map_or(Vec::new(), |page| page.links.clone())
}
