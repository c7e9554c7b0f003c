//! The slow site on this runtime passes the tests of the original: the same
//! files.

#[path = "../../00-lab/tests/served.rs"]
mod served;
#[path = "../../00-lab/tests/meet.rs"]
mod meet;
#[path = "../../00-lab/tests/site.rs"]
mod site;
#[path = "../../00-lab/tests/site_process.rs"]
mod site_process;

/// The program whose site is tested.
const PROGRAM: &str = env!("CARGO_BIN_EXE_5-18-a-task-for-each-client");
