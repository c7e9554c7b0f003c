//! 5-14 · No task outlives it: what a scope lends to its tasks is still there.
//!
//!     cargo run -p own-executor --bin 5-14-no-task-outlives-it
//!
//! Look at the last line: the task goes on, and that of the lost scope does not.

use lab::{Page, Site, Url};
use own_executor::task::scope;
use own_executor::time::{sleep, timeout};
use own_executor::{block_on, fetch_by, spawn};
use std::cell::Cell;
use std::mem::forget;
use std::rc::Rc;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(10);

fn main() {
    let site = Site::start();
    let urls = site.pages(8);
    block_on(async {
        spawn(lends(urls.clone())).await.unwrap();
        let cut = Rc::new(Cell::new(0));
        let panic = spawn(panics(urls, cut.clone())).await.unwrap_err();
        println!("{panic}; {} others are dropped", cut.get());
        spawn(is_forgotten()).await.unwrap();
    });
    site.finish();
}

async fn lends(urls: Vec<Url>) {
    let mut sizes = [0; 8];
    scope(async |s| {
        for (size, url) in sizes.iter_mut().zip(&urls) {
            s.spawn(async { *size = fetch(url).await.body.len() });
        }
    })
    .await;
    println!("filled by 8 tasks: {sizes:?}");
}

async fn panics(urls: Vec<Url>, cut: Rc<Cell<u32>>) {
    scope(async |s| {
        for url in &urls {
            s.spawn(async {
                let _cut = CountDrop(&cut);
                fetch(url).await;
            });
        }
        s.spawn(async {
            sleep(TICK).await;
            panic!("one of nine gives up");
        });
    })
    .await;
}

async fn is_forgotten() {
    let (turns, lent) = (Rc::new(Cell::new(0)), Cell::new(0));
    let own = turns.clone();
    drop(spawn(async move { tick(&own).await }));
    let mut scope = Box::pin(scope(async |s| drop(s.spawn(tick(&lent)))));
    // By `&mut`, so it is not dropped; and no destructor of it will ever run.
    let _ = timeout(5 * TICK, &mut scope).await;
    forget(scope);
    println!("turns: {} of a task, {} in a scope", turns.take(), lent.take());
    sleep(5 * TICK).await;
    println!("since it is forgotten: {} and {}", turns.take(), lent.take());
}

/// Counts how often it has its turn.
async fn tick(turns: &Cell<u32>) {
    loop {
        turns.set(turns.get() + 1);
        sleep(TICK).await;
    }
}

async fn fetch(url: &Url) -> Page {
    let limit = Instant::now() + Duration::from_secs(2);
    fetch_by(url, limit).await.expect("every page is there")
}

/// Counts what is dropped.
struct CountDrop<'a>(&'a Cell<u32>);

impl Drop for CountDrop<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}
