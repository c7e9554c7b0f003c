//! Everything that a small program of several threads can come to.
//!
//! A scheduler picks one of the threads, lets it take one step, and picks again.
//! With two threads of three steps each there are 20 ways to do that, which is
//! few enough to try them all. That is *model checking*; CHESS did it for
//! programs as they are (Musuvathi and others, *Finding and Reproducing
//! Heisenbugs in Concurrent Programs*, OSDI 2008), and `loom` does it for Rust.
//! CHESS, too, begins with the schedules that interrupt the threads least.
//!
//! Steps are atomic, and each is seen by all at once. What a processor may add
//! by letting a store be seen late is not searched.
//!
//! ```
//! use threads::interleave::{End, Step, Turn, ends};
//!
//! /// One number that both have, and what each has read.
//! #[derive(Clone, PartialEq, Eq, Hash)]
//! struct Memory { x: u32, read: [u32; 2] }
//!
//! let add_one = [
//!     Step::new("r = x", |m: &mut Memory, me| {
//!         m.read[me] = m.x;
//!         Turn::Next
//!     }),
//!     Step::new("x = r + 1", |m, me| {
//!         m.x = m.read[me] + 1;
//!         Turn::Next
//!     }),
//! ];
//! let start = Memory { x: 0, read: [0, 0] };
//! let ends = ends(&start, &[&add_one, &add_one], |m| m.x);
//!
//! assert_eq!(ends.keys().collect::<Vec<_>>(), [&End::All(1), &End::All(2)]);
//! // Who moves when, for the update to be lost:
//! println!("{}", ends[&End::All(1)]);
//! ```

mod schedule;

pub use schedule::Schedule;

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::hash::Hash;

/// One thing that a thread does, and that no other can interrupt.
#[derive(Clone, Copy)]
pub struct Step<M> {
    name: &'static str,
    take: fn(&mut M, usize) -> Turn,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is done; next time the thread takes the step after it.
    Next,
    /// It is done, and the thread skips what is left.
    Last,
    /// It could not be taken: a lock is held, say. The memory stays as it was,
    /// and the thread tries again when another has moved.
    Blocked,
}

/// What a program has come to when no thread can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End<O> {
    /// All threads have ended, with this.
    All(O),
    /// Some are blocked for ever; so far, there is this.
    Deadlock(O),
}

impl<M> Step<M> {
    /// A step that changes the memory all threads share. It is also told which
    /// thread takes it, the first being 0.
    pub const fn new(
        name: &'static str,
        take: fn(&mut M, usize) -> Turn,
    ) -> Step<M> {
        Step { name, take }
    }
}

/// All that these threads can come to, as far as `seen` can tell; for each, the
/// schedule that leads there with the fewest switches.
///
/// Threads have no loops, so every schedule comes to an end.
pub fn ends<M: Clone + Eq + Hash, O: Clone + Ord>(
    start: &M,
    threads: &[&[Step<M>]],
    seen: impl Fn(&M) -> O,
) -> BTreeMap<End<O>, Schedule<O>> {
    let mut ends = BTreeMap::new();
    let mut visited = HashSet::new();
    let mut queue = VecDeque::from([Point {
        memory: start.clone(),
        left: threads.to_vec(),
        schedule: Schedule::of(threads.len()),
    }]);
    while let Some(point) = queue.pop_front() {
        if !visited.insert(point.key()) {
            continue;
        }
        let mut stuck = true;
        for who in 0..threads.len() {
            let Some(after) = point.after(who, &seen) else { continue };
            stuck = false;
            // To go on is free, and a switch costs one: the queue stays in the
            // order of what its points have cost.
            match point.schedule.last() == Some(who) {
                true => queue.push_front(after),
                false => queue.push_back(after),
            }
        }
        if stuck {
            let seen = seen(&point.memory);
            let all = point.left.iter().all(|left| left.is_empty());
            let end = if all { End::All(seen) } else { End::Deadlock(seen) };
            ends.entry(end).or_insert(point.schedule);
        }
    }
    ends
}

/// All that these threads can come to, as [`ends`] finds it, without the
/// schedules: many times faster.
///
/// ```
/// use threads::interleave::{End, Step, Turn, all_ends};
///
/// let set = Step::new("x = me", |x: &mut usize, me| {
///     *x = me;
///     Turn::Next
/// });
/// let ends = all_ends(&0, &[&[set], &[set]], |x| *x);
/// assert_eq!(Vec::from_iter(ends), [End::All(0), End::All(1)]);
/// ```
pub fn all_ends<M: Clone + Eq + Hash, O: Ord>(
    start: &M,
    threads: &[&[Step<M>]],
    seen: impl Fn(&M) -> O,
) -> BTreeSet<End<O>> {
    let mut ends = BTreeSet::new();
    // How many steps each thread has yet to take.
    let left: Vec<_> = threads.iter().map(|steps| steps.len()).collect();
    let start = (start.clone(), left);
    let mut visited = HashSet::from([start.clone()]);
    let mut stack = vec![start];
    while let Some((memory, left)) = stack.pop() {
        let mut stuck = true;
        for (who, steps) in threads.iter().enumerate() {
            let Some(rest) = left[who].checked_sub(1) else { continue };
            let step = &steps[steps.len() - left[who]];
            let mut after = (memory.clone(), left.clone());
            after.1[who] = match (step.take)(&mut after.0, who) {
                Turn::Next => rest,
                Turn::Last => 0,
                Turn::Blocked => continue,
            };
            stuck = false;
            if !visited.contains(&after) {
                visited.insert(after.clone());
                stack.push(after);
            }
        }
        if stuck {
            let all = left.iter().all(|left| *left == 0);
            let seen = seen(&memory);
            ends.insert(if all { End::All(seen) } else { End::Deadlock(seen) });
        }
    }
    ends
}

/// A point in a schedule.
struct Point<'a, M, O> {
    memory: M,
    /// The steps that each thread has yet to take.
    left: Vec<&'a [Step<M>]>,
    /// How we came here.
    schedule: Schedule<O>,
}

impl<M: Clone, O: Clone> Point<'_, M, O> {
    /// From points that agree in this, the same can follow at the same cost.
    fn key(&self) -> (M, Vec<usize>, Option<usize>) {
        let left = self.left.iter().map(|left| left.len());
        (self.memory.clone(), left.collect(), self.schedule.last())
    }

    /// The point after a step of that thread, if it can take one.
    fn after(&self, who: usize, seen: impl Fn(&M) -> O) -> Option<Self> {
        let (step, rest) = self.left[who].split_first()?;
        let mut memory = self.memory.clone();
        let mut left = self.left.clone();
        left[who] = match (step.take)(&mut memory, who) {
            Turn::Next => rest,
            Turn::Last => &[],
            Turn::Blocked => return None,
        };
        let mut schedule = self.schedule.clone();
        schedule.add(who, step.name, seen(&memory));
        Some(Point { memory, left, schedule })
    }
}

#[cfg(test)]
mod tests;
