//! A site on a thread of this process.

use super::{Shape, Site};
use crate::{Failure, fetch_by};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_site_that_is_dropped_is_gone() {
    let site = Site::in_thread(Shape::default());
    let url = site.url().clone();
    drop(site);
    // The server may need one more turn.
    let patience = Instant::now() + Duration::from_secs(10);
    while !matches!(fetch_by(&url, patience), Err(Failure::Refused)) {
        assert!(Instant::now() < patience, "it is still there");
        thread::yield_now();
    }
}
