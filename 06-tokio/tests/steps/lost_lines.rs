//! A `select!` that loses what has been read, and three that do not.

use super::run;

#[test]
fn each_tick_drops_what_has_been_read_of_a_line() {
    let step = env!("CARGO_BIN_EXE_6-7-select-loses-half-a-line");
    let (recording, stdout) = run(step);
    for n in 1..=8 {
        let line = format!("sent \"/1{n}\\n\", got \"{n}\\n\"\n");
        assert!(stdout.contains(&line), "{line}{stdout}");
    }
    assert!(stdout.contains("\n16 of 32 bytes are read\n"), "{stdout}");
    // They are pages, but none of the list.
    let asked: Vec<_> = (1..=8).map(|n| format!("/{n}")).collect();
    assert!(stdout.ends_with(&format!("asked for: {asked:?}\n")), "{stdout}");
    assert!(stdout.contains("saw 8 requests for 8 pages"), "{stdout}");
    assert!(recording.of_kind("task").count() >= 8, "{stdout}");
}

#[test]
fn what_is_kept_outside_is_not_dropped_by_a_tick() {
    let (_, stdout) = run(env!("CARGO_BIN_EXE_6-8-kept-outside"));
    for way in ["a safe method", "kept bytes", "a kept future"] {
        let line = format!("{way}: 32 of 32 bytes are read\n");
        assert!(stdout.contains(&line), "{way}: {stdout}");
    }
    assert!(stdout.contains("saw 8 requests for 8 pages"), "{stdout}");
}
