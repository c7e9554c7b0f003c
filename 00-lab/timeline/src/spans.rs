//! A recording, read: which lane was in which state, from when to when.

use super::event::Id;
use std::collections::HashMap;
use std::time::Duration;

/// What happened, in order of time. All times count from its first event.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// One for each lane, as they appeared; the site's come last.
    pub tracks: Vec<Track>,
    /// What led to what.
    pub flows: Vec<Flow>,
    /// How many requests were in flight from a time on, as the site saw it.
    pub flight: Vec<(Duration, usize)>,
    /// Which pages the site has sent, and when.
    pub sent: Vec<(Duration, String)>,
    /// How long queues were.
    pub queues: Vec<Queue>,
    /// How many were under way from a time on, as the programs that asked saw
    /// it.
    pub asked: Vec<(Duration, usize)>,
    /// Which track notified each condition variable of each process last, and
    /// when.
    pub(super) notified: HashMap<(u32, String), Point>,
    /// When the first event happened, on the monotonic clock.
    pub(super) start: Duration,
    /// When the last event happened.
    pub length: Duration,
    /// How many lines were no events.
    pub skipped: usize,
}

/// A track, by its index, and when it did something.
pub(super) type Point = (usize, Duration);

/// The life of one lane.
#[derive(Clone, Debug, Default)]
pub struct Track {
    /// The process it belongs to.
    pub pid: u32,
    /// Its number there.
    pub lane: Id,
    /// `thread`, `task`, `callback`, `site`, …
    pub kind: String,
    /// What to call it.
    pub name: String,
    /// In order, without a gap or an overlap.
    pub spans: Vec<Span>,
    /// The locks it held.
    pub held: Vec<Held>,
    /// The pages that it asked for.
    pub asked: Vec<Asked>,
    /// What it kept while it had paused.
    pub kept: Vec<Kept>,
    /// Why it panicked, if it did, and when.
    pub panicked: Option<(Duration, String)>,
    /// How its process died, if it died before the lane ended, and when that
    /// was noticed.
    pub died: Option<(Duration, String)>,
    /// When its last event happened.
    pub heard: Duration,
    /// Set if it came to its end before the recording did.
    pub ended: bool,
}

/// A stretch of time in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// When the state began.
    pub from: Duration,
    /// When the next one did.
    pub to: Duration,
    /// What it is.
    pub state: State,
    /// The thread that a task ran on; a thread runs on itself.
    pub thread: Id,
}

/// What a lane does.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It says that it runs. `cpu` is the part of that time which it spent on
    /// a CPU; `None` if the recording ends before we know.
    Run {
        /// Between 0 and 1.
        cpu: Option<f32>,
    },
    /// It waits for this.
    Wait(String),
    /// It waits for this lock.
    Blocked(String),
    /// It could run, and does not.
    Ready,
    /// The same, and it never will: the thread that should run it went to sleep
    /// after it was woken, for ever.
    Lost,
    /// It does nothing, and waits for nothing: a socket that is closed.
    Idle,
    /// Its process was killed, and its parent has not asked yet how it ended.
    Zombie,
}

/// How long a queue was.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// What it is a queue of.
    pub name: String,
    /// How many it has room for.
    pub room: usize,
    /// How many were in it from a time on.
    pub lengths: Vec<(Duration, usize)>,
}

/// What a lane kept, from a pause to the next run.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// `stack`, `future`.
    pub place: String,
    /// How many bytes of it were in use.
    pub bytes: u64,
    /// When it paused.
    pub from: Duration,
    /// When it went on; if it never did, there is none.
    pub to: Option<Duration>,
}

/// A time during which a lock was held.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The lock's name.
    pub lock: String,
    /// When it was taken.
    pub from: Duration,
    /// When it was released; the end of the recording if it never was.
    pub to: Duration,
    /// Set if it never was.
    pub kept: bool,
}

/// A time during which a page was under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The page's path.
    pub page: String,
    /// When it was asked for.
    pub from: Duration,
    /// When it was here, or given up; if it never was, there is none.
    pub to: Option<Duration>,
}

/// One event that caused another.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The cause: an index into `tracks`, and when.
    pub from: (usize, Duration),
    /// The effect, likewise.
    pub to: (usize, Duration),
    /// In what way.
    pub link: Link,
}

/// How one event causes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// One lane makes another.
    Spawn,
    /// A lock is released, and goes to one that waited for it.
    Release,
    /// A condition variable is notified, and one that waited goes on.
    Notify,
    /// A lane is made ready, and then runs.
    Wake,
}

impl Recording {
    /// The tracks of a kind.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(move |track| track.kind == kind)
    }

    /// The most pages that were asked for and not yet here, at one time.
    pub fn peak_in_flight(&self) -> usize {
        self.asked.iter().map(|&(_, n)| n).max().unwrap_or(0)
    }

    /// The most lanes, without the site's, that were in such a state at one
    /// time.
    pub fn most_at_once(&self, is_such: impl Fn(&State) -> bool) -> usize {
        let such = self.spans().filter(|span| is_such(&span.state));
        // An end sorts before a beginning at the same time: such spans do not
        // overlap.
        let mut changes: Vec<(Duration, isize)> =
            such.flat_map(|span| [(span.from, 1), (span.to, -1)]).collect();
        changes.sort_unstable();
        let mut now = 0;
        let mut most = 0;
        for (_, change) in changes {
            now += change;
            most = most.max(now);
        }
        most as usize
    }

    /// The time that all lanes together spent in such a state.
    pub fn time_in(&self, is_such: impl Fn(&State) -> bool) -> Duration {
        self.spans()
            .filter(|span| is_such(&span.state))
            .map(|span| span.to - span.from)
            .sum()
    }

    /// The stretches between the changes of a count, such as `flight`: from,
    /// to, and the count.
    pub fn stretches(
        &self,
        counts: &[(Duration, usize)],
    ) -> impl Iterator<Item = (Duration, Duration, usize)> {
        let ends = counts.iter().skip(1).map(|&(at, _)| at);
        let ends = ends.chain([self.length]);
        counts.iter().zip(ends).map(|(&(from, n), to)| (from, to, n))
    }

    fn spans(&self) -> impl Iterator<Item = &Span> {
        let lanes = self.tracks.iter().filter(|track| track.kind != "site");
        lanes.flat_map(|track| &track.spans)
    }
}

impl Track {
    /// When it appeared, and when it ended or the recording did.
    pub fn life(&self) -> (Duration, Duration) {
        let from = self.spans.first().map_or(Duration::ZERO, |span| span.from);
        let to = self.spans.last().map_or(Duration::ZERO, |span| span.to);
        (from, to)
    }
}

impl Span {
    /// Set if the lane says that it runs.
    pub(super) fn is_run(&self) -> bool {
        matches!(self.state, State::Run { .. })
    }
}

impl State {
    /// Set if it waits for anything but a lock or the CPU.
    pub fn waits(&self) -> bool {
        matches!(self, State::Wait(_))
    }

    /// Set if it waits for a lock.
    pub fn is_blocked(&self) -> bool {
        matches!(self, State::Blocked(_))
    }

    /// Set if it says that it runs, and is known to have a CPU for a twentieth
    /// of the time or more.
    pub fn runs(&self) -> bool {
        matches!(self, State::Run { cpu: Some(0.05..) })
    }

    /// Set if it says that it runs while the CPU does something else.
    pub fn is_off_the_cpu(&self) -> bool {
        matches!(self, State::Run { cpu: Some(..0.05) })
    }

    /// What it waits for, or for which lock, or why in vain.
    pub fn what(&self) -> Option<&str> {
        match self {
            State::Wait(what) | State::Blocked(what) => Some(what),
            State::Lost => Some("lost wake-up"),
            _ => None,
        }
    }

    /// What a lane in this state does: `waits for tea`.
    pub fn name(&self) -> String {
        match self {
            State::Run { .. } if self.is_off_the_cpu() => "off the CPU".into(),
            State::Run { .. } => "runs".into(),
            State::Wait(what) if what.is_empty() => "waits".into(),
            State::Wait(what) => format!("waits for {what}"),
            State::Blocked(lock) => format!("waits for lock {lock}"),
            State::Ready => "ready to run".into(),
            State::Lost => "ready, its wake-up lost".into(),
            State::Idle => "idle".into(),
            State::Zombie => "a zombie".into(),
        }
    }
}
