//! What tasks use to live with one another.

use super::{numbers_after, run};

#[test]
fn what_is_slow_makes_what_is_fast_wait() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_5-13-back-pressure"));
    let parts: Vec<_> = stdout.split("permits ").collect();
    let [_, without, with] = parts[..] else { panic!("{stdout}") };
    let seen = |part| -> [u64; 2] {
        let numbers = numbers_after(part, "  fetched at once: ");
        numbers.try_into().expect(&stdout)
    };
    let [at_once, waited] = seen(without);
    assert_eq!(at_once, 8, "{stdout}");
    assert!(waited > 3, "{stdout}");
    // Two that have a permit, and one in the channel.
    let [at_once, waited] = seen(with);
    assert_eq!(at_once, 2, "{stdout}");
    assert!(waited <= 3, "{stdout}");

    // Each kind of wait is named.
    let waits: Vec<_> =
        recording.of_kind("task").flat_map(super::waits).collect();
    for what in ["a permit", "room", "the lock", "a value"] {
        assert!(waits.contains(&what), "{what}: {waits:?}");
    }
}
