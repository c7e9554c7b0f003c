//! The Python twin finds what we find.

use lab::{Shape, Site, twin};
use std::time::Duration;

#[test]
fn the_twin_agrees() {
    let latency = Duration::from_millis(50);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");
    twin::agrees(script, site, 8);
}
