//! What a pause costs: time and memory, of what this rung builds and of what
//! others have built.
//!
//!     cargo bench -p generators --bench switch
//!
//! In each round every subject has its turn, for a fraction of a millisecond.
//! What else the machine does meets all of them alike, and the median hardly
//! sees it.

#[path = "switch/subjects.rs"]
mod subjects;
#[path = "switch/time.rs"]
mod time;
#[path = "switch/children.rs"]
mod children;
#[path = "switch/memory.rs"]
mod memory;

use children::Times;
use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [flag] if flag == children::FLAG => return children::print_times(),
        [flag, kind] if flag == memory::FLAG => {
            return memory::pause_many(kind);
        }
        _ => (),
    }

    let times = children::measure();
    println!("\nThere and back, in ns            one frame   two calls deep");
    for (name, [flat, deep]) in &times {
        println!("{name:30} {flat:11.1} {deep:16.1}");
    }

    println!("\nThe part of others' time             to reach   reached");
    compare(&times, "greenlet", [3.5, 0.5]);
    compare(&times, "greenlet, control words kept", [5.0, 0.6]);

    println!("\nFrom its creation to its end, in ns");
    for (name, time) in time::medians(&mut subjects::whole_lives()) {
        println!("{name:44} {time:9.0}");
    }

    memory::print_table();
}

/// Prints how much of others' time this one takes, beside how much it may.
fn compare(
    times: &[(String, Times)],
    name: &str,
    [most_flat, most_deep]: Times,
) {
    let of = |name| times.iter().find(|one| one.0 == name).map(|one| one.1);
    let [flat, deep] = of(name).expect("it is a subject");
    println!("{name}");
    let compare = |with: &str, most: f64, part: f64| {
        let verdict = if part <= most { "" } else { "   missed" };
        println!("  {with:34} {most:9} {part:9.2}{verdict}");
    };
    let [other_flat, other_deep] = of("corosensei").expect("a subject");
    compare("one frame, corosensei's", most_flat, flat / other_flat);
    compare("two calls deep, corosensei's", most_deep, deep / other_deep);
    if let Some([_, python]) = of("Python greenlet") {
        compare("two calls deep, Python greenlet's", 0.03, deep / python);
    }
}
