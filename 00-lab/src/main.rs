//! Rung 0.
fn main() {}
