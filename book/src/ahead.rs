//! A rung is built when a page of its chapter is opened, so that the first Run
//! there need not wait.

use exercises::tree::prepare_cargo;
use exercises::{Rung, Tree};
use std::io::{Write, stderr};
use std::process::Stdio;
use tokio::process::Command;
use tokio::sync::watch;

/// What the front page runs is in this chapter.
const FRONT: &str = "1-threads";

/// The chapters of which a page has been opened, in this order.
#[derive(Default)]
pub struct Ahead(watch::Sender<Vec<String>>);

impl Ahead {
    /// A reader has opened this page. One that is in no chapter is taken for
    /// the front page.
    pub fn note_page(&self, path: &str) {
        let chapter = path.split_once('/').map_or(FRONT, |(it, _)| it);
        let chapter = chapter.to_owned();
        self.0.send_if_modified(|opened| {
            let is_new = !opened.contains(&chapter);
            if is_new {
                opened.push(chapter);
            }
            is_new
        });
    }

    /// Builds their rungs, one after another. Never ends.
    pub async fn build(&self, tree: &Tree) {
        self.build_each(&tree.rungs, async |rung| build(tree, rung).await)
            .await;
    }

    async fn build_each(
        &self,
        rungs: &[Rung],
        mut build: impl AsyncFnMut(&Rung),
    ) {
        let mut chapters = self.0.subscribe();
        for built in 0.. {
            let opened = chapters.wait_for(|it| it.len() > built).await;
            // The sender lives as long as we do.
            let Ok(chapter) = opened.map(|it| it[built].clone()) else { break };
            let is_its = |it: &&Rung| number(&it.folder) == number(&chapter);
            if let Some(rung) = rungs.iter().find(is_its) {
                build(rung).await;
            }
        }
    }
}

/// `01-threads` and `1-threads` are of the same rung.
fn number(name: &str) -> Option<u32> {
    name.split('-').next()?.parse().ok()
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
    fn a_rung_is_built_once_when_a_page_of_its_chapter_is_opened() {
        let tree = Tree::here();
        let ahead = Ahead::default();
        let built = RefCell::new(Vec::new());
        let mut all = pin!(ahead.build_each(&tree.rungs, async |rung| {
            built.borrow_mut().push(rung.folder.clone());
        }));
        assert!(all.as_mut().now_or_never().is_none());
        assert!(built.borrow().is_empty());
        for page in [
            "6-tokio/crawl.html",
            "1-threads/1-1-spawn-and-join.html",
            "exercises.html",
            "6-tokio/history.html",
            "0-one-at-a-time/0-1-meet-the-slow-site.html",
            "is-not/there.html",
        ] {
            ahead.note_page(page);
        }
        assert!(all.as_mut().now_or_never().is_none());
        assert_eq!(*built.borrow(), ["06-tokio", "01-threads", "00-lab"]);
    }
}
