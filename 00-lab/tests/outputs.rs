//! What a crawl writes: the report, and the files of `--list` and `--trace`.

use serde_json::Value;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output};
use std::thread;
use std::time::Duration;
use trials::watchdog;

/// A folder that is removed when its test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("outputs-{name}-{}", process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        Folder(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Lets a shell run `code` in this folder, where `crawl` is a short crawl.
    fn run(&self, code: &str) -> Output {
        let crawl = env!("CARGO_BIN_EXE_lab");
        let code = format!(
            "CRAWL={crawl}\n\
             crawl() {{ \"$CRAWL\" --pages 3 --latency 1 \"$@\"; }}\n{code}"
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &code]).current_dir(&self.0);
        let child = shell
            .stdout(process::Stdio::piped())
            .stderr(process::Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let _limit = watchdog::kill_after(&child, Duration::from_secs(60));
        child.wait_with_output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("it is ours");
    }
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).unwrap().lines().count()
}

#[test]
fn each_output_is_whole_and_takes_the_place_of_what_was_there() {
    let folder = Folder::new("whole");
    for name in ["list", "trace"] {
        fs::write(folder.path(name), "old\n".repeat(10_000)).unwrap();
    }
    let ran = folder.run("crawl --json --list list --trace trace");
    assert!(ran.status.success(), "{}", error(&ran));
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(report["right"], true, "{report}");
    assert_eq!(lines(&folder.path("list")), 3);
    let trace = fs::read_to_string(folder.path("trace")).unwrap();
    assert!(serde_json::from_str::<Value>(&trace).is_ok());
}

#[test]
fn two_outputs_in_one_file_are_refused_and_nothing_is_lost() {
    let folder = Folder::new("one-file");
    fs::write(folder.path("kept"), "kept\n").unwrap();
    fs::hard_link(folder.path("kept"), folder.path("hard")).unwrap();
    symlink("kept", folder.path("soft")).unwrap();
    symlink("nothing-yet", folder.path("dangling")).unwrap();
    for code in [
        "crawl --list kept --trace kept",
        "crawl --list kept --trace \"$PWD\"/kept",
        "crawl --list kept --trace hard",
        "crawl --list soft --trace kept",
        "crawl --list new --trace ./new",
        "crawl --list dangling --trace nothing-yet",
        "crawl --json --list /dev/stdout >> kept",
        "crawl --json --list kept >> kept",
        "crawl --trace kept >> hard",
        "crawl --json --trace /dev/stdout | cat > piped",
        "crawl --list kept 2>> kept",
        "mkfifo fifo; exec 4<> fifo; crawl --list fifo --trace fifo",
    ] {
        let ran = folder.run(&format!("{{ {code}; }} 3>&2; echo $? >&2"));
        let text =
            error(&ran) + &fs::read_to_string(folder.path("kept")).unwrap();
        assert!(text.contains("give it its own file"), "{code}: {text}");
        let kept = fs::read_to_string(folder.path("kept")).unwrap();
        assert!(kept.starts_with("kept\n"), "{code}: {kept}");
        assert!(ran.stdout.is_empty(), "{code}");
        fs::write(folder.path("kept"), "kept\n").unwrap();
    }
    // The status of a wrong command line.
    let ran = folder.run("crawl --list new --trace ./new");
    assert_eq!((ran.status.code(), error(&ran).lines().count()), (Some(2), 1));
    // `/dev/null` may be named twice.
    let ran =
        folder.run("crawl --list /dev/null --trace /dev/null > /dev/null");
    assert!(ran.status.success(), "{}", error(&ran));
}

#[test]
fn what_fails_before_the_crawl_leaves_no_file_behind() {
    let folder = Folder::new("nothing-new");
    symlink("dangling", folder.path("link")).unwrap();
    fs::write(folder.path("kept"), "kept\n").unwrap();
    fs::write(folder.path("empty"), "").unwrap();
    for code in [
        "crawl --list new --trace no/such/folder",
        "crawl --trace new --list no/such/folder",
        "crawl --list kept --trace no/such/folder",
        "crawl --list empty --trace no/such/folder",
        "crawl --list link --trace no/such/folder",
        "crawl --list new --trace ./new",
        // A crawl that fails: nothing listens at this port.
        "crawl() { \"$CRAWL\" \"$@\"; }
         crawl --list new --trace newer --site http://127.0.0.1:1/",
    ] {
        let ran = folder.run(code);
        assert!(!ran.status.success(), "{code}");
        let entries = fs::read_dir(&folder.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        assert_eq!(names, ["empty", "kept", "link"], "{code}");
        assert_eq!(lines(&folder.path("kept")), 1, "{code}");
    }
}

#[test]
fn a_pipe_is_opened_once_and_no_reader_is_waited_for() {
    let folder = Folder::new("pipe");
    let ran = folder.run("mkfifo pipe; crawl --list pipe");
    assert_eq!(ran.status.code(), Some(1));
    assert!(error(&ran).ends_with("pipe: nobody reads from it\n"));
    assert!(ran.stdout.is_empty());

    // A reader that is there reads all of it, and then its end.
    thread::scope(|scope| {
        let reader = scope.spawn(|| fs::read_to_string(folder.path("pipe")));
        // It fails until the reader is there.
        let wait = "until crawl --list pipe; do sleep 0.01; done";
        let ran = folder.run(wait);
        assert!(ran.status.success(), "{}", error(&ran));
        assert_eq!(reader.join().unwrap().unwrap().lines().count(), 3);
    });
}

#[test]
fn what_cannot_be_written_is_one_sentence() {
    let folder = Folder::new("unwritable");
    for (path, has_report) in
        [("no/such/folder", false), (".", false), ("/dev/full", true)]
    {
        for flag in ["list", "trace"] {
            let ran = folder.run(&format!("crawl --json --{flag} {path}"));
            let text = error(&ran);
            assert_eq!(ran.status.code(), Some(1), "{path}: {text}");
            assert_eq!(text.lines().count(), 1, "{path}: {text}");
            assert!(text.contains(path), "{path}: {text}");
            assert_eq!(!ran.stdout.is_empty(), has_report, "{path}");
        }
    }
    // If one output cannot be written, the others are.
    let ran = folder.run("crawl --list /dev/full --trace trace > /dev/full");
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(error(&ran).lines().count(), 1, "{}", error(&ran));
    assert_ne!(lines(&folder.path("trace")), 0);
}

#[test]
fn standard_error_may_be_closed() {
    let folder = Folder::new("deaf");
    for code in [
        "crawl --help | true",
        "crawl | true",
        "crawl --json >&-",
        "crawl --nonsense 2>&- || test $? = 2",
    ] {
        let ran = folder.run(&format!("set -e; {code}"));
        assert!(ran.status.success(), "{code}: {}", error(&ran));
        assert!(error(&ran).is_empty(), "{code}: {}", error(&ran));
    }
}

#[test]
fn a_terminal_of_any_width_gets_a_picture() {
    let folder = Folder::new("wide");
    for columns in ["1", "0", "4294967295", "18446744073709551615", "wide"] {
        let ran = folder.run(&format!("export COLUMNS={columns}; crawl"));
        assert!(ran.status.success(), "{columns}: {}", error(&ran));
        assert!(ran.stdout.len() < 100_000, "{columns}: {}", ran.stdout.len());
    }
}
