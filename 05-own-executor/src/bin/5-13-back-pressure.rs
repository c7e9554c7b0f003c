//! 5-13 · Back-pressure: what is slow makes what is fast wait.
//!
//!     cargo run -p own-executor --bin 5-13-back-pressure
//!
//! Look at what waits: six pages, then three at most, and it takes as long.

use lab::{Page, Site, Url};
use own_executor::sync::{Mutex, Semaphore, mpsc};
use own_executor::time::sleep;
use own_executor::{block_on, fetch_by, spawn};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What it takes to store a page.
const STORE: Duration = Duration::from_millis(80);

fn main() {
    let site = Site::start();
    for (permits, room) in [(8, 8), (2, 1)] {
        let start = Instant::now();
        let waiting = block_on(pipeline(site.pages(8), permits, room));
        println!("permits {permits}, room {room}: {:.0?}", start.elapsed());
        println!("  waited to be stored, at most: {}", waiting.most.get());
    }
    site.finish();
}

/// Fetches pages, and stores them. Gives back how many have waited for that.
async fn pipeline(urls: Vec<Url>, permits: usize, room: usize) -> Rc<Gauge> {
    let waiting = Rc::new(Gauge::default());
    let permits = Rc::new(Semaphore::new(permits));
    let (sender, receiver) = mpsc::channel(room);
    for url in urls {
        let (permits, sender) = (permits.clone(), sender.clone());
        drop(spawn(fetch(url, permits, sender, waiting.clone())));
    }
    // The channel ends with the last of the clones.
    drop(sender);
    let receiver = Rc::new(Mutex::new(receiver));
    let mut stores = Vec::new();
    for _ in 0..2 {
        stores.push(spawn(store(receiver.clone(), waiting.clone())));
    }
    for store in stores {
        store.await.unwrap();
    }
    waiting
}

async fn fetch(
    url: Url,
    permits: Rc<Semaphore>,
    sender: mpsc::Sender<Page>,
    waiting: Rc<Gauge>,
) {
    let _permit = permits.acquire().await.expect("it is never closed");
    let limit = Instant::now() + Duration::from_secs(2);
    let page = fetch_by(&url, limit).await.expect("every page is there");
    waiting.add();
    // While there is no room, the permit is kept, and nothing else is fetched.
    sender.send(page).await.expect("they are all stored");
}

async fn store(receiver: Rc<Mutex<mpsc::Receiver<Page>>>, waiting: Rc<Gauge>) {
    loop {
        // One of the two waits for a page, and the other for the lock.
        let Some(page) = receiver.lock().await.recv().await else { return };
        waiting.remove();
        sleep(STORE).await;
        drop(page);
    }
}

/// How many pages wait to be stored.
#[derive(Default)]
struct Gauge {
    now: Cell<usize>,
    most: Cell<usize>,
}

impl Gauge {
    fn add(&self) {
        self.now.set(self.now.get() + 1);
        self.most.set(self.most.get().max(self.now.get()));
    }

    fn remove(&self) {
        self.now.set(self.now.get() - 1);
    }
}
