//! A test that has a process to itself.

use std::any::type_name;
use std::env;
use std::process::Command;
use std::time::Duration;

/// Set in the process of a test that runs alone: its name.
const VARIABLE: &str = "TRIALS_ALONE";

/// Instead of a name: see [`together`].
const TOGETHER: &str = "*";

/// A test that takes longer is killed.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs a whole test in a process of its own.
///
/// For a test that judges its process, or changes it: the CPU time, the
/// children, the threads, the open files and the recording of a process are
/// those of all tests that run in it. The test program starts itself again, for
/// this one test.
///
/// The body of a test is a call of it:
///
/// ```no_run
/// watchdog::alone(|| {
///     let before = timeline::cpu_time();
///     let sum: u64 = (0..1_000_000).sum();
///     assert!(timeline::cpu_time() > before, "{sum}");
/// });
/// ```
///
/// # Panics
///
/// If the test fails there, or hangs. What it printed is printed here.
pub fn alone<F: FnOnce()>(test: F) {
    let name = name_of::<F>();
    let is_here = |alone| alone == name || alone == TOGETHER;
    if env::var_os(VARIABLE).is_some_and(is_here) {
        return test();
    }
    let mut command = command_of_test(name);
    let ran = crate::run(command.env(VARIABLE, name), LIMIT);
    let ran = ran.unwrap_or_else(|hung| panic!("{hung}"));
    print!("{}", ran.stdout);
    eprint!("{}", ran.stderr);
    assert!(ran.status.success(), "alone, {name} fails: {}", ran.status);
    let passed = ran.stdout.contains("test result: ok. 1 passed");
    assert!(passed, "no test is called {name}");
}

/// Has a test program run all tests in its own process, those too that want one
/// to themselves. A tool that watches a process sees them all then; they are to
/// be such as can bear it.
pub fn together(program: &mut Command) -> &mut Command {
    program.env(VARIABLE, TOGETHER)
}

/// This test program, to run one test only, ignored or not: `module::test`.
///
/// # Panics
///
/// If the system does not tell which file this program is.
pub(crate) fn command_of_test(test: &str) -> Command {
    let program = env::current_exe().expect("it runs from a file");
    let mut command = Command::new(program);
    command.args(["--include-ignored", "--exact", "--nocapture", test]);
    command
}

/// The name of the test that `F` is a closure of, as the test program knows it:
/// `module::test` for the type `package::module::test::{{closure}}`.
///
/// Its thread has that name too, but not on a machine with a single core.
fn name_of<F>() -> &'static str {
    let name = type_name::<F>().trim_end_matches("::{{closure}}");
    name.split_once("::").map_or(name, |(_package, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{VARIABLE, alone, command_of_test, together};
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    use std::{env, panic};

    #[test]
    fn it_runs_in_another_process_than_the_rest_of_its_test() {
        static RUNS_HERE: AtomicBool = AtomicBool::new(false);
        alone(|| {
            // What is set here is lost with this process.
            RUNS_HERE.store(true, Relaxed);
        });
        let is_child = RUNS_HERE.load(Relaxed);
        assert_eq!(is_child, env::var_os(VARIABLE).is_some());
    }

    #[test]
    fn a_failure_there_fails_the_test_and_says_why() {
        let ran = command_of_test("alone::tests::fails").output().unwrap();
        assert!(!ran.status.success());
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert!(stderr.contains("\nthis is why\n"), "{stderr}");
    }

    #[test]
    #[ignore = "a part in another test"]
    fn fails() {
        alone(|| panic!("this is why"));
    }

    #[test]
    fn together_it_runs_in_the_process_of_the_rest() {
        let test = "alone::tests::fails";
        let ran = together(&mut command_of_test(test)).output().unwrap();
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert!(stderr.contains("\nthis is why\n"), "{stderr}");
        assert!(!stderr.contains("alone, "), "{stderr}");
    }

    #[test]
    fn a_test_that_is_not_found_has_not_passed() {
        // This function is no test.
        fn helper() {
            alone(|| ());
        }
        let why = panic::catch_unwind(helper).unwrap_err();
        let why = why.downcast_ref::<String>().unwrap();
        assert!(why.starts_with("no test is called "), "{why}");
        assert!(why.ends_with("::helper"), "{why}");
    }
}
