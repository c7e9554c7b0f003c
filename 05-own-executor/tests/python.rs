//! The Python twins find what we find, and their loop does what asyncio does.

use lab::{Shape, Site};
use std::time::Duration;
use trials::twin;

#[test]
fn the_twin_agrees() {
    let latency = Duration::from_millis(10);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");
    twin::check_crawl(script, site, 8);
}

#[test]
fn the_loop_of_the_twin_does_what_asyncio_does() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/like_asyncio.py");
    twin::run_python(script, &[]);
}
