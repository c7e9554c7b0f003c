//! A run: what it writes as it goes, for the pages that show it.

use super::order::Order;
use super::sources::Sources;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use theatre::Theatre;
use timeline::Recording;
use tokio::sync::watch;

/// How much of a recording is read to tell its first events, in bytes: a crawl
/// of 20,000 pages records less.
const MOST_READ: u64 = 16 << 20;

/// A program that runs, or has run.
pub struct Run {
    /// The program's name.
    pub name: String,
    /// What its picture is called.
    title: String,
    /// Where it records.
    pub recording: PathBuf,
    /// What it was started with.
    pub flags: Vec<String>,
    /// Whether it was built with `--release`.
    pub release: bool,
    /// Its own source.
    main: String,
    /// What it was compiled from, as far as that is known.
    sources: Mutex<Sources>,
    pub start: Instant,
    log: Mutex<Vec<Event>>,
    /// Says that the log has grown.
    grown: watch::Sender<()>,
    pub is_stopped: AtomicBool,
}

/// Something that happens in a run, for the pages that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Cargo builds it. This is how far it is: `3/12`.
    Building(String),
    /// It is built, and begins to run, this long after the beginning.
    Running(Duration),
    /// It has written this, or the compiler has.
    Output(String),
    /// It has ended, in this way; nothing comes after it.
    End {
        how: String,
        /// For how long it ran; `None` if it was never built.
        ran: Option<Duration>,
        /// Set if there is a picture of it.
        is_drawn: bool,
        /// Set if it can be looked at one event at a time.
        is_staged: bool,
    },
}

impl Run {
    /// A run of the program with this source that is about to begin, and will
    /// record into this file.
    pub fn new(
        order: &Order<'_>,
        recording: PathBuf,
        main: String,
        sources: Sources,
    ) -> Run {
        Run {
            main,
            sources: Mutex::new(sources),
            name: order.program.name().to_owned(),
            title: order.program.title(),
            recording,
            flags: order.flags.clone(),
            release: order.release,
            start: Instant::now(),
            log: Mutex::default(),
            grown: watch::Sender::new(()),
            is_stopped: AtomicBool::new(false),
        }
    }

    /// Notes that the compiler has read the sources by now.
    pub fn note_built(&self, root: &Path) {
        self.sources.lock().unwrap().forget_what_has_changed(root);
    }

    /// Ends it, if it has not ended.
    pub fn stop(&self) {
        self.is_stopped.store(true, Relaxed);
    }

    /// The picture of what it recorded; `None` if that is nothing.
    pub fn picture(&self) -> Option<String> {
        let (recording, printed) = (self.recorded()?, self.printed());
        let Run { name, title, .. } = self;
        Some(pictures::of_run(name, &recording, &printed, title))
    }

    /// The picture of what it recorded, below that of another run, on one axis;
    /// `None` if one of them has recorded nothing.
    pub fn picture_after(&self, before: &Run) -> Option<String> {
        let (first, second) = (before.recorded()?, self.recorded()?);
        let runs = [("the run before", &first), ("this run", &second)];
        Some(pictures::on_one_axis(&runs, &format!("{}, twice", self.title)))
    }

    /// What it has written since it was built.
    fn printed(&self) -> String {
        let log = self.log.lock().unwrap();
        let since = log.iter().rposition(|it| matches!(it, Event::Running(_)));
        let output = log[since.unwrap_or(0)..].iter();
        let output = output.filter_map(|event| match event {
            Event::Output(text) => Some(text.as_str()),
            _ => None,
        });
        output.collect()
    }

    /// The same as Chrome Trace Event JSON, as `--trace` writes it.
    pub fn trace(&self) -> Option<Value> {
        Some(self.recorded()?.chrome_trace())
    }

    /// What it recorded, one event at a time, for a script.
    pub fn theatre(&self) -> Option<String> {
        let file = File::open(&self.recording).ok()?;
        let mut bytes = Vec::new();
        file.take(MOST_READ).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let sources = self.sources.lock().unwrap().clone();
        let read = |file: &str| sources.text(file);
        let theatre = Theatre::of(&self.title, &text, &self.main, read);
        (theatre.events() > 0).then(|| theatre.json())
    }

    fn recorded(&self) -> Option<Recording> {
        let recording = Recording::read(&self.recording).ok()?;
        (!recording.tracks.is_empty()).then_some(recording)
    }

    /// A page that wants to know all, from event number `next` on.
    pub fn listen(self: Arc<Run>, next: usize) -> Listener {
        let grown = self.grown.subscribe();
        Listener { run: self, grown, next }
    }

    pub fn end(&self, how: String) {
        let log = self.log.lock().unwrap();
        let began = log.iter().find_map(|event| match event {
            Event::Running(after) => Some(*after),
            _ => None,
        });
        drop(log);
        let ran = began.map(|after| self.start.elapsed() - after);
        let recorded = self.recorded();
        let is_drawn = recorded.is_some();
        let is_staged = recorded.is_some_and(|it| theatre::takes_turns(&it));
        self.note(Event::End { how, ran, is_drawn, is_staged });
    }

    pub fn note(&self, event: Event) {
        if event == Event::Output(String::new()) {
            return;
        }
        self.log.lock().unwrap().push(event);
        self.grown.send_replace(());
    }

    /// How many events there are so far.
    pub fn events(&self) -> usize {
        self.log.lock().unwrap().len()
    }

    fn event(&self, number: usize) -> Option<Event> {
        self.log.lock().unwrap().get(number).cloned()
    }

    /// Set if nothing is to come any more.
    pub fn has_ended(&self) -> bool {
        matches!(self.log.lock().unwrap().last(), Some(Event::End { .. }))
    }

    pub async fn wait_for_end(&self) {
        let mut grown = self.grown.subscribe();
        while !self.has_ended() {
            // The sender lives as long as we do.
            let _ = grown.changed().await;
        }
    }

    /// Waits until no page listens any more.
    pub async fn wait_for_pages(&self) {
        self.grown.closed().await;
    }

    /// Set if a page wants to know what becomes of it.
    pub fn is_watched(&self) -> bool {
        self.grown.receiver_count() > 0
    }
}

/// A page that listens to a run.
pub struct Listener {
    run: Arc<Run>,
    grown: watch::Receiver<()>,
    next: usize,
}

impl Listener {
    // ANCHOR: next
    /// The next event and its number; `None` after the last.
    ///
    /// Cancel safe: no event is lost if this is dropped while it waits.
    pub async fn next(&mut self) -> Option<(usize, Event)> {
        loop {
            self.grown.mark_unchanged();
            if let Some(event) = self.run.event(self.next) {
                self.next += 1;
                return Some((self.next - 1, event));
            }
            if self.run.has_ended() {
                return None;
            }
            self.grown.changed().await.ok()?;
        }
    }
    // ANCHOR_END: next
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::Tree;
    use std::fs;
    use timeline::private::Folder;

    #[test]
    fn what_takes_turns_can_be_stepped_through() {
        let folder = Folder::new().unwrap();
        let recording = folder.path().join("events");
        let tree = Tree::here();
        let order = Order::parse(&tree, br#"{"program": "threads"}"#).unwrap();
        let ends = |events: &str| {
            fs::write(&recording, events).unwrap();
            let (main, sources) = ("main.rs".to_owned(), Sources::default());
            let file = recording.clone();
            let run = Run::new(&order, file, main, sources);
            run.end("done".to_owned());
            match run.event(0) {
                Some(Event::End { is_staged, .. }) => (is_staged, run),
                other => panic!("{other:?}"),
            }
        };
        let main = "0 7 1 1 0 spawn thread - main\n";
        let task = format!("{main}1 7 1 2 0 spawn task 1 \n");
        let (is_staged, run) = ends(&task);
        assert!(is_staged);
        let told = run.theatre().unwrap();
        assert!(told.contains("\"says\":\"main makes task 1\""), "{told}");
        // Nothing but a thread; nothing at all.
        assert!(!ends(main).0);
        let (is_staged, run) = ends("");
        assert!(!is_staged && run.theatre().is_none());
    }
}
