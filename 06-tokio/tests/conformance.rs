//! The test that every rung passes.

use trials::conformance;
use with_tokio::RUNG;

#[test]
fn with_tokio_conforms() {
    conformance(&RUNG, env!("CARGO_BIN_EXE_with-tokio"));
}
