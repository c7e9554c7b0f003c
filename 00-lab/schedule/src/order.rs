//! Which of the threads that can go on is the next.

use dice::Dice;

/// What an order depends on: the same numbers give the same order.
#[derive(Clone, Copy)]
pub(super) struct Basis {
    pub seed: u64,
    /// The priorities of two schedules, which follow one another in a search
    /// and of which the second reverses them.
    pub priorities: u64,
    /// The place of the schedule in a search, from 0.
    pub number: usize,
    /// At how many steps of the schedule before it there was a choice.
    pub steps: usize,
    /// The most such steps of a schedule before it.
    pub most_steps: usize,
}

/// How the next thread is chosen.
enum Order {
    /// The one that has had the fewest steps.
    InTurn,
    /// Any.
    Any,
    /// The one with the lowest priority number. At these steps the thread that
    /// has just run is put last.
    ByPriority(Vec<usize>),
}

/// A thread that has been chosen this many times one after another gives way:
/// it may be asking for what another could bring about.
const MOST_IN_A_ROW: usize = 24;

/// How many priorities there are: enough for no two to be the same.
const PRIORITIES: usize = 1 << 30;

/// Chooses the next thread, at each step of one schedule.
pub(super) struct Choice {
    pub dice: Dice,
    /// Set for the first schedule of a search.
    pub is_first: bool,
    order: Order,
    basis: Basis,
    priorities: Dice,
    are_reversed: bool,
    /// Of each thread: its priority, and how many steps it has had.
    threads: Vec<(usize, usize)>,
    /// At how many steps there was a choice.
    pub steps: usize,
    last: usize,
    in_a_row: usize,
}

impl Choice {
    /// The first schedule of a search gives each thread its turn.
    ///
    /// The others come in pairs. In one pair of four, any thread is chosen. The
    /// other three go by priority, and the second schedule of the pair reverses
    /// the priorities of the first. They change at one step: at the first step
    /// in the first of these pairs, at the next step in the next, and so on, so
    /// that before long each step has had its change. In every third of these
    /// pairs they also change at a second step, a random one.
    pub fn new(basis: Basis) -> Choice {
        let Basis { seed, priorities, number, steps, .. } = basis;
        let mut dice = Dice::new(seed);
        let steps = steps.max(1);
        let pair = number / 2;
        let order = match pair % 4 {
            _ if number == 0 => Order::InTurn,
            3 => Order::Any,
            _ => {
                let with_priorities = pair - pair / 4;
                let mut at = vec![1 + with_priorities % steps];
                if with_priorities % 3 == 2 {
                    at.push(1 + dice.below(steps));
                }
                Order::ByPriority(at)
            }
        };
        let priorities = Dice::new(priorities);
        let are_reversed = number % 2 == 1;
        let threads = Vec::new();
        let is_first = number == 0;
        let (steps, last, in_a_row) = (0, 0, 0);
        Choice {
            dice,
            is_first,
            order,
            basis,
            priorities,
            are_reversed,
            threads,
            steps,
            last,
            in_a_row,
        }
    }

    /// This schedule goes by priorities, and they change at one step, or at two
    /// if `twice`. With each schedule it is the next step, or the next pair.
    pub fn change_step_by_step(&mut self, twice: bool) {
        let Basis { number, most_steps, .. } = self.basis;
        let steps = most_steps.max(2);
        let at = match twice {
            false => vec![1 + number / 2 % steps],
            true => {
                let pairs = steps * (steps - 1) / 2;
                let mut first = number / 2 % pairs;
                let mut second = 1;
                while first >= second {
                    first -= second;
                    second += 1;
                }
                vec![1 + first, 1 + second]
            }
        };
        self.order = Order::ByPriority(at);
    }

    /// Adds one more thread to choose from.
    pub fn add_thread(&mut self) {
        let priority = self.priorities.below(PRIORITIES);
        let priority = match self.are_reversed {
            true => PRIORITIES - 1 - priority,
            false => priority,
        };
        self.threads.push((priority, 0));
    }

    /// Chooses one of the threads that are `ready`; there is at least one.
    pub fn choose(&mut self, mut ready: Vec<usize>) -> usize {
        if let [only] = ready[..] {
            return only;
        }
        self.steps += 1;
        // The thread that ran last is put last if it is time for a change of
        // priorities, or if it has had too many steps in a row.
        if let Order::ByPriority(changes) = &self.order
            && changes.contains(&self.steps)
        {
            self.put_last(self.last);
        }
        if self.in_a_row >= MOST_IN_A_ROW {
            ready.retain(|&it| it != self.last);
            self.put_last(self.last);
        }
        let priority = |it: &usize| self.threads[*it].0;
        let steps = |it: &usize| self.threads[*it].1;
        let chosen = match self.order {
            Order::Any => Some(self.dice.one_of(&ready)),
            Order::InTurn => ready.into_iter().min_by_key(steps),
            Order::ByPriority(_) => ready.into_iter().min_by_key(priority),
        };
        let chosen = chosen.expect("one is ready");
        let in_a_row = if chosen == self.last { self.in_a_row + 1 } else { 0 };
        (self.last, self.in_a_row) = (chosen, in_a_row);
        self.threads[chosen].1 += 1;
        chosen
    }

    fn put_last(&mut self, thread: usize) {
        self.threads[thread].0 = PRIORITIES + self.steps;
    }
}
