//! The memory of a stack, with a guard below it.

#![expect(unsafe_code, reason = "memory is mapped and unmapped")]

use super::valgrind;
use rustix::mm::{
    Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap_anonymous,
    mprotect, munmap,
};
use std::io;
use std::ops::Range;
use std::ptr;

/// The size of a guard. Rust touches every page of a frame, however large it
/// is, but C does not: it could step over a guard of one page. A guard takes no
/// memory but its share of the page tables, 128 bytes.
const GUARD: usize = 64 << 10;

/// A huge page would be two MiB at once, of which most are never used.
#[cfg(target_os = "linux")]
const SMALL_PAGES: MapFlags = MapFlags::STACK;
#[cfg(not(target_os = "linux"))]
const SMALL_PAGES: MapFlags = MapFlags::empty();

#[cfg(target_os = "linux")]
const UNNEEDED: Advice = Advice::LinuxDontNeed;
#[cfg(not(target_os = "linux"))]
const UNNEEDED: Advice = Advice::DontNeed;

/// Memory that nothing else uses. It is freed when this is dropped.
pub struct Stack {
    /// Where the guard begins. Above it is the stack.
    bottom: *mut u8,
    size: usize,
    /// Valgrind's number for it.
    registered: usize,
}

impl Stack {
    /// A stack of `size` bytes, in whole pages.
    ///
    /// # Errors
    ///
    /// There is no memory, or no place in the kernel's list of what is mapped.
    pub fn new(size: usize) -> io::Result<Stack> {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | SMALL_PAGES;
        let all = GUARD + size;
        // SAFETY: the kernel chooses addresses that nothing uses.
        let bottom =
            unsafe { mmap_anonymous(ptr::null_mut(), all, access, flags) }?;
        let mut stack = Stack { bottom: bottom.cast(), size, registered: 0 };
        stack.install_guard()?;
        stack.registered = valgrind::register(stack.addresses());
        Ok(stack)
    }

    /// Guards the memory below the stack: an access to it raises a signal.
    fn install_guard(&mut self) -> io::Result<()> {
        if self.is_guarded_by_marks() {
            return Ok(());
        }
        // SAFETY: nothing uses this memory.
        unsafe { mprotect(self.bottom.cast(), GUARD, MprotectFlags::empty()) }?;
        Ok(())
    }

    /// Sets marks in the page tables, and returns whether that has worked. A
    /// protected guard would be an entry of its own in the kernel's list of
    /// what is mapped, and so would each stack. Marked ones are a single entry.
    #[cfg(target_os = "linux")]
    fn is_guarded_by_marks(&mut self) -> bool {
        // Since Linux 6.13.
        const MADV_GUARD_INSTALL: i32 = 102;
        let bottom = self.bottom.cast();
        // SAFETY: nothing uses this memory.
        let installed =
            unsafe { libc::madvise(bottom, GUARD, MADV_GUARD_INSTALL) };
        // Emulators say that it has worked, and do nothing. So they are to read
        // what is there, which must not work.
        // SAFETY: it reads what nothing uses.
        let read =
            unsafe { libc::madvise(bottom, GUARD, libc::MADV_POPULATE_READ) };
        installed == 0 && read != 0
    }

    #[cfg(not(target_os = "linux"))]
    fn is_guarded_by_marks(&mut self) -> bool {
        false
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// The end of its memory, where its use begins.
    pub fn top(&self) -> *mut usize {
        // SAFETY: the memory ends there.
        unsafe { self.bottom.add(GUARD + self.size) }.cast()
    }

    pub fn addresses(&self) -> Range<usize> {
        let top = self.top().addr();
        top - self.size..top
    }

    pub fn guard(&self) -> Range<usize> {
        let bottom = self.bottom.addr();
        bottom..bottom + GUARD
    }

    /// Gives the memory to the kernel until it is used again, but for the page
    /// which each use needs. Nothing may use the stack.
    pub fn give_back(&mut self) {
        let start = self.addresses().start as *mut _;
        let size = self.size - page_size();
        if size > 0 {
            // It stays ours if the kernel does not take it.
            // SAFETY: nothing uses the stack, so that its contents may go.
            let _ = unsafe { madvise(start, size, UNNEEDED) };
        }
    }

    /// The size of a stack for `size` bytes: whole pages.
    pub fn round_up(size: usize) -> io::Result<usize> {
        size.max(1)
            .checked_next_multiple_of(page_size())
            .filter(|size| *size <= isize::MAX as usize - GUARD)
            .ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        valgrind::deregister(self.registered);
        // SAFETY: it was mapped with this size, and nothing uses it.
        let freed = unsafe { munmap(self.bottom.cast(), GUARD + self.size) };
        debug_assert!(freed.is_ok(), "{freed:?}");
    }
}

fn page_size() -> usize {
    // SAFETY: it returns a number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).expect("memory comes in pages")
}
