//! Which thread goes on.

use super::Run;
use lab::Dice;

/// How the next thread is chosen.
pub(super) enum Order {
    /// The one that has had the fewest steps.
    InTurn,
    /// Any.
    Any,
    /// The one that comes first by its priority, the lowest number. At these
    /// steps the one that has just run is put last.
    ByPriority(Vec<usize>),
}

/// A thread that has been chosen this many times one after another gives way:
/// it may be asking for what another could bring about.
const MOST_IN_A_ROW: usize = 24;

/// How many priorities there are: enough for no two to be the same.
const PRIORITIES: usize = 1 << 30;

/// Chooses.
pub(super) struct Choice {
    pub dice: Dice,
    /// Set for the first run of a search.
    pub is_first: bool,
    order: Order,
    /// Of each thread: its priority, and how many steps it has had.
    threads: Vec<(usize, usize)>,
    /// At how many steps there was a choice.
    pub steps: usize,
    last: usize,
    in_a_row: usize,
}

impl Choice {
    /// For a run: the first of a search gives each its turn. Priorities change
    /// at some of the steps that are expected, in each run at another one first,
    /// so that before long there has been a change at each.
    pub fn new(run: Run) -> Choice {
        let Run { seed, number, steps, .. } = run;
        let mut dice = Dice::new(seed);
        let steps = steps.max(1);
        let order = match dice.below(4) {
            _ if number == 0 => Order::InTurn,
            0 => Order::Any,
            changes => {
                let mut at = vec![1 + number % steps];
                at.resize_with(changes, || 1 + dice.below(steps));
                at.truncate(changes - 1);
                Order::ByPriority(at)
            }
        };
        let threads = Vec::new();
        let is_first = number == 0;
        let (steps, last, in_a_row) = (0, 0, 0);
        Choice { dice, is_first, order, threads, steps, last, in_a_row }
    }

    /// One more thread.
    pub fn expect(&mut self) {
        let priority = self.dice.below(PRIORITIES);
        self.threads.push((priority, 0));
    }

    /// One of these; there is at least one.
    pub fn of(&mut self, ready: &[usize]) -> usize {
        if let [only] = *ready {
            return only;
        }
        self.steps += 1;
        if let Order::ByPriority(changes) = &self.order
            && changes.contains(&self.steps)
        {
            self.put_last(self.last);
        }
        let mut ready = ready.to_vec();
        if self.in_a_row >= MOST_IN_A_ROW {
            ready.retain(|&it| it != self.last);
            self.put_last(self.last);
        }
        let threads = &self.threads;
        let chosen = match self.order {
            Order::Any => self.dice.one_of(&ready),
            Order::InTurn => *ready
                .iter()
                .min_by_key(|&&it| threads[it].1)
                .expect("one is ready"),
            Order::ByPriority(_) => *ready
                .iter()
                .min_by_key(|&&it| threads[it].0)
                .expect("one is ready"),
        };
        let in_a_row = if chosen == self.last { self.in_a_row + 1 } else { 0 };
        (self.last, self.in_a_row) = (chosen, in_a_row);
        self.threads[chosen].1 += 1;
        chosen
    }

    fn put_last(&mut self, thread: usize) {
        self.threads[thread].0 = PRIORITIES + self.steps;
    }
}
