//! The test that every rung passes.

#[test]
fn own_executor_conforms() {
    trials::conformance(
        &own_executor::RUNG,
        env!("CARGO_BIN_EXE_own-executor"),
    );
}
