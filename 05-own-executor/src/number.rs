//! A task's number, which is also its waker.

use std::ptr;

/// An executor, a place in its list of tasks, and how many tasks had this place
/// before: 12, 26 and 26 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(usize);

const _: () = assert!(usize::BITS == 64, "a task's number needs 64 bits");

impl Number {
    /// The most executors that there can be at a time, one for each thread.
    pub const EXECUTORS: usize = 1 << 12;
    /// The most tasks that an executor can have at a time.
    pub const SLOTS: usize = Self::ROOT as usize;
    /// The most tasks that can have the same place, one after another.
    pub const GENERATIONS: u32 = 1 << BITS;
    /// The place of the future that was given to `block_on`.
    pub const ROOT: u32 = (1 << BITS) - 1;

    pub fn new(executor: u16, generation: u32, slot: u32) -> Number {
        debug_assert!(usize::from(executor) < Self::EXECUTORS);
        debug_assert!(generation < Self::GENERATIONS && slot <= Self::ROOT);
        let [generation, slot] = [generation, slot].map(|it| it as usize);
        Number(usize::from(executor) << (2 * BITS) | generation << BITS | slot)
    }

    pub fn executor(self) -> u16 {
        (self.0 >> (2 * BITS)) as u16
    }

    pub fn generation(self) -> u32 {
        (self.0 >> BITS) as u32 % Self::GENERATIONS
    }

    pub fn slot(self) -> u32 {
        self.0 as u32 & Self::ROOT
    }

    /// As a pointer that points to nothing.
    pub fn to_pointer(self) -> *const () {
        ptr::without_provenance(self.0)
    }

    pub fn from_pointer(pointer: *const ()) -> Number {
        Number(pointer.addr())
    }
}

/// Of a place, and of a generation.
const BITS: u32 = 26;

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn each_part_comes_back() {
        let most = (Number::EXECUTORS - 1) as u16;
        for executor in [0, 1, most] {
            for generation in [0, 1, Number::GENERATIONS - 1] {
                for slot in [0, 1, Number::ROOT] {
                    let number = Number::new(executor, generation, slot);
                    let number = Number::from_pointer(number.to_pointer());
                    assert_eq!(number.executor(), executor);
                    assert_eq!(number.generation(), generation);
                    assert_eq!(number.slot(), slot);
                }
            }
        }
    }
}
