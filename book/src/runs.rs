//! Runs: programs that a page has started, and what became of them.

mod order;
mod sources;
mod run;
mod cargo;
mod attend;
mod process;

pub use order::{Order, menu};
pub use run::{Event, Run};
pub use sources::Sources;

use exercises::Tree;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, io};
use tokio::time::timeout;

/// How many may run at the same time.
const AT_ONCE: usize = 4;

/// How many that have ended are kept, to be looked at.
const KEPT: usize = 20;

/// How long the pages have to be told that their runs have ended, when the
/// reader ends.
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
    /// As the last run has found them.
    sources: Sources,
}

/// Why a program was not started.
#[derive(Debug)]
pub enum Refused {
    /// Too many programs run already.
    Busy,
    /// The system could not start it.
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

    /// Reads the sources as they are now, for the run that is about to start.
    pub fn read_sources(&self) -> Sources {
        let before = self.state.lock().unwrap().sources.clone();
        Sources::read(&self.tree, &before)
    }

    /// Starts a program, which is compiled from these sources; gives back the
    /// number of the run.
    ///
    /// # Errors
    ///
    /// If too many run already, or cargo cannot be started.
    pub fn start(
        &self,
        order: Order<'_>,
        sources: Sources,
    ) -> Result<u64, Refused> {
        let mut state = self.state.lock().unwrap();
        state.sources = sources.clone();
        let running = state.runs.values().filter(|run| !run.has_ended());
        if running.count() >= AT_ONCE {
            return Err(Refused::Busy);
        }
        let id = state.next;
        let recording = self.folder.join(format!("{id}.events"));
        let main = self.tree.source_of(order.program);
        let run = Arc::new(Run::new(&order, recording, main, sources));
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
                "release": run.release,
                "ms": run.start.elapsed().as_millis() as u64,
                "going": !run.has_ended(),
            })
        });
        runs.collect()
    }

    // ANCHOR: stop
    /// Stops all of them, and waits until they have ended.
    pub async fn stop_all(&self) {
        let runs: Vec<_> =
            self.state.lock().unwrap().runs.values().cloned().collect();
        for run in &runs {
            run.stop();
        }
        for run in &runs {
            run.wait_for_end().await;
        }
        // Pages are told of the end before their connections go.
        let all_told = async {
            for run in &runs {
                run.wait_for_pages().await;
            }
        };
        let _ = timeout(LAST_WORD, all_told).await;
    }
    // ANCHOR_END: stop
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;
    use tokio::runtime::Builder;

    #[test]
    fn pages_that_stay_hold_up_the_end_once() {
        let runs = Runs::new(Tree::here(), Path::new("/nowhere"));
        let order = br#"{"program": "threads"}"#;
        let mut pages = Vec::new();
        for id in 0..20 {
            let order = Order::parse(runs.tree(), order).unwrap();
            let (main, sources) = (String::new(), Sources::default());
            let run = Run::new(&order, PathBuf::new(), main, sources);
            let run = Arc::new(run);
            run.end("done".to_owned());
            pages.push(run.clone().listen(0));
            runs.state.lock().unwrap().runs.insert(id, run);
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        let start = Instant::now();
        runtime.unwrap().block_on(runs.stop_all());
        // Not once for each.
        assert!(start.elapsed() < LAST_WORD * 10, "{:?}", start.elapsed());
    }
}
