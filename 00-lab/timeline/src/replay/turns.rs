//! Who is ready, and who runs.

use super::{Entry, LaneKey, Places, Replay, Status, refuse};
use crate::event::{Event, UNORDERED, What};

impl Replay {
    pub(super) fn ready(
        &mut self,
        key: LaneKey,
        queue: &str,
        event: &Event<'_>,
    ) -> Result<(), String> {
        let lane = self.lane_mut(key);
        let is_twice = lane.status == Status::Ready && !queue.is_empty();
        let has_ended = lane.status == Status::Ended;
        // If it is woken while it runs, it runs on.
        if lane.status != Status::Runs {
            lane.begin_to(Status::Ready);
        }
        lane.source = source_of(event);
        // The future of `block_on` has its thread's lane, and no queue.
        if lane.kind != "thread" {
            let queue = self.queues.entry((key.0, queue.to_owned()));
            let entry = Entry { lane: key, is_stale: false };
            queue.or_default().push(entry);
        }
        refuse(has_ended, "it has ended")?;
        refuse(is_twice, "it stands in a queue already")
    }

    pub(super) fn move_to(
        &mut self,
        key: LaneKey,
        queue: &str,
    ) -> Result<(), String> {
        let mut entry = None;
        for entries in self.queues.values_mut() {
            let place = entries.iter().position(|it| it.is(key));
            entry = entry.or(place.map(|place| entries.remove(place)));
        }
        let was_queued = entry.is_some();
        let entry = entry.unwrap_or(Entry { lane: key, is_stale: false });
        let queue = self.queues.entry((key.0, queue.to_owned()));
        queue.or_default().push(entry);
        refuse(!was_queued, "it stood in no queue")
    }

    pub(super) fn run(
        &mut self,
        key: LaneKey,
        thread: LaneKey,
    ) -> Result<(), String> {
        let lane = self.lane_mut(key);
        let before = lane.status;
        lane.begin_to(Status::Runs);
        lane.kept = None;
        let is_thread = lane.kind == "thread";
        let kind = lane.kind.clone();
        let stacks = self.running.iter();
        let elsewhere = stacks
            .filter(|(it, _)| **it != thread)
            .any(|(_, stack)| stack.contains(&key));
        refuse(before == Status::Ended, "it has ended")?;
        refuse(elsewhere, "it runs on another thread")?;
        let stack = self.running.entry(thread).or_default();
        // It has blocked its thread, and goes on.
        if stack.last() == Some(&key) {
            return Ok(());
        }
        let around = stack.last().copied();
        if is_thread {
            let around = around.map(|it| &self.lanes[&it]);
            let why = "what runs on its thread has not paused";
            return refuse(around.is_some(), why);
        }
        let was_around = stack.contains(&key);
        stack.push(key);
        let around = around.map(|it| &self.lanes[&it].kind);
        let is_within = around == Some(&kind);
        let has_name = self.take(key, thread, &kind, is_within)?;
        refuse(was_around, "another one runs inside of it")?;
        refuse(has_name && is_within, "another one runs on this thread")
    }

    /// Takes a lane that runs out of its queue. Gives back whether the queue
    /// has a name, and so an order.
    fn take(
        &mut self,
        key: LaneKey,
        thread: LaneKey,
        kind: &str,
        is_within: bool,
    ) -> Result<bool, String> {
        let kind = (thread, kind.to_owned());
        let mut queues = self.queues.iter_mut();
        let found = queues
            .find(|(_, entries)| entries.iter().any(|entry| entry.is(key)));
        let Some(((_, queue), entries)) = found else {
            // If this thread takes none of its kind out of a queue, they are
            // polled by hand. And a task can make another of its kind run, to
            // its end.
            let is_queued = self.queued.contains(&kind);
            refuse(is_queued && !is_within, "it was not ready")?;
            return Ok(false);
        };
        if queue != UNORDERED {
            self.queued.insert(kind);
        }
        let place = entries.iter().position(|entry| entry.lane == key);
        let place = place.expect("it was found");
        let mut before = entries[..place].iter().filter(|it| !it.is_stale);
        let first = before.next().map(|it| it.lane);
        // What is stale and stood before it was passed over.
        let mut after = entries.split_off(place);
        entries.retain(|it| !it.is_stale);
        entries.extend(after.drain(1..));
        if queue.is_empty() || queue == UNORDERED {
            return Ok(false);
        }
        // If it was taken too early, its other place is passed over.
        let more = entries.iter_mut().filter(|entry| entry.lane == key);
        more.for_each(|entry| entry.is_stale = true);
        match first {
            None => Ok(true),
            Some(first) => {
                Err(format!("{} was ready before it", self.lanes[&first].name))
            }
        }
    }

    pub(super) fn wait(
        &mut self,
        key: LaneKey,
        thread: LaneKey,
        event: &Event<'_>,
    ) -> Result<(), String> {
        let blocks = self.blocks(event);
        let stack = self.running.entry(thread).or_default();
        let runs = stack.last() == Some(&key);
        if runs && !blocks {
            stack.pop();
        }
        let is_around = stack.contains(&key) && !runs;
        let mut entries = self.queues.values().flatten();
        let is_ready = entries.any(|entry| entry.is(key));
        let lane = self.lane_mut(key);
        let before = lane.status;
        // Of several that hold together, this may be the second.
        if before != Status::Waits && before != Status::Ready {
            lane.begin_to(match blocks {
                true => Status::Runs,
                // It was woken while it ran.
                false if is_ready => Status::Ready,
                false => Status::Waits,
            });
        }
        match event.what {
            What::Until(due) => lane.until = Some(due),
            What::Wait(what) if !what.is_empty() => {
                lane.waits.push(what.to_owned());
            }
            _ => {}
        }
        lane.source = source_of(event);
        let is_elsewhere = before == Status::Runs && !runs;
        let is_thread = lane.kind == "thread";
        refuse(before == Status::Ended, "it has ended")?;
        refuse(is_around, "another one runs inside of it")?;
        refuse(is_elsewhere && !is_thread, "it runs on another thread")
    }

    pub(super) fn stop(
        &mut self,
        key: LaneKey,
        status: Status,
    ) -> Result<(), String> {
        for stack in self.running.values_mut() {
            stack.retain(|it| *it != key);
        }
        for entries in self.queues.values_mut() {
            match status {
                Status::Ended => entries.retain(|it| it.lane != key),
                _ => entries
                    .iter_mut()
                    .filter(|it| it.lane == key)
                    .for_each(|it| it.is_stale = true),
            }
        }
        let places = self.sockets.values_mut().flat_map(Places::values_mut);
        let timers = self.timers.values_mut().map(|timer| &mut timer.lane);
        for waits in places.chain(timers) {
            waits.take_if(|it| *it == key);
        }
        let lane = self.lane_mut(key);
        let has_ended = lane.status == Status::Ended;
        lane.begin_to(status);
        lane.kept = None;
        refuse(has_ended, "it has ended")
    }
}

impl Entry {
    fn is(&self, lane: LaneKey) -> bool {
        self.lane == lane && !self.is_stale
    }
}

fn source_of(event: &Event<'_>) -> Option<(String, u32)> {
    event.source.map(|(file, line)| (file.to_owned(), line))
}
