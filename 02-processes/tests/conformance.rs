//! The test that every rung passes, and three faults that only this one
//! survives.

#[test]
fn processes_conform() {
    lab::conformance_with_deadly_pages(env!("CARGO_BIN_EXE_processes"));
}
