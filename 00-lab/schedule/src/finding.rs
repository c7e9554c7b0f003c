//! What is found to go wrong in a schedule, and the sentences that say it.

use std::fmt;

/// What goes wrong in a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// What the check has found, in its own sentence.
    Check(String),
    /// Every thread waits, and none is left to wake another.
    Hangs,
    /// Every thread waits, as above, after this has happened.
    HangsAfter(&'static str),
    /// This thread asks again and again instead of waiting.
    Asks(String),
    /// This thread is notified again and again, for nothing.
    WokenForNothing(String),
    /// This thread was not notified: it went on because its time was up.
    TimeIsUp(String),
    /// This thread sleeps, and not in a wait of `lab::sync`.
    Sleeps(String),
    /// A thread that the schedule did not start takes part.
    Stranger,
    /// This thread panicked, with this text.
    Panics(String, String),
}

impl Finding {
    /// What a check has found, in a sentence.
    pub fn new(sentence: impl Into<String>) -> Finding {
        Finding::Check(sentence.into())
    }
}

const HANGS: &str = "all threads wait, and none is left to wake them";

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const USE: &str = "use `Mutex` and `Condvar` of `lab::sync`, and \
            nothing else that threads wait by";
        match self {
            Finding::Check(sentence) => f.write_str(sentence),
            Finding::Hangs => f.write_str(HANGS),
            Finding::HangsAfter(what) => write!(f, "after {what}, {HANGS}"),
            Finding::Asks(thread) => write!(
                f,
                "right answer, wrong way: with nothing to do, {thread} does \
                 not sleep, but asks again and again instead of waiting"
            ),
            Finding::WokenForNothing(thread) => write!(
                f,
                "right answer, wrong way: with nothing to do, threads notify \
                 one another again and again; {thread} looks, sleeps again, \
                 and is woken once more"
            ),
            Finding::TimeIsUp(thread) => write!(
                f,
                "right answer, wrong way: {thread} was not woken, and the wait \
                 ended when its time was up"
            ),
            Finding::Sleeps(thread) => write!(
                f,
                "not judged: {thread} sleeps, and the recording does not say \
                 what for; {USE}"
            ),
            Finding::Stranger => write!(
                f,
                "not judged: a thread that the answer has started uses the \
                 locks, and this check says only of its own threads which goes \
                 on; do without, and {USE}"
            ),
            Finding::Panics(thread, why) => write!(f, "{thread} panics: {why}"),
        }
    }
}
