//! The Deferred in Python does what the page of step 3-10 says.

use trials::twin;

#[test]
fn its_chains_end_as_those_of_the_step() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/deferred.py");
    let Some(output) = twin::run_python(script, &[]) else { return };
    // The output in the book is of this program.
    assert_eq!(output, include_str!("../../python/deferred.txt"));
}

#[test]
fn it_does_what_twisted_does() {
    let script =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/deferred/test_deferred.py");
    twin::run_python(script, &[]);
}
