//! The lanes and the threads of a recording, with the names and the colours
//! that they have in its picture.

use pictures::Hues;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use timeline::{Event, LaneKey, Recording, Track, What};

/// All lanes of which something is told: first those that the picture shows, in
/// its order.
#[derive(Debug, Default)]
pub struct Cast {
    lanes: Vec<Lane>,
    places: HashMap<LaneKey, usize>,
    threads: Vec<LaneKey>,
}

#[derive(Debug)]
struct Lane {
    kind: String,
    name: String,
    hue: Option<usize>,
}

impl Cast {
    /// The lanes of which these events tell.
    pub fn of(recording: &Recording, events: &[Event<'_>]) -> Cast {
        let mut cast = Cast::default();
        // Those in the picture.
        let told: HashSet<_> =
            events.iter().map(|it| (it.pid, it.lane)).collect();
        let hues = Hues::of(recording);
        for track in &recording.tracks {
            let key = (track.pid, track.lane);
            if told.contains(&key) {
                let hue = hue_of(track, &hues);
                cast.add(key, &track.kind, &track.name, hue);
            }
        }
        // Those that it leaves out: timers that never ran.
        let mut counts = HashMap::<_, usize>::new();
        for event in events {
            let What::Spawn { kind, name, .. } = event.what else { continue };
            let count = counts.entry((event.pid, kind)).or_default();
            *count += 1;
            let numbered = format!("{kind} {count}");
            let name = if name.is_empty() { &numbered } else { name };
            cast.add((event.pid, event.lane), kind, name, None);
        }
        // Those of which nothing is known but that they do something; and the
        // threads, but the site's, of which its lane tells.
        for event in events {
            cast.add((event.pid, event.lane), "thread", "a thread", None);
            let thread = (event.pid, event.thread);
            let is_ours = !cast.is_site((event.pid, event.lane));
            if is_ours && !cast.threads.contains(&thread) {
                cast.add(thread, "thread", "a thread", None);
                cast.threads.push(thread);
            }
        }
        cast
    }

    /// Adds a lane, if it is not known yet.
    fn add(
        &mut self,
        key: LaneKey,
        kind: &str,
        name: &str,
        hue: Option<usize>,
    ) {
        self.places.entry(key).or_insert_with(|| {
            let (kind, name) = (kind.to_owned(), name.to_owned());
            self.lanes.push(Lane { kind, name, hue });
            self.lanes.len() - 1
        });
    }

    /// The index of a lane that has begun, or has done something.
    pub fn lane(&self, key: LaneKey) -> usize {
        self.places[&key]
    }

    /// The index of a lane, if anything is told of it.
    pub fn place(&self, key: LaneKey) -> Option<usize> {
        self.places.get(&key).copied()
    }

    /// Set if it is the site. Its code is not what is listed.
    pub fn is_site(&self, key: LaneKey) -> bool {
        self.kind(key) == "site"
    }

    /// What the lanes are called, by their index.
    pub fn names(&self) -> Vec<&str> {
        self.lanes.iter().map(|lane| lane.name.as_str()).collect()
    }

    /// The index of a thread, among the threads.
    pub fn thread(&self, key: LaneKey) -> usize {
        let place = self.threads.iter().position(|it| *it == key);
        place.expect("it has written an event")
    }

    /// What a lane is called.
    pub fn name(&self, key: LaneKey) -> &str {
        match self.places.get(&key) {
            None => "another lane",
            Some(place) => &self.lanes[*place].name,
        }
    }

    /// What kind of a lane it is.
    pub fn kind(&self, key: LaneKey) -> &str {
        match self.places.get(&key) {
            None => "",
            Some(place) => &self.lanes[*place].kind,
        }
    }

    /// The lanes that are threads, in the order of [`thread`](Cast::thread).
    pub fn threads(&self) -> Vec<usize> {
        self.threads.iter().map(|key| self.lane(*key)).collect()
    }

    /// All lanes, for a script.
    pub fn lanes(&self) -> Vec<Value> {
        let lanes = self.lanes.iter().map(|Lane { kind, name, hue }| {
            let mut lane = json!({ "kind": kind, "name": name });
            if let Some(hue) = hue {
                lane["hue"] = (*hue).into();
            }
            lane
        });
        lanes.collect()
    }
}

/// The colour of all that a lane waits for, if that is one.
fn hue_of(track: &Track, hues: &Hues) -> Option<usize> {
    let waits = track.spans.iter().filter_map(|it| it.state.what());
    let mut all: Vec<_> = waits.filter_map(|it| hues.number(it)).collect();
    all.dedup();
    if let [hue] = all[..] { Some(hue) } else { None }
}
