//! Rungs are built before their reader runs them, so that the first Run need
//! not wait.

use exercises::tree::prepare_cargo;
use exercises::{Rung, Tree};
use std::io::{Write, stderr};
use std::process::Stdio;
use tokio::process::Command;
use tokio::sync::Notify;

/// Its client for the real web takes longer to build than all that is below it.
/// A reader of another chapter need not wait for that.
const LARGE: &str = "06-tokio";

/// Which rungs have to be built by now.
#[derive(Default)]
pub struct Ahead {
    /// A page of the chapter on the large rung has been opened.
    opened: Notify,
}

impl Ahead {
    /// A reader has opened this page.
    pub fn note_page(&self, path: &str) {
        let chapter = LARGE.trim_start_matches('0');
        if path.strip_prefix(chapter).is_some_and(|it| it.starts_with('/')) {
            self.opened.notify_one();
        }
    }

    /// Builds the rungs, one after another; the large one, once its chapter is
    /// opened.
    pub async fn build(&self, tree: &Tree) {
        self.build_each(&tree.rungs, async |rung| build(tree, rung).await)
            .await;
    }

    async fn build_each(
        &self,
        rungs: &[Rung],
        mut build: impl AsyncFnMut(&Rung),
    ) {
        let is_large = |rung: &&Rung| rung.folder == LARGE;
        for rung in rungs.iter().filter(|rung| !is_large(rung)) {
            build(rung).await;
        }
        for rung in rungs.iter().filter(is_large) {
            self.opened.notified().await;
            build(rung).await;
        }
    }
}

async fn build(tree: &Tree, rung: &Rung) {
    // As Run will: another selection of packages would build other things.
    let built = Command::from(prepare_cargo())
        .args(["build", "-q", "--bins", "-p", &rung.package])
        .current_dir(&tree.root)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .status();
    if !built.await.is_ok_and(|status| status.success()) {
        let folder = &rung.folder;
        let _ =
            writeln!(stderr(), "{folder} does not compile; Run will say why.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::cell::RefCell;
    use std::pin::pin;

    #[test]
    fn the_large_rung_is_built_when_its_chapter_is_opened() {
        let tree = Tree::here();
        let ahead = Ahead::default();
        let built = RefCell::new(Vec::new());
        let mut all = pin!(ahead.build_each(&tree.rungs, async |rung| {
            built.borrow_mut().push(rung.folder.clone());
        }));
        let small = tree.rungs.len() - 1;
        for other in ["5-own-executor/README.html", "exercises.html"] {
            ahead.note_page(other);
            assert!(all.as_mut().now_or_never().is_none());
            assert_eq!(built.borrow().len(), small, "{other}");
        }
        ahead.note_page("6-tokio/crawl.html");
        assert!(all.as_mut().now_or_never().is_some());
        assert_eq!(built.borrow().last().map(String::as_str), Some(LARGE));
    }
}
