//! From chapters to pages, with mdBook as a library.

use crate::aside::Aside;
use anyhow::{Context, Result};
use exercises::files::all_in;
use mdbook_driver::MDBook;
use mdbook_driver::errors::Result as MdBookResult;
use mdbook_html::HtmlHandlebars;
use mdbook_renderer::{RenderContext, Renderer};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Builds the book in `root` and gives back where its pages are: at `place`,
/// or where its `book.toml` says.
///
/// mdBook empties its target before it writes. So it writes next to it, and
/// the finished pages take the place of the old ones: what is read meanwhile is
/// one or the other. Before that, `add` may change them, where they lie.
///
/// # Errors
///
/// If mdBook fails, or the disk does.
pub fn build(
    root: &Path,
    place: Option<&Path>,
    add: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let mut book = MDBook::load(root).context("cannot read the book")?;
    let place = match place {
        Some(place) => place.to_owned(),
        None => root.join(&book.config.build.build_dir),
    };
    let aside = place.with_extension(format!("new-{}", std::process::id()));
    book.config.build.build_dir = aside.clone();
    let chapters = root.join(&book.config.book.src);
    let pictures = Aside::take(&mut book.book, &chapters);
    book.with_renderer(Pages);
    book.build().context("cannot build the book")?;
    let pages = pages_in(&aside);
    pictures.put_back(&pages).context("cannot write the pictures")?;
    copy_others(&chapters, &aside)
        .context("cannot copy what belongs to the pages")?;
    add(&aside)?;

    if place.exists() {
        fs::remove_dir_all(&place)
            .with_context(|| format!("cannot empty {}", place.display()))?;
    }
    fs::rename(&aside, &place)
        .with_context(|| format!("cannot write {}", place.display()))?;
    Ok(place.canonicalize()?)
}

/// All pages in a folder.
pub fn pages_in(folder: &Path) -> Vec<PathBuf> {
    let is_page =
        |file: &PathBuf| file.extension().is_some_and(|end| end == "html");
    all_in(folder).into_iter().filter(is_page).collect()
}

/// mdBook's pages, without the files that lie beside the chapters. It copies
/// all, and gives up at the first that leads nowhere, such as an editor's lock.
struct Pages;

impl Renderer for Pages {
    fn name(&self) -> &str {
        "html"
    }

    fn render(&self, context: &RenderContext) -> MdBookResult<()> {
        let mut context = context.clone();
        // Nothing is copied from a folder to itself.
        context.config.book.src = context.destination.clone();
        HtmlHandlebars::new().render(&context)
    }
}

/// Copies all files that are not hidden and are no chapters.
pub fn copy_others(from: &Path, to: &Path) -> io::Result<()> {
    for file in all_in(from) {
        let is_chapter = file.extension().is_some_and(|end| end == "md");
        let Ok(name) = file.strip_prefix(from) else { continue };
        if file.is_file() && !is_chapter {
            let copy = to.join(name);
            fs::create_dir_all(copy.parent().unwrap_or(to))?;
            fs::copy(&file, &copy)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use timeline::private::Folder;

    #[test]
    fn pages_are_made_whatever_an_editor_has_left_beside_the_chapters() {
        let folder = Folder::new().unwrap();
        let root = folder.path().join("book");
        let chapters = root.join("src/part");
        fs::create_dir_all(&chapters).unwrap();
        fs::write(root.join("book.toml"), "[book]\n").unwrap();
        let summary = "- [Page](part/page.md)\n";
        fs::write(root.join("src/SUMMARY.md"), summary).unwrap();
        for (file, text) in [("page.md", "# Page\n"), ("picture.svg", "<svg>")]
        {
            fs::write(chapters.join(file), text).unwrap();
            symlink("me@here.1", chapters.join(format!(".#{file}"))).unwrap();
            symlink("gone", chapters.join(format!("x {file}"))).unwrap();
        }
        let place = folder.path().join("pages");
        let place = build(&root, Some(&place), |_| Ok(())).unwrap();
        assert!(place.join("part/page.html").exists());
        assert!(place.join("part/picture.svg").exists());
    }
}
