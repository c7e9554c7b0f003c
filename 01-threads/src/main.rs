//! Rung 1.
fn main() {}
