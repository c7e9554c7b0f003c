//! The scheduler's state as a page shows it, and how two of them differ.

use crate::cast::Cast;
use crate::words::{kept_where, listed, queue_name, socket_name, timer_name};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use timeline::{Direction, LaneKey, LaneNow, Replay, Status};

/// A state. Lanes and threads are their indices. It is kept as it comes, and
/// made ready for a page where it changes: an event changes little of it.
#[derive(Debug, Default)]
pub struct State {
    runs: Vec<(usize, Vec<usize>)>,
    queues: Vec<(String, Vec<usize>)>,
    sockets: BTreeMap<u32, Vec<(&'static str, usize)>>,
    timers: Vec<(Option<LaneKey>, u64)>,
    lanes: BTreeMap<LaneKey, LaneNow>,
}

impl State {
    /// Becomes the state of a replay. Gives back the parts of it that were
    /// different before. Of the lanes, each is a part.
    pub fn follow(
        &mut self,
        replay: &Replay,
        cast: &Cast,
        start: u64,
    ) -> Map<String, Value> {
        let mut changed = Map::new();
        let places = |keys: &[LaneKey]| {
            keys.iter().map(|key| cast.lane(*key)).collect::<Vec<_>>()
        };
        let runs = replay
            .running()
            .map(|(thread, lanes)| (cast.thread(thread), places(lanes)));
        if renew(&mut self.runs, runs.collect()) {
            changed.insert("runs".to_owned(), json!(self.runs));
        }
        let queues = replay
            .queues()
            .map(|(name, lanes)| (queue_name(name).to_owned(), places(&lanes)));
        if renew(&mut self.queues, queues.collect()) {
            changed.insert("queues".to_owned(), json!(self.queues));
        }
        let mut sockets = BTreeMap::<_, Vec<_>>::new();
        for socket in replay.registered() {
            sockets.entry(socket).or_default();
        }
        for (socket, direction, lane) in replay.sockets() {
            let word = match direction {
                Direction::Read => "read",
                Direction::Write => "write",
            };
            let wait = (word, cast.lane(lane));
            sockets.entry(socket).or_default().push(wait);
        }
        if renew(&mut self.sockets, sockets) {
            let sockets = self.sockets.iter();
            let named =
                sockets.map(|(socket, it)| json!([socket_name(*socket), it]));
            changed.insert("sockets".to_owned(), named.collect());
        }
        let timers = replay.timers().into_iter().map(|it| (it.lane, it.due));
        if renew(&mut self.timers, timers.collect()) {
            let named = self.timers.iter().map(|(lane, due)| {
                let name = timer_name(lane.map(|lane| cast.name(lane)));
                let lane = lane.map(|lane| cast.lane(lane));
                json!([name, due.saturating_sub(start), lane])
            });
            changed.insert("timers".to_owned(), named.collect());
        }
        let lanes = self.changed_lanes(replay, cast, start);
        if !lanes.is_empty() {
            changed.insert("lanes".to_owned(), lanes.into());
        }
        changed
    }

    /// The lanes that are different now, each after its index.
    fn changed_lanes(
        &mut self,
        replay: &Replay,
        cast: &Cast,
        start: u64,
    ) -> Vec<Value> {
        let mut changed = BTreeMap::new();
        for (key, lane) in replay.lanes() {
            let before = self.lanes.get(&key);
            if before.is_some_and(|before| shows_the_same(before, lane)) {
                continue;
            }
            let now = lane_now(lane, start);
            if before.is_none_or(|before| lane_now(before, start) != now) {
                changed.insert(cast.lane(key), now);
            }
            self.lanes.insert(key, lane.clone());
        }
        let with_place = |(place, mut lane): (usize, Vec<Value>)| {
            lane.insert(0, place.into());
            lane.into()
        };
        changed.into_iter().map(with_place).collect()
    }
}

/// Puts a part of a state in the place of what it was. Gives back whether it is
/// different.
fn renew<T: PartialEq>(part: &mut T, now: T) -> bool {
    let is_new = *part != now;
    *part = now;
    is_new
}

/// Set if [`lane_now`] makes the same of both.
fn shows_the_same(one: &LaneNow, other: &LaneNow) -> bool {
    one.status == other.status
        && one.until == other.until
        && one.waits == other.waits
        && one.kept == other.kept
}

/// What a lane does, what it waits for, until when, and where its paused state
/// is kept. What is unknown at the end is left out.
fn lane_now(lane: &LaneNow, start: u64) -> Vec<Value> {
    let status = match lane.status {
        Status::New => "new",
        Status::Ready => "ready",
        Status::Runs => "runs",
        Status::Waits => "waits",
        Status::Idle => "idle",
        Status::Ended => "ended",
    };
    let waits = (!lane.waits.is_empty()).then(|| listed(&lane.waits));
    let until = lane.until.map(|due| due.saturating_sub(start));
    let kept = lane.kept.as_deref().map(kept_where);
    let mut all = vec![json!(status), json!(waits), json!(until), json!(kept)];
    while all.last().is_some_and(Value::is_null) {
        all.pop();
    }
    all
}
