//! 5-2 · It must not move: a future may hold a reference to a part of itself.
//!
//!     cargo run -p own-executor --bin 5-2-it-must-not-move
//!
//! Look at where the references lead: in a future that stays where it is, to
//! itself; in two that change places, each to the other.

use lab::{Lane, Site, Url};
use own_executor::steps::Fetch;
use std::cell::Cell;
use std::mem;
use std::pin::pin;
use std::ptr::{self, from_ref};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

const NAP: Duration = Duration::from_millis(20);

fn main() {
    let site = Site::start();

    let leads_to = Cell::new(0);
    let mut future = pin!(show(site.page(1), &leads_to));
    let lane = Lane::new("future");
    let mut context = Context::from_waker(Waker::noop());
    loop {
        lane.runs();
        let polled = future.as_mut().poll(&mut context);
        lane.waits("a poll");
        if polled.is_ready() {
            break;
        }
        let byte = leads_to.get() - from_ref(&*future).addr();
        let size = size_of_val(&*future);
        println!("of its {size} bytes, path leads to byte {byte}");
        thread::sleep(NAP);
    }

    let mut one = ByHand::new(site.page(1));
    let mut other = ByHand::new(site.page(2));
    one.refer_to_itself();
    other.refer_to_itself();
    for what in ["two by hand", "they change places"] {
        println!("{what}:");
        for it in [&one, &other] {
            let read = it.would_read([&one, &other]);
            println!("  {} would read {read}", it.url.path());
        }
        mem::swap(&mut one, &mut other);
    }

    site.finish();
}

/// Fetches a page. Across the pause it needs `url`, and a reference to it: both
/// are in the value that the compiler makes of this function.
async fn show(url: Url, leads_to: &Cell<usize>) {
    let path = &url;
    leads_to.set(from_ref(path).addr());
    let page = Fetch::new(url.clone()).await.expect("every page is there");
    println!("{}: {} bytes", path.path(), page.body.len());
}

/// What the compiler makes of `show`, without the fetch.
struct ByHand {
    url: Url,
    path: *const Url,
}

impl ByHand {
    fn new(url: Url) -> ByHand {
        ByHand { url, path: ptr::null() }
    }

    /// As far as the first poll gets.
    fn refer_to_itself(&mut self) {
        self.path = &self.url;
    }

    /// What lies where its reference leads.
    fn would_read<'a>(&self, all: [&'a ByHand; 2]) -> &'a str {
        let found = all.iter().find(|it| ptr::eq(&it.url, self.path));
        found.map_or("something else", |it| it.url.path())
    }
}
