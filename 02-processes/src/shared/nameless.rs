//! A file without a name, for the processes that it is handed to.

use std::fs::{File, Metadata};
use std::io;

#[cfg(target_os = "linux")]
use rustix::fs::{
    MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create,
};

/// A file of `bytes` zeros, in memory. No process can make it shorter: the
/// kernel refuses.
#[cfg(target_os = "linux")]
pub fn file(bytes: u64) -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = File::from(memfd_create("shared", flags)?);
    file.set_len(bytes)?;
    fcntl_add_seals(&file, SealFlags::SHRINK)?;
    Ok(file)
}

/// Set if this is such a file.
#[cfg(target_os = "linux")]
pub fn is_one(file: &File, _: &Metadata) -> bool {
    let seals = fcntl_get_seals(file);
    seals.is_ok_and(|seals| seals.contains(SealFlags::SHRINK))
}

/// A file of `bytes` zeros. No other system can be asked to keep its length;
/// but it has lost its name, so only a process that it was handed to can do
/// anything with it.
#[cfg(not(target_os = "linux"))]
pub fn file(bytes: u64) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Relaxed);
    let name = format!("processes-{}-{n}.shared", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut options = File::options();
    options.read(true).write(true).create_new(true).mode(0o600);
    let file = options.open(&path)?;
    std::fs::remove_file(&path)?;
    file.set_len(bytes)?;
    Ok(file)
}

/// Set if this is such a file.
#[cfg(not(target_os = "linux"))]
pub fn is_one(_: &File, metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) == 0
}
