//! What is waited for that comes from outside: sockets and timers.

use super::{LaneKey, Replay, Status, TimerNow, refuse};
use crate::event::{Direction, Event, Place};

impl Replay {
    /// What waits for which socket, in the order of the sockets.
    pub fn sockets(&self) -> Vec<(u32, Direction, LaneKey)> {
        let awaited = self.sockets.iter().flat_map(|((_, socket), places)| {
            let taken =
                places.iter().filter_map(|(place, it)| Some((place, (*it)?)));
            taken.map(|((direction, _), lane)| (*socket, *direction, lane))
        });
        // What has no reactor says it in its own words.
        let said = self.lanes().flat_map(|(key, lane)| {
            let sockets = lane.waits.iter().filter_map(|it| socket_in(it));
            sockets.map(move |(socket, direction)| (socket, direction, key))
        });
        let mut all: Vec<_> = awaited.chain(said).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The sockets that a reactor watches.
    pub fn registered(&self) -> impl Iterator<Item = u32> {
        self.sockets.keys().map(|(_, socket)| *socket)
    }

    /// The timer that has this word in this process, if it is set.
    pub fn timer(&self, pid: u32, timer: &str) -> Option<&TimerNow> {
        self.timers.get(&(pid, timer.to_owned()))
    }

    /// The timers that are set, in the order of their times.
    pub fn timers(&self) -> Vec<TimerNow> {
        let mut all: Vec<_> = self.timers.values().cloned().collect();
        // What has no timers says it in its own words.
        for (key, lane) in self.lanes() {
            let Some(due) = lane.until else { continue };
            let said = TimerNow { due, lane: Some(key) };
            if !all.contains(&said) {
                all.push(said);
            }
        }
        all.sort_by_key(|timer| (timer.due, timer.lane));
        all
    }

    pub(super) fn await_socket(
        &mut self,
        key: LaneKey,
        place: Place,
    ) -> Result<(), String> {
        let Some(places) = self.sockets.get_mut(&(key.0, place.socket)) else {
            return refuse(true, "the socket is not registered");
        };
        places.insert((place.direction, place.number), Some(key));
        Ok(())
    }

    pub(super) fn forgo(
        &mut self,
        key: LaneKey,
        place: Place,
    ) -> Result<(), String> {
        let Some(places) = self.sockets.get_mut(&(key.0, place.socket)) else {
            return refuse(true, "the socket is not registered");
        };
        let before = places.remove(&(place.direction, place.number));
        refuse(before.is_none(), "nothing waits there")
    }

    pub(super) fn report(
        &mut self,
        socket: (u32, u32),
        direction: Direction,
    ) -> Result<(), String> {
        let Some(places) = self.sockets.get_mut(&socket) else {
            return refuse(true, "the socket is not registered");
        };
        let mut woken = Vec::new();
        places.retain(|(it, _), lane| {
            let is_it = *it == direction;
            woken.extend(lane.take_if(|_| is_it));
            !is_it
        });
        for key in woken {
            self.wake(key, format!("socket {}", socket.1));
        }
        Ok(())
    }

    pub(super) fn fire(
        &mut self,
        event: &Event<'_>,
        timer: &str,
    ) -> Result<(), String> {
        let before = self.timers.remove(&(event.pid, timer.to_owned()));
        let Some(TimerNow { due, lane }) = before else {
            return refuse(true, "the timer was not set");
        };
        if let Some(key) = lane {
            self.wake(key, format!("timer {timer}"));
        }
        refuse(event.at < due, "its time has not come")
    }

    /// Notes that a lane is about to be ready, if it waits.
    fn wake(&mut self, key: LaneKey, by: String) {
        let lane = self.lane_mut(key);
        if lane.status == Status::Waits {
            lane.woken_by.get_or_insert(by);
        }
    }
}

/// The socket that a lane's own words name: `bytes on 7`.
fn socket_in(words: &str) -> Option<(u32, Direction)> {
    let (what, number) = words.rsplit_once(" on ")?;
    let direction = match what {
        "bytes" => Direction::Read,
        "room for bytes" => Direction::Write,
        _ => return None,
    };
    Some((number.parse().ok()?, direction))
}
