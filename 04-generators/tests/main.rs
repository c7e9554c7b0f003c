//! Tests of rung 4.

mod generator;
mod greenlet;
mod switch;
mod steps;
mod refused;
mod trampoline;
mod conformance;
mod servers;
mod few_files;
mod python;

/// The crawl in this style, as a shell would be told.
fn crawl_in(style: &str) -> String {
    format!("{} --style {style}", env!("CARGO_BIN_EXE_generators"))
}
