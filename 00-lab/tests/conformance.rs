//! The test that every rung passes.

#[test]
fn one_page_at_a_time_conforms() {
    trials::conformance(&lab::RUNG, env!("CARGO_BIN_EXE_lab"));
}
