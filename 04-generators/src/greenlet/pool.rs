//! Stacks for the next greenlets of this thread.

use super::stack::Stack;
use std::cell::RefCell;
use std::io;

/// As many are kept; each holds one page of memory.
const KEPT: usize = 1000;

thread_local! {
    static POOL: RefCell<Vec<Stack>> = const { RefCell::new(Vec::new()) };
}

/// A stack of at least `size` bytes which nothing uses: the last one of this
/// size that was put back, or a new one.
pub fn take(size: usize) -> io::Result<Stack> {
    // At the end of a thread there may be no pool any more.
    let used = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        let found = pool.iter().rposition(|stack| stack.is_for(size))?;
        Some(pool.swap_remove(found))
    });
    match used.ok().flatten() {
        Some(stack) => Ok(stack),
        None => Stack::new(size),
    }
}

/// Keeps a stack which nothing uses any more, or unmaps it, if there are many.
pub fn put_back(mut stack: Stack) {
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < KEPT {
            stack.give_back();
            pool.push(stack);
        }
    });
}
