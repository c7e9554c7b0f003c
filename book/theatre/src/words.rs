//! What things are called, in a sentence.

use std::time::Duration;
use timeline::{Direction, format_duration};

/// What the socket with this descriptor is called.
pub fn socket_name(descriptor: u32) -> String {
    format!("descriptor {descriptor}")
}

/// What a timer is called that wakes the lane of this name.
pub fn timer_name(lane: Option<&str>) -> String {
    match lane {
        None => "timer of a task that has ended".to_owned(),
        // A lane that is a timer.
        Some(name) if name.starts_with("timer") => name.to_owned(),
        Some(name) => format!("timer of {name}"),
    }
}

/// A timer in a sentence: `timer 3`, but `the timer of task 3`.
pub fn with_article(timer: &str) -> String {
    match timer.starts_with("timer of ") {
        true => format!("the {timer}"),
        false => timer.to_owned(),
    }
}

/// What a queue is called in a list of queues.
pub fn queue_name(queue: &str) -> &str {
    if queue.is_empty() { "ready" } else { queue }
}

/// A queue in a sentence.
pub fn the_queue(queue: &str) -> String {
    match queue.starts_with("queue") {
        true => queue.to_owned(),
        false => format!("the ready queue of {queue}"),
    }
}

/// What a socket can be used for that is ready for this.
pub fn can(direction: Direction) -> &'static str {
    match direction {
        Direction::Read => "can be read from",
        Direction::Write => "can be written to",
    }
}

/// The time between two, in words.
pub fn span(from: u64, to: u64) -> String {
    format_duration(Duration::from_nanos(to.saturating_sub(from)))
}

/// How long it is until a time, or that it is over.
pub fn from_now(now: u64, due: u64) -> String {
    match due > now {
        true => format!("{} from now", span(now, due)),
        false => format!("that time is over: it came {} ago", span(due, now)),
    }
}

/// What a lane waits for.
pub fn waited_for(what: &str) -> String {
    match what.rsplit_once(" on ") {
        Some((what @ ("bytes" | "room for bytes"), number)) => {
            format!("{what} on descriptor {number}")
        }
        _ if what.starts_with('/') => format!("the page {what}"),
        _ => what.to_owned(),
    }
}

/// All that a lane waits for.
pub fn listed(waits: &[String]) -> String {
    let all: Vec<_> = waits.iter().map(|it| waited_for(it)).collect();
    all.join(" or ")
}

/// Where a paused state is kept.
pub fn kept_where(place: &str) -> String {
    match place.split_once(", ") {
        Some(("stack", depth)) => format!("on a stack, {depth} deep"),
        Some((what, size)) => {
            let article = if what == "future" { "a" } else { "the" };
            format!("in {article} {what} of {size}")
        }
        None => format!("in {place}"),
    }
}
