//! Spans of `tracing` in the timeline.

use std::thread;
use timeline::{Recording, State};
use tracing::{Span, info, info_span};
use trials::alone;
use with_tokio::spans;

/// What this span's lane has done, one thing after another.
fn states<'a>(recording: &'a Recording, name: &str) -> Vec<&'a str> {
    let lane = recording.of_kind("span").find(|it| it.name == name);
    let lane = lane.unwrap_or_else(|| panic!("no {name}"));
    assert!(lane.ended, "{name}");
    let mut states = Vec::new();
    for span in &lane.spans {
        let state = match &span.state {
            State::Run { .. } => "runs",
            State::Wait(what) => what,
            // From its beginning until it is entered.
            _ => continue,
        };
        if states.last() != Some(&state) {
            states.push(state);
        }
    }
    states
}

/// Records it. What happens at the same instant would not be seen.
fn record(say: impl FnOnce()) -> Recording {
    timeline::start().unwrap();
    spans::show();
    say();
    timeline::finish().unwrap()
}

#[test]
fn a_span_runs_while_it_is_entered_and_waits_for_what_was_said_last() {
    alone(|| {
        let recording = record(|| {
            let span = info_span!("page", path = "/3", n = %7);
            span.in_scope(|| {
                info!("first");
                info!(cups = 5, "waits for tea");
            });
            thread::yield_now();
            span.in_scope(|| {});
        });
        let name = r#"page "/3" 7"#;
        assert_eq!(
            states(&recording, name),
            ["runs", "tea 5", "runs", "tea 5"]
        );
    });
}

#[test]
fn what_is_said_belongs_to_the_innermost_span_of_its_thread() {
    alone(|| {
        let recording = record(|| {
            let (outer, inner) = (info_span!("outer"), info_span!("inner"));
            thread::scope(|scope| {
                outer.in_scope(|| {
                    info!("o");
                    inner.in_scope(|| {
                        info!("i");
                        // This thread is in no span.
                        scope.spawn(|| info!("nobody's"));
                    });
                    info!("p");
                });
            });
            thread::yield_now();
            drop(outer);
            inner.in_scope(|| {});
        });
        assert_eq!(states(&recording, "outer"), ["runs", "p"]);
        assert_eq!(states(&recording, "inner"), ["runs", "i", "runs", "i"]);
    });
}

#[test]
fn a_span_ends_with_the_last_of_its_handles() {
    alone(|| {
        let recording = record(|| {
            let first = info_span!("one");
            let second = first.clone();
            drop(first);
            second.in_scope(|| info!(parent: Span::none(), "at no place"));
            thread::spawn(move || second.in_scope(|| info!("last")))
                .join()
                .unwrap();
        });
        assert_eq!(recording.of_kind("span").count(), 1);
        assert_eq!(states(&recording, "one").last(), Some(&"last"));
    });
}
