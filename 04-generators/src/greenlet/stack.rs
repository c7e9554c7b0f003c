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

/// How much below a stack is guarded: whatever touches it is ended by the
/// kernel. Rust touches each page of a large frame in turn, but C does not, and
/// could step over a guard of one page. A guard costs addresses, no memory.
const GUARD: usize = 64 << 10;

/// Memory which nothing else uses, until this is dropped.
pub struct Stack {
    /// Where the guard begins.
    bottom: *mut u8,
    size: usize,
    /// Valgrind's number for it.
    registered: usize,
}

impl Stack {
    /// A stack of at least `size` bytes, in whole pages.
    ///
    /// # Errors
    ///
    /// There is no memory, or no more places in the kernel's list: see the
    /// limits of [`Greenlet`](crate::Greenlet).
    pub fn new(size: usize) -> io::Result<Stack> {
        let size = round_up(size)?;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::STACK | MapFlags::NORESERVE;
        let all = GUARD + size;
        // SAFETY: the kernel chooses addresses which nothing uses.
        let bottom =
            unsafe { mmap_anonymous(ptr::null_mut(), all, access, flags) }?;
        let mut stack = Stack { bottom: bottom.cast(), size, registered: 0 };
        stack.install_guard()?;
        stack.registered = valgrind::register(stack.range());
        Ok(stack)
    }

    /// Guards the memory below the stack.
    fn install_guard(&mut self) -> io::Result<()> {
        let bottom = self.bottom.cast();
        // Since Linux 6.13. Other than protection, it does not split what is
        // mapped into two parts, of which a process may have 65,530.
        #[cfg(target_os = "linux")]
        {
            const MADV_GUARD_INSTALL: i32 = 102;
            // SAFETY: nothing has used this memory yet.
            let done =
                unsafe { libc::madvise(bottom, GUARD, MADV_GUARD_INSTALL) };
            if done == 0 {
                return Ok(());
            }
        }
        // SAFETY: nothing has used this memory yet.
        unsafe { mprotect(bottom, GUARD, MprotectFlags::empty()) }?;
        Ok(())
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// Set if it is what [`new`](Stack::new) would make for this size.
    pub fn is_for(&self, size: usize) -> bool {
        round_up(size).is_ok_and(|size| size == self.size)
    }

    /// The end of the stack, where it begins to be used.
    pub fn top(&self) -> *mut usize {
        // SAFETY: the memory ends here.
        unsafe { self.bottom.add(GUARD + self.size) }.cast()
    }

    /// The addresses of the stack itself.
    fn range(&self) -> Range<usize> {
        let top = self.top() as usize;
        top - self.size..top
    }

    /// The addresses of the guard.
    pub fn guard(&self) -> Range<usize> {
        let bottom = self.bottom as usize;
        bottom..bottom + GUARD
    }

    /// Gives the memory back to the kernel, but for the page which every use of
    /// the stack needs. The stack may not be in use.
    pub fn give_back(&mut self) {
        let Some(unneeded) = self.size.checked_sub(page_size()) else {
            return;
        };
        #[cfg(target_os = "linux")]
        let advice = Advice::LinuxDontNeed;
        #[cfg(not(target_os = "linux"))]
        let advice = Advice::DontNeed;
        let start = self.range().start as *mut _;
        // If the kernel does not want it, it stays ours.
        // SAFETY: the stack is not in use, so nothing reads what was there.
        let _ = unsafe { madvise(start, unneeded, advice) };
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        valgrind::deregister(self.registered);
        // SAFETY: it was mapped with this size, and nothing else uses it.
        let unmapped = unsafe { munmap(self.bottom.cast(), GUARD + self.size) };
        debug_assert!(unmapped.is_ok(), "{unmapped:?}");
    }
}

fn round_up(size: usize) -> io::Result<usize> {
    size.max(1)
        .checked_next_multiple_of(page_size())
        .filter(|size| *size < isize::MAX as usize - GUARD)
        .ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

fn page_size() -> usize {
    // SAFETY: it reads a number which stays as it is.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).expect("every system has pages")
}
