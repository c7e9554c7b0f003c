//! 5-17 · The waker is a number: nothing is counted, and nothing freed.
//!
//!     cargo run -p own-executor --bin 5-17-the-waker-is-a-number
//!
//! Look at the generations, 0 and then 1, and at the nanoseconds.

use lab::{Site, Url, cpu_time_of_thread};
use own_executor::task::yield_now;
use own_executor::{block_on, fetch_by, spawn};
use std::cell::RefCell;
use std::future::poll_fn;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Wake, Waker};
use std::time::{Duration, Instant};

const TIMES: u32 = 1_000_000;

fn main() {
    let site = Site::start();
    block_on(async {
        read_numbers(site.page(0)).await;
        time("a number", &own_waker().await);
        time("an Arc", &Waker::from(Arc::new(Flag::default())));
    });
    site.finish();
}

async fn read_numbers(url: Url) {
    print("the future of `block_on`", &own_waker().await);

    let first = spawn(fetch_for_waker(url)).await.unwrap();
    print("the first task", &first);
    // It has ended, and its place is free.
    let polls = Rc::new(RefCell::new(Vec::new()));
    let wakers = polls.clone();
    drop(spawn(poll_fn(move |context| {
        wakers.borrow_mut().push(context.waker().clone());
        Poll::<()>::Pending
    })));
    yield_now().await;
    print("the next in its place", &polls.borrow()[0]);

    first.wake();
    yield_now().await;
    println!("woken by the first one's number: {} poll", polls.borrow().len());
    polls.borrow()[0].wake_by_ref();
    yield_now().await;
    println!("woken by its own: {} polls", polls.borrow().len());
}

async fn fetch_for_waker(url: Url) -> Waker {
    let limit = Instant::now() + Duration::from_secs(2);
    fetch_by(&url, limit).await.expect("every page is there");
    own_waker().await
}

async fn own_waker() -> Waker {
    poll_fn(|context| Poll::Ready(context.waker().clone())).await
}

/// 12 bits for the executor, 26 for the generation, 26 for the place.
fn print(what: &str, waker: &Waker) {
    let bits = waker.data().addr() as u64;
    let (executor, rest) = (bits >> 52, bits & ((1 << 52) - 1));
    let (generation, place) = (rest >> 26, rest & ((1 << 26) - 1));
    println!("{what}:\n  {executor:012b} {generation:026b} {place:026b}");
}

/// What std makes a waker of, if it is in an `Arc`.
#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The call that sets it would put the task into the queue.
        self.0.swap(true, Ordering::AcqRel);
    }
}

fn time(what: &str, waker: &Waker) {
    let cloned = time_each(|| drop(black_box(waker.clone())));
    let woken = time_each(|| waker.wake_by_ref());
    println!("{what}: {cloned:.1} ns to clone and drop, {woken:.1} to wake");
}

/// The nanoseconds of CPU time for each of many times.
fn time_each(run: impl Fn()) -> f64 {
    let before = cpu_time_of_thread();
    for _ in 0..TIMES {
        run();
    }
    (cpu_time_of_thread() - before).as_nanos() as f64 / f64::from(TIMES)
}
