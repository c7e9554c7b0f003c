//! Processes that a program has started and that have left its process group,
//! as a daemon does: a signal to the group does not reach them.
//!
//! They are known by a variable of their environment, which they have
//! inherited and no other program has. Only Linux tells us the environment of
//! a process. A process that has cleared its own is not found.

use std::ffi::OsStr;

/// Kills all processes that have this `variable` with this `value`, and waits
/// for a moment until they are gone.
#[cfg(target_os = "linux")]
pub fn kill(variable: &str, value: &OsStr) {
    use rustix::process::{
        Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal,
    };
    use std::os::unix::ffi::OsStrExt;
    use std::time::Duration;
    use std::{fs, thread};

    let wanted = [variable.as_bytes(), b"=", value.as_bytes()].concat();
    let has_variable = |pid: Pid| {
        let all = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        all.split(|byte| *byte == 0).any(|one| one == wanted)
    };
    // While we look, one of them may start another. So look again and again.
    for _ in 0..100 {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| {
            Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)
        });
        let mut found = false;
        for pid in pids.filter(|pid| has_variable(*pid)) {
            found = true;
            // The number may be that of another process by now. What we have
            // opened stays the same, so we look again.
            if let Ok(process) = pidfd_open(pid, PidfdFlags::empty())
                && has_variable(pid)
            {
                let _ = pidfd_send_signal(&process, Signal::KILL);
            }
        }
        if !found {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Kills none: here, they cannot be found.
#[cfg(not(target_os = "linux"))]
pub fn kill(_variable: &str, _value: &OsStr) {}
