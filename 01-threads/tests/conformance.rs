//! The test that every rung passes.

#[test]
fn threads_conform() {
    lab::conformance(env!("CARGO_BIN_EXE_threads"));
}
