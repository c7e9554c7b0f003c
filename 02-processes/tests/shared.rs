//! Memory that real processes share.

use processes::Shared;
use std::process::{Command, Stdio};

/// Python knows only that the memory is a file.
#[test]
fn what_another_program_writes_is_read_here() {
    let shared = Shared::new(3).unwrap();
    shared[0].store(0x0102_0304_0506_0708, std::sync::atomic::Ordering::SeqCst);
    let code = "import mmap, struct\n\
                with mmap.mmap(0, 0) as memory:\n    \
                    first, = struct.unpack_from('=Q', memory, 0)\n    \
                    struct.pack_into('=Q', memory, 16, first + 1)";
    let status = Command::new("python3")
        .args(["-c", code])
        .stdin(shared.file().unwrap())
        .stderr(Stdio::inherit())
        .status();
    let Ok(status) = status else {
        assert!(std::env::var_os("CI").is_none(), "CI needs python3");
        println!("skipped: there is no python3 here");
        return;
    };
    assert!(status.success());
    let last = shared[2].load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(last, 0x0102_0304_0506_0709);
}

#[test]
fn what_was_not_made_to_be_shared_is_refused() {
    // Other processes may open the second file, and make it shorter.
    for path in ["/dev/null", env!("CARGO_BIN_EXE_processes")] {
        let file = std::fs::File::open(path).unwrap();
        let why = Shared::open(file).err().expect(path).to_string();
        assert!(why.starts_with("this is not memory"), "{path}: {why}");
    }
    // There is nothing to share in the first, and no machine has the second.
    for length in [0, usize::MAX] {
        assert!(Shared::new(length).is_err(), "{length}");
    }
}

/// A process that touched memory that is gone would be ended by a signal.
#[cfg(target_os = "linux")]
#[test]
fn no_process_can_make_it_shorter() {
    let shared = Shared::new(1000).unwrap();
    let file = shared.file().unwrap();
    let why = file.set_len(0).unwrap_err();
    assert_eq!(why.kind(), std::io::ErrorKind::PermissionDenied);
    assert_eq!(shared.len(), 1000);
    assert_eq!(shared[999].load(std::sync::atomic::Ordering::SeqCst), 0);
}
