//! Folders in the temporary directory that no other user can look into.
#![expect(unsafe_code, reason = "only `atexit` sees every way to end")]

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;
use rustix::process::geteuid;
use std::env::temp_dir;
use std::fs::{self, DirBuilder, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf, absolute};
use std::sync::{Mutex, OnceLock, PoisonError};

/// How the names of all these folders begin.
const PREFIX: &str = "taking-turns.";

/// A folder that is removed when this is dropped, with all that is in it.
///
/// It is locked until then. If its process is killed, the folder stays and the
/// lock is free: the next process that makes such a folder removes it.
///
/// ```
/// let folder = timeline::private::Folder::new()?;
/// let file = folder.path().join("file");
/// std::fs::write(&file, "text")?;
/// drop(folder);
/// assert!(!file.exists());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes one in the temporary directory.
    ///
    /// # Errors
    ///
    /// If that cannot be done; the error names the temporary directory.
    pub fn new() -> io::Result<Folder> {
        let shared = temp_dir();
        // An empty TMPDIR counts as none.
        let is_empty = shared.as_os_str().is_empty();
        Folder::new_in(if is_empty { Path::new("/tmp") } else { &shared })
    }

    /// Makes one in the folder `shared`.
    ///
    /// # Errors
    ///
    /// As [`Folder::new`].
    pub fn new_in(shared: &Path) -> io::Result<Folder> {
        clear_away(shared);
        let cannot = |why: io::Error| {
            let text = format!(
                "cannot make a folder in {}: {why}; TMPDIR can name another \
                 place",
                shared.display()
            );
            io::Error::new(why.kind(), text)
        };
        // A program that we start may run in another working directory.
        let within = absolute(shared).map_err(cannot)?;
        loop {
            let path = within.join(format!("{PREFIX}{}", random_name()));
            DirBuilder::new().mode(0o700).create(&path).map_err(cannot)?;
            // Before it was locked, another process may have taken it for a
            // dead one's and removed it, or may be about to do so.
            let Ok(lock) = File::open(&path) else { continue };
            let locked = flock(&lock, FlockOperation::NonBlockingLockExclusive);
            if locked != Err(Errno::WOULDBLOCK) && path.exists() {
                return Ok(Folder { path, _lock: lock });
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // If that fails, the next process removes what is left.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The folder of this process. It is removed when the process exits.
///
/// # Errors
///
/// As [`Folder::new`].
pub fn folder() -> io::Result<&'static Path> {
    static MAKING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if OURS.get().is_none() {
        let folder = Folder::new()?;
        // SAFETY: `remove` neither unwinds nor touches thread-locals.
        unsafe { libc::atexit(remove) };
        let _ = OURS.set(folder);
    }
    Ok(OURS.get().expect("it was set just now").path())
}

static OURS: OnceLock<Folder> = OnceLock::new();

extern "C" fn remove() {
    if let Some(folder) = OURS.get() {
        let _ = fs::remove_dir_all(folder.path());
    }
}

/// Removes the folder that a file is in, if it is one of these folders. A
/// process that outlives the one that made it calls this.
pub fn remove_around(file: &Path) {
    let Some(folder) = file.parent() else { return };
    if is_private(folder) {
        let _ = fs::remove_dir_all(folder);
    }
}

fn is_private(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(PREFIX))
}

/// Removes the folders of killed processes. It leaves those of other users, and
/// all of them where the file system has no locks.
fn clear_away(shared: &Path) {
    let entries = fs::read_dir(shared).into_iter().flatten().flatten();
    for path in
        entries.map(|entry| entry.path()).filter(|path| is_private(path))
    {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
        let mut options = File::options();
        options.read(true).custom_flags(flags.bits() as i32);
        let Ok(folder) = options.open(&path) else { continue };
        let is_own = folder
            .metadata()
            .is_ok_and(|about| about.uid() == geteuid().as_raw());
        let lock = FlockOperation::NonBlockingLockExclusive;
        if is_own && flock(&folder, lock).is_ok() {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// A name that cannot be guessed: std's hashers have random keys from the
/// system.
fn random_name() -> String {
    let random = || RandomState::new().hash_one(PREFIX);
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_is_new_and_closed_to_other_users() {
        let [a, b] = [(), ()].map(|()| Folder::new().unwrap());
        assert_ne!(a.path(), b.path());
        let mode = fs::metadata(a.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_folder_has_one_name_wherever_one_stands() {
        let folder = Folder::new_in(Path::new(".")).unwrap();
        assert!(folder.path().is_absolute(), "{:?}", folder.path());
    }

    #[test]
    fn what_the_dead_have_left_is_cleared_away_and_nothing_else() {
        let shared = Folder::new().unwrap();
        let within = |name: &str| shared.path().join(name);
        let live = within("taking-turns.live");
        let lock =
            ["taking-turns.live", "taking-turns.dead", "other"].map(|name| {
                fs::create_dir(within(name)).unwrap();
                fs::write(within(name).join("file"), "text").unwrap();
                File::open(within(name)).unwrap()
            });
        let [lock, ..] = lock;
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        std::os::unix::fs::symlink(
            within("other"),
            within("taking-turns.link"),
        )
        .unwrap();

        clear_away(shared.path());
        assert!(live.join("file").exists());
        assert!(!within("taking-turns.dead").exists());
        assert!(within("other").join("file").exists());

        drop(lock);
        clear_away(shared.path());
        assert!(!live.exists());
    }
}
