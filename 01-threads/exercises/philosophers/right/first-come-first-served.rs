//! A fork is hers as soon as she is the first that waits for it, and she may
//! have one for a while before the other. As she joins both lines at the same
//! time, no two of those that wait can be before each other.

use lab::sync::{Condvar, Mutex};

/// A round table.
pub struct Table {
    lines: Mutex<Lines>,
    changed: Condvar,
}

/// The philosophers that have or want a fork.
struct Lines {
    /// Of each seat: the number that was drawn there.
    drawn: Vec<Option<u64>>,
    next: u64,
}

impl Table {
    /// A table with `seats` seats.
    pub fn new(seats: usize) -> Table {
        let lines = Lines { drawn: vec![None; seats], next: 0 };
        Table { lines: Mutex::new(lines), changed: Condvar::new() }
    }

    /// Takes the forks on both sides of this seat, eats, and puts them back.
    pub fn dine(&self, seat: usize, eat: impl FnOnce()) {
        let mut lines = self.lines.lock().unwrap();
        let mine = lines.next;
        lines.next += 1;
        lines.drawn[seat] = Some(mine);
        let seats = lines.drawn.len();
        let neighbors = [(seat + seats - 1) % seats, (seat + 1) % seats];
        let has_to_wait = |lines: &mut Lines| {
            let drawn = neighbors.map(|it| lines.drawn[it]);
            drawn.into_iter().flatten().any(|other| other < mine)
        };
        drop(self.changed.wait_while(lines, has_to_wait).unwrap());
        eat();
        self.lines.lock().unwrap().drawn[seat] = None;
        self.changed.notify_all();
    }
}

#[path = "philosophers/check.rs"]
mod check;
