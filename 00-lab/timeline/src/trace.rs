//! The recording as Chrome Trace Event JSON, which Perfetto opens.

use super::spans::{Recording, Span, State, Track};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

impl Recording {
    /// The recording in Chrome's Trace Event Format: open it at
    /// <https://ui.perfetto.dev> or in `chrome://tracing`.
    ///
    /// Threads are tracks of slices (`X`). Whatever else takes turns may move
    /// from thread to thread, so its life is an async event (`b`, `e`), and
    /// what it runs is a slice of the thread that it runs on. What leads to
    /// what is a flow (`s`, `f`); the site's requests and queues are counters
    /// (`C`).
    pub fn chrome_trace(&self) -> Value {
        let mut events = self.names();
        // Lanes; and the slices of each thread, which arrows have to begin and
        // end in.
        let mut slices = HashMap::<_, Vec<&Span>>::new();
        for track in &self.tracks {
            let thread = track.is_thread();
            if !thread {
                let why = track.panicked.as_ref().map(|(_, why)| why);
                let args = json!({ "panicked": why });
                let ends = track.life();
                events.extend(async_pair(track, &track.name, ends, &args));
            }
            for span in &track.spans {
                let what = span.state.name();
                if thread {
                    events.push(slice(track.pid, track.lane, &what, span));
                } else if let State::Run { .. } = span.state {
                    let name = &track.name;
                    events.push(slice(track.pid, span.thread, name, span));
                } else {
                    // A wait is drawn as a part of its life.
                    let ends = (span.from, span.to);
                    events.extend(async_pair(track, &what, ends, &json!({})));
                    continue;
                }
                let row = slices.entry((track.pid, span.thread)).or_default();
                row.push(span);
            }
        }
        // The arrows from slice to slice.
        for (id, flow) in self.flows.iter().enumerate() {
            let ends = [("s", flow.from), ("f", flow.to)];
            let ends = ends.map(|(phase, (index, at))| {
                let track = &self.tracks[index];
                let thread = track.thread_at(at)?;
                let row = slices.get(&(track.pid, thread))?;
                row.iter().find(|span| (span.from..span.to).contains(&at))?;
                Some(json!({
                    "ph": phase, "bp": "e", "id": id, "cat": "flow",
                    "name": format!("{:?}", flow.link).to_lowercase(),
                    "pid": track.pid, "tid": thread, "ts": micros(at),
                }))
            });
            if let [Some(from), Some(to)] = ends {
                events.extend([from, to]);
            }
        }
        events.extend(self.counters());
        json!({ "displayTimeUnit": "ms", "traceEvents": events })
    }

    /// The events that name processes and threads.
    fn names(&self) -> Vec<Value> {
        let name_event = |what, pid, tid, name: &str| {
            json!({
                "ph": "M", "name": what, "pid": pid, "tid": tid, "ts": 0,
                "args": { "name": name },
            })
        };
        let mut names = Vec::new();
        let mut pids = Vec::new();
        for track in &self.tracks {
            let pid = track.pid;
            if !pids.contains(&pid) {
                pids.push(pid);
                let number = format!("process {}", pids.len());
                let what = match track.kind.as_str() {
                    "site" => "the site",
                    _ if pids.len() == 1 => &number,
                    _ if track.name.starts_with(&number) => &number,
                    _ => &track.name,
                };
                names.push(name_event("process_name", pid, 0, what));
            }
            if track.is_thread() {
                let (tid, name) = (track.lane, &track.name);
                names.push(name_event("thread_name", pid, tid, name));
            }
        }
        names
    }

    /// The number of requests in flight and the lengths of queues, as counters.
    fn counters(&self) -> impl Iterator<Item = Value> {
        let pid = self.of_kind("site").next().map_or(0, |site| site.pid);
        let flight = ("in flight", "requests", &self.flight);
        let queues = self.queues.iter();
        let queues = queues.map(|it| (it.name.as_str(), "queued", &it.lengths));
        [flight].into_iter().chain(queues).flat_map(
            move |(name, what, counts)| {
                counts.iter().map(move |&(at, n)| {
                    json!({
                        "ph": "C", "name": name, "pid": pid, "tid": 0,
                        "ts": micros(at), "args": { what: n },
                    })
                })
            },
        )
    }
}

/// The beginning and the end of an async event of a lane.
fn async_pair(
    track: &Track,
    name: &str,
    (from, to): (Duration, Duration),
    args: &Value,
) -> [Value; 2] {
    let id = format!("{}.{}", track.pid, track.lane);
    [("b", from), ("e", to)].map(|(phase, at)| {
        json!({
            "ph": phase, "cat": track.kind, "id": id, "name": name,
            "pid": track.pid, "tid": 0, "ts": micros(at), "args": args,
        })
    })
}

fn slice(pid: u32, thread: u32, name: &str, span: &Span) -> Value {
    let cpu = match span.state {
        State::Run { cpu } => cpu,
        _ => None,
    };
    json!({
        "ph": "X", "cat": "lane", "name": name, "pid": pid, "tid": thread,
        "ts": micros(span.from), "dur": micros(span.to - span.from),
        "args": { "share of a CPU": cpu },
    })
}

/// Microseconds, exact to the nanosecond.
fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}

impl Track {
    /// Set if it is a thread, and not something that threads run in turns.
    pub(super) fn is_thread(&self) -> bool {
        self.kind == "thread"
    }

    /// The thread that ran it at the time `at`.
    fn thread_at(&self, at: Duration) -> Option<u32> {
        let after = self.spans.partition_point(|span| span.to <= at);
        let span = self.spans.get(after)?;
        let runs = matches!(span.state, State::Run { .. });
        (self.is_thread() || runs).then_some(span.thread)
    }
}

#[cfg(test)]
mod tests;
