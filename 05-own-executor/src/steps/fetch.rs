//! A page that is fetched by a thread, as steps 5-1 and 5-4 build it.

use crate::lanes::waits_for;
use lab::{Fetched, Url, fetch};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

/// A page that is fetched by a thread, which wakes what waits for it.
pub struct Fetch {
    /// Not there any more once it has been asked for.
    url: Option<Url>,
    shared: Arc<Mutex<Shared>>,
}

/// What it shares with the thread.
#[derive(Default)]
struct Shared {
    page: Option<Fetched>,
    /// To be called when the page is here.
    waker: Option<Waker>,
}

impl Fetch {
    /// One that has asked for nothing yet.
    pub fn new(url: Url) -> Fetch {
        Fetch { url: Some(url), shared: Arc::default() }
    }
}

impl Future for Fetch {
    type Output = Fetched;

    /// The line that calls this is that of the `.await`.
    #[track_caller]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Fetched> {
        // Look, and leave the waker, under one lock: otherwise the page might
        // come in between, and nothing would be woken.
        let this = self.get_mut();
        let mut shared = this.shared.lock().unwrap();
        if let Some(url) = this.url.take() {
            let shared = this.shared.clone();
            thread::spawn(move || {
                let fetched = fetch(&url);
                let mut shared = shared.lock().unwrap();
                shared.page = Some(fetched);
                let waker = shared.waker.take();
                // Not under the lock: what a waker does is not known here.
                drop(shared);
                if let Some(waker) = waker {
                    waker.wake();
                }
            });
        }
        match shared.page.take() {
            Some(fetched) => Poll::Ready(fetched),
            None => {
                shared.waker = Some(context.waker().clone());
                waits_for("a page");
                Poll::Pending
            }
        }
    }
}
