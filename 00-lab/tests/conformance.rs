//! The test that every rung passes.

#[test]
fn one_page_at_a_time_conforms() {
    lab::conformance_one_at_a_time(env!("CARGO_BIN_EXE_lab"));
}
