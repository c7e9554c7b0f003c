//! The scheduler's state as a page shows it, and how two of them differ.

use crate::cast::Cast;
use crate::words::{kept_where, listed, queue_name, socket_name, timer_name};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use timeline::{Direction, LaneKey, LaneNow, Replay, Status};

/// A state. Lanes and threads are their indices.
#[derive(Debug, Default, PartialEq)]
pub struct State {
    runs: Vec<Value>,
    queues: Vec<Value>,
    sockets: Vec<Value>,
    timers: Vec<Value>,
    lanes: BTreeMap<usize, Value>,
}

impl State {
    /// The state of a replay.
    pub fn of(replay: &Replay, cast: &Cast, start: u64) -> State {
        let places = |keys: &[LaneKey]| {
            keys.iter().map(|key| cast.lane(*key)).collect::<Vec<_>>()
        };
        let runs = replay
            .running()
            .map(|(thread, lanes)| json!([cast.thread(thread), places(lanes)]));
        let queues = replay
            .queues()
            .map(|(name, lanes)| json!([queue_name(name), places(&lanes)]));
        let mut waits = BTreeMap::<u32, Vec<Value>>::new();
        for socket in replay.registered() {
            waits.entry(socket).or_default();
        }
        for (socket, direction, lane) in replay.sockets() {
            let word = match direction {
                Direction::Read => "read",
                Direction::Write => "write",
            };
            let wait = json!([word, cast.lane(lane)]);
            waits.entry(socket).or_default().push(wait);
        }
        let sockets = waits
            .into_iter()
            .map(|(socket, waits)| json!([socket_name(socket), waits]));
        let timers = replay.timers().into_iter().map(|timer| {
            let name = timer_name(timer.lane.map(|lane| cast.name(lane)));
            let lane = timer.lane.map(|lane| cast.lane(lane));
            json!([name, timer.due.saturating_sub(start), lane])
        });
        State {
            runs: runs.collect(),
            queues: queues.collect(),
            sockets: sockets.collect(),
            timers: timers.collect(),
            lanes: replay
                .lanes()
                .map(|(key, lane)| (cast.lane(key), lane_now(lane, start)))
                .collect(),
        }
    }

    /// The parts of it that were different `before`. Of the lanes, each is a
    /// part.
    pub fn since(&self, before: &State) -> Map<String, Value> {
        let mut changed = Map::new();
        for (name, now, then) in [
            ("runs", &self.runs, &before.runs),
            ("queues", &self.queues, &before.queues),
            ("sockets", &self.sockets, &before.sockets),
            ("timers", &self.timers, &before.timers),
        ] {
            if now != then {
                changed.insert(name.to_owned(), now.clone().into());
            }
        }
        let lanes = self.lanes.iter();
        let lanes =
            lanes.filter(|(place, it)| before.lanes.get(place) != Some(it));
        let lanes: Vec<_> = lanes
            .map(|(place, lane)| {
                let own = lane.as_array().into_iter().flatten().cloned();
                [Value::from(*place)].into_iter().chain(own).collect::<Value>()
            })
            .collect();
        if !lanes.is_empty() {
            changed.insert("lanes".to_owned(), lanes.into());
        }
        changed
    }
}

/// What a lane does, what it waits for, until when, and where its paused state
/// is kept. What is unknown at the end is left out.
fn lane_now(lane: &LaneNow, start: u64) -> Value {
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
    all.into()
}
