//! Notices that something was saved. They come from the system, where it gives
//! any; and in case it does not, now and then without a reason.

use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How often we look without a notice, if there may be some. On network and
/// shared folders there are none.
const SELDOM: Duration = Duration::from_secs(1);

/// How often we look if there are none.
const OFTEN: Duration = Duration::from_millis(250);

/// Saving may take several steps, and each has its notice.
const STEPS: Duration = Duration::from_millis(20);

/// Notices of what happens in some folders.
pub struct Notices {
    system: Option<system::Notices>,
}

impl Notices {
    /// Those of the folders that these files are in. Not of the files: many an
    /// editor puts a new one in the place of the old.
    pub fn of(files: &[PathBuf]) -> Notices {
        let folders = files.iter().filter_map(|file| file.parent());
        Notices { system: system::Notices::of(folders.collect()) }
    }

    /// Waits for one, but not for long.
    ///
    /// Cancel safe: a notice that is lost is made up for.
    pub async fn next(&self) {
        let Some(system) = &self.system else { return sleep(OFTEN).await };
        if timeout(SELDOM, system.next()).await.is_ok() {
            sleep(STEPS).await;
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
    use std::collections::BTreeSet;
    use std::os::fd::OwnedFd;
    use std::path::Path;
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    pub struct Notices(AsyncFd<OwnedFd>);

    impl Notices {
        /// `None` if there are too many folders, or too many who watch.
        pub fn of(folders: BTreeSet<&Path>) -> Option<Notices> {
            let flags = CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
            let fd = inotify::init(flags).ok()?;
            let what = WatchFlags::CLOSE_WRITE
                | WatchFlags::CREATE
                | WatchFlags::DELETE
                | WatchFlags::MOVE;
            for folder in folders {
                inotify::add_watch(&fd, folder, what).ok()?;
            }
            AsyncFd::with_interest(fd, Interest::READABLE).ok().map(Notices)
        }

        pub async fn next(&self) {
            let Ok(mut ready) = self.0.readable().await else { return };
            // All there are: only that there are some is of interest.
            let mut buffer = [0; 4096];
            while rustix::io::read(&self.0, &mut buffer).is_ok() {}
            ready.clear_ready();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// There are none.
    pub enum Notices {}

    impl Notices {
        pub fn of(_: BTreeSet<&Path>) -> Option<Notices> {
            None
        }

        pub async fn next(&self) {
            match *self {}
        }
    }
}
