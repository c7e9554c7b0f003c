//! Recordings as they are kept: what happened, and nothing of the machine on
//! which it did.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use timeline::{Event, Replay, What};

/// The events of a recording. Times count from the first one, and processes are
/// numbered as they appear.
///
/// After a blank line come the lines of code that the events name, each with
/// its text, which `read` finds in its file. So they are found again when the
/// file has changed. Neither the site's code is named, nor a file that `read`
/// does not find, such as one of the standard library's.
pub fn keep(events: &str, read: impl Fn(&str) -> Option<String>) -> String {
    let events = Replay::events(events);
    let start = events.first().map_or(0, |event| event.at);
    let since = |time: u64| time.saturating_sub(start);
    let mut processes = Vec::new();
    let mut number = |pid: u32| {
        let place = processes.iter().position(|it| *it == pid);
        let place = place.unwrap_or_else(|| {
            processes.push(pid);
            processes.len() - 1
        });
        place as u32 + 1
    };
    let mut files = BTreeMap::new();
    let mut named = BTreeSet::new();
    let mut text = String::new();
    for event in events {
        let what = match event.what {
            What::Until(due) => What::Until(since(due)),
            What::Set { timer, due } => What::Set { timer, due: since(due) },
            What::Reap { pid, how } => What::Reap { pid: number(pid), how },
            What::Kill(pid) => What::Kill(number(pid)),
            what => what,
        };
        let is_site = matches!(what, What::Spawn { kind: "site", .. });
        let source = event.source.filter(|(file, line)| {
            let file: &Option<String> =
                files.entry(*file).or_insert_with(|| read(file));
            line_of(file.as_deref(), *line).is_some() && !is_site
        });
        named.extend(source);
        let (at, pid) = (since(event.at), number(event.pid));
        let kept = Event { at, pid, what, source, ..event };
        let _ = writeln!(text, "{kept}");
    }
    text.push('\n');
    for (file, line) in named {
        let code = line_of(files[file].as_deref(), line).unwrap_or_default();
        let _ = writeln!(text, "{file}:{line}\t{code}");
    }
    text
}

/// A kept recording, for the code as it is now.
#[derive(Debug, PartialEq, Eq)]
pub struct Renewed {
    /// Its events. They name the lines where the code stands now, or none if it
    /// has gone.
    pub events: String,
    /// The lines that have gone: `FILE:LINE`, as they were.
    pub gone: Vec<String>,
}

/// Finds the code that a kept recording names in the files as they are now: of
/// all lines with the same text, the nearest one.
pub fn renew(kept: &str, read: impl Fn(&str) -> Option<String>) -> Renewed {
    let (events, lines) = kept.split_once("\n\n").unwrap_or((kept, ""));
    let mut files = BTreeMap::new();
    let mut now = BTreeMap::new();
    let mut gone = Vec::new();
    for (place, code) in lines.lines().filter_map(|it| it.split_once('\t')) {
        let Some((file, line)) = place.rsplit_once(':') else { continue };
        let Ok(line) = line.parse::<u32>() else { continue };
        let text: &Option<String> =
            files.entry(file).or_insert_with(|| read(file));
        let all = (1..).zip(text.iter().flat_map(|text| text.lines()));
        let same = all.filter(|(_, it)| it.trim() == code);
        match same.map(|(n, _)| n).min_by_key(|n: &u32| n.abs_diff(line)) {
            Some(found) => drop(now.insert((file, line), found)),
            None => gone.push(place.to_owned()),
        }
    }
    let mut text = String::new();
    for line in events.lines() {
        let Some(event) = Event::parse(line) else { continue };
        let source = event.source.and_then(|(file, line)| {
            let line = now.get(&(file, line))?;
            Some((file, *line))
        });
        let _ = writeln!(text, "{}", Event { source, ..event });
    }
    Renewed { events: text, gone }
}

/// A line of a text, without the blanks around it.
fn line_of(text: Option<&str>, line: u32) -> Option<&str> {
    let before = usize::try_from(line).ok()?.checked_sub(1)?;
    Some(text?.lines().nth(before)?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "fn main() {\n    fetch();\n}\n";
    const RAW: &str = "70 512 1 1 3 spawn thread - main\n\
        75 513 2 1 3 reap 512 \n\
        74 513 2 1 3 kill 512\n\
        72 512 1 1 4 until 90\ta/b.rs:2\n\
        76 512 1 1 5 set 1.0.0 95\t/rustc/1f/core.rs:2\n\
        77 512 1 1 6 wait tea\ta/b.rs:9\n\
        78 513 2 3 6 spawn site 2 site\ta/b.rs:1\n";

    fn read(text: &'static str) -> impl Fn(&str) -> Option<String> {
        move |file| (file == "a/b.rs").then(|| text.to_owned())
    }

    #[test]
    fn nothing_of_the_machine_is_kept() {
        let kept = "0 1 1 1 3 spawn thread - main\n\
            2 1 1 1 4 until 20\ta/b.rs:2\n\
            4 2 2 1 3 kill 1\n\
            5 2 2 1 3 reap 1 \n\
            6 1 1 1 5 set 1.0.0 25\n\
            7 1 1 1 6 wait tea\n\
            8 2 2 3 6 spawn site 2 site\n\
            \na/b.rs:2\tfetch();\n";
        assert_eq!(keep(RAW, read(FILE)), kept);
    }

    #[test]
    fn code_that_has_moved_is_found_again() {
        let kept = keep(RAW, read(FILE));
        let same = renew(&kept, read(FILE));
        assert_eq!(same.gone, [""; 0]);
        let events = kept.split_once("\n\n").unwrap().0;
        assert_eq!(same.events.trim_end(), events);
        // It is the nearer one of two.
        let moved = renew(&kept, read("fetch();\n\n\n  fetch();\nfetch();"));
        assert!(moved.events.contains("until 20\ta/b.rs:1\n"), "{moved:?}");
        let gone = renew(&kept, read("fn main() {}\n"));
        assert!(gone.events.contains("until 20\n"), "{gone:?}");
        assert_eq!(gone.gone, ["a/b.rs:2"]);
    }
}
