//! From events to spans.

mod open;

use super::causes::Causes;
use super::event::{Event, Id, What};
use super::spans::{Asked, Held, Kept, Queue, Recording, State, Track};
use super::write::MOST;
use open::Open;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

impl Recording {
    /// Reads a recording, also while it is being written, also when its last
    /// line is torn.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(path: &Path) -> io::Result<Recording> {
        Recording::read_from(path, 0)
    }

    /// Reads what was recorded after the first `offset` bytes.
    pub fn read_from(path: &Path, offset: u64) -> io::Result<Recording> {
        let mut file = File::open(path)?;
        // Not beyond the end that the file has now: a program may append to it
        // as fast as we read. And no more than a process may write.
        let end = file.metadata()?.len().min(offset + MOST);
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(end.saturating_sub(offset)).read_to_end(&mut bytes)?;
        Ok(Recording::parse(&String::from_utf8_lossy(&bytes)))
    }

    /// Reads the text of a recording.
    pub fn parse(text: &str) -> Recording {
        let (events, skipped) = events_in(text);
        let start = events.first().map_or(0, |event| event.at);
        let mut reader = Reader { start, ..Reader::default() };
        for event in &events {
            reader.take(event);
        }
        let mut recording = reader.finish();
        recording.start = Duration::from_nanos(start);
        recording.skipped = skipped;
        recording
    }
}

impl Track {
    /// Notes that it runs, if it had paused, or ends.
    fn go_on(&mut self, now: Duration) {
        if let Some(kept) = self.kept.last_mut() {
            kept.to.get_or_insert(now);
        }
    }

    /// Notes that it asks for a page, or has it.
    fn note_page(&mut self, page: &str, now: Duration, asks: bool) {
        if asks {
            let page = page.to_owned();
            self.asked.push(Asked { page, from: now, to: None });
            return;
        }
        let mut asked = self.asked.iter_mut().rev();
        let own = |it: &&mut Asked| it.to.is_none() && it.page == page;
        if let Some(asked) = asked.find(own) {
            asked.to = Some(now);
        }
    }
}

impl Kept {
    /// Reads `stack, 1008 bytes`.
    fn parse(text: &str, from: Duration) -> Option<Kept> {
        let (place, bytes) = text.rsplit_once(", ")?;
        let bytes = bytes.strip_suffix(" bytes")?.parse().ok()?;
        Some(Kept { place: place.to_owned(), bytes, from, to: None })
    }
}

impl Recording {
    /// Notes that a queue is so long from a time on.
    fn note_length(&mut self, name: &str, room: usize, now: (Duration, usize)) {
        let known = self.queues.iter_mut().find(|queue| queue.name == name);
        match known {
            Some(queue) => queue.lengths.push(now),
            None => self.queues.push(Queue {
                name: name.to_owned(),
                room,
                lengths: vec![now],
            }),
        }
    }
}

/// The events in the text of a recording, in order of time, and how many lines
/// are no events.
pub(super) fn events_in(text: &str) -> (Vec<Event<'_>>, usize) {
    // What follows the last line end is torn, or still being written.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut events: Vec<_> = whole.lines().filter_map(Event::parse).collect();
    let skipped = whole.lines().count() - events.len();
    // A thread looks at the clock, and then writes. Another may have written in
    // between, so the lines are not quite in order of time.
    events.sort_by_key(|event| event.at);
    (events, skipped)
}

/// A recording that is being read, event by event.
#[derive(Default)]
struct Reader {
    /// The first event's time on the clock.
    start: u64,
    recording: Recording,
    /// The span that each lane is in, in the order of `recording.tracks`.
    open: Vec<Open>,
    /// The index of a lane's track, by process and lane.
    by_lane: HashMap<(u32, Id), usize>,
    /// How many lanes of a kind a process has.
    counts: HashMap<(u32, String), usize>,
    causes: Causes,
    /// How many requests are under way, as the programs that ask see it.
    in_flight: usize,
}

impl Reader {
    fn take(&mut self, event: &Event<'_>) {
        // Find the track of its lane.
        let now = Duration::from_nanos(event.at - self.start);
        self.recording.length = now;
        let index = match self.by_lane.get(&(event.pid, event.lane)) {
            Some(&index) => index,
            None => self.begin(now, event),
        };
        if self.open[index].state == State::Zombie {
            // It has written this, and was killed meanwhile.
            return;
        }
        self.recording.tracks[index].heard = now;

        // Note what it may be the cause of, and what else it says.
        let other = event.what.other_lane();
        let other = other.and_then(|id| self.by_lane.get(&(event.pid, id)));
        self.causes.note(index, other.copied(), now, event);
        self.note(index, now, &event.what);

        // If its lane runs from here on, find what led to that.
        let open = &mut self.open[index];
        let next = open.next_state(event);
        if let Some(State::Run { .. }) = next {
            let (state, since) = (&open.state, open.since);
            let flow = self.causes.of(index, state, since, now, event.pid);
            self.recording.flows.extend(flow);
        }

        // A span ends here even if the state stays the same: the event says
        // how much CPU time its thread has used, and so how much the span used.
        let ends = event.what == What::Done;
        if next.is_some() || ends || open.thread == event.thread {
            self.change(index, now, event, next);
        }
        match event.what {
            What::Kill(pid) => self.kill(pid, now),
            What::Reap { pid, how } => self.reap(pid, how, now),
            _ => {}
        }
    }

    /// Ends all lanes of a process that has ended.
    fn reap(&mut self, pid: u32, how: &str, now: Duration) {
        let lanes = self.recording.tracks.iter_mut().zip(&self.open);
        let lanes = lanes.filter(|(track, _)| track.pid == pid);
        for (track, open) in lanes.filter(|(track, _)| !track.ended) {
            track.push(open.until(now, None));
            track.ended = true;
            let killed = (open.state == State::Zombie).then_some(open.since);
            if !how.is_empty() {
                track.died = Some((killed.unwrap_or(now), how.to_owned()));
            }
        }
    }

    /// Makes zombies of all lanes of a process that was killed.
    fn kill(&mut self, pid: u32, now: Duration) {
        let lanes = self.recording.tracks.iter_mut().zip(&mut self.open);
        let lanes = lanes.filter(|(track, _)| track.pid == pid && !track.ended);
        for (track, open) in lanes {
            track.push(open.until(now, None));
            (open.since, open.state, open.due) = (now, State::Zombie, None);
        }
    }

    /// Adds a track for a lane with its first event.
    fn begin(&mut self, now: Duration, event: &Event<'_>) -> usize {
        let (kind, name) = match event.what {
            What::Spawn { kind, name, .. } => (kind, name),
            _ => ("thread", ""),
        };
        let count = self.counts.entry((event.pid, kind.to_owned()));
        let count = count.and_modify(|n| *n += 1).or_insert(1);
        let tracks = &mut self.recording.tracks;
        tracks.push(Track {
            pid: event.pid,
            lane: event.lane,
            kind: kind.to_owned(),
            name: match name {
                "" => format!("{kind} {count}"),
                name => name.to_owned(),
            },
            ..Track::default()
        });
        // A thread runs by the time of its first event; a task does not yet.
        let runs = event.lane == event.thread;
        self.open.push(Open {
            since: now,
            state: if runs { State::Run { cpu: None } } else { State::Ready },
            thread: event.thread,
            cpu: event.cpu,
            page: None,
            due: None,
            woken: false,
        });
        let index = tracks.len() - 1;
        self.by_lane.insert((event.pid, event.lane), index);
        index
    }

    /// Notes what an event says besides the state of its lane.
    fn note(&mut self, index: usize, now: Duration, what: &What<'_>) {
        let track = &mut self.recording.tracks[index];
        match *what {
            What::Hold(lock) => {
                let lock = lock.to_owned();
                track.held.push(Held { lock, from: now, to: now, kept: true });
            }
            What::Release(lock) => {
                let mut held = track.held.iter_mut().rev();
                if let Some(held) = held.find(|held| held.lock == lock) {
                    (held.to, held.kept) = (now, false);
                }
            }
            What::Ask(page) | What::Got(page) => {
                let up = matches!(what, What::Ask(_));
                track.note_page(page, now, up);
                let n = self.in_flight;
                self.in_flight = if up { n + 1 } else { n.saturating_sub(1) };
                self.recording.asked.push((now, self.in_flight));
            }
            What::Kept(place) => track.kept.extend(Kept::parse(place, now)),
            What::Run => track.go_on(now),
            What::Flight(n) => self.recording.flight.push((now, n)),
            What::Sent(page) => {
                self.recording.sent.push((now, page.to_owned()));
            }
            What::Length { queue, n, room } => {
                self.recording.note_length(queue, room, (now, n));
            }
            What::Panic(why) => track.panicked = Some((now, why.to_owned())),
            What::Done => {
                track.go_on(now);
                track.ended = true;
            }
            _ => {}
        }
    }

    /// Ends the span that a lane is in, and begins the next.
    fn change(
        &mut self,
        index: usize,
        now: Duration,
        event: &Event<'_>,
        next: Option<State>,
    ) {
        let open = &mut self.open[index];
        let track = &mut self.recording.tracks[index];
        if let Some(due) = open.late_since(now) {
            if due > open.since {
                track.push(open.until(due, None));
            }
            (open.since, open.state) = (due, State::Ready);
        }
        let same_clock = open.thread == event.thread;
        let cpu = same_clock.then(|| event.cpu.saturating_sub(open.cpu));
        if now > open.since {
            track.push(open.until(now, cpu));
        }
        open.since = now;
        if let Some(next) = next {
            open.state = next;
            open.due = match event.what {
                What::Until(due) => {
                    let due = due.saturating_sub(self.start);
                    Some(now.max(Duration::from_nanos(due)))
                }
                _ => None,
            };
        }
        open.thread = event.thread;
        open.cpu = event.cpu;
    }

    /// Ends the spans that are still open.
    fn finish(mut self) -> Recording {
        let end = self.recording.length;
        for (track, open) in self.recording.tracks.iter_mut().zip(&self.open) {
            if !track.ended {
                track.push(open.until(end, None));
            }
            for held in track.held.iter_mut().filter(|held| held.kept) {
                held.to = end;
            }
        }
        let flows = self.causes.in_vain(|index| {
            let state = &self.open[index].state;
            *state == State::Ready && !self.recording.tracks[index].ended
        });
        self.recording.flows.extend(flows);
        self.recording.notified = self.causes.notified;
        self.recording.tidy();
        self.recording
    }
}

#[cfg(test)]
mod tests;
