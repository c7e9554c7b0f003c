//! A loop lives long: tens of thousands of timers are set and are over, one
//! after another, and hardly any waits meanwhile.

use super::{Id, Timers, still_to_be_called};
use lab::Dice;
use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;
use trials::judge::allocated;

/// How many there are: a number of 16 bits begins anew before the end.
const COUNT: usize = 66_000;

/// The first ones are all called, while another one waits.
const CALLED: usize = 350;

/// Up to here, none waits between two of them. From here on one does, and it is
/// due earlier than those that are cancelled: their time never comes.
const ALONE: usize = 5_000;

/// Up to here, memory may grow.
const GROWN: usize = 9_000;

/// How many bytes of memory may be kept, and how many more than up to
/// [`GROWN`].
const MOST: isize = 50_000;
const MORE: isize = 2_000;

const NOW: Duration = Duration::from_secs(1);
const EARLY: Duration = Duration::from_secs(2);

/// Tries all that. Gives back what is kept too long.
pub(super) fn judge(dice: &mut Dice) -> Option<String> {
    let mut long = Long::new(dice);
    let before = allocated();
    let first = long.set(NOW);
    long.first = Some(first.id);
    let mut waits = Some(long.set_later(dice));
    long.cancel(first);
    // A timer that is due together with one that is set after it.
    let mut other = None;
    let mut early = None;
    let (mut grown, mut next_power) = (0, 512);
    while long.sets < COUNT {
        let timer = match long.sets {
            n if n < CALLED || n.is_multiple_of(2) => long.set(NOW),
            _ => long.set_later(dice),
        };
        // Its handle must not become that of another one. In the long run, that
        // is tried where counting begins anew; each time would take long.
        if long.sets < 10_100 || is_near_power_of_two(long.sets) {
            long.refuse(first);
        }
        if long.sets > CALLED
            && let Some(waits) = waits.take()
        {
            long.cancel(waits);
        }
        if long.sets > ALONE {
            early.get_or_insert_with(|| long.set(EARLY));
        }
        // Where counting begins anew, one has a number from before, and the
        // other one from after that.
        if other.is_none() && long.sets + 4 >= next_power {
            other = Some(long.set(NOW));
        }
        // Most are cancelled.
        let is_called = match long.sets {
            n if n < CALLED => true,
            n if other.is_some() => n > next_power + 3,
            n => n % 16 == 3,
        };
        if is_called && timer.due == NOW {
            long.run();
            if other.take().is_some() {
                next_power *= 2;
            }
        } else {
            long.cancel(timer);
        }
        // This may take long if much is kept.
        if long.sets < ALONE || long.sets.is_multiple_of(8) {
            long.judge_next();
        }
        let held = allocated() - before;
        if (ALONE..GROWN).contains(&long.sets) {
            grown = grown.max(held);
        }
        let kept = long.kept(held, grown);
        if kept.is_some() {
            return kept;
        }
    }
    long.kept_when_dropped(before)
}

/// Set if it is hardly less or more than one.
fn is_near_power_of_two(n: usize) -> bool {
    let next = n.next_power_of_two();
    next - n < 100 || n - next / 2 < 100
}

/// Timers, and what is known of them.
struct Long {
    timers: Timers,
    /// How many were ever set.
    sets: usize,
    /// The first of them. It is over.
    first: Option<Id>,
    /// Those that are still to be called.
    left: Vec<(Duration, usize)>,
    /// Which were called in this turn. Each callback has a handle of it.
    called: Rc<RefCell<Vec<Called>>>,
    /// How to have the same once more.
    again: String,
}

/// One of them.
#[derive(Clone, Copy)]
struct Timer {
    id: Id,
    due: Duration,
    /// How many were set before it.
    number: usize,
}

/// What happened when one was called.
struct Called {
    number: usize,
    /// What `cancel` gave for the first one, and for a new one.
    cancelled: [bool; 2],
}

impl Long {
    fn new(dice: &Dice) -> Long {
        Long {
            timers: Timers::default(),
            sets: 0,
            first: None,
            // Room that is theirs from the beginning is none of the answer's.
            left: Vec::with_capacity(8),
            called: Rc::new(RefCell::new(Vec::with_capacity(8))),
            again: dice.again(),
        }
    }

    /// Sets one. Its callback sets another one, which it cancels.
    fn set(&mut self, due: Duration) -> Timer {
        let number = self.sets;
        let (first, called) = (self.first, Rc::clone(&self.called));
        let id = self.timers.set(due, move |timers| {
            let new = timers.set(NOW, |_| {});
            let first = first.is_some_and(|first| timers.cancel(first));
            let cancelled = [first, timers.cancel(new)];
            called.borrow_mut().push(Called { number, cancelled });
        });
        self.sets += 1;
        self.left.push((due, number));
        Timer { id, due, number }
    }

    /// Sets one that is due later than [`EARLY`]; hardly any two together.
    fn set_later(&mut self, dice: &mut Dice) -> Timer {
        let nanoseconds = 1 + dice.below(1 << 40);
        self.set(EARLY + Duration::from_nanos(nanoseconds as u64))
    }

    /// Cancels one that is still to be called.
    fn cancel(&mut self, timer: Timer) {
        let Timer { id, number, .. } = timer;
        if !self.timers.cancel(id) {
            self.wrong(format_args!(
                "`cancel` of timer {} gave false, and it was still to be called",
                number + 1
            ));
        }
        self.left.retain(|it| it.1 != number);
    }

    /// Cancels one that is over.
    fn refuse(&mut self, timer: Timer) {
        if self.timers.cancel(timer.id) {
            self.wrong(format_args!(
                "`cancel` of timer {} gave true, and it was not to be called \
                 any more",
                timer.number + 1
            ));
        }
    }

    /// Has those called that are due.
    fn run(&mut self) {
        self.timers.run_due(NOW);
        self.left.sort_unstable();
        let next_due = |left: &[(Duration, usize)]| {
            let next = left.first().filter(|it| it.0 <= NOW);
            next.map(|it| it.1)
        };
        for Called { number, cancelled } in self.called.borrow_mut().drain(..) {
            self.sets += 1;
            let n = number + 1;
            match next_due(&self.left) {
                Some(due) if due == number => {
                    self.left.remove(0);
                }
                Some(due) => self.wrong(format_args!(
                    "timer {n} was called before timer {}, which was set \
                     earlier",
                    due + 1
                )),
                None => self.wrong(format_args!(
                    "timer {n} was called, and was not to be called"
                )),
            }
            if cancelled[0] {
                self.wrong(format_args!(
                    "`cancel` of timer 1 gave true in the callback of timer \
                     {n}, and it was not to be called any more"
                ));
            }
            if !cancelled[1] {
                self.wrong(format_args!(
                    "the callback of timer {n} has set another one, `cancel` of \
                     it gave false, and it was still to be called"
                ));
            }
        }
        if let Some(due) = next_due(&self.left) {
            self.wrong(format_args!(
                "timer {} was due, and was not called",
                due + 1
            ));
        }
    }

    fn judge_next(&self) {
        let seen = self.timers.next_due();
        let due = self.left.iter().min().map(|it| it.0);
        if seen != due {
            self.wrong(format_args!(
                "`next_due` gave {seen:?}, and it has to be {due:?}"
            ));
        }
    }

    /// What is kept too long, if `held` bytes are kept, and at most `grown`
    /// were before [`GROWN`].
    fn kept(&self, held: isize, grown: isize) -> Option<String> {
        let sets = self.sets;
        let left = still_to_be_called(self.left.len());
        let closures = Rc::strong_count(&self.called) - 1;
        if closures > self.left.len() {
            return Some(format!(
                "after {sets} timers that were set one after another, closures \
                 are kept: {closures}, and {left}"
            ));
        }
        let has_grown = sets > GROWN && held > grown + MORE;
        if held <= MOST && !has_grown {
            return None;
        }
        let mut kept = format!(
            "after {sets} timers that were set one after another, {held} bytes \
             of memory are kept, and {left}"
        );
        if has_grown {
            kept += &format!("; after {GROWN} timers {grown} bytes were kept");
        }
        Some(kept)
    }

    /// The same once the timers are dropped.
    fn kept_when_dropped(self, before: isize) -> Option<String> {
        let called = Rc::clone(&self.called);
        drop(self);
        let held = allocated() - before;
        let closures = Rc::strong_count(&called) - 1;
        if closures > 0 {
            return Some(format!(
                "`Timers` was dropped, and closures are kept: {closures}"
            ));
        }
        let kept = format!(
            "`Timers` was dropped, and {held} bytes of memory are kept"
        );
        (held > 1000).then_some(kept)
    }

    fn wrong(&self, what: impl Display) -> ! {
        panic!(
            "wrong answer: after {} timers that were set one after another, \
             {what} {}",
            self.sets, self.again
        );
    }
}
