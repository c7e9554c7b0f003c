//! The test that every rung passes.

#[test]
fn threads_conform() {
    trials::conformance(&threads::RUNG, env!("CARGO_BIN_EXE_threads"));
}
