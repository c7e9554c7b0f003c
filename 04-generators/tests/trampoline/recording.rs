//! What the recording says of tasks: who runs, who is ready, what each of the
//! others waits for, where its paused state is kept, and the line.

use super::{Steps, Y, greenlet, task};
use callbacks::Socket;
use generators::{Reply, Request, Trampoline, Yielder};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use timeline::{Event, What};
use trials::alone;

/// What is known of a lane.
#[derive(Clone, Debug, Default)]
struct Lane {
    name: String,
    kept: String,
    waits: Option<String>,
    until: bool,
    /// Where it has paused.
    line: u32,
}

/// The scheduler's state, as it follows from the events so far.
#[derive(Default)]
struct State {
    lanes: BTreeMap<u32, Lane>,
    ready: Vec<u32>,
    /// Those that run. One that cancels another runs on after that one has.
    runs: Vec<u32>,
}

impl State {
    fn read() -> State {
        let mut state = State::default();
        let file = fs::read_to_string(timeline::path().unwrap()).unwrap();
        for line in file.lines() {
            state.follow(&Event::parse(line).unwrap());
        }
        state
    }

    fn follow(&mut self, event: &Event<'_>) {
        let id = event.lane;
        if let What::Spawn { kind: "task", name, .. } = event.what {
            let name = name.to_owned();
            self.lanes.insert(id, Lane { name, ..Lane::default() });
        }
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let here = |(file, line): (&str, u32)| {
            file.ends_with("recording.rs").then_some(line)
        };
        match event.what {
            What::Run => {
                self.ready.retain(|it| *it != id);
                self.runs.push(id);
                lane.kept = String::new();
            }
            What::Kept(place) => {
                assert_eq!(self.runs.pop(), Some(id));
                lane.kept = place.to_owned();
                lane.line = event.source.and_then(here).unwrap();
            }
            What::Until(_) => {
                lane.until = true;
                assert_eq!(event.source.and_then(here), Some(lane.line));
            }
            What::Wait(what) => {
                lane.waits = Some(what.to_owned());
                assert_eq!(event.source.and_then(here), Some(lane.line));
            }
            What::Ready { .. } => {
                (lane.waits, lane.until) = (None, false);
                self.ready.push(id);
            }
            What::Idle => {
                *lane = Lane { name: lane.name.clone(), ..Lane::default() };
                self.ready.retain(|it| *it != id);
                self.runs.retain(|it| *it != id);
            }
            _ => {}
        }
    }

    fn names(&self, ids: &[u32]) -> String {
        let names = ids.iter().map(|id| self.lanes[id].name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    fn lane(&self, name: &str) -> &Lane {
        self.lanes.values().find(|lane| lane.name == name).unwrap()
    }
}

#[test]
fn the_state_of_the_scheduler_follows_from_it() {
    alone(|| {
        timeline::start().unwrap();
        let trampoline = Trampoline::new().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let number = ours.as_raw_fd();
        let socket = Socket::new(&mut trampoline.events(), ours).unwrap();
        let day = Instant::now() + Duration::from_secs(86_400);

        let mut lines = BTreeMap::new();
        lines.insert("enum 1", line!() + 1);
        let steps = Steps::default().then(|_| Some(Request::park()));
        let parked = trampoline.spawn("enum", steps);
        lines.insert("generator 1", line!() + 2);
        let body = move |y: Y| async move {
            y.suspend(Request::readable(&socket).by(day)).await.unwrap();
        };
        trampoline.spawn("generator", task(body));
        lines.insert("greenlet 1", line!() + 2);
        let body = move |y: &Yielder<Reply, Request>| {
            y.suspend(Request::until(day)).unwrap();
        };
        let sleeper = trampoline.spawn("greenlet", greenlet(body));

        let tasks = trampoline.tasks();
        let looks = task(move |y: Y| async move {
            // All others have paused.
            let state = State::read();
            assert_eq!(state.names(&state.ready), "");
            assert_eq!(state.names(&state.runs), "looks 1");
            for (name, line) in lines {
                assert_eq!(state.lane(name).line, line, "{name}");
            }
            let it = state.lane("enum 1");
            let size = size_of::<Steps>();
            assert_eq!(it.kept, format!("variant Steps, {size} bytes"));
            assert_eq!(it.waits.as_deref(), Some("a wake-up"));
            assert!(!it.until);
            let it = state.lane("generator 1");
            let bytes = bytes_of(&it.kept, "future");
            assert!((16..1024).contains(&bytes), "{}", it.kept);
            assert_eq!(it.waits, Some(format!("bytes on {number}")));
            assert!(it.until);
            let it = state.lane("greenlet 1");
            let bytes = bytes_of(&it.kept, "stack");
            assert!((64..16 * 1024).contains(&bytes), "{}", it.kept);
            assert_eq!((&it.waits, it.until), (&None, true));

            // It wakes one, lets the kernel wake another, cancels the third.
            tasks.wake(&parked);
            theirs.write_all(b".").unwrap();
            tasks.cancel(&sleeper);
            let state = State::read();
            assert_eq!(state.names(&state.ready), "enum 1");
            assert_eq!(state.names(&state.runs), "looks 1");
            assert_eq!(state.lane("greenlet 1").kept, "");
            let here = line!() + 1;
            y.suspend(Request::turn()).await.unwrap();
            // The enum is at its end, and the generator is ready.
            let state = State::read();
            assert_eq!(state.lane("looks 1").line, here);
            assert_eq!(state.lane("enum 1").kept, "");
            y.suspend(Request::turn()).await.unwrap();
            drop(tasks);
        });
        trampoline.spawn("looks", looks);
        trampoline.run().unwrap();
        let state = State::read();
        assert_eq!((state.runs.len(), state.ready.len()), (0, 0));

        // A lane is used again by the next task of its kind.
        trampoline.spawn("enum", Steps::default());
        trampoline.run().unwrap();
        assert_eq!(State::read().lanes.len(), 4);
    });
}

/// N of `KIND, N bytes`.
fn bytes_of(kept: &str, kind: &str) -> usize {
    let rest = kept.strip_prefix(kind).unwrap_or_else(|| panic!("{kept}"));
    let number =
        rest.strip_prefix(", ").and_then(|it| it.strip_suffix(" bytes"));
    number.unwrap().parse().unwrap()
}

#[test]
fn a_wake_is_drawn_from_the_task_that_wakes() {
    alone(|| {
        timeline::start().unwrap();
        let trampoline = Trampoline::new().unwrap();
        let parks = Steps::default().then(|_| Some(Request::park()));
        let parked = trampoline.spawn("parked", parks);
        let tasks = trampoline.tasks();
        let wakes = task(move |_| async move { tasks.wake(&parked) });
        trampoline.spawn("waker", wakes);
        trampoline.run().unwrap();
        let recording = timeline::finish().unwrap();
        let name = |index: usize| recording.tracks[index].name.as_str();
        let wakes = recording.flows.iter().any(|flow| {
            (name(flow.from.0), name(flow.to.0)) == ("waker 1", "parked 1")
        });
        assert!(wakes, "{:?}", recording.flows);
        // The loop below has no lanes of its own.
        let kinds = recording.tracks.iter().map(|track| track.kind.as_str());
        assert!(kinds.clone().all(|kind| kind == "task" || kind == "thread"));
    });
}
