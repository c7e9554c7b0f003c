//! All the results that a small program of several threads can have.
//!
//! A scheduler picks one of the threads, lets it take one step, and picks
//! again. With two threads of three steps each there are 20 ways to do that,
//! which is few enough to try them all. That is *model checking*; CHESS did it
//! for programs as they are (Musuvathi and others, *Finding and Reproducing
//! Heisenbugs in Concurrent Programs*, OSDI 2008), and `loom` does it for Rust.
//! CHESS, too, begins with the schedules that interrupt the threads least.
//!
//! Steps are atomic, and all threads see each of them at once. A processor may
//! let other threads see a store late; what comes of that is not searched.
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
//! let found = ends(&start, &[&add_one, &add_one], |m| m.x);
//!
//! let results: Vec<_> = found.keys().collect();
//! assert_eq!(results, [&End::All(1), &End::All(2)]);
//! // Which thread takes which step, for the update to be lost:
//! println!("{}", found[&End::All(1)]);
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

/// How a program has ended: no thread can take a step any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End<O> {
    /// All threads have ended, with this result.
    All(O),
    /// Some threads are blocked for ever. This is the result so far.
    Deadlock(O),
}

impl<M> Step<M> {
    /// A step that changes the memory that all threads share. Its second
    /// argument is the number of the thread that takes it; the first is 0.
    pub const fn new(
        name: &'static str,
        take: fn(&mut M, usize) -> Turn,
    ) -> Step<M> {
        Step { name, take }
    }
}

/// All ends that these threads can come to; for each, the schedule that leads
/// there with the fewest switches. `seen` reads the result from the memory.
///
/// Threads have no loops, so every schedule comes to an end.
pub fn ends<M: Clone + Eq + Hash, O: Clone + Ord>(
    start: &M,
    threads: &[&[Step<M>]],
    seen: impl Fn(&M) -> O,
) -> BTreeMap<End<O>, Schedule<O>> {
    let mut found = BTreeMap::new();
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
        for number in 0..threads.len() {
            let Some(after) = point.after(number, &seen) else { continue };
            stuck = false;
            // To go on with the same thread costs nothing, and a switch costs
            // one. So the queue stays in the order of cost.
            match point.schedule.last() == Some(number) {
                true => queue.push_front(after),
                false => queue.push_back(after),
            }
        }
        if stuck {
            let result = seen(&point.memory);
            let end = match point.left.iter().all(|left| left.is_empty()) {
                true => End::All(result),
                false => End::Deadlock(result),
            };
            found.entry(end).or_insert(point.schedule);
        }
    }
    found
}

/// All ends that these threads can come to, without the schedules that [`ends`]
/// finds, and many times faster.
///
/// ```
/// use threads::interleave::{End, Step, Turn, all_ends};
///
/// let set = Step::new("x = me", |x: &mut usize, me| {
///     *x = me;
///     Turn::Next
/// });
/// let found = all_ends(&0, &[&[set], &[set]], |x| *x);
/// assert_eq!(Vec::from_iter(found), [End::All(0), End::All(1)]);
/// ```
pub fn all_ends<M: Clone + Eq + Hash, O: Ord>(
    start: &M,
    threads: &[&[Step<M>]],
    seen: impl Fn(&M) -> O,
) -> BTreeSet<End<O>> {
    let mut found = BTreeSet::new();
    // How many steps each thread has yet to take.
    let left: Vec<_> = threads.iter().map(|steps| steps.len()).collect();
    let start = (start.clone(), left);
    let mut visited = HashSet::from([start.clone()]);
    let mut stack = vec![start];
    while let Some((memory, left)) = stack.pop() {
        // Every thread that can take its next step leads to another point.
        let mut stuck = true;
        for (number, steps) in threads.iter().enumerate() {
            let Some(rest) = left[number].checked_sub(1) else { continue };
            let step = &steps[steps.len() - left[number]];
            let mut after = (memory.clone(), left.clone());
            after.1[number] = match (step.take)(&mut after.0, number) {
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
        // If none can, this is an end.
        if stuck {
            let result = seen(&memory);
            found.insert(match left.iter().all(|left| *left == 0) {
                true => End::All(result),
                false => End::Deadlock(result),
            });
        }
    }
    found
}

/// A point in a schedule.
struct Point<'a, M, O> {
    memory: M,
    /// The steps that each thread has yet to take.
    left: Vec<&'a [Step<M>]>,
    /// The steps that led here.
    schedule: Schedule<O>,
}

impl<M: Clone, O: Clone> Point<'_, M, O> {
    /// Points with the same key can be continued in the same ways, at the same
    /// cost.
    fn key(&self) -> (M, Vec<usize>, Option<usize>) {
        let left = self.left.iter().map(|left| left.len());
        (self.memory.clone(), left.collect(), self.schedule.last())
    }

    /// The point after the next step of thread `number`, if it can take one.
    fn after(&self, number: usize, seen: impl Fn(&M) -> O) -> Option<Self> {
        let (step, rest) = self.left[number].split_first()?;
        let mut memory = self.memory.clone();
        let mut left = self.left.clone();
        left[number] = match (step.take)(&mut memory, number) {
            Turn::Next => rest,
            Turn::Last => &[],
            Turn::Blocked => return None,
        };
        let mut schedule = self.schedule.clone();
        schedule.add(number, step.name, seen(&memory));
        Some(Point { memory, left, schedule })
    }
}

#[cfg(test)]
mod tests;
