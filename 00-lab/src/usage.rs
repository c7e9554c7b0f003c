//! What this process has used, as the kernel counts it.

#![expect(
    unsafe_code,
    reason = "getrusage has no safe wrapper without a crate"
)]

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs;
use std::mem::MaybeUninit;
use std::time::Duration;

/// CPU time, memory and context switches of this process and of those of its
/// children that it has waited for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// In user code and in the kernel, over all threads.
    pub cpu: Duration,
    /// The most memory resident at one time, in KiB, without children.
    pub max_rss_kb: u64,
    /// Switches because a thread had to wait.
    pub voluntary: u64,
    /// Switches because the kernel gave the core to another thread.
    pub involuntary: u64,
}

impl Usage {
    /// Everything so far. The process may have been another program before:
    /// `cargo run` turns into what it runs, and its CPU time counts, too.
    pub fn so_far() -> Usage {
        let own = rusage(libc::RUSAGE_SELF);
        let children = rusage(libc::RUSAGE_CHILDREN);
        Usage {
            cpu: own.cpu + children.cpu,
            max_rss_kb: most_resident().unwrap_or(own.max_rss_kb),
            voluntary: own.voluntary + children.voluntary,
            involuntary: own.involuntary + children.involuntary,
        }
    }

    /// What has been added since.
    pub fn since(self, before: Usage) -> Usage {
        Usage {
            cpu: self.cpu.saturating_sub(before.cpu),
            max_rss_kb: self.max_rss_kb,
            voluntary: self.voluntary - before.voluntary,
            involuntary: self.involuntary - before.involuntary,
        }
    }
}

/// Raises the limit of open files as far as the system lets us: ten thousand
/// connections need as many, and the usual limit is 1,024.
pub(crate) fn allow_many_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // macOS grants 10,240, whatever it says.
    for current in [maximum, Some(10_240)] {
        let more = Rlimit { current, maximum };
        if setrlimit(Resource::Nofile, more).is_ok() {
            return;
        }
    }
    // Without it, a crawl has fewer connections at a time.
}

/// The most memory of this program, without that of the program that the
/// process was before. Only Linux tells.
fn most_resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn rusage(whose: libc::c_int) -> Usage {
    let mut raw = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is valid for a write of one `rusage`.
    let failed = unsafe { libc::getrusage(whose, raw.as_mut_ptr()) };
    assert_eq!(failed, 0, "getrusage knows both RUSAGE_SELF and _CHILDREN");
    // SAFETY: the call has succeeded and so filled it; all zeros is valid too.
    let raw = unsafe { raw.assume_init() };

    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1024 } else { 1 };
    Usage {
        cpu: duration(raw.ru_utime) + duration(raw.ru_stime),
        max_rss_kb: raw.ru_maxrss as u64 / unit,
        voluntary: raw.ru_nvcsw as u64,
        involuntary: raw.ru_nivcsw as u64,
    }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000)
}
