//! The Python twin finds what we find, and the GIL does what the book says.

use lab::{Shape, Site};
use std::process::Command;
use std::time::Duration;
use timeline::Recording;
use timeline::private::Folder;
use trials::twin;

#[test]
fn the_twin_agrees() {
    let latency = Duration::from_millis(10);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");
    twin::check_crawl(script, site, 8);
}

/// How often the GIL is measured, if it is not clear before.
const TRIES: usize = 5;

#[test]
fn threads_overlap_their_waits_and_not_their_computing() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/gil.py");
    let ratio = |output: &str, job: &str| -> f64 {
        let line = output.lines().find(|line| line.starts_with(job));
        let ratio = line.and_then(|line| line.split(' ').next_back());
        ratio.expect(output).parse().unwrap()
    };
    // 1 is together, 4 is one after another. Whatever else runs blurs both, so
    // there are several tries, of which one has to be clear.
    let mut outputs = Vec::new();
    let is_clear = |output: &String| {
        let has_gil = output.contains("with a GIL");
        ratio(output, "wait") < 2.0
            && (!has_gil || ratio(output, "compute") > 2.5)
    };
    while !outputs.last().is_some_and(is_clear) {
        assert!(outputs.len() < TRIES, "{outputs:#?}");
        let Some(output) = twin::run_python(script, &[]) else { return };
        outputs.push(output);
    }
    let output = outputs.pop().expect("the last was clear");

    // The output in the book is of this program.
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines().skip(1);
        lines
            .map(|line| line.replace(|c: char| c.is_ascii_digit(), ""))
            .collect()
    };
    assert_eq!(words(&output), words(include_str!("../python/gil.txt")));
}

#[test]
fn what_python_computes_is_recorded_in_two_lanes() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/computing.py");
    for kind in ["threads", "processes"] {
        let folder = Folder::new().unwrap();
        let events = folder.path().join("events");
        let mut python = Command::new("python3");
        python.arg(script).arg(kind).env(timeline::VARIABLE, &events);
        let ran = match python.output() {
            Ok(ran) => ran,
            // As for the other twins: there need be no Python.
            Err(_) => return,
        };
        let stdout = String::from_utf8_lossy(&ran.stdout);
        assert!(stdout.starts_with(&format!("2 {kind}: ")), "{stdout}");
        let recording = Recording::read(&events).unwrap();
        assert_eq!((recording.tracks.len(), recording.skipped), (2, 0));
        for track in &recording.tracks {
            assert!(track.ended, "{track:?}");
            let runs = track.spans.iter().filter(|span| span.state.runs());
            let runs: Duration = runs.map(|span| span.to - span.from).sum();
            assert!(runs > Duration::from_millis(50), "{kind}: {runs:?}");
        }
    }
}
