//! To wait for several things, and to give some of them up.

use super::{numbers_after, run, run_with};
use trials::twin;

#[test]
fn one_task_waits_for_two_fetches_and_drops_what_it_gives_up() {
    let step = env!("CARGO_BIN_EXE_5-10-join-select-timeout");
    let (recording, stdout) = run(step);
    assert_eq!(recording.of_kind("task").count(), 1, "{stdout}");
    assert_eq!(recording.peak_in_flight(), 2, "{stdout}");
    assert!(stdout.contains("saw 6 requests for 6 pages, 2 at once"));
    assert!(stdout.ends_with("\n2 of them were given up unanswered\n"));
}

#[test]
fn of_two_that_one_task_waits_for_each_is_polled_when_the_other_is_woken() {
    let is_polled_more = || {
        let (_, stdout) = run(env!("CARGO_BIN_EXE_5-10-join-select-timeout"));
        let polls = |what| *numbers_after(&stdout, what).last().expect(&stdout);
        let (alone, joined) = (polls("alone: "), polls(" and: "));
        assert!(alone >= 2 && joined >= 2 * 2, "{stdout}");
        joined > 2 * 2
    };
    // If this program gets no core for a while, both pages are there at once,
    // and each is polled as often as one alone.
    assert!((0..5).any(|_| is_polled_more()));
}

#[test]
fn what_is_dropped_takes_along_what_it_has() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_5-11-what-drop-tears"));
    let row = |what| -> [u64; 4] {
        numbers_after(&stdout, what).try_into().expect(&stdout)
    };
    // Safe: nothing is missing, though tries were cut.
    for what in ["recv  ", "read  "] {
        let [cut, whole, torn, lost] = row(what);
        assert!(cut > 0, "{stdout}");
        assert_eq!((whole, torn, lost), (8, 0, 0), "{what}: {stdout}");
    }
    // Taken out of the queue, and never fetched; read, and only half of it.
    assert_eq!(row("recv, then fetch")[1..], [0, 0, 8], "{stdout}");
    assert_eq!(row("read_line")[1..], [0, 8, 0], "{stdout}");
    // As many messages are lost as tries were cut.
    let [cut, whole, torn, lost] = row("send");
    assert!(cut > 0 && lost == cut, "{stdout}");
    assert_eq!((whole + lost, torn), (8, 0), "{stdout}");
    // The rest of a torn line is missing, so it goes on with another line.
    let [cut, whole, torn, lost] = row("write_all");
    assert!(cut > 0 && torn > 0 && whole < 8, "{stdout}");
    assert_eq!(whole + torn + lost, 8, "{stdout}");

    // Pages were asked for, and given up while they were under way.
    assert!(recording.peak_in_flight() > 0, "{stdout}");
}

#[test]
fn a_server_that_has_time_to_end_answers_all_who_have_asked() {
    let step = env!("CARGO_BIN_EXE_5-12-shutdown-loses-nothing");
    // On a busy machine a page should neither be there before the server ends
    // at once, nor take longer than the 200 ms that it has the second time.
    let (_, stdout) = run_with(step, &["--latency", "85"]);
    let again = stdout.rfind("the server is to end").expect(&stdout);
    let (without, with) = stdout.split_at(again);
    // What a visitor got: the silent one, the five that ask, the late one.
    let got = |text: &str| -> Vec<String> {
        let mut visitors = vec!["silent".to_owned()];
        visitors.extend((1..=6).map(|n| format!("/{n}")));
        let got = visitors.iter().map(|visitor| {
            let line = format!("\n  {visitor}: ");
            let (_, rest) = text.split_once(&line).expect(&stdout);
            rest.lines().next().unwrap_or_default().to_owned()
        });
        got.collect()
    };
    let given_up = |text: &str| text.matches("  given up: ").count();

    let late = "connection refused";
    assert_eq!(given_up(without), 6, "{stdout}");
    let got_nothing = |got: &String| !got.ends_with(" bytes");
    assert!(got(without).iter().all(got_nothing), "{stdout}");
    assert_eq!(got(without)[6], late, "{stdout}");
    // The fifth had been accepted by the kernel only.
    assert_eq!(given_up(with), 1, "{stdout}");
    assert!(with.contains("  given up: one that has asked for nothing\n"));
    assert!(got(with)[1..6].iter().all(|got| !got_nothing(got)), "{stdout}");
    assert_eq!(got(with)[0], "no answer", "{stdout}");
    assert_eq!(got(with)[6], late, "{stdout}");
}

#[test]
fn a_cancel_of_asyncio_can_be_refused_and_its_readline_loses_nothing() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/cancel.py");
    let Some(stdout) = twin::run_python(script, &[]) else { return };
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(lines[0], "refuses: goes on, and has come to its end");
    assert_eq!(lines[2], "says_goodbye: is cancelled", "{stdout}");
    let cut = numbers_after(&stdout, "readline: 8 of 8 lines are whole,");
    assert!(cut[0] > 0, "{stdout}");
}
