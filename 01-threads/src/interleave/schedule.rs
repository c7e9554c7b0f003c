//! Who moved when, and how to draw it.

use std::fmt::{self, Display};

/// Who moved when. [`Display`] draws it: a column for each thread, and what was
/// to be seen after each step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule<O> {
    threads: usize,
    moves: Vec<Move<O>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Move<O> {
    who: usize,
    step: &'static str,
    seen: O,
}

impl<O> Schedule<O> {
    /// So many threads, none of which has moved.
    pub(super) fn of(threads: usize) -> Schedule<O> {
        Schedule { threads, moves: Vec::new() }
    }

    /// Now this one has.
    pub(super) fn add(&mut self, who: usize, step: &'static str, seen: O) {
        self.moves.push(Move { who, step, seen });
    }

    /// Whose turn it was last.
    pub(super) fn last(&self) -> Option<usize> {
        self.turns().next_back()
    }

    /// Whose turn it was, from the first step to the last; 0 is the first thread.
    pub fn turns(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.moves.iter().map(|step| step.who)
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
        for Move { who, step, seen } in &self.moves {
            let column = width + 3;
            let (before, after) = (column * who, column * (self.threads - who));
            writeln!(f, "{:before$}{step:after$}{seen}", "")?;
        }
        Ok(())
    }
}
