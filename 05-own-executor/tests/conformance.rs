//! The test that every rung passes, on one thread and on several.

use own_executor::RUNG;
use trials::conformance_with;

const CRAWL: &str = env!("CARGO_BIN_EXE_own-executor");

#[test]
fn own_executor_conforms() {
    conformance_with(&RUNG, CRAWL, &[]);
}

#[test]
fn own_executor_conforms_on_two_threads() {
    conformance_with(&RUNG, CRAWL, &["--workers", "2"]);
}
