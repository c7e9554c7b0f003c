//! The Python twin finds what we find.

use lab::{Shape, Site};
use std::time::Duration;
use trials::twin;

#[test]
fn the_twin_agrees() {
    let latency = Duration::from_millis(10);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");
    twin::check_crawl_with("asyncio.taskgroups", script, site, 8);
}
