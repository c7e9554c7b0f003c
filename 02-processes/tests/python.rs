//! The Python twin finds what we find, and its processes use the cores as the
//! book says.

use lab::{Shape, Site};
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;
use trials::twin;

/// Held by each test, so that they do not take CPU time from one another.
static ONE: Mutex<()> = Mutex::new(());

#[test]
fn the_twin_agrees() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let latency = Duration::from_millis(50);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");
    twin::check_crawl(script, site, 8);
}

#[test]
fn processes_compute_on_more_cores_than_threads_do() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/cores.py");
    let Some(output) = twin::run_python(script, &[]) else { return };
    let busy = |output: &str, row: &str| -> f64 {
        let line = output.lines().find(|line| line.starts_with(row));
        let cores = line.and_then(|line| line.split(' ').next_back());
        cores.expect(output).parse().unwrap()
    };
    let cores = available_parallelism().unwrap().get();
    if output.contains("with a GIL") && cores > 1 {
        // Other programs on this machine can only make it less.
        assert!(busy(&output, "four threads") < 1.3, "{output}");
        // They can make it less for the processes only, but hardly in each try.
        let mut tries = (0..5).map(|_| twin::run_python(script, &[]).unwrap());
        let more = tries.any(|again| {
            busy(&again, "four processes") > 1.3 * busy(&again, "four threads")
        });
        assert!(more, "never more cores than threads: {output}");
    }

    // The output in the book is of this program.
    let words = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let after = |text: &str| words(text.split_once('\n').unwrap().1);
    let kept = include_str!("../python/cores.txt");
    assert_eq!(after(&output), after(kept));
}
