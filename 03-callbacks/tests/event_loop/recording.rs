//! The recording: the state of the loop follows from it, event by event, and
//! the line of code that caused each change.

use super::{Notes, pair, read, ready_pair};
use callbacks::{Handle, Loop, Socket};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use timeline::{Event, Id, What};
use trials::alone;

/// What a recording says of the loop, as of its last event.
#[derive(Default)]
struct State {
    lanes: BTreeMap<Id, Lane>,
    /// What runs: its lane, and the line that registered it.
    runs: Option<(Id, u32)>,
    /// The lanes that could run, in the order in which they were ready.
    ready: Vec<Id>,
    /// The line of the last event that has one in this file.
    last_line: u32,
}

#[derive(Default)]
struct Lane {
    kind: String,
    /// What it waits for.
    waits: Option<String>,
    /// Until when it waits.
    until: Option<u64>,
    /// The line that registered, set, queued or posted.
    line: u32,
}

impl State {
    /// Reads all that this process has recorded.
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
        let here = |(file, line): (&str, u32)| {
            file.ends_with("recording.rs").then_some(line)
        };
        let line = event.source.and_then(here);
        self.last_line = line.unwrap_or(self.last_line);
        let lane = self.lanes.entry(id).or_default();
        let is_thread = lane.kind == "thread";
        match event.what {
            What::Spawn { kind, .. } => lane.kind = kind.to_owned(),
            // The loop's own thread: no callback runs.
            What::Wait(_) | What::Run if is_thread => self.runs = None,
            What::Wait(what) => {
                lane.waits = Some(what.to_owned());
                lane.line = line.unwrap();
            }
            What::Until(due) => {
                lane.until = Some(due);
                lane.line = line.unwrap();
            }
            What::Ready { .. } => {
                // What was queued did not wait before.
                if lane.waits.take().is_none() && lane.until.take().is_none() {
                    lane.line = line.unwrap();
                }
                // What queues itself again runs on, and is queued elsewhere.
                assert!(self.runs.is_none_or(|(it, _)| it != id), "{event}");
                self.ready.push(id);
            }
            What::Run => {
                self.runs = Some((id, lane.line));
                self.ready.retain(|it| *it != id);
            }
            What::Idle => {
                (lane.waits, lane.until) = (None, None);
                self.ready.retain(|it| *it != id);
                self.runs = self.runs.filter(|(it, _)| *it != id);
            }
            _ => {}
        }
    }

    /// The times of the timers that are set, in order.
    fn due(&self) -> Vec<u64> {
        let mut due: Vec<_> =
            self.lanes.values().filter_map(|lane| lane.until).collect();
        due.sort_unstable();
        due
    }
}

/// What the program calls its lines.
#[derive(Clone, Default)]
struct Names(Rc<RefCell<BTreeMap<u32, &'static str>>>);

impl Names {
    /// The line after this one is called so.
    fn next(&self, name: &'static str, this_line: u32) {
        self.0.borrow_mut().insert(this_line + 1, name);
    }

    /// The loop's state as the recording has it, in the program's names.
    fn state(&self) -> String {
        let state = State::read();
        let names = self.0.borrow();
        let name = |line: u32| names.get(&line).copied().unwrap_or("?");
        let mut waits: Vec<_> = state
            .lanes
            .values()
            .filter_map(|lane| Some((name(lane.line), lane.waits.as_ref()?)))
            .map(|(name, what)| format!(" {name}={what}"))
            .collect();
        waits.sort();
        let mut timers: Vec<_> = state
            .lanes
            .values()
            .filter_map(|lane| Some((lane.until?, name(lane.line))))
            .collect();
        timers.sort_unstable();
        let timers = timers.into_iter().map(|(_, name)| format!(" {name}"));
        let ready = |kind: &str| {
            let of_kind = state.ready.iter().map(|id| &state.lanes[id]);
            let of_kind = of_kind.filter(|lane| lane.kind == kind);
            of_kind.map(|lane| format!(" {}", name(lane.line))).collect()
        };
        let ready: Vec<String> =
            ["socket", "timer", "callback", "post"].map(ready).to_vec();
        format!(
            "runs {} | waits{} | set{} | ready{}",
            state.runs.map_or("nothing", |(_, line)| name(line)),
            waits.concat(),
            timers.collect::<String>(),
            ready.concat(),
        )
    }
}

#[test]
fn the_state_of_the_loop_follows_from_it() {
    alone(|| {
        timeline::start().unwrap();
        let names = Names::default();
        let notes = Notes::default();
        let mut events = Loop::new().unwrap();
        let (a, _to_a) = ready_pair(&mut events);
        let (b, _to_b) = pair(&mut events);
        let number = |it: &Socket<UnixStream>| it.get_ref().as_raw_fd();
        let (a_is, b_is) = (number(&a), number(&b));
        let expect = {
            let names = names.clone();
            move |state: &str| {
                let state = state.replace("A", &format!("on {a_is}"));
                let state = state.replace("B", &format!("on {b_is}"));
                assert_eq!(names.state(), state);
            }
        };
        let check = Rc::new(expect);
        let (go, may_go) = mpsc::channel::<()>();
        let handles: Rc<Cell<Vec<Handle>>> = Rc::default();

        // What each callback finds, and does.
        let reads = {
            let (check, names, handles) =
                (check.clone(), names.clone(), handles.clone());
            let noted = notes.clone();
            move |events: &mut Loop, mut a: Socket<UnixStream>| {
                check(
                    "runs reads | waits b=bytes B work=a thread \
                     | set last | ready writes 1st 2nd queued posted",
                );
                assert_eq!(read(&mut a), Ok(b".".to_vec()));
                names.next("again", line!());
                let again = events.when_readable(a, noted.note_socket("again"));
                let mut all = handles.take();
                all.push(again);
                handles.set(all);
                check(
                    "runs reads | waits again=bytes A b=bytes B work=a thread \
                     | set last | ready writes 1st 2nd queued posted",
                );
            }
        };
        let writes = {
            let check = check.clone();
            move |_: &mut Loop, _: Socket<UnixStream>| {
                check(
                    "runs writes | waits again=bytes A b=bytes B work=a thread \
                     | set last | ready 1st 2nd queued posted",
                );
            }
        };
        let second: Rc<Cell<Option<Handle>>> = Rc::default();
        let first_timer = {
            let (check, second) = (check.clone(), second.clone());
            move |events: &mut Loop| {
                check(
                    "runs 1st | waits again=bytes A b=bytes B work=a thread \
                     | set last | ready 2nd queued posted",
                );
                let cancels = line!() + 1;
                assert!(events.cancel(second.take().unwrap()));
                assert_eq!(State::read().last_line, cancels);
                check(
                    "runs 1st | waits again=bytes A b=bytes B work=a thread \
                     | set last | ready queued posted",
                );
            }
        };
        let queued = {
            let (check, names) = (check.clone(), names.clone());
            let noted = notes.clone();
            move |events: &mut Loop| {
                names.next("soon", line!());
                events.call_soon(noted.note("soon"));
                check(
                    "runs queued | waits again=bytes A b=bytes B work=a thread \
                     | set last | ready soon posted",
                );
            }
        };
        let worked = {
            let (check, handles) = (check.clone(), handles.clone());
            move |events: &mut Loop, _: std::thread::Result<()>| {
                check(
                    "runs work | waits again=bytes A b=bytes B \
                     | set last | ready",
                );
                for handle in handles.take() {
                    let cancels = line!() + 1;
                    assert!(events.cancel(handle));
                    assert_eq!(State::read().last_line, cancels);
                }
                check("runs work | waits | set | ready");
            }
        };

        let due = Instant::now();
        names.next("2nd", line!() + 3);
        names.next("1st", line!());
        events.at(due, first_timer);
        second.set(Some({
            events.at(due + Duration::from_nanos(1), |_| unreachable!())
        }));
        names.next("last", line!());
        let last = events.after(Duration::from_secs(9), Loop::stop);
        names.next("reads", line!());
        events.when_readable(a.clone(), reads);
        names.next("writes", line!());
        events.when_writable(a, writes);
        names.next("b", line!());
        let b = events.when_readable(b, notes.note_socket(""));
        handles.set(vec![last, b]);
        names.next("queued", line!());
        events.call_soon(queued);
        let remote = events.remote();
        names.next("posted", line!());
        remote.post(move |_| go.send(()).unwrap()).unwrap();
        drop(remote);
        names.next("work", line!());
        events.in_thread(move || may_go.recv().unwrap(), worked).unwrap();
        check(
            "runs nothing | waits b=bytes B reads=bytes A work=a thread \
             writes=room for bytes A | set 1st 2nd last | ready queued posted",
        );
        // Times are kept to the nanosecond.
        let times = State::read().due();
        assert_eq!(times[1] - times[0], 1);
        assert!((8..=9).contains(&((times[2] - times[0]) / 1_000_000_000)));

        events.run().unwrap();
        assert_eq!(notes.take(), ["soon"]);
        let state = names.state();
        assert_eq!(state, "runs nothing | waits | set | ready");
    });
}
