//! A trace obeys the rules that Perfetto applies.

use crate::Recording;
use serde_json::Value;
use std::collections::HashMap;

/// Two threads over a lock, a task that moves from one to the other, a wait,
/// and what the site saw.
const RECORDING: &str = "\
1000000 7 1 1 1000 spawn thread - main
1000001 7 1 1 1000 run
1100000 7 1 1 90000 hold Frontier 1
1110000 7 1 3 99000 spawn task 1 fetch /3
1120000 7 1 3 99000 run
1500000 7 1 3 400000 wait /3
1600000 7 2 2 500 spawn thread - worker
1600500 7 2 2 900 want Frontier 1
1700000 7 1 1 500000 release Frontier 1
1700700 7 2 2 1000 hold Frontier 1
1750000 7 2 2 1100 release Frontier 1
1800123 7 1 3 520000 ready 1
1900000 7 2 3 2000 run
2000000 7 2 3 90000 done
2100000 7 2 2 95000 done
1650000 8 1 2 10 spawn site 1 site
1650001 8 1 2 10 flight 1
1850000 8 1 2 20 flight 0
2200000 7 1 1 600000 run
";

fn trace() -> Vec<Value> {
    let trace = Recording::parse(RECORDING).chrome_trace();
    trace["traceEvents"].as_array().expect("an array").clone()
}

fn nanos(event: &Value, field: &str) -> i64 {
    let micros = event[field].as_f64();
    (micros.unwrap_or_else(|| panic!("{field}: {event}")) * 1e3).round() as i64
}

fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event[field].as_str().unwrap_or_else(|| panic!("{field}: {event}"))
}

/// From, to and name of the slices of each track.
fn slices_of(events: &[Value]) -> HashMap<(u64, u64), Vec<(i64, i64)>> {
    let mut tracks = HashMap::<_, Vec<_>>::new();
    for event in events.iter().filter(|event| event["ph"] == "X") {
        let from = nanos(event, "ts");
        let length = nanos(event, "dur");
        assert!(length >= 0, "{event}");
        tracks.entry(track(event)).or_default().push((from, from + length));
    }
    tracks
}

fn track(event: &Value) -> (u64, u64) {
    let number = |field| event[field].as_u64().expect("pid and tid");
    (number("pid"), number("tid"))
}

#[test]
fn every_event_has_what_its_phase_requires() {
    for event in trace() {
        let phase = text(&event, "ph");
        text(&event, "name");
        track(&event);
        assert!(nanos(&event, "ts") >= 0);
        match phase {
            "X" => assert!(event["dur"].is_number()),
            "M" => assert!(event["args"]["name"].is_string(), "{event}"),
            "C" => assert!(event["args"]["requests"].is_u64(), "{event}"),
            "b" | "e" => {
                text(&event, "cat");
                text(&event, "id");
            }
            "s" | "f" => {
                text(&event, "cat");
                assert!(event["id"].is_u64());
            }
            other => panic!("a phase we do not write: {other}"),
        }
    }
}

#[test]
fn slices_of_a_track_nest_or_are_disjoint() {
    let slices = slices_of(&trace());
    assert_eq!(slices.len(), 2, "main and worker");
    for (a, b) in slices.values().flat_map(|track| {
        track
            .iter()
            .enumerate()
            .flat_map(|(i, a)| track[i + 1..].iter().map(move |b| (a, b)))
    }) {
        let disjoint = a.1 <= b.0 || b.1 <= a.0;
        let a_in_b = b.0 <= a.0 && a.1 <= b.1;
        let b_in_a = a.0 <= b.0 && b.1 <= a.1;
        assert!(disjoint || a_in_b || b_in_a, "{a:?} {b:?}");
    }
}

#[test]
fn async_events_begin_and_end_in_pairs() {
    let mut open = HashMap::<_, Vec<_>>::new();
    let mut events = trace();
    events.retain(|event| event["ph"] == "b" || event["ph"] == "e");
    assert!(!events.is_empty());
    events.sort_by_key(|event| nanos(event, "ts"));
    for event in &events {
        let key = ["cat", "id", "name"].map(|field| text(event, field));
        let open = open.entry(key).or_default();
        match text(event, "ph") {
            "b" => open.push(nanos(event, "ts")),
            _ => {
                let from = open.pop().unwrap_or_else(|| panic!("{event}"));
                assert!(from <= nanos(event, "ts"));
            }
        }
    }
    assert!(open.values().all(Vec::is_empty), "{open:?}");
}

#[test]
fn every_flow_leads_from_one_slice_to_a_later_one() {
    let events = trace();
    let slices = slices_of(&events);
    let of = |phase| events.iter().filter(move |event| event["ph"] == phase);
    let mut names = Vec::new();
    for from in of("s") {
        let to: Vec<_> = of("f").filter(|to| to["id"] == from["id"]).collect();
        assert_eq!(to.len(), 1, "{from}");
        for field in ["cat", "name"] {
            assert_eq!(from[field], to[0][field]);
        }
        assert!(nanos(from, "ts") <= nanos(to[0], "ts"));
        for end in [from, to[0]] {
            let at = nanos(end, "ts");
            let row = &slices[&track(end)];
            assert!(row.iter().any(|s| (s.0..s.1).contains(&at)), "{end}");
        }
        names.push(text(from, "name"));
    }
    names.sort_unstable();
    assert_eq!(names, ["release", "spawn", "wake"]);
    assert_eq!(of("f").count(), 3);
}

#[test]
fn processes_and_threads_have_names() {
    let events = trace();
    let name = |what: &str, pid: u64, tid: u64| {
        let mut named = events.iter().filter(|event| {
            event["name"] == what && track(event) == (pid, tid)
        });
        text(&named.next().expect("a name")["args"], "name").to_owned()
    };
    assert_eq!(name("process_name", 7, 0), "process 1");
    assert_eq!(name("process_name", 8, 0), "the site");
    assert_eq!(name("thread_name", 7, 1), "main");
    assert_eq!(name("thread_name", 7, 2), "worker");
}
