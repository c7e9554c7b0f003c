//! Programs that are killed as they begin, or whose output is closed.

use super::served::until;
use std::fs;
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;
use trials::watchdog;

/// Until the site is up, no other process can remove what this one leaves.
#[test]
fn of_a_program_that_is_killed_as_it_begins_the_next_one_clears_away() {
    let directory = timeline::private::Folder::new().unwrap();
    let files = || fs::read_dir(directory.path()).unwrap().count();
    let crawl = |latency: &str| {
        let mut crawl = Command::new(env!("CARGO_BIN_EXE_lab"));
        crawl
            .args(["--pages", "1", "--latency", latency])
            .stdout(Stdio::null());
        crawl.env("TMPDIR", directory.path()).env_remove("LAB_RECORDING");
        let crawl = crawl.spawn().unwrap();
        let limit = watchdog::kill_after(&crawl, Duration::from_secs(60));
        (crawl, limit)
    };
    let (mut killed, _limit) = crawl("1900");
    until("there is a folder", || files() > 0);
    killed.kill().unwrap();
    killed.wait().unwrap();
    // However early that was, here is one that nothing else removes.
    fs::create_dir(directory.path().join("taking-turns.killed")).unwrap();

    let (mut next, _limit) = crawl("1");
    assert!(next.wait().unwrap().success());
    until("all is cleared away", || files() == 0);
}

#[test]
fn a_step_whose_output_is_closed_ends_without_a_panic() {
    let step = env!("CARGO_BIN_EXE_0-2-one-page-at-a-time");
    let (reads, closed) = io::pipe().unwrap();
    drop(reads);
    let mut outputs = vec![(Stdio::from(closed), 0, "")];
    // Linux has `/dev/full`, a disk that is always full.
    if let Ok(full) = fs::File::options().write(true).open("/dev/full") {
        outputs.push((full.into(), 1, "cannot print: No space left on device"));
    }
    for (stdout, status, says) in outputs {
        let ran = Command::new(step).stdout(stdout).output().unwrap();
        let text = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(status), "{text}");
        assert!(text.contains(says), "{text}");
        assert_eq!(text.lines().count(), usize::from(!says.is_empty()));
    }
}

/// Help goes to standard output like all else. If standard error is closed, the
/// status still shows that something went wrong.
#[test]
fn whatever_is_printed_the_pipe_may_be_closed() {
    let broken = || {
        let (reads, closed) = io::pipe().unwrap();
        drop(reads);
        Stdio::from(closed)
    };
    let programs = [
        env!("CARGO_BIN_EXE_lab"),
        env!("CARGO_BIN_EXE_0-2-one-page-at-a-time"),
    ];
    for program in programs {
        for (flag, status) in [("--help", 0), ("--nonsense", 2)] {
            let mut command = Command::new(program);
            command.arg(flag).stdout(broken());
            let ran = command.output().unwrap();
            assert_eq!(ran.status.code(), Some(status), "{flag}");
            let text = String::from_utf8_lossy(&ran.stderr);
            assert!(!text.contains("panicked"), "{flag}: {text}");
            let ran = command.stdout(broken()).stderr(broken()).status();
            assert_eq!(ran.unwrap().code(), Some(status), "{flag}");
        }
    }
}
