//! Names that say no more than they must, in an order to look at.

use super::spans::{Recording, State, Track};
use std::collections::{BTreeSet, HashMap};

impl Recording {
    /// Sorts and names the tracks once all are known.
    pub(super) fn tidy(&mut self) {
        self.put_the_site_last();
        self.name_processes();
        self.name_locks();
    }

    fn put_the_site_last(&mut self) {
        let mut order: Vec<usize> = (0..self.tracks.len()).collect();
        order.sort_by_key(|&index| self.tracks[index].kind == "site");
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        for flow in &mut self.flows {
            flow.from.0 = place[flow.from.0];
            flow.to.0 = place[flow.to.0];
        }
        for (index, _) in self.notified.values_mut() {
            *index = place[*index];
        }
        self.tracks.sort_by_key(|track| track.kind == "site");
    }

    /// The lanes of a second process are called so: `process 2`, its main
    /// thread, and `process 2: thread 1`.
    fn name_processes(&mut self) {
        let ours = |track: &&mut Track| track.kind != "site";
        let mut number = HashMap::new();
        for track in self.tracks.iter_mut().filter(ours) {
            let next = number.len() + 1;
            let number = *number.entry(track.pid).or_insert(next);
            if number > 1 {
                track.name = match track.name.as_str() {
                    "main" => format!("process {number}"),
                    name => format!("process {number}: {name}"),
                };
            }
        }
    }

    /// `Frontier 1` is `Frontier` if there is no other.
    fn name_locks(&mut self) {
        let locks: BTreeSet<String> = self.locks().map(|l| l.clone()).collect();
        let mut same = HashMap::<String, usize>::new();
        for lock in &locks {
            *same.entry(kind_of(lock).to_owned()).or_default() += 1;
        }
        for lock in self.locks() {
            if same[kind_of(lock)] == 1 {
                *lock = kind_of(lock).to_owned();
            }
        }
    }

    fn locks(&mut self) -> impl Iterator<Item = &mut String> {
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
    match lock.rsplit_once(' ') {
        Some((kind, n)) if n.bytes().all(|b| b.is_ascii_digit()) => kind,
        _ => lock,
    }
}
