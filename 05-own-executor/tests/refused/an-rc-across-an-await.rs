//! What a task keeps while it waits would go to another thread with it.

use std::future::ready;
use std::rc::Rc;

/// As that of a pool.
fn spawn(_task: impl Future + Send + 'static) {}

fn main() {
    spawn(async {
        let count = Rc::new(0);
        ready(()).await;
        drop(count);
    });
}
