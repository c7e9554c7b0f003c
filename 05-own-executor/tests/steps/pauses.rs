//! What the recordings say of each pause: how large the future is, and on which
//! line it awaits.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use timeline::{Event, What};
use trials::alone;

/// The lines of code on which the tasks of a step have paused. Each pause says
/// that the future is kept, before it says what it waits for.
fn lines_of_pauses(step: &str) -> BTreeSet<String> {
    timeline::start().unwrap();
    let ran = Command::new(step).envs(timeline::env()).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let events = fs::read_to_string(timeline::path().unwrap()).unwrap();

    let mut lines = BTreeSet::new();
    let mut kept = None;
    for event in events.lines().filter_map(Event::parse) {
        let is_wait = matches!(event.what, What::Wait(_) | What::Until(_));
        match event.what {
            What::Kept(place) => {
                let bytes = place
                    .strip_prefix("future, ")
                    .and_then(|it| it.strip_suffix(" bytes"));
                let bytes: usize = bytes.expect(place).parse().expect(place);
                assert!((16..16 * 1024).contains(&bytes), "{place}");
                kept = Some((event.lane, event.source));
            }
            _ if is_wait && event.lane != event.thread => {
                assert_eq!(kept.take(), Some((event.lane, event.source)));
                let (file, line) = event.source.expect("a line");
                lines.insert(source_line(file, line));
            }
            _ => {}
        }
    }
    lines
}

/// A line of code, without what is in front of it.
fn source_line(file: &str, line: u32) -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = fs::read_to_string(workspace.join(file)).unwrap();
    text.lines().nth(line as usize - 1).unwrap().trim().to_owned()
}

#[test]
fn a_task_that_waits_says_on_which_line() {
    alone(|| {
        let lines = lines_of_pauses(env!(
            "CARGO_BIN_EXE_5-8-sleep-until-the-first-is-due"
        ));
        // Of the step's own leaf it is the line in which that says so.
        let sleep = "waits_until(self.due);";
        let fetch = "let page = Fetch::new(url).await\
                     .expect(\"every page is there\");";
        assert_eq!(lines, BTreeSet::from([fetch, sleep].map(String::from)));
    });
}
