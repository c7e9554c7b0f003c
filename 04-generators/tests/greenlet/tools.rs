//! Greenlets where a panic aborts, and under valgrind.

use super::ran_by;
use generators::Resumed::{Returned, Yielded};
use generators::{Greenlet, Yielder};
use std::env;
use std::fs;
use std::hint::black_box;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use timeline::private::Folder;

/// Pauses with much on the stack, panics inside, and drops some unfinished.
fn use_greenlets() {
    fn deep(depth: u32, y: &Yielder<u32, u32>) -> u32 {
        let mut frame = [depth; 100];
        black_box(&mut frame);
        match depth {
            0 => y.suspend(7),
            _ => deep(depth - 1, y) + frame[50],
        }
    }
    let run = |depth, y: &_| deep(depth, y) + deep(depth, y);
    let mut greenlet = Greenlet::new("deep", run).unwrap();
    assert_eq!(greenlet.resume(10), Yielded(7));
    assert_eq!(greenlet.resume(1), Yielded(7));
    assert_eq!(greenlet.resume(2), Returned(113));

    // Valgrind knows by itself that a jump of more than 2 MiB goes to another
    // stack. These two are closer to one another.
    let mut outer = Greenlet::new("outer", move |depth, y: &_| {
        let mut inner = Greenlet::new("inner", run).unwrap();
        assert_eq!(inner.resume(depth), Yielded(7));
        let given = y.suspend(1);
        assert_eq!(inner.resume(given), Yielded(7));
        let local = String::from("abc");
        y.suspend(2);
        drop(inner);
        local.len()
    })
    .unwrap();
    assert_eq!(outer.resume(10), Yielded(1));
    assert_eq!(outer.resume(1), Yielded(2));
    assert_eq!(outer.resume(0), Returned(3));

    let mut dropped = Greenlet::new("dropped", run).unwrap();
    assert_eq!(dropped.resume(10), Yielded(7));
    drop(dropped);

    let fails = |_: u32, _: &Yielder<u32, u32>| -> u32 { panic!("inside") };
    let mut fails = Greenlet::new("fails", fails).unwrap();
    assert_eq!(super::panic_of(|| fails.resume(0)), "inside");
}

#[test]
fn valgrind_finds_nothing() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert!(env::var_os("CI").is_none(), "CI needs valgrind");
        println!("left out, since there is no valgrind");
        return;
    }
    let mut command = Command::new("valgrind");
    command.args(["--error-exitcode=9", "--quiet"]);
    command.arg(env::current_exe().unwrap());
    let ran = ran_by(&mut command, || {
        for _ in 0..3 {
            use_greenlets();
        }
    });
    assert!(ran.status.success(), "{}", ran.stderr);
    let found = ran.stderr.lines().filter(|line| line.starts_with("=="));
    assert_eq!(found.collect::<Vec<_>>(), [""; 0]);
}

/// Drops a greenlet before its end.
const ABORTS: &str = r#"
//! What a program does that is compiled with `panic = "abort"`.

mod greenlet;
mod kept;
mod resumed;

use greenlet::Greenlet;
use resumed::Resumed;

fn main() {
    let name = String::from("unfinished");
    let mut greenlet = Greenlet::new(name, |(), y| {
        let local = String::from("is leaked");
        y.suspend(0);
        println!("{local}");
    })
    .unwrap();
    assert_eq!(greenlet.resume(()), Resumed::Yielded(0));
    drop(greenlet);
    println!("goes on");
}
"#;

#[test]
fn where_a_panic_aborts_its_stack_is_leaked_and_that_is_said() {
    let rung = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new().unwrap();
    let package = folder.path();
    fs::create_dir(package.join("src")).unwrap();
    fs::write(package.join("src/main.rs"), ABORTS).unwrap();
    for name in ["greenlet", "greenlet.rs", "kept.rs", "resumed.rs"] {
        let link = package.join("src").join(name);
        symlink(rung.join("src").join(name), link).unwrap();
    }
    fs::copy(rung.join("../Cargo.lock"), package.join("Cargo.lock")).unwrap();
    let timeline = rung.join("../00-lab/timeline");
    let manifest = format!(
        r#"
        workspace = {{}}
        package = {{ name = "aborts", edition = "2024" }}
        dependencies.libc = "0.2"
        dependencies.rustix = {{ version = "1", features = ["mm"] }}
        dependencies.timeline.path = {timeline:?}
        profile.dev.panic = "abort"
        "#
    );
    fs::write(package.join("Cargo.toml"), manifest).unwrap();

    // What others have made is kept there for the next time.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aborts");
    let ran = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--manifest-path"])
        .arg(package.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{stderr}");
    let said = "greenlet `unfinished` was dropped before its end: its stack is \
                leaked, since a panic aborts and cannot unwind it\n";
    assert!(stderr.ends_with(said), "{stderr}");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "goes on\n");
}
