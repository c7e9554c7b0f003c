//! Other tests, under valgrind. It sees it if a task is used that is gone, such
//! as one of a scope that was forgotten.
//!
//! This takes longer than all others, so it should begin with the first. They
//! begin in the order of their names.

use std::env;
use std::process::Command;
use std::time::Duration;
use trials::watchdog::{self, together};

/// Whatever shares memory between tasks and threads, or frees it.
const TESTED: &[&str] = &[
    "elsewhere::",
    "future::",
    "leaves::",
    "mpsc::",
    "mutex::",
    "net::",
    "notify::",
    "oneshot::",
    "pool::",
    "scope::",
    "semaphore::",
    "tasks::",
    "time::",
    "unblock::",
];

/// What would take long there, or cannot run beside others in one process.
const LEFT_OUT: &[&str] = &[
    "million",
    "thousand",
    "free_their_memory",
    "tasks_spawn_and_join_tasks",
    "pool::stranded",
    "elsewhere::another_executor",
    // They count files or threads, or need more threads than it allows.
    "net::files",
    "pool::ending::a_panic",
    "two_hundred",
    "unblock::threads_without",
    "unblock::what_is_dropped",
    "unblock::without",
    // The clock of a thread or a process, and the slow site, which reads it:
    // valgrind hides what the crate `rustix` looks for there.
    "costs_no_time",
    "pool::sleeping",
    "elsewhere::a_fetch",
    "elsewhere::the_same",
    // `loom` has stacks of its own, which valgrind would have to know.
    "orders::",
    // Other programs.
    "foreign",
    "programs",
    "steps",
];

#[test]
fn valgrind_finds_nothing() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert!(env::var_os("CI").is_none(), "CI needs valgrind");
        println!("left out, since there is no valgrind");
        return;
    }
    let mut command = Command::new("valgrind");
    command.args(["--error-exitcode=9", "--quiet"]);
    command.arg(env::current_exe().unwrap()).arg("--test-threads=1");
    command.args(TESTED);
    command.args(LEFT_OUT.iter().flat_map(|name| ["--skip", name]));
    let limit = Duration::from_secs(180);
    let ran = watchdog::run(together(&mut command), limit);
    let ran = ran.unwrap_or_else(|hung| panic!("{hung}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    let tests = ran.stdout.lines().filter(|line| line.ends_with(" ok"));
    assert!(tests.count() > 150, "{}", ran.stdout);
}
