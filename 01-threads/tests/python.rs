//! The Python twin finds what we find, and the GIL does what the book says.

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
fn threads_overlap_their_waits_and_not_their_computing() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/gil.py");
    let Some(output) = twin::run_python(script, &[]) else { return };
    let ratio = |job: &str| -> f64 {
        let line = output.lines().find(|line| line.starts_with(job));
        let ratio = line.and_then(|line| line.split(' ').next_back());
        ratio.expect(&output).parse().unwrap()
    };
    // 1 is together, 4 is one after another; other programs blur both.
    assert!(ratio("wait") < 2.0, "{output}");
    if output.contains("with a GIL") {
        assert!(ratio("compute") > 2.0, "{output}");
    }

    // The output in the book is of this program.
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines().skip(1);
        lines
            .map(|line| line.replace(|c: char| c.is_ascii_digit(), ""))
            .collect()
    };
    assert_eq!(words(&output), words(include_str!("../python/gil.txt")));
}
