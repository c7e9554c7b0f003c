//! What greenlets promise.

mod values;
mod ends;
mod unwinds;
mod overflow;
mod stacks;
mod tools;

use rustix::process::{Resource, Rlimit, setrlimit};
use std::any::type_name;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, exit};
use std::time::Duration;
use trials::watchdog::{self, Ran};

/// What the call panics with.
#[track_caller]
fn panic_of<T>(call: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(call)) else {
        panic!("it does not panic");
    };
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().unwrap().to_string(),
    }
}

/// Set in a child of a test: the name of the test.
const CHILD: &str = "GREENLET_CHILD";

/// How a process ends that does this. It is a call in the body of a test, and
/// the process is this program once more, for this one test.
fn end_of<F: FnOnce()>(body: F) -> Ran {
    ran_by(&mut Command::new(env::current_exe().unwrap()), body)
}

/// The same; the command runs this program, and has no arguments for it yet.
fn ran_by<F: FnOnce()>(command: &mut Command, body: F) -> Ran {
    let name = type_name::<F>().trim_end_matches("::{{closure}}");
    let (_, name) = name.split_once("::").unwrap();
    if env::var_os(CHILD).is_some_and(|child| child == name) {
        // Many of these are to crash, and nobody wants their cores.
        let nothing = Rlimit { current: Some(0), maximum: Some(0) };
        setrlimit(Resource::Core, nothing).unwrap();
        body();
        exit(0);
    }
    command.args(["--exact", "--nocapture", name]).env(CHILD, name);
    let limit = Duration::from_secs(120);
    let ran = watchdog::run(command, limit);
    let ran = ran.unwrap_or_else(|hung| panic!("{hung}"));
    assert!(ran.stdout.contains("running 1 test"), "no test is called {name}");
    ran
}
