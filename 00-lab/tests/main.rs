//! What rung 0 does, seen from outside: its crawl, its steps, its site.

mod conformance;
mod steps;
mod served;
mod meet;
mod site;
mod site_process;
mod programs;
mod outputs;
mod python;

/// The program whose site is tested.
const PROGRAM: &str = env!("CARGO_BIN_EXE_0-1-meet-the-slow-site");
