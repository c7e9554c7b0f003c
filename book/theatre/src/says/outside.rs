//! What comes from outside and wakes a lane: sockets and timers, in sentences.

use super::{About, Story};
use crate::words::{can, socket_name, span, timer_name, with_article};
use timeline::{Direction, Event, LaneKey, Status, TimerNow, What};

/// What wakes a lane, in a sentence, and what that is about.
#[derive(Clone)]
pub(super) struct Cause {
    pub says: String,
    pub about: About,
}

impl Cause {
    /// A socket is ready for this.
    fn socket(socket: u32, direction: Direction) -> Cause {
        let socket = socket_name(socket);
        let says = format!("{socket} {}", can(direction));
        Cause { says, about: ("socket", socket) }
    }

    /// The timer of the lane `name` was due.
    fn timer(name: &str, due: u64, now: u64) -> Cause {
        let timer = timer_name(Some(name));
        let late = span(due, now);
        let says = format!("{} was due {late} ago", with_article(&timer));
        Cause { says, about: ("timer", timer) }
    }
}

impl Story<'_> {
    /// Why a lane is ready now, if that comes from outside.
    pub(super) fn cause(&mut self, event: &Event<'_>) -> Option<Cause> {
        let What::Ready { by, .. } = event.what else { return None };
        let key = (event.pid, event.lane);
        // The reactor has said it already.
        let said = self.woken.remove(&key);
        // A loop on a thread of its own has looked at times and sockets.
        let is_loop = by == event.thread && by != event.lane;
        said.or_else(|| self.cause_in(key, event.at).filter(|_| is_loop))
    }

    /// What a loop has found for a lane that says itself what it waits for: its
    /// time has come, or its socket is ready.
    fn cause_in(&self, key: LaneKey, now: u64) -> Option<Cause> {
        let lane = self.lane(key)?;
        if lane.status != Status::Waits {
            return None;
        }
        if let Some(due) = lane.until.filter(|due| *due <= now) {
            return Some(Cause::timer(self.cast.name(key), due, now));
        }
        let sockets = self.replay.sockets().into_iter();
        let mut own = sockets.filter(|(_, _, lane)| *lane == key);
        let (socket, direction, _) = own.next()?;
        // It is not known which of several it was.
        let is_known = own.next().is_none();
        is_known.then(|| Cause::socket(socket, direction))
    }

    pub(super) fn say_report(
        &mut self,
        pid: u32,
        socket: u32,
        direction: Direction,
    ) -> String {
        let cause = Cause::socket(socket, direction);
        let mut names = Vec::new();
        for (it, way, lane) in self.replay.sockets() {
            if (it, way, lane.0) == (socket, direction, pid) {
                self.woken.insert(lane, cause.clone());
                names.push(self.cast.name(lane));
            }
        }
        let says = cause.says;
        match names.is_empty() {
            true => {
                format!("the kernel reports that {says}: nothing waits for it")
            }
            false => format!(
                "the kernel reports that {says}: {} is to be woken",
                names.join(" and ")
            ),
        }
    }

    pub(super) fn say_fire(
        &mut self,
        event: &Event<'_>,
        timer: &str,
    ) -> String {
        let set = self.replay.timer(event.pid, timer);
        let Some(&TimerNow { due, lane }) = set else {
            return "a timer rings".to_owned();
        };
        let Some(lane) = lane else {
            let late = span(due, event.at);
            return format!(
                "a timer was due {late} ago, and wakes nothing: its task has \
                 ended"
            );
        };
        let it = self.cast.name(lane);
        let cause = Cause::timer(it, due, event.at);
        let told = format!("{}: {it} is to be woken", cause.says);
        self.woken.insert(lane, cause);
        told
    }
}
