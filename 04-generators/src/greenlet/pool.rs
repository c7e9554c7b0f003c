//! Stacks for the next greenlets of this thread.

use super::stack::Stack;
use std::cell::RefCell;
use std::io;

/// The most that are kept, with a page of memory each.
const MOST: usize = 1000;

thread_local! {
    static POOL: RefCell<Vec<Stack>> = const { RefCell::new(Vec::new()) };
}

/// A stack of at least `size` bytes which nothing uses: the last of this size
/// that was put back, or a new one.
pub fn take(size: usize) -> io::Result<Stack> {
    let size = Stack::round_up(size)?;
    let kept = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        let found = pool.iter().rposition(|stack| stack.size() == size)?;
        Some(pool.swap_remove(found))
    });
    match kept {
        Ok(Some(stack)) => Ok(stack),
        _ => Stack::new(size),
    }
}

/// Keeps a stack which nothing uses any more, or frees it, if many are kept.
pub fn put_back(mut stack: Stack) {
    // At the end of a thread there is no pool any more: then this closure is
    // dropped, and the stack with it.
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < MOST {
            stack.give_back();
            pool.push(stack);
        }
    });
}
