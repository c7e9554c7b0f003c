//! The live reader: what its pages, its exercises and its runs share.

use crate::ahead::Ahead;
use crate::desk::Desk;
use crate::editor::Editor;
use crate::press::Press;
use crate::runs::Runs;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// What every route is given.
pub struct Reader {
    pub runs: Runs,
    pub desk: Arc<Desk>,
    pub press: Press,
    pub ahead: Ahead,
    pub editor: Editor,
}

impl Reader {
    /// Notes where the reader is, without holding up the page.
    pub fn note_page(&self, path: &str) {
        self.ahead.note_page(path);
        let not_pages =
            ["", "index.html", "print.html", "toc.html", "404.html"];
        if !not_pages.contains(&path) {
            let (desk, path) = (self.desk.clone(), path.to_owned());
            spawn_blocking(move || desk.note_page(&path));
        }
    }
}
