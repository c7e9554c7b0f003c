//! What a pause costs: time and memory, of what this rung builds, and of what
//! others have built.
//!
//!     cargo bench -p generators --bench switch
//!
//! In each round every subject has its turn, for some microseconds only. So what
//! else the machine does meets all of them alike, and the median hardly sees it.

#[path = "switch/subjects.rs"]
mod subjects;
#[path = "switch/time.rs"]
mod time;
#[path = "switch/memory.rs"]
mod memory;
#[path = "switch/python.rs"]
mod python;

use std::env;
use time::Medians;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, name] = &arguments[..]
        && flag == memory::FLAG
    {
        return memory::pause_many(name);
    }
    let flat = Medians::of(&mut subjects::in_one_frame());
    let deep = Medians::of(&mut subjects::two_calls_deep());
    let python = python::there_and_back();
    println!("\nThere and back, in ns            one frame   two calls deep");
    for (name, flat) in &flat.0 {
        println!("{name:30} {flat:11.1} {:16.1}", deep.get(name));
    }
    for (name, [flat, deep]) in &python {
        println!("{name:30} {flat:11.1} {deep:16.1}");
    }

    println!("\nThe part of others' time            to reach   reached");
    for (name, most_deep, most_flat) in
        [("greenlet", 0.5, 3.5), ("greenlet, control words kept", 0.6, 5.0)]
    {
        println!("{name}");
        let part = deep.get(name) / deep.get("corosensei");
        compare("two calls deep, corosensei's", most_deep, part);
        let part = flat.get(name) / flat.get("corosensei");
        compare("one frame, corosensei's", most_flat, part);
        if let Some([_, python]) = python.get("Python greenlet") {
            let part = deep.get(name) / python;
            compare("two calls deep, Python greenlet's", 0.03, part);
        }
    }

    println!("\nFrom its creation to its end, in ns");
    for (name, time) in Medians::of(&mut subjects::whole_lives()).0 {
        println!("{name:44} {time:9.0}");
    }

    memory::print_table();
}

fn compare(with: &str, most: f64, part: f64) {
    let verdict = if part <= most { "" } else { "   missed" };
    println!("  {with:34} {most:7} {part:9.2}{verdict}");
}
