//! What the compiler refuses, it refuses in the words the book shows.

use std::path::Path;

#[test]
fn two_writers_of_one_set_are_refused() {
    is_refused("two-writers", "E0499");
}

#[test]
fn a_thread_that_borrows_from_its_function_is_refused() {
    is_refused("without-move", "E0373");
}

#[test]
fn an_rc_in_two_threads_is_refused() {
    is_refused("rc-in-two-threads", "E0277");
}

fn is_refused(name: &str, error: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    trials::is_refused(&folder, name, error);
}
