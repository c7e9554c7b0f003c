//! The Python twins find what we find.

use lab::{Shape, Site};
use std::time::Duration;
use trials::twin;

fn site() -> Site {
    let latency = Duration::from_millis(10);
    Site::in_thread(Shape { latency, ..Shape::default() })
}

#[test]
fn the_twin_agrees() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");
    twin::check_crawl(script, site(), 8);
}

#[test]
fn the_twin_with_greenlets_agrees_where_they_are_installed() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/greenlets.py");
    twin::check_crawl_with("greenlet", script, site(), 8);
}
