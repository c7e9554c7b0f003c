//! A crawl's timeline has a group of tracks for each process.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, process};
use trials::watchdog;

#[test]
fn each_process_is_a_group_of_its_own_on_one_clock() {
    let name = format!("trace-{}.json", process::id());
    let file = env::temp_dir().join(name);
    let mut crawl = Command::new(env!("CARGO_BIN_EXE_processes"));
    crawl.args(["--at-once", "3", "--latency", "10", "--trace"]).arg(&file);
    let ran = watchdog::run(&mut crawl, Duration::from_secs(60)).unwrap();
    assert!(ran.status.success(), "{}", ran.stderr);
    let trace: Value =
        serde_json::from_slice(&fs::read(&file).unwrap()).expect("JSON");
    fs::remove_file(&file).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();

    let is = |event: &&Value, name: &str| event["name"] == name;
    let names: BTreeMap<u64, &str> = events
        .iter()
        .filter(|event| is(event, "process_name"))
        .map(|event| {
            let name = event["args"]["name"].as_str().unwrap();
            (event["pid"].as_u64().unwrap(), name)
        })
        .collect();
    let different: BTreeSet<_> = names.values().collect();
    // Ours, three workers, the site.
    assert_eq!((names.len(), different.len()), (5, 5), "{names:?}");
    assert!(different.contains(&"the site"), "{names:?}");

    // Each worker has a track with waits for pages on it, and all of them
    // overlap with another's: they are on one clock.
    let mut waits = Vec::new();
    for event in events.iter().filter(|event| event["ph"] == "X") {
        let what = event["name"].as_str().unwrap();
        if what.starts_with("waits for /") {
            let from = event["ts"].as_f64().unwrap();
            let pid = event["pid"].as_u64().unwrap();
            waits.push((pid, from, from + event["dur"].as_f64().unwrap()));
        }
    }
    let processes: BTreeSet<_> = waits.iter().map(|wait| wait.0).collect();
    assert_eq!(processes.len(), 3, "{waits:?}");
    let overlap = waits
        .iter()
        .any(|a| waits.iter().any(|b| a.0 != b.0 && a.1 < b.2 && b.1 < a.2));
    assert!(overlap, "{waits:?}");
}
