//! The test that every rung passes.

#[test]
fn callbacks_conform() {
    trials::conformance(&callbacks::RUNG, env!("CARGO_BIN_EXE_callbacks"));
}
