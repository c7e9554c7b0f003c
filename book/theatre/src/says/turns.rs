//! Who is ready, who runs, and who waits, in sentences.

use super::Story;
use super::outside::Cause;
use crate::words::{from_now, listed, span, the_queue, waited_for};
use timeline::{Event, LaneKey, Status, UNORDERED};

/// How long a lane has just ended, in nanoseconds.
const JUST: u64 = 1_000_000;

impl Story<'_> {
    /// A lane runs: what it waited for, or how long it was ready.
    pub(super) fn say_run(&mut self, event: &Event<'_>) -> String {
        let key = (event.pid, event.lane);
        let it = self.cast.name(key);
        let ready = self.ready.remove(&key);
        self.woken.remove(&key);
        let Some(lane) = self.lane(key) else { return format!("{it} runs") };
        let goes_on = |it: &str| match lane.waits.is_empty() {
            true => format!("{it} goes on"),
            false => format!(
                "{it} goes on: it has waited for {}",
                listed(&lane.waits)
            ),
        };
        let kind = self.cast.kind(key);
        if kind == "thread" {
            return match lane.status {
                Status::Waits => goes_on(it),
                Status::Ready => format!("{it} goes on: it was woken"),
                _ => format!("{it} runs"),
            };
        }
        // A socket or a timer runs no code but what it calls back.
        let it = match kind {
            "socket" | "timer" => format!("the callback of {it}"),
            _ => it.to_owned(),
        };
        let thread = (event.pid, event.thread);
        let inside = match self.replay.innermost(thread) {
            Some(other) if other != key => {
                format!(" inside of {}", self.cast.name(other))
            }
            _ => String::new(),
        };
        let thread = self.cast.name(thread);
        let runs = format!("{thread} runs {it}{inside}");
        if let Some(queue) = self.queue_of(key) {
            let after = ready.map(|ready| span(ready, event.at));
            let after = after.unwrap_or_else(|| "some time".to_owned());
            return match queue {
                "" | UNORDERED => {
                    format!("{runs}, which was ready for {after}")
                }
                queue => format!(
                    "{it} is first in {}, after {after} there: {thread} runs \
                     it{inside}",
                    the_queue(queue)
                ),
            };
        }
        match (lane.status, lane.until) {
            (Status::New, _) => format!("{runs} for the first time"),
            (Status::Waits, _) if !lane.waits.is_empty() => {
                format!("{runs}, which has waited for {}", listed(&lane.waits))
            }
            (Status::Waits, Some(due)) if due > event.at => {
                format!("{runs}, whose time has not come")
            }
            (Status::Waits, Some(due)) => format!(
                "the time of {it} came {} ago: {thread} runs it{inside}",
                span(due, event.at)
            ),
            (Status::Runs, _) => goes_on(&it),
            _ => runs,
        }
    }

    pub(super) fn say_wait(&self, event: &Event<'_>, what: &str) -> String {
        let key = (event.pid, event.lane);
        let it = self.cast.name(key);
        let for_it = match what {
            "" => String::new(),
            what => format!(" for {}", waited_for(what)),
        };
        if self.replay.blocks(event) {
            let thread = self.cast.name((event.pid, event.thread));
            return format!("{it} waits{for_it}, and blocks {thread}");
        }
        match self.lane(key).map(|lane| lane.status) {
            Some(Status::Runs) if self.queue_of(key).is_some() => format!(
                "{it} waits{for_it}; but it was woken while it ran, and is \
                 ready already"
            ),
            Some(Status::Waits) if what.is_empty() => format!("{it} waits on"),
            Some(Status::Waits) => format!("{it} waits{for_it}, too"),
            _ => format!("{it} waits{for_it}"),
        }
    }

    pub(super) fn say_until(&self, event: &Event<'_>, due: u64) -> String {
        let key = (event.pid, event.lane);
        let it = self.cast.name(key);
        let (when, left) = (self.say_time(due), from_now(event.at, due));
        match self.lane(key).map(|lane| lane.status) {
            Some(Status::Waits) => {
                format!("{it} waits until {when} at the longest ({left})")
            }
            _ => format!("{it} waits until {when} ({left})"),
        }
    }

    /// A lane is ready: what has woken it, and where it stands.
    pub(super) fn say_ready(
        &mut self,
        event: &Event<'_>,
        by: LaneKey,
        queue: &str,
        cause: Option<Cause>,
    ) -> String {
        let key = (event.pid, event.lane);
        let it = self.cast.name(key);
        let was_ready = self.ready.insert(key, event.at).is_some();
        let behind = self.say_behind(queue);
        let goes = match (queue, self.cast.kind(key)) {
            // The future of `block_on`, which has no queue.
            (_, "thread") => "is to run".to_owned(),
            ("" | UNORDERED, _) => format!("is ready to run{behind}"),
            _ => format!("goes to the end of {}{behind}", the_queue(queue)),
        };
        if let Some(Cause { says, .. }) = cause {
            let it = if says.starts_with(it) { "it" } else { it };
            return format!("{says}: {it} {goes}");
        }
        let Some(lane) = self.lane(key) else { return format!("{it} {goes}") };
        let (by_itself, by) = (by == key, self.say_by(event, by));
        let waits = listed(&lane.waits);
        match lane.status {
            Status::New => format!("{it} is new: it {goes}"),
            Status::Idle => format!("{by} gives {it} new work: {it} {goes}"),
            Status::Runs if by_itself => {
                format!("{it} wakes itself while it runs: it {goes}")
            }
            Status::Runs => {
                format!("{by} wakes {it} while it runs: {it} {goes}")
            }
            _ if by_itself && !waits.is_empty() => {
                format!("{it} has waited for {waits}, and is woken: it {goes}")
            }
            Status::Ready if was_ready => {
                format!("{by} wakes {it} once more: {it} {goes}")
            }
            _ if waits.is_empty() => format!("{by} wakes {it}: {it} {goes}"),
            _ => {
                format!("{by} wakes {it}, which waits for {waits}: {it} {goes}")
            }
        }
    }

    /// What wakes a lane. If that is a thread on which another has just ended,
    /// it may be to hand over its result. The recording does not tell.
    fn say_by(&self, event: &Event<'_>, by: LaneKey) -> String {
        let (thread, name) = ((event.pid, event.thread), self.cast.name(by));
        let ended = self.ended.get(&thread).filter(|_| by == thread);
        match ended.map(|(it, at)| (self.cast.name(*it), *at)) {
            Some((it, at)) if event.at - at < JUST => {
                let ago = span(at, event.at);
                format!("{name}, where {it} ended {ago} ago,")
            }
            _ => name.to_owned(),
        }
    }
}
