//! From chapters to pages, with mdBook as a library.

use anyhow::{Context, Result};
use mdbook_driver::MDBook;
use std::fs;
use std::path::{Path, PathBuf};

/// Builds the book in `root` and gives back where its pages are: at `place`,
/// or where its `book.toml` says.
///
/// mdBook empties its target before it writes. So it writes next to it, and
/// the finished pages take the place of the old ones: whoever reads meanwhile
/// sees either.
///
/// # Errors
///
/// If mdBook fails, or the disk does.
pub fn build(root: &Path, place: Option<&Path>) -> Result<PathBuf> {
    let mut book = MDBook::load(root).context("cannot read the book")?;
    let place = match place {
        Some(place) => place.to_owned(),
        None => root.join(&book.config.build.build_dir),
    };
    let aside = place.with_extension(format!("new-{}", std::process::id()));
    book.config.build.build_dir = aside.clone();
    book.build().context("cannot build the book")?;

    if place.exists() {
        fs::remove_dir_all(&place)
            .with_context(|| format!("cannot empty {}", place.display()))?;
    }
    fs::rename(&aside, &place)
        .with_context(|| format!("cannot write {}", place.display()))?;
    Ok(place.canonicalize()?)
}
