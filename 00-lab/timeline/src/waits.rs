//! Why nothing happens any more: what each lane waits for.

use super::axis::format_duration;
use super::spans::{Recording, State, Track};
use super::write::now;
use std::time::Duration;

/// More sentences than this explain nothing.
const MOST_SENTENCES: usize = 20;

impl Recording {
    /// One sentence for each lane that had not ended when the recording did,
    /// and one for each circle of lanes that wait for one another.
    ///
    /// `silence` is how long nothing has been recorded since, see
    /// [`silence`](Recording::silence).
    pub fn explain_waits(&self, silence: Duration) -> Vec<String> {
        let alive = |track: &&Track| !track.ended && track.kind != "site";
        let mut sentences: Vec<String> = self
            .tracks
            .iter()
            .filter(alive)
            .map(|track| self.explain_wait(track, silence))
            .collect();
        if sentences.len() > MOST_SENTENCES {
            let more = sentences.len() - MOST_SENTENCES;
            sentences.truncate(MOST_SENTENCES);
            sentences.push(format!("… and {more} more"));
        }
        sentences.extend(self.circles());
        sentences
    }

    /// How long ago the last event was, by the clock of this machine since its
    /// start.
    pub fn silence(&self) -> Duration {
        let last = self.start + self.length;
        Duration::from_nanos(now()).saturating_sub(last)
    }

    /// Lets the lanes that had not ended go on for `time`. Otherwise the last
    /// events before a hang would be at the very edge of the picture.
    pub(super) fn go_on_for(&mut self, time: Duration) {
        self.length += time;
        for track in self.tracks.iter_mut().filter(|track| !track.ended) {
            if let Some(last) = track.spans.last_mut() {
                last.to = self.length;
            }
        }
        let held = self.tracks.iter_mut().flat_map(|track| &mut track.held);
        for held in held.filter(|held| held.kept) {
            held.to = self.length;
        }
    }

    /// Why a lane does not go on: the sentence for the state it is in.
    fn explain_wait(&self, track: &Track, silence: Duration) -> String {
        let name = &track.name;
        let Some(last) = track.spans.last() else { return name.clone() };
        match &last.state {
            State::Blocked(lock) => {
                let holder = self.find_holder(track.pid, lock);
                let which = match holder.map(|index| &self.tracks[index]) {
                    None => "no thread holds".to_owned(),
                    Some(holder) if holder.lane == track.lane => {
                        "it holds itself".to_owned()
                    }
                    Some(Track { name, ended: true, .. }) => {
                        format!("{name} still held when it ended")
                    }
                    Some(Track { name, .. }) => format!("{name} holds"),
                };
                format!("{name} waits for lock {lock}, which {which}")
            }
            State::Wait(what) if what.starts_with("condvar ") => {
                let notified = self.notified.get(&(track.pid, what.clone()));
                let which = match notified {
                    None => "no thread has notified".to_owned(),
                    Some(&(by, at)) => {
                        let by = &self.tracks[by].name;
                        let when =
                            if at < last.from { "before" } else { "since" };
                        format!("{by} notified last, {when} that wait began")
                    }
                };
                format!("{name} waits for {what}, which {which}")
            }
            State::Wait(what) if what.is_empty() => format!("{name} waits"),
            State::Wait(what) => format!("{name} waits for {what}"),
            State::Ready => format!("{name} is ready, and nothing runs it"),
            State::Lost => {
                format!(
                    "{name} is ready, and its thread sleeps: a lost wake-up"
                )
            }
            State::Idle => format!("{name} does nothing"),
            State::Zombie => format!("{name} is a zombie"),
            State::Run { .. } => {
                let since = self.length - track.heard + silence;
                let silent = format_duration(since);
                format!(
                    "{name} has recorded nothing for {silent}: it computes, \
                     or waits for what is not recorded"
                )
            }
        }
    }

    /// The index of the track that holds a lock.
    fn find_holder(&self, pid: u32, lock: &str) -> Option<usize> {
        self.tracks.iter().position(|track| {
            track.pid == pid
                && track.held.iter().any(|held| held.kept && held.lock == lock)
        })
    }

    /// The index of the track that holds the lock that this one waits for.
    fn waits_for(&self, index: usize) -> Option<usize> {
        let track = &self.tracks[index];
        match &track.spans.last()?.state {
            State::Blocked(lock) if !track.ended => {
                self.find_holder(track.pid, lock)
            }
            _ => None,
        }
    }

    /// One sentence for each circle of lanes of which each waits for a lock
    /// that the next one holds: none of them can ever go on.
    pub fn circles(&self) -> Vec<String> {
        let circles = self.find_circles();
        circles.iter().map(|path| self.explain_circle(path)).collect()
    }

    /// The tracks of each such circle, each before the one that it waits for.
    pub(super) fn find_circles(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.tracks.len()];
        let mut circles = Vec::new();
        for start in 0..self.tracks.len() {
            let mut path = Vec::new();
            let mut next = Some(start);
            while let Some(index) = next.filter(|&index| !seen[index]) {
                seen[index] = true;
                path.push(index);
                next = self.waits_for(index);
            }
            // Back at a track on the path: from there on it is a circle.
            let first = path.iter().position(|&index| Some(index) == next);
            if let Some(first) = first {
                circles.push(path[first..].to_vec());
            }
        }
        circles
    }

    /// The sentence on a circle. It begins with the first name in alphabetical
    /// order, so that it is always the same.
    fn explain_circle(&self, path: &[usize]) -> String {
        let mut names: Vec<&str> =
            path.iter().map(|&i| self.tracks[i].name.as_str()).collect();
        let first = (0..names.len()).min_by_key(|&i| names[i]).unwrap_or(0);
        names.rotate_left(first);
        names.push(names[0]);
        let (first, others) = names.split_at(1);
        let others = others.join(", which waits for ");
        format!("a circle: {} waits for {others}", first[0])
    }
}
