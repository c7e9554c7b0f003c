//! How much memory an answer holds.

#![expect(unsafe_code, reason = "an allocator that counts has to be one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// How many bytes this thread has allocated and not freed. What another thread
/// frees is not taken off, so compare two counts of one thread that does all
/// by itself.
///
/// ```
/// use trials::judge::{Counting, allocated};
///
/// // A check has this from `answer!`.
/// #[global_allocator]
/// static COUNTING: Counting = Counting;
///
/// let before = allocated();
/// let bytes = vec![0_u8; 1000];
/// assert_eq!(allocated() - before, 1000);
/// drop(bytes);
/// assert_eq!(allocated(), before);
/// ```
///
/// # Panics
///
/// If the allocator of this program is another one, and nothing is counted.
pub fn allocated() -> isize {
    assert!(COUNTS.load(Relaxed), "declare `Counting` as the global allocator");
    ALLOCATED.get()
}

thread_local! {
    static ALLOCATED: Cell<isize> = const { Cell::new(0) };
}

/// Set once something has been allocated. No test runs before that.
static COUNTS: AtomicBool = AtomicBool::new(false);

/// The system's allocator, which counts as well. A program with a check
/// declares it, by [`answer!`](crate::answer!) or
/// [`answers_in!`](crate::answers_in!). It is not declared here: the book's own
/// program has nothing to count, and is linked with this crate, too.
pub struct Counting;

// SAFETY: the system's allocator does all of it; counting allocates nothing,
// since the counter needs neither a beginning nor an end.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the same promises to us.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(
        &self,
        block: *mut u8,
        layout: Layout,
        size: usize,
    ) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

fn count(bytes: isize) {
    COUNTS.store(true, Relaxed);
    // What is more than there can be is asked for, too, and is not had.
    ALLOCATED.set(ALLOCATED.get().wrapping_add(bytes));
}
