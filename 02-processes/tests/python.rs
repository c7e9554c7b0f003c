//! The Python twin finds what we find, and its processes use the cores as the
//! book says.

use lab::{Shape, Site, twin};
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

/// One after the other: what one computes is in the other's way.
static ONE: Mutex<()> = Mutex::new(());

#[test]
fn the_twin_agrees() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let latency = Duration::from_millis(50);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");
    twin::agrees(script, site, 8);
}

#[test]
fn processes_compute_on_more_cores_than_threads_do() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/cores.py");
    let Some(said) = twin::output(script, &[]) else { return };
    let ratio = |line: &str| -> f64 {
        let line = said.lines().find(|it| it.starts_with(line));
        let ratio = line.and_then(|line| line.split(' ').next_back());
        ratio.expect(&said).parse().unwrap()
    };
    let (threads, processes) = (ratio("four threads"), ratio("four processes"));
    let cores = available_parallelism().unwrap().get();
    if said.contains("with a GIL") && cores > 1 {
        assert!(processes < threads, "{said}");
    }

    // The output in the book is of this program.
    let words = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let after = |text: &str| words(text.split_once('\n').unwrap().1);
    let kept = include_str!("../python/cores.txt");
    assert_eq!(after(&said), after(kept));
}
