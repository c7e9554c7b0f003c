//! A recording in a few sentences.

use std::fmt::Write;
use timeline::{Cell, Recording, State, format_duration};

/// What the picture shows, for those who cannot see it.
pub fn describe(recording: &Recording) -> String {
    // How many lanes of which kinds, and for how long.
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for track in recording.tracks.iter().filter(|track| track.kind != "site") {
        match kinds.iter_mut().find(|(kind, _)| *kind == track.kind) {
            Some((_, n)) => *n += 1,
            None => kinds.push((&track.kind, 1)),
        }
    }
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, n)| format!("{n} {kind}{}", plural(*n)))
        .collect();
    let time = format_duration(recording.length);
    let mut words = format!("{} in {time}.", kinds.join(" and "));
    // What they did at once.
    for (cell, verb, rest) in [
        (Cell::Waits, "wait", "at once"),
        (Cell::Runs, "run", "at once"),
        (Cell::RunsInPart, "share", "the CPU"),
        (Cell::Blocked, "wait", "for a lock at once"),
    ] {
        let most = recording.most_at_once(|state| Cell::of(state) == cell);
        // One lane alone shared the CPU with other programs: leave it out.
        if most > usize::from(cell == Cell::RunsInPart) {
            let s = if most == 1 { "s" } else { "" };
            let _ = write!(words, " At most {most} {verb}{s} {rest}.");
        }
    }
    if let Some(peak) = recording.flight.iter().map(|&(_, n)| n).max() {
        let s = plural(peak);
        let _ = write!(words, " At most {peak} request{s} in flight.");
    }
    // Their bad ends.
    for track in &recording.tracks {
        if let Some((_, why)) = &track.panicked {
            let _ = write!(words, " {} panics: {why}.", track.name);
        }
        if let Some((_, how)) = &track.died {
            let _ = write!(words, " {} dies: {how}.", track.name);
        }
        if track.spans.last().is_some_and(|it| it.state == State::Lost) {
            let _ = write!(words, " {} is {}.", track.name, State::Lost.name());
        }
    }
    words
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}
