//! The order and the names of tracks, once all are known.

use super::spans::{Recording, Span, State, Track};
use std::collections::{BTreeSet, HashMap};
use std::mem;

impl Recording {
    /// Sorts and names the tracks once all are known.
    pub(super) fn tidy(&mut self) {
        self.number_threads();
        self.put_in_order();
        self.find_lost_wake_ups();
        self.name_processes();
        self.name_locks();
    }

    /// Numbers threads of the same name as they appear, if two of them were
    /// there at once: a runtime may call all its workers the same.
    fn number_threads(&mut self) {
        let mut same = HashMap::<_, Vec<usize>>::new();
        for (index, track) in self.tracks.iter().enumerate() {
            if track.kind == "thread" && numbered_name(&track.name).is_none() {
                let key = (track.pid, track.name.clone());
                same.entry(key).or_default().push(index);
            }
        }
        for tracks in same.into_values() {
            let mut lives: Vec<_> =
                tracks.iter().map(|&it| self.tracks[it].life()).collect();
            lives.sort();
            if lives.windows(2).any(|it| it[1].0 < it[0].1) {
                for (n, &index) in tracks.iter().enumerate() {
                    self.tracks[index].name += &format!(" {}", n + 1);
                }
            }
        }
    }

    /// Puts the tracks in the order in which they began. But the site is last,
    /// and `worker 1` to `worker 8` share the places of all workers by number.
    /// A timer that never ran is left out: each fetch sets one, and most need
    /// none.
    fn put_in_order(&mut self) {
        let tracks = self.tracks.iter().enumerate();
        let shown = tracks.filter(|(_, track)| {
            track.kind != "timer" || track.spans.iter().any(Span::is_run)
        });
        let mut order: Vec<usize> = shown.map(|(index, _)| index).collect();
        order.sort_by_key(|&index| self.tracks[index].kind == "site");

        // The places of each numbered name, and the tracks that stand there.
        let number = |index: usize| {
            let Track { name, kind, .. } = &self.tracks[index];
            numbered_name(name).filter(|(stem, _)| stem != kind)
        };
        let mut places = HashMap::<&str, Vec<usize>>::new();
        for (place, &index) in order.iter().enumerate() {
            if let Some((stem, _)) = number(index) {
                places.entry(stem).or_default().push(place);
            }
        }
        for places in places.values() {
            let tracks = places.iter().map(|&place| order[place]);
            let mut tracks: Vec<_> = tracks.collect();
            tracks.sort_by_key(|&index| number(index));
            for (&place, index) in places.iter().zip(tracks) {
                order[place] = index;
            }
        }
        self.rearrange(&order);
    }

    /// Puts the tracks in a new order; `order` lists their old places. A track
    /// that is not listed is dropped, with its flows.
    fn rearrange(&mut self, order: &[usize]) {
        let mut place = vec![None; self.tracks.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = Some(new);
        }
        self.flows.retain_mut(|flow| {
            let ends = place[flow.from.0].zip(place[flow.to.0]);
            ends.map(|ends| (flow.from.0, flow.to.0) = ends).is_some()
        });
        self.notified.retain(|_, (index, _)| {
            place[*index].map(|new| *index = new).is_some()
        });
        let old = &mut self.tracks;
        let tracks = order.iter().map(|&index| mem::take(&mut old[index]));
        self.tracks = tracks.collect();
    }

    /// Names the process in each lane of a second process: `process 2` is its
    /// main thread, and `process 2: thread 1` another. A lane that is the only
    /// one of its process and the only one of its name keeps it: `worker 3`.
    fn name_processes(&mut self) {
        let mut lanes = HashMap::<u32, usize>::new();
        let mut names = HashMap::<String, usize>::new();
        for track in &self.tracks {
            *lanes.entry(track.pid).or_default() += 1;
            *names.entry(track.name.clone()).or_default() += 1;
        }
        let ours = |track: &&mut Track| track.kind != "site";
        let mut number = HashMap::new();
        for track in self.tracks.iter_mut().filter(ours) {
            let next = number.len() + 1;
            let number = *number.entry(track.pid).or_insert(next);
            let name = track.name.as_str();
            let own = name != "main" && !name.starts_with(&track.kind);
            let says_all = own && lanes[&track.pid] == 1 && names[name] == 1;
            if number > 1 && !says_all {
                track.name = match name {
                    "main" => format!("process {number}"),
                    name => format!("process {number}: {name}"),
                };
            }
        }
    }

    /// Names the lock `Frontier 1` only `Frontier` if there is no other.
    fn name_locks(&mut self) {
        let locks: BTreeSet<String> =
            self.lock_names().map(|l| l.clone()).collect();
        let is_only = |kind: &str| {
            locks.iter().filter(|lock| kind_of(lock) == kind).count() == 1
        };
        for lock in self.lock_names() {
            if is_only(kind_of(lock)) {
                *lock = kind_of(lock).to_owned();
            }
        }
    }

    /// The name of each lock, wherever it is held or wanted.
    fn lock_names(&mut self) -> impl Iterator<Item = &mut String> {
        self.tracks.iter_mut().flat_map(|track| {
            let held = track.held.iter_mut().map(|held| &mut held.lock);
            let wanted = track.spans.iter_mut().filter_map(|span| {
                match &mut span.state {
                    State::Blocked(lock) => Some(lock),
                    _ => None,
                }
            });
            held.chain(wanted)
        })
    }
}

/// A lock's name without its number.
fn kind_of(lock: &str) -> &str {
    numbered_name(lock).map_or(lock, |(kind, _)| kind)
}

/// Splits `worker 3` into its stem and its number.
fn numbered_name(name: &str) -> Option<(&str, u64)> {
    let (stem, n) = name.rsplit_once(' ')?;
    Some((stem, n.parse().ok()?))
}
