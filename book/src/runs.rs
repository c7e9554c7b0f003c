//! Runs: programs that a page has started, and what became of them.

mod order;
mod process;
mod cargo;

pub use order::{Order, menu};

use crate::tree::Tree;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, io};
use timeline::Recording;
use tokio::sync::watch;
use tokio::time::timeout;

/// How many may run at the same time.
const AT_ONCE: usize = 4;

/// How many that have ended are kept, to be looked at.
const KEPT: usize = 20;

/// How long a page has to be told that its run has ended when the reader does.
const LAST_WORD: Duration = Duration::from_secs(1);

/// All runs since the reader has started.
pub struct Runs {
    tree: Tree,
    /// Where recordings go.
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    runs: BTreeMap<u64, Arc<Run>>,
}

/// A program that runs, or has run.
pub struct Run {
    /// The program's name.
    pub name: String,
    /// What its picture is called.
    title: String,
    recording: PathBuf,
    /// What it was started with.
    flags: Vec<String>,
    start: Instant,
    log: Mutex<Vec<Event>>,
    /// Says that the log has grown.
    grown: watch::Sender<()>,
    is_stopped: AtomicBool,
}

/// Something that happens in a run, for the pages that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Cargo builds it, and is so far: `3/12`.
    Building(String),
    /// It is built and runs, so long after the beginning.
    Running(Duration),
    /// It has written this, or the compiler has.
    Output(String),
    /// It has ended, in this way; nothing comes after it.
    End {
        how: String,
        /// Set if there is a picture of it.
        is_drawn: bool,
    },
}

/// Why a program was not started.
#[derive(Debug)]
pub enum Refused {
    /// There are enough of them.
    Busy,
    /// It could not be.
    Failed(io::Error),
}

impl Runs {
    /// No runs yet; what they record goes into `folder`.
    pub fn new(tree: Tree, folder: &Path) -> Runs {
        Runs { tree, folder: folder.to_owned(), state: Mutex::default() }
    }

    /// What there is to run.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Starts a program; gives back the number of the run.
    ///
    /// # Errors
    ///
    /// If too many run already, or cargo cannot be started.
    pub fn start(&self, order: Order<'_>) -> Result<u64, Refused> {
        let mut state = self.state.lock().unwrap();
        let running = state.runs.values().filter(|run| !run.has_ended());
        if running.count() >= AT_ONCE {
            return Err(Refused::Busy);
        }
        let id = state.next;
        let run = Arc::new(Run {
            name: order.program.name().to_owned(),
            title: crate::recorded::title(order.program),
            recording: self.folder.join(format!("{id}.events")),
            flags: order.flags.clone(),
            start: Instant::now(),
            log: Mutex::default(),
            grown: watch::Sender::new(()),
            is_stopped: AtomicBool::new(false),
        });
        process::start(&self.tree.root, &order, &run)
            .map_err(Refused::Failed)?;
        state.next += 1;
        state.runs.insert(id, run);
        state.forget_old_ones();
        Ok(id)
    }

    /// The run of this number.
    pub fn get(&self, id: u64) -> Option<Arc<Run>> {
        self.state.lock().unwrap().runs.get(&id).cloned()
    }

    /// All that are kept, the latest first, as JSON: so that a page can show
    /// again what it has lost.
    pub fn kept(&self) -> Value {
        let state = self.state.lock().unwrap();
        let runs = state.runs.iter().rev().map(|(id, run)| {
            json!({
                "run": id,
                "program": run.name,
                "flags": run.flags,
                "ms": run.start.elapsed().as_millis() as u64,
                "going": !run.has_ended(),
            })
        });
        runs.collect()
    }

    /// Stops all of them, and waits until they have ended.
    pub async fn stop_all(&self) {
        let runs: Vec<_> =
            self.state.lock().unwrap().runs.values().cloned().collect();
        for run in &runs {
            run.stop();
        }
        for run in &runs {
            run.wait_for_end().await;
            // Pages are told of the end before their connections go.
            let _ = timeout(LAST_WORD, run.grown.closed()).await;
        }
    }
}

impl State {
    /// Forgets all but [`KEPT`] of those that have ended. The last run of each
    /// program is kept longest, because its page shows it again.
    fn forget_old_ones(&mut self) {
        let mut programs = HashSet::new();
        let ended = self.runs.iter().rev().filter(|(_, run)| run.has_ended());
        let mut ended: Vec<_> = ended
            .map(|(&id, run)| (programs.insert(run.name.clone()), id))
            .collect();
        ended.sort();
        for (_, id) in ended.iter().rev().skip(KEPT) {
            if let Some(run) = self.runs.remove(id) {
                // It may have recorded nothing.
                let _ = fs::remove_file(&run.recording);
            }
        }
    }
}

impl Run {
    /// Ends it, if it has not ended.
    pub fn stop(&self) {
        self.is_stopped.store(true, Relaxed);
    }

    /// The picture of what it recorded; `None` if that is nothing.
    pub fn picture(&self) -> Option<String> {
        Some(self.recorded()?.svg(&self.title))
    }

    /// The same as Chrome Trace Event JSON, as `--trace` writes it.
    pub fn trace(&self) -> Option<Value> {
        Some(self.recorded()?.chrome_trace())
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

    fn end(&self, how: String) {
        let is_drawn = self.recorded().is_some();
        self.note(Event::End { how, is_drawn });
    }

    fn note(&self, event: Event) {
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

    async fn wait_for_end(&self) {
        let mut grown = self.grown.subscribe();
        while !self.has_ended() {
            // The sender lives as long as we do.
            let _ = grown.changed().await;
        }
    }

    /// Set if a page wants to know what becomes of it.
    fn is_watched(&self) -> bool {
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
}
