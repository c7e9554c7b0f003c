//! The span that a lane is in while its recording is read.

use crate::axis::format_whole;
use crate::event::{Event, Id, What};
use crate::spans::{Span, State, Track};
use std::time::Duration;

/// A span whose end has not been read yet.
pub(super) struct Open {
    pub since: Duration,
    pub state: State,
    pub thread: Id,
    /// The CPU time of that thread when the span began.
    pub cpu: u64,
    /// The page that it has asked for and that is not here yet. A thread
    /// says itself what it waits for, and may have asked for several.
    pub page: Option<String>,
    /// When it is due, if it waits for a time.
    pub due: Option<Duration>,
    /// Set if it was woken since it runs: when it pauses, it is ready again.
    pub woken: bool,
}

/// What is woken later than this is late: it could have run since it was due.
/// No system wakes at the very moment.
const LATE: Duration = Duration::from_millis(2);

impl Open {
    /// The state that an event puts its lane in; `None` leaves it as it is.
    pub fn next_state(&mut self, event: &Event<'_>) -> Option<State> {
        let was_woken = self.woken;
        match event.what {
            What::Run | What::Hold(_) => {
                // What only says that it runs on is still to run once more.
                self.woken &= matches!(self.state, State::Run { .. });
                Some(State::Run { cpu: None })
            }
            What::Wait(_) if was_woken => Some(State::Ready),
            What::Wait("") if self.state.waits() => None,
            // The page says more than the socket that it comes through.
            What::Wait(what) => Some(State::Wait(
                self.page.clone().unwrap_or_else(|| what.to_owned()),
            )),
            What::Until(due) => {
                let left = Duration::from_nanos(due.saturating_sub(event.at));
                Some(State::Wait(format_whole(left)))
            }
            What::Want(lock) => Some(State::Blocked(lock.to_owned())),
            // A lane that is woken while it runs goes on running.
            What::Ready { .. } if matches!(self.state, State::Run { .. }) => {
                self.woken = true;
                None
            }
            What::Ready { .. } => Some(State::Ready),
            What::Idle => Some(State::Idle),
            What::Ask(page) if event.lane != event.thread => {
                self.page = Some(page.to_owned());
                None
            }
            What::Got(_) => {
                self.page = None;
                None
            }
            _ => None,
        }
    }

    /// When it was due, if that is over and it is late.
    pub fn late_since(&mut self, now: Duration) -> Option<Duration> {
        self.due.take_if(|due| *due + LATE < now)
    }

    /// The span, if it ends at `to` and used `cpu` nanoseconds of CPU time.
    pub fn until(&self, to: Duration, cpu: Option<u64>) -> Span {
        let mut state = self.state.clone();
        if let (State::Run { cpu: share }, Some(cpu)) = (&mut state, cpu) {
            let wall = (to - self.since).as_nanos().max(1);
            *share = Some((cpu as f32 / wall as f32).min(1.0));
        }
        Span { from: self.since, to, state, thread: self.thread }
    }
}

impl Track {
    /// Adds a span, or makes the last one longer if it is of the same sort.
    pub(super) fn push(&mut self, span: Span) {
        let last = self.spans.last_mut();
        let same = last.filter(|last| {
            last.thread == span.thread && last.state.is_like(&span.state)
        });
        let Some(last) = same else { return self.spans.push(span) };
        if let (State::Run { cpu: Some(a) }, State::Run { cpu: Some(b) }) =
            (&mut last.state, &span.state)
        {
            let before = (last.to - last.from).as_secs_f32();
            let more = (span.to - span.from).as_secs_f32();
            *a = (*a * before + b * more) / (before + more).max(1e-9);
        }
        last.to = span.to;
    }
}
