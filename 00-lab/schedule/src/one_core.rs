//! Threads that share a core.

/// Keeps this thread, and all that it starts, on the core that it is on.
///
/// Threads of which one runs at a time need no second core, and to hand over to
/// a thread on another core, which has to be woken first, takes twice as much
/// CPU time. Only Linux can be asked for it.
pub struct OneCore {
    #[cfg(target_os = "linux")]
    before: Option<rustix::thread::CpuSet>,
}

#[cfg(target_os = "linux")]
impl OneCore {
    pub fn keep() -> OneCore {
        use rustix::thread::{
            CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity,
        };
        let before = sched_getaffinity(None).ok();
        let mut one = CpuSet::new();
        one.set(sched_getcpu());
        // If it is refused, all takes longer.
        let _ = sched_setaffinity(None, &one);
        OneCore { before }
    }
}

#[cfg(not(target_os = "linux"))]
impl OneCore {
    pub fn keep() -> OneCore {
        OneCore {}
    }
}

#[cfg(target_os = "linux")]
impl Drop for OneCore {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = rustix::thread::sched_setaffinity(None, before);
        }
    }
}
