//! Checks an exercise whenever it is saved.

use super::progress::Progress;
use super::terminal::{check_one, next, put};
use super::{Exercise, all};
use crate::files::read;
use crate::tree::Tree;
use anyhow::Result;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::thread::sleep;
use std::time::Duration;

/// How often we look. Asking the system to tell us would be no better, and on
/// network and shared folders it does not tell.
const PAUSE: Duration = Duration::from_millis(150);

/// Checks what comes next, and then whatever is saved, until told to stop.
///
/// # Errors
///
/// None that ends it, so far: what cannot be judged is said, and can be mended.
pub fn watch(tree: &Tree) -> Result<Infallible> {
    let all = all(tree);
    let mut seen = contents(&all);
    let mut now = next(&all, &Progress::read(&tree.root));
    put!("checks an exercise whenever you save it; Ctrl-C ends it\n");
    loop {
        if let Some(exercise) = now.take() {
            if let Err(why) = check_one(&all, exercise) {
                put!("{}: {why:#}", exercise.name);
            }
            put!();
        }
        sleep(PAUSE);
        let contents = contents(&all);
        now = all.iter().find(|it| contents[&it.name] != seen[&it.name]);
        // One at a time: of two that were saved at once, the other is found
        // next time round.
        if let Some(exercise) = now {
            let answer = contents[&exercise.name].clone();
            seen.insert(exercise.name.clone(), answer);
            // Halfway through a save there may be no file, or an empty one.
            if seen[&exercise.name].is_empty() {
                now = None;
            }
        }
    }
}

/// What the answers are. They are small, and times of files deceive: some
/// keep whole seconds, and some tools put old ones back.
fn contents(all: &[Exercise]) -> BTreeMap<String, Vec<u8>> {
    let read = |exercise: &Exercise| {
        let answer = read(&exercise.answer()).unwrap_or_default();
        (exercise.name.clone(), answer)
    };
    all.iter().map(read).collect()
}
