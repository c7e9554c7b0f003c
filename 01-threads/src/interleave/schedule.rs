//! Which thread took which step, in which order, and how to draw that.

use std::fmt::{self, Display};

/// Which thread took which step, in which order. [`Display`] draws it: a column
/// for each thread, and what was to be seen after each step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule<O> {
    threads: usize,
    moves: Vec<Move<O>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Move<O> {
    thread: usize,
    step: &'static str,
    seen: O,
}

impl<O> Schedule<O> {
    /// The schedule of `threads` threads of which none has taken a step.
    pub(super) fn of(threads: usize) -> Schedule<O> {
        Schedule { threads, moves: Vec::new() }
    }

    /// Adds a step of a thread.
    pub(super) fn add(&mut self, thread: usize, step: &'static str, seen: O) {
        self.moves.push(Move { thread, step, seen });
    }

    /// The thread that took the last step.
    pub(super) fn last(&self) -> Option<usize> {
        self.turns().next_back()
    }

    /// The thread that took each step, from the first step to the last; 0 is
    /// the first thread.
    pub fn turns(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.moves.iter().map(|step| step.thread)
    }
}

impl<O: Display> Display for Schedule<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = (1..=self.threads).map(|n| format!("thread {n}"));
        let heads: Vec<_> = heads.collect();
        let steps = self.moves.iter().map(|it| it.step);
        let cells = steps.chain(heads.iter().map(String::as_str));
        let width = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);

        let heads = heads.iter().map(|head| format!("{head:width$}   "));
        writeln!(f, "{}", heads.collect::<String>().trim_end())?;
        for Move { thread, step, seen } in &self.moves {
            let column = width + 3;
            let (before, after) =
                (column * thread, column * (self.threads - thread));
            writeln!(f, "{:before$}{step:after$}{seen}", "")?;
        }
        Ok(())
    }
}
