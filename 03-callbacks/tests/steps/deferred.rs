//! The step of the Deferred.

use super::run;
use timeline::{Recording, State};

/// How often it runs, if other programs keep it from its timer.
const TRIES: usize = 5;

#[test]
fn each_chain_says_how_it_ended_and_one_request_is_cut_off() {
    let mut runs = (0..TRIES).map(|_| run(env!("CARGO_BIN_EXE_3-10-deferred")));
    // The timer is set for the time between two pages of the last chain.
    let in_time = |(_, stdout): &(Recording, String)| {
        stdout.contains("cancel: /19") && stdout.contains("cancel: cancelled")
    };
    let (recording, stdout) = runs.find(in_time).expect("one is in time");
    let lines_of = |name: &str| -> Vec<&str> {
        stdout.lines().filter_map(|line| line.strip_prefix(name)).collect()
    };

    let chain = lines_of("chain: ");
    assert!(chain[0].starts_with("/1: ") && chain[1].starts_with("/2: "));
    assert_eq!(lines_of("error: "), ["status 404", "0 bytes"]);
    let cancel = lines_of("cancel: ");
    assert!(cancel[0].starts_with("/19: "), "{stdout}");
    assert_eq!((chain.len(), cancel[1..].len()), (2, 1), "{stdout}");
    assert_eq!(cancel[1], "cancelled");
    assert!(stdout.ends_with("\n5 requests, 1 cut off\n"), "{stdout}");

    // The last chain ends with the timer, and does not wait for its page.
    assert_eq!(recording.of_kind("thread").count(), 1);
    let timer = recording.of_kind("timer").flat_map(|lane| &lane.spans);
    let rang = timer.filter(|span| span.state.runs()).map(|span| span.to);
    let rang = rang.max().expect("the timer rings");
    let page = State::Wait("/14".to_owned());
    let lanes = recording.of_kind("socket").flat_map(|lane| &lane.spans);
    let waits = lanes.filter(|span| span.state == page).map(|span| span.to);
    assert!(waits.max().expect("it waits for the page") <= rang, "{stdout}");
}
