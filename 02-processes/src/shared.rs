//! Memory that processes share: atomics, and nothing else.
#![expect(
    unsafe_code,
    reason = "Rust does not know of memory that other processes write to"
)]

mod nameless;

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use std::ffi::c_void;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Deref;
use std::os::fd::AsFd;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::AtomicU64;

/// A slice of `AtomicU64`, zero at first, in memory that several processes map.
/// It is as safe to use as any other slice.
///
/// It lives in a file without a name. Hand the [`file`](Shared::file) to a
/// child as its standard input, and let it [`open`](Shared::open) that. On
/// Linux no process can make the file shorter. Elsewhere none *may*: a process
/// that touches what is gone is ended by a signal.
///
/// ```
/// use processes::Shared;
/// use std::sync::atomic::Ordering::Relaxed;
///
/// let ours = Shared::new(2)?;
/// let theirs = Shared::open(ours.file()?)?;
/// theirs[1].fetch_add(7, Relaxed);
/// assert_eq!(ours[1].load(Relaxed), 7);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// No reference into it can be kept for longer than the memory:
///
/// ```compile_fail,E0505
/// let shared = processes::Shared::new(1)?;
/// let count = &shared[0];
/// drop(shared);
/// count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Shared {
    /// Valid, aligned, and `length` long, as long as this lives.
    start: NonNull<AtomicU64>,
    length: usize,
    file: File,
}

// SAFETY: it owns its mapping, and any thread of the process may use that.
unsafe impl Send for Shared {}
// SAFETY: it lends atomics and nothing else, and several threads may use those
// at once.
unsafe impl Sync for Shared {}

impl Shared {
    /// New memory for `length` atomics.
    ///
    /// # Errors
    ///
    /// If there is no room for it, or `length` is 0.
    pub fn new(length: usize) -> io::Result<Shared> {
        let bytes = length.saturating_mul(size_of::<AtomicU64>());
        // The file is all zeros, and eight zero bytes are an `AtomicU64` of 0.
        Shared::open(nameless::file(bytes as u64)?)
    }

    /// The memory that another process has made.
    ///
    /// # Errors
    ///
    /// If it is not what [`new`](Shared::new) makes, or is empty.
    pub fn open(file: impl Into<File>) -> io::Result<Shared> {
        let file = file.into();
        let metadata = file.metadata()?;
        if !metadata.is_file() || !nameless::is_one(&file, &metadata) {
            let why = "this is not memory that a process has made to share";
            return Err(io::Error::new(ErrorKind::InvalidInput, why));
        }
        let length = metadata.len() as usize / size_of::<AtomicU64>();
        let bytes = length * size_of::<AtomicU64>();
        let flags = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: the kernel chooses the address, so nothing of ours is there.
        let start = unsafe {
            mmap(null_mut(), bytes, flags.0, flags.1, file.as_fd(), 0)
        }?;
        let start = NonNull::new(start.cast::<AtomicU64>());
        let start = start.ok_or(ErrorKind::OutOfMemory)?;
        Ok(Shared { start, length, file })
    }

    /// The same file once more, to hand on.
    ///
    /// # Errors
    ///
    /// If this process has too many open files.
    pub fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

// ANCHOR: memory
impl Drop for Shared {
    fn drop(&mut self) {
        let bytes = self.length * size_of::<AtomicU64>();
        let start = self.start.as_ptr().cast::<c_void>();
        // SAFETY: this is what was mapped, and every borrow of it has ended.
        let _ = unsafe { munmap(start, bytes) };
    }
}

impl Deref for Shared {
    type Target = [AtomicU64];

    fn deref(&self) -> &[AtomicU64] {
        // SAFETY: a mapping begins at a page, so it is aligned, and `length`
        // whole ones are in it. Any eight bytes are an `AtomicU64`. Other
        // processes change them, but through atomics, as this one does: no
        // data race. And no process makes the file shorter, which would take
        // the memory away: see `nameless`.
        unsafe {
            NonNull::slice_from_raw_parts(self.start, self.length).as_ref()
        }
    }
}
// ANCHOR_END: memory
