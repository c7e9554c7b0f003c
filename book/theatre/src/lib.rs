//! Tells a recording one event at a time: what happened, in a sentence, why, by
//! which line of code, and the scheduler's state after it.
//!
//! A page moves through it forwards and backwards: [`Theatre::json`] is what
//! its script reads. [`Theatre::table`] is the same for those who read on.

mod cast;
mod says;
mod state;
mod table;
mod words;

#[cfg(test)]
mod tests;

use cast::Cast;
use says::Story;
use serde::Serialize;
use serde_json::{Map, Value};
use state::State;
use std::time::Duration;
use timeline::{Event, Recording, Replay, Status, What, format_duration};

/// The most events that are told: more than anybody steps through.
pub const MOST: usize = 2_000;

/// The most bytes for states. Only a crawl with hundreds of requests at once
/// needs as many: each state then lists hundreds of sockets.
const MOST_BYTES: usize = 1 << 20;

/// Set if something takes turns in a recording that is no thread, so that there
/// is more to see than lanes.
pub fn takes_turns(recording: &Recording) -> bool {
    let mut kinds = recording.tracks.iter().map(|track| track.kind.as_str());
    kinds.any(|kind| !["thread", "site"].contains(&kind))
}

/// A recording, one event at a time.
#[derive(Debug)]
pub struct Theatre {
    title: String,
    files: Vec<File>,
    cast: Cast,
    /// When the last event happened. All times are nanoseconds since the first.
    ends: u64,
    events: Vec<Told>,
    /// Set if more happened later, of which it does not tell.
    is_cut: bool,
}

/// What a page's script reads.
#[derive(Serialize)]
struct Script<'a> {
    title: &'a str,
    files: &'a [File],
    threads: Vec<usize>,
    lanes: Vec<Value>,
    ends: u64,
    events: &'a [Told],
    /// Why there are no more events, if there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<String>,
}

/// A file that events name.
#[derive(Debug, Serialize)]
struct File {
    path: String,
    /// `None` if it is not known, or has changed since it was compiled.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// An event.
#[derive(Debug, Serialize)]
struct Told {
    at: u64,
    /// The index of its lane.
    lane: usize,
    says: String,
    /// The index of a file, and the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<(usize, u32)>,
    /// What it is about besides its lane.
    #[serde(skip_serializing_if = "Map::is_empty")]
    about: Map<String, Value>,
    /// What it changes in the state: each part as it is from here on.
    #[serde(skip_serializing_if = "Map::is_empty")]
    now: Map<String, Value>,
}

impl Theatre {
    /// Tells the events in the text of a recording. `read` gives the text of a
    /// file, as the compiler names it: the one that was compiled. The file that
    /// `main` names is listed first.
    pub fn of(
        title: &str,
        recording: &str,
        main: &str,
        mut read: impl FnMut(&str) -> Option<String>,
    ) -> Theatre {
        let all = Replay::events(recording);
        let start = all.first().map_or(0, |event| event.at);
        let ends = all.last().map_or(0, |event| event.at - start);
        let (first, mut is_cut) = first_of(all);
        let cast = Cast::of(&Recording::parse(recording), &first);

        let mut paths = vec![main];
        let mut story = Story::new(&cast, start);
        let mut state = State::default();
        let (mut events, mut bytes) = (Vec::new(), 0);
        for event in &first {
            let told = story.tell(event);
            let now = story.follow(&mut state);
            bytes += serde_json::to_vec(&now).map_or(0, |text| text.len());
            if bytes > MOST_BYTES {
                is_cut = true;
                break;
            }
            let key = (event.pid, event.lane);
            let line = event.source.filter(|_| !cast.is_site(key));
            let line = line.map(|(path, line)| {
                let place = paths.iter().position(|it| *it == path);
                let place = place.unwrap_or_else(|| {
                    paths.push(path);
                    paths.len() - 1
                });
                (place, line)
            });
            events.push(Told {
                at: event.at - start,
                lane: cast.lane(key),
                says: told.says,
                line,
                about: told.about,
                now,
            });
        }
        let file = |path: &str| {
            let (path, text) = (path.to_owned(), read(path));
            File { path, text }
        };
        let files = paths.into_iter().map(file).collect();
        Theatre { title: title.to_owned(), files, cast, ends, events, is_cut }
    }

    /// How many events it tells.
    pub fn events(&self) -> usize {
        self.events.len()
    }

    /// Why there are no more events, if there are.
    pub fn why_no_more(&self) -> Option<String> {
        let at = self.events.last().filter(|_| self.is_cut)?.at;
        let (n, at) = (self.events(), Duration::from_nanos(at));
        let at = format_duration(at);
        Some(format!(
            "This run is long. Here are its first {n} events, up to {at}."
        ))
    }

    /// All of it, for a script.
    pub fn json(&self) -> String {
        let script = Script {
            title: &self.title,
            files: &self.files,
            threads: self.cast.threads(),
            lanes: self.cast.lanes(),
            ends: self.ends,
            events: &self.events,
            left: self.why_no_more(),
        };
        serde_json::to_string(&script).expect("all names in it are texts")
    }
}

/// The first events that say something new, and whether there are others.
fn first_of(all: Vec<Event<'_>>) -> (Vec<Event<'_>>, bool) {
    let mut replay = Replay::default();
    let mut first = all.into_iter().filter(|event| {
        let is_new = !repeats(event, &replay);
        let _ = replay.follow(event);
        is_new
    });
    let told = first.by_ref().take(MOST).collect();
    (told, first.next().is_some())
}

/// Set if what runs says once more that it does. So it records how much CPU
/// time it has used.
fn repeats(event: &Event<'_>, replay: &Replay) -> bool {
    let key = (event.pid, event.lane);
    let mut lanes = replay.lanes();
    let lane = lanes.find(|(it, _)| *it == key).map(|(_, lane)| lane);
    let thread = (event.pid, event.thread);
    event.what == What::Run
        && replay.innermost(thread).unwrap_or(thread) == key
        && lane.is_some_and(|lane| {
            lane.status == Status::Runs
                && lane.waits.is_empty()
                && lane.until.is_none()
                && lane.kept.is_none()
        })
}
