//! The same in Python, where it is installed.

use std::collections::BTreeMap;
use std::process::Command;

/// By name, the time in one frame and two calls deep, in ns.
pub fn there_and_back() -> BTreeMap<String, [f64; 2]> {
    let mut times = BTreeMap::new();
    let script = include_str!("python.py");
    let Ok(output) = Command::new("python3").args(["-c", script]).output()
    else {
        println!("without Python: there is no python3");
        return times;
    };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let [name, flat, deep] = line.split('\t').collect::<Vec<_>>()[..] {
            let [flat, deep] =
                [flat, deep].map(|ns| ns.parse().expect("a number"));
            times.insert(name.to_owned(), [flat, deep]);
        }
    }
    if !times.contains_key("Python greenlet") {
        println!("without Python's greenlet: `pip install greenlet`");
    }
    times
}
