//! Files written and moved so that each is whole, at whatever moment this
//! process is killed: a file is written under another name, and then gets its
//! own.
//!
//! Some file systems have no locks, cannot sync a folder, or cannot refuse to
//! replace a file. There, everything is done without.

use crate::files::{cannot, read};
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::{Builder, TempPath};

/// Held by the one process that may change files: a watch in one window and the
/// reader in another take turns. When the process ends, however it ends, the
/// system releases it.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock on a file or a folder. Where the system knows none,
    /// there is nothing to wait for.
    ///
    /// # Errors
    ///
    /// If there is no such file.
    pub fn on(place: &Path) -> io::Result<Lock> {
        let file =
            File::open(place).map_err(|it| cannot("open", place, &it))?;
        let _ = flock(&file, FlockOperation::LockExclusive);
        Ok(Lock { _file: file })
    }
}

/// Writes a file that only the reader can read, all of it or none.
///
/// # Errors
///
/// If the disk is full, say; the file is then what it was.
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = write_aside(folder_of(file), bytes, 0o600)?;
    aside.persist(file).map_err(|why| cannot("write", file, &why.error))?;
    sync(folder_of(file));
    Ok(())
}

/// Writes a new file in this folder. When it is dropped, it is removed, unless
/// it has been given another name by then.
pub fn write_aside(
    folder: &Path,
    bytes: &[u8],
    mode: u32,
) -> io::Result<TempPath> {
    let new = || {
        let mut new = Builder::new()
            .prefix(".new-")
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        new.write_all(bytes)?;
        new.as_file().sync_all()?;
        Ok(new.into_temp_path())
    };
    new().map_err(|why| cannot("write a file in", folder, &why))
}

/// Gives a file another name, which must be free.
pub fn rename(from: &Path, to: &Path) -> rustix::io::Result<()> {
    renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)
}

/// Does the same where the system cannot, by copying the file. Until the copy
/// is whole and on the disk, the file stays.
pub fn move_by_copy(from: &Path, to: &Path) -> io::Result<()> {
    let bytes = read(from)?;
    let copied = File::create_new(to).and_then(|mut new| {
        new.write_all(&bytes)?;
        new.sync_all()?;
        match read(from)? == bytes {
            true => Ok(()),
            false => Err(io::Error::other("it was saved just now; try again")),
        }
    });
    if let Err(why) = copied {
        // Remove a part of a copy, unless an editor has saved another text
        // there.
        let is_ours = || read(to).is_ok_and(|part| bytes.starts_with(&part));
        if why.kind() != ErrorKind::AlreadyExists && is_ours() {
            let _ = fs::remove_file(to);
        }
        return Err(why);
    }
    sync(folder_of(to));
    // If this fails, the text is in two places, and nothing is lost.
    let _ = fs::remove_file(from);
    Ok(())
}

/// Writes the names in a folder to the disk, in case the power fails. Where a
/// folder cannot be synced, they are as good as before.
pub fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

pub fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}
