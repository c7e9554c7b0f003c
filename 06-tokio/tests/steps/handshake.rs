//! The real web: one handshake for all pages.

use super::run;
use timeline::{State, Track};

#[test]
fn one_client_shakes_hands_once_and_eight_clients_eight_times() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_6-13-one-handshake"));
    let mut lines = stdout.lines();
    let mut says = |words: &str| {
        let line = lines.next().expect(&stdout);
        assert_eq!(line, words, "{stdout}");
    };
    says("a stranger: invalid peer certificate: UnknownIssuer");
    says("a client for each page: 8 pages over HTTP/2, handshakes: 8");
    says("one client: 8 pages over HTTP/2, handshakes: 1");
    assert!(stdout.contains("16 requests for 8 pages"), "{stdout}");

    // Tasks 2 to 8 have to connect and to shake hands before they can wait for
    // their page. Tasks 10 to 16 find that done.
    let tasks: Vec<_> = recording.of_kind("task").collect();
    assert_eq!(tasks.len(), 16, "{stdout}");
    let waits = |tasks: &[&Track]| {
        let spans = tasks.iter().flat_map(|task| &task.spans);
        spans.filter(|span| matches!(span.state, State::Wait(_))).count()
    };
    let (apart, together) = (waits(&tasks[1..8]), waits(&tasks[9..]));
    assert!(together >= 7 && apart > together, "{apart} {together}");
}
