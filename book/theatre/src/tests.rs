use super::Theatre;
use dice::Dice;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use timeline::{Direction, LaneKey, Replay, Status, What};

/// Thread 1 of process 9, and its tasks 2 and 3. A line is AT LANE WHAT, with
/// the time in microseconds. The lane `4:2` is lane 2, on thread 4.
fn record(events: &str) -> String {
    let begin = "0 1 spawn thread - main\n0 2 spawn task 1 \n\
                 0 3 spawn task 1 \n";
    let all = format!("{begin}{events}");
    let lines = all.lines().map(|line| {
        let (at, rest) = line.trim_start().split_once(' ').unwrap();
        let (lane, what) = rest.split_once(' ').unwrap();
        let own = if lane == "4" { "4" } else { "1" };
        let (thread, lane) = lane.split_once(':').unwrap_or((own, lane));
        format!("{at}000 9 {thread} {lane} 0 {what}\n")
    });
    lines.collect()
}

fn theatre(recording: &str) -> Value {
    let read = |file: &str| (file == "step.rs").then(|| "a\nb\n".to_owned());
    let theatre = Theatre::of("a step", recording, "step.rs", read);
    serde_json::from_str(&theatre.json()).unwrap()
}

#[test]
fn every_event_is_told_in_a_sentence_that_says_why() {
    let ready = "1 2 ready 1 q of x\n";
    let waits = "1 1 register 7\n2 2 run\n3 2 await 7 read 0\n\
                 4 2 set 1.0.0 50000\n5 2 wait bytes on 7\ts.rs:1\n";
    let until = "1 2 run\n2 2 until 50000\ts.rs:1\n";
    let mut told = BTreeSet::new();
    for (events, sentence) in [
        // Beginnings and ends.
        ("1 4 spawn thread - helper", "helper begins"),
        (
            "1 4:2 run\n2 4 spawn thread - helper",
            "from here on, helper says what it does itself",
        ),
        ("1 5 spawn child 2 ", "task 1 makes child 1"),
        ("1 5 spawn post - bell", "bell is made"),
        ("1 3 done", "task 2 ends"),
        ("1 3 idle", "task 2 has done its work: it is free for more"),
        ("1 3 idle\ts.rs:1", "task 2 is cancelled: it is free for more"),
        ("1 3 panic no page", "task 2 panics: no page"),
        ("1 1 kill 77", "main kills process 77"),
        ("1 1 reap 77 ", "main learns that process 77 has ended"),
        (
            "1 1 reap 77 signal: 9",
            "main learns that process 77 has died: signal: 9",
        ),
        // To run.
        ("1 1 run", "main runs"),
        ("1 1 wait tea\n2 1 run", "main goes on: it has waited for tea"),
        ("1 1 wait \n2 1 run", "main goes on"),
        ("1 1 ready 2\n2 1 run", "main goes on: it was woken"),
        ("1 2 run", "main runs task 1 for the first time"),
        (
            "1 2 run\n2 2 wait tea\n3 2 run",
            "task 1 goes on: it has waited for tea",
        ),
        ("1 2 run\n2 2 until 50000\n3 2 run", "task 1 goes on"),
        (
            "1 2 ready 1\n31 2 run",
            "main runs task 1, which was ready for 30 µs",
        ),
        (
            "1 2 ready 1 x\n31 2 run",
            "task 1 is first in the ready queue of x, after 30 µs there: main \
             runs it",
        ),
        (
            "1 2 run\n2 2 wait tea\ts.rs:1\n3 2 run",
            "main runs task 1, which has waited for tea",
        ),
        (
            "1 2 run\n2 3 run",
            "main runs task 2 inside of task 1 for the first time",
        ),
        (
            "1 5 spawn timer 1 \n2 5 ready 1\n3 5 run",
            "main runs the callback of timer 1, which was ready for 1.0 µs",
        ),
        // To wait.
        ("1 2 run\n2 2 wait tea\ts.rs:1", "task 1 waits for tea"),
        ("1 2 run\n2 2 wait /3\ts.rs:1", "task 1 waits for the page /3"),
        ("1 2 run\n2 2 wait tea", "task 1 waits for tea, and blocks main"),
        ("1 1 wait any page", "main waits for any page"),
        (
            "1 2 wait tea\ts.rs:1\n2 2 wait bytes on 7\ts.rs:1",
            "task 1 waits for bytes on descriptor 7, too",
        ),
        ("1 2 wait tea\ts.rs:1\n2 2 wait \ts.rs:1", "task 1 waits on"),
        (
            "1 2 run\n2 2 ready 2 q\n3 2 wait tea\ts.rs:1",
            "task 1 waits for tea; but it was woken while it ran, and is \
             ready already",
        ),
        (
            "1 2 run\n2 2 until 50000\ts.rs:1",
            "task 1 waits until 50 µs (48 µs from now)",
        ),
        (
            "1 2 wait tea\ts.rs:1\n60 2 until 50000\ts.rs:1",
            "task 1 waits until 50 µs at the longest (that time is over: it \
             came 10 µs ago)",
        ),
        (
            "1 2 kept future, 16 bytes",
            "task 1 pauses: what it needs in order to go on is kept in a \
             future of 16 bytes",
        ),
        (
            "1 2 kept stack, 16 bytes",
            "task 1 pauses: what it needs in order to go on is kept on a \
             stack, 16 bytes deep",
        ),
        (
            "1 2 kept variant Body, 16 bytes",
            "task 1 pauses: what it needs in order to go on is kept in the \
             variant Body of 16 bytes",
        ),
        // To be ready.
        ("1 2 ready 1", "task 1 is new: it is ready to run"),
        (
            "1 3 ready 1 x\n2 2 ready 1 x",
            "task 1 is new: it goes to the end of the ready queue of x, \
             behind one other",
        ),
        // Of which queue is not told.
        ("1 2 ready 1 unordered", "task 1 is new: it is ready to run"),
        (
            "1 3 ready 1 unordered\n2 2 ready 1 unordered",
            "task 1 is new: it is ready to run, beside one other; tokio does \
             not tell which is next",
        ),
        (
            "1 2 wait tea\ts.rs:1\n2 2 ready 3 unordered\n3 2 run",
            "main runs task 1, which was ready for 1.0 µs",
        ),
        (
            "1 2 run\n2 2 kept future, 8 bytes\n3 2 wait tea",
            "task 1 waits for tea",
        ),
        (
            "1 2 run\n2 2 ready 2",
            "task 1 wakes itself while it runs: it is ready to run",
        ),
        (
            "1 2 run\n2 2 ready 3",
            "task 2 wakes task 1 while it runs: task 1 is ready to run",
        ),
        (
            "1 2 wait tea\ts.rs:1\n2 2 ready 3",
            "task 2 wakes task 1, which waits for tea: task 1 is ready to run",
        ),
        // It may be the joiner of what has ended.
        (
            "1 2 wait tea\ts.rs:1\n2 3 run\n3 3 done\n4 1 wait a task\n\
             13 2 ready 1",
            "main, where task 2 ended 10 µs ago, wakes task 1, which waits \
             for tea: task 1 is ready to run",
        ),
        (
            "1 2 wait tea\ts.rs:1\n2 3 done\n9999 2 ready 1",
            "main wakes task 1, which waits for tea: task 1 is ready to run",
        ),
        (
            "1 2 ready 1\n2 2 ready 1",
            "main wakes task 1 once more: task 1 is ready to run, behind one \
             other",
        ),
        (
            "1 2 idle\n2 2 ready 1",
            "main gives task 1 new work: task 1 is ready to run",
        ),
        (
            "1 1 wait tea\n2 1 ready 2",
            "task 1 wakes main, which waits for tea: main is to run",
        ),
        (
            "1 1 wait tea\n2 1 ready 1",
            "main has waited for tea, and is woken: it is to run",
        ),
        (
            "1 5 spawn timer 1 \n2 5 until 50000\ts.rs:1\n60 5 ready 1",
            "timer 1 was due 10 µs ago: it is ready to run",
        ),
        (
            "1 2 wait bytes on 7\ts.rs:1\n2 2 ready 1",
            "descriptor 7 can be read from: task 1 is ready to run",
        ),
        (
            "1 2 wait room for bytes on 7\ts.rs:1\n2 2 ready 1",
            "descriptor 7 can be written to: task 1 is ready to run",
        ),
        (
            &format!("{until}60 2 ready 1"),
            "the timer of task 1 was due 10 µs ago: task 1 is ready to run",
        ),
        (
            &format!("{until}60 2 run"),
            "the time of task 1 came 10 µs ago: main runs it",
        ),
        (
            &format!("{until}40 2 run"),
            "main runs task 1, whose time has not come",
        ),
        (
            &format!("{ready}2 2 queue queue 2 of y"),
            "main takes task 1 to the end of queue 2 of y",
        ),
        // Sockets and timers.
        (
            "1 2 register 7",
            "the reactor watches descriptor 7 from now on, for task 1",
        ),
        (
            "1 2 register 7\n2 2 deregister 7",
            "the reactor watches descriptor 7 no more",
        ),
        (
            "1 2 register 7\n2 2 await 7 read 0",
            "task 1 leaves its waker with the reactor: it is to be woken when \
             descriptor 7 can be read from",
        ),
        (
            "1 2 register 7\n2 2 await 7 read 0\n3 2 forgo 7 read 0",
            "task 1 takes its waker back: it waits for descriptor 7 no more",
        ),
        (
            &format!("{waits}6 1 report 7 read"),
            "the kernel reports that descriptor 7 can be read from: task 1 is \
             to be woken",
        ),
        (
            &format!("{waits}6 1 report 7 write"),
            "the kernel reports that descriptor 7 can be written to: nothing \
             waits for it",
        ),
        (
            &format!("{waits}6 1 report 7 read\n7 2 ready 1 x"),
            "descriptor 7 can be read from: task 1 goes to the end of the \
             ready queue of x",
        ),
        (
            "1 2 set 1.0.0 50000",
            "task 1 sets a timer for 50 µs (49 µs from now)",
        ),
        (
            "1 2 set 1.0.0 50000\n2 3 set 1.0.0 50000",
            "the timer for 50 µs is to wake task 2 from now on",
        ),
        (
            &format!("{waits}60 1 fire 1.0.0"),
            "the timer of task 1 was due 10 µs ago: task 1 is to be woken",
        ),
        (
            &format!("{waits}60 1 fire 1.0.0\n61 2 ready 1 x"),
            "the timer of task 1 was due 10 µs ago: task 1 goes to the end of \
             the ready queue of x",
        ),
        (
            &format!("{waits}6 2 done\n60 1 fire 1.0.0"),
            "a timer was due 10 µs ago, and wakes nothing: its task has ended",
        ),
        (
            &format!("{waits}6 2 cancel 1.0.0"),
            "task 1 cancels its timer, which had 44 µs left",
        ),
        (
            &format!("{waits}60 2 cancel 1.0.0"),
            "task 1 cancels its timer, due 10 µs ago",
        ),
        // Locks.
        ("1 2 want door", "task 1 waits for the lock door"),
        ("1 2 hold door", "task 1 holds the lock door now"),
        ("1 2 release door", "task 1 releases the lock door"),
        ("1 2 notify bell", "task 1 notifies what waits for bell"),
        ("1 2 wake 3", "task 1 wakes task 2"),
        // Pages.
        ("1 2 ask /3", "task 1 asks for the page /3"),
        (
            "1 1 ask /3\n21 2 got /3",
            "task 1 is through with the page /3, which was asked for 20 µs ago",
        ),
        ("1 2 got /3", "task 1 is through with the page /3"),
        ("1 1 sent /3", "the site sends the last bytes of /3"),
        (
            "1 1 length 1 4 pages",
            "the queue of pages has 1 in it now; there is room for 4",
        ),
        ("1 1 flight 1", "a request comes in: the site has 1 under way"),
        (
            "1 1 flight 2\n2 1 flight 1",
            "an answer is sent: the site has 1 under way",
        ),
        // What a changed program does, perhaps.
        (
            "1 2 done\n2 2 run",
            "main runs task 1 (That cannot be: it has ended.)",
        ),
    ] {
        let theatre = theatre(&record(events));
        let all = theatre["events"].as_array().unwrap();
        let says = all.last().unwrap()["says"].as_str().unwrap();
        // Some that are told before the last one cannot be, and do no harm.
        assert_eq!(says, sentence, "{events}");
        let last = events.lines().last().unwrap();
        let word = last.split([' ', '\t']).nth(2).unwrap();
        told.insert(word.to_owned());
    }
    let all = "ask await cancel deregister done fire flight forgo got hold \
               idle kept kill length notify panic queue ready reap register \
               release report run sent set spawn until wait wake want";
    assert_eq!(told, all.split(' ').map(str::to_owned).collect());
}

#[test]
fn a_line_leads_into_a_file_and_what_it_is_about_to_its_like() {
    let events = "1 2 run\n2 2 wait bytes on 7\tstep.rs:2\n\
                  3 2 ready 1 x\tother.rs:5\n4 2 ready 3 x\tstep.rs:1\n";
    let theatre = theatre(&record(events));
    let files = &theatre["files"];
    assert_eq!(files[0]["path"], "step.rs");
    assert_eq!(files[0]["text"], "a\nb\n");
    assert_eq!(files[1]["path"], "other.rs");
    assert!(files[1].get("text").is_none());
    let event = |n: usize| &theatre["events"][2 + n];
    assert_eq!(event(1).get("line"), None);
    assert_eq!(event(2)["line"].to_string(), "[0,2]");
    assert_eq!(event(2)["about"]["socket"], "descriptor 7");
    assert_eq!(event(3)["line"].to_string(), "[1,5]");
    assert_eq!(
        event(3)["about"].to_string(),
        r#"{"other":0,"queue":"x","socket":"descriptor 7"}"#
    );
    assert_eq!(event(4)["about"]["other"], 2);
}

#[test]
fn the_first_of_very_many_events_are_told() {
    let events: String =
        (1..3_000).map(|at| format!("{at} 2 ask /{at}\n")).collect();
    let theatre = theatre(&record(&events));
    assert_eq!(theatre["events"].as_array().unwrap().len(), super::MOST);
    let why = "This run is long. Here are its first 2000 events, up to 2.0 ms.";
    assert_eq!(theatre["left"], why);
    assert_eq!(theatre["ends"], 2_999_000);
    // Or fewer, if each state is long.
    let spawned: String =
        (10..400).map(|n| format!("1 {n} spawn task 1 \n")).collect();
    let ready: String = (10..400)
        .map(|n| format!("{n} {n} wait bytes on {n}\ts.rs:1\n"))
        .collect();
    let long = self::theatre(&record(&format!("{spawned}{ready}")));
    assert!(long["left"].is_string());
    assert!(long.to_string().len() < 1_300_000);
}

#[test]
fn a_table_says_the_same_in_html() {
    let recording = record("1500 2 panic a < b & c\n1600 2 wait tea\ta/s.rs:3");
    let theatre = Theatre::of("", &recording, "step.rs", |_| None);
    let table = theatre.table();
    assert_eq!(table.matches("<tr><td>").count(), theatre.events());
    let row = "<tr><td>1.500</td><td>task\u{a0}1</td>\
               <td>task 1 panics: a &lt; b &amp; c</td><td title=\"\"></td></tr>";
    assert!(table.contains(row), "{table}");
    let line = "<td title=\"a/s.rs:3\">s.rs:3</td>";
    assert!(table.contains(line), "{table}");
}

/// What a page knows: the state after all it was told.
#[derive(Default)]
struct Shown(BTreeMap<String, Value>, BTreeMap<u64, Value>);

impl Shown {
    fn apply(&mut self, now: &Value) {
        for (part, value) in now.as_object().into_iter().flatten() {
            if part == "lanes" {
                for lane in value.as_array().unwrap() {
                    self.1.insert(lane[0].as_u64().unwrap(), lane.clone());
                }
            } else {
                self.0.insert(part.clone(), value.clone());
            }
        }
    }

    fn list(&self, part: &str) -> &[Value] {
        self.0.get(part).map_or(&[], |it| it.as_array().unwrap())
    }
}

/// Follows both, and compares them after each event.
fn assert_that_states_agree(recording: &str) {
    let theatre = theatre(recording);
    let names: Vec<_> = theatre["lanes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lane| lane["name"].as_str().unwrap())
        .collect();
    let name = |place: &Value| names[place.as_u64().unwrap() as usize];
    let list = |places: &Value| {
        let places = places.as_array().unwrap().iter();
        places.map(|it| name(it).to_owned()).collect::<Vec<_>>()
    };
    let mut shown = Shown::default();
    let mut replay = Replay::default();
    let events = Replay::events(recording);
    let mut all = theatre["events"].as_array().unwrap().iter().peekable();
    for event in &events {
        let _ = replay.follow(event);
        let own = replay.lanes().find(|(key, _)| key.1 == event.lane);
        let own = own.map(|(_, lane)| lane.name.as_str());
        // What is left out changes nothing.
        let is_it = |told: &&Value| {
            told["at"] == event.at && Some(name(&told["lane"])) == own
        };
        let told = all.next_if(is_it).unwrap_or(&Value::Null);
        let is_told = !told.is_null();
        assert!(is_told || event.what == What::Run, "{event} is left out");
        shown.apply(&told["now"]);
        let own = |key: LaneKey| replay.lane(key).name.clone();
        let owns = |keys: &[LaneKey]| {
            keys.iter().map(|key| own(*key)).collect::<Vec<_>>()
        };

        let runs = shown.list("runs").iter().map(|it| {
            let thread = it[0].as_u64().unwrap() as usize;
            (name(&theatre["threads"][thread]).to_owned(), list(&it[1]))
        });
        let expected = replay.running();
        let expected = expected.map(|(it, keys)| (own(it), owns(keys)));
        assert!(runs.eq(expected), "{event}: {told}");

        let queues = shown.list("queues").iter();
        let queues = queues.map(|it| (it[0].as_str().unwrap(), list(&it[1])));
        let expected = replay.queues().map(|(name, keys)| {
            (if name.is_empty() { "ready" } else { name }, owns(&keys))
        });
        assert!(queues.eq(expected), "{event}: {told}");

        let mut sockets = Vec::new();
        for it in shown.list("sockets") {
            for wait in it[1].as_array().unwrap() {
                let way = wait[0].as_str().unwrap();
                let (socket, lane) = (it[0].as_str().unwrap(), name(&wait[1]));
                sockets.push(format!("{socket} {way} {lane}"));
            }
        }
        let expected = replay.sockets().into_iter().map(|(it, way, lane)| {
            let is_read = way == Direction::Read;
            let way = if is_read { "read" } else { "write" };
            format!("descriptor {it} {way} {}", own(lane))
        });
        assert!(sockets.into_iter().eq(expected), "{event}: {told}");

        let timers = shown.list("timers").iter().map(|it| {
            let lane = (!it[2].is_null()).then(|| name(&it[2]).to_owned());
            (it[1].as_u64().unwrap(), lane)
        });
        let expected = replay.timers().into_iter();
        let expected = expected.map(|it| (it.due, it.lane.map(own)));
        assert!(timers.eq(expected), "{event}: {told}");

        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let lanes = shown.1.iter().map(|(place, lane)| {
            let words = [1, 2, 4].map(|part| text(&lane[part]));
            (names[*place as usize].to_owned(), (words, lane[3].as_u64()))
        });
        let expected = replay.lanes().map(|(_, lane)| {
            let status = match lane.status {
                Status::New => "new",
                Status::Ready => "ready",
                Status::Runs => "runs",
                Status::Waits => "waits",
                Status::Idle => "idle",
                Status::Ended => "ended",
            };
            let waits = lane.waits.join(" or ");
            let waits = waits.replace(" on ", " on descriptor ");
            let kept = lane.kept.as_ref();
            let kept = kept.map(|it| it.replace("future,", "in a future of"));
            let words = [status.to_owned(), waits, kept.unwrap_or_default()];
            (lane.name.clone(), (words, lane.until))
        });
        let lanes: BTreeMap<_, _> = lanes.collect();
        assert_eq!(lanes, expected.collect(), "{event}: {told}");
    }
    assert_eq!(all.next(), None);
}

#[test]
fn what_events_change_adds_up_to_the_state_of_a_replay() {
    let mut dice = Dice::random();
    println!("{}", dice.again());
    for _ in 0..200 {
        let mut events =
            "0 4 spawn thread - other\n0 5 spawn child 2 \n".to_owned();
        for at in 1..=dice.below(60) {
            let lane = 1 + dice.below(5);
            let (a, b) = (dice.below(3), dice.below(2));
            let due = dice.below(90) * 1_000;
            let way = if b == 0 { "read" } else { "write" };
            let mut what = match dice.below(17) {
                0..3 => "run".to_owned(),
                3 => "done".to_owned(),
                4 => "idle".to_owned(),
                5 => format!("until {due}"),
                6 => format!("wait bytes on {a}"),
                7 => format!("register {a}"),
                8 => format!("deregister {a}"),
                9 => format!("await {a} {way} {b}"),
                10 => format!("forgo {a} {way} {b}"),
                11 => format!("report {a} {way}"),
                12 => format!("set {a} {due}"),
                13 => format!("fire {a}"),
                14 => format!("queue {a}"),
                15 => format!("kept future, {a} bytes"),
                _ => format!("ready {} q{b}", 1 + dice.below(5)),
            };
            if dice.below(2) == 0 {
                what += "\tstep.rs:1";
            }
            events += &format!("{at} {lane} {what}\n");
        }
        assert_that_states_agree(&record(&events));
    }
}
