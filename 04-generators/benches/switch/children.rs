//! Processes that measure, ours and Python's, and what they print: a line for
//! each subject, with its time in one frame and two calls deep.

use crate::subjects;
use crate::time::medians;
use std::collections::BTreeMap;
use std::env;
use std::process::Command;

/// Makes this program a child that measures its pauses.
pub const FLAG: &str = "--there-and-back";

/// Where the kernel puts stacks differs from process to process, and so does
/// how the processor's caches get on with them.
const PROCESSES: usize = 7;

/// The time in one frame and two calls deep, in ns.
pub type Times = [f64; 2];

/// Prints the times of this process.
pub fn print_times() {
    let flat = medians(&mut subjects::in_one_frame());
    let deep = medians(&mut subjects::two_calls_deep());
    for ((name, flat), (_, deep)) in flat.iter().zip(deep) {
        println!("{name}\t{flat}\t{deep}");
    }
}

/// Our times, in the order of the subjects, and Python's: medians.
pub fn measure() -> Vec<(String, Times)> {
    let mut all = BTreeMap::<String, [Vec<f64>; 2]>::new();
    let mut order = Vec::new();
    for _ in 0..PROCESSES {
        let program = env::current_exe().expect("it runs from a file");
        let times = measured_by(Command::new(program).arg(FLAG));
        order.clear();
        for (name, [flat, deep]) in times {
            order.push(name.clone());
            let [flats, deeps] = all.entry(name).or_default();
            flats.push(flat);
            deeps.push(deep);
        }
    }
    let mut times = Vec::new();
    for name in order {
        let median = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        };
        let both = all.remove(&name).expect("it is in the order");
        times.push((name, both.map(median)));
    }
    times.append(&mut measured_by_python());
    times
}

/// The system's Python may have greenlet where another one has not.
fn measured_by_python() -> Vec<(String, Times)> {
    let mut times = Vec::new();
    for python in ["python3", "/usr/bin/python3"] {
        let script = include_str!("python.py");
        times = measured_by(Command::new(python).args(["-c", script]));
        if times.iter().any(|(name, _)| name == "Python greenlet") {
            return times;
        }
    }
    println!("\nPython's greenlet is not installed: `pip install greenlet`");
    times
}

fn measured_by(command: &mut Command) -> Vec<(String, Times)> {
    let output = command.output().map(|output| output.stdout);
    let lines = output.unwrap_or_default();
    let mut times = Vec::new();
    for line in String::from_utf8_lossy(&lines).lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [name, flat, deep] = fields[..] {
            let both = [flat, deep].map(|ns| ns.parse().expect("a number"));
            times.push((name.to_owned(), both));
        }
    }
    times
}
