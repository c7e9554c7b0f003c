//! The Python twin finds what we find, and its processes use the cores as the
//! book says.

use lab::{Shape, Site};
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;
use trials::twin;

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
    let busy = |said: &str, who: &str| -> f64 {
        let line = said.lines().find(|line| line.starts_with(who));
        let cores = line.and_then(|line| line.split(' ').next_back());
        cores.expect(said).parse().unwrap()
    };
    let cores = available_parallelism().unwrap().get();
    if said.contains("with a GIL") && cores > 1 {
        // What else runs here can only make it less.
        assert!(busy(&said, "four threads") < 1.3, "{said}");
        // Of both; but hardly each time of one only.
        let mut tries = (0..5).map(|_| twin::output(script, &[]).unwrap());
        let more = tries.any(|said| {
            busy(&said, "four processes") > 1.3 * busy(&said, "four threads")
        });
        assert!(more, "never more cores than threads: {said}");
    }

    // The output in the book is of this program.
    let words = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let after = |text: &str| words(text.split_once('\n').unwrap().1);
    let kept = include_str!("../python/cores.txt");
    assert_eq!(after(&said), after(kept));
}
