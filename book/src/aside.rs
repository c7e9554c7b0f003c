//! Pictures stand aside while mdBook makes the pages.
//!
//! They are finished, and there are megabytes of them. mdBook would take each
//! one apart and put it together again, for its page and for the page with
//! everything, and its search would look for their labels.

use mdbook_driver::book::Book;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The pictures that were taken out of chapters.
pub struct Aside(Vec<String>);

/// What stands in for a picture is a comment with its number: [`START`], the
/// number, [`END`]. No text of ours has these letters, which mean nothing.
const START: &str = "<!--\u{E000}";
const END: &str = "\u{E000}-->";

impl Aside {
    /// Takes the pictures out of the chapters, which are in this folder.
    pub fn take(book: &mut Book, folder: &Path) -> Aside {
        let mut pictures = Vec::new();
        book.for_each_chapter_mut(|chapter| {
            let Some(path) = &chapter.path else { return };
            let place = folder.join(path).with_file_name("");
            let mut text = String::with_capacity(chapter.content.len());
            let mut before = "";
            for line in chapter.content.split_inclusive('\n') {
                let starts_figure = before.starts_with("<figure");
                let file = picture_of(line).filter(|_| starts_figure);
                let read = |file| fs::read_to_string(place.join(file)).ok();
                match file.and_then(read).filter(|it| is_plain(it)) {
                    Some(picture) => {
                        text += &format!("{START}{}{END}\n", pictures.len());
                        pictures.push(picture);
                    }
                    None => text += line,
                }
                before = line;
            }
            chapter.content = text;
        });
        Aside(pictures)
    }

    /// Puts them into these pages.
    ///
    /// # Errors
    ///
    /// If the disk fails.
    pub fn put_back(&self, pages: &[PathBuf]) -> io::Result<()> {
        for file in pages {
            let page = fs::read_to_string(file)?;
            let mut parts = page.split(START);
            let mut whole = parts.next().unwrap_or_default().to_owned();
            let before = whole.len();
            for part in parts {
                let (number, rest) = part.split_once(END).unwrap_or_default();
                let number = number.parse().unwrap_or(usize::MAX);
                whole += self.0.get(number).map_or("", |it| it.trim_end());
                whole += rest;
            }
            if whole.len() > before {
                fs::write(file, whole)?;
            }
        }
        Ok(())
    }
}

/// The file of the picture that a line includes, if it includes one and has
/// nothing else in it.
fn picture_of(line: &str) -> Option<&str> {
    let file = line.trim_end().strip_prefix("{{#include ")?;
    let file = file.strip_suffix("}}")?.trim();
    file.ends_with(".svg").then_some(file)
}

/// Set if mdBook would change nothing in a picture. On the page with
/// everything, it changes what can be linked to, and links.
fn is_plain(picture: &str) -> bool {
    ![" id=", "<a "].iter().any(|it| picture.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages;
    use timeline::private::Folder;

    #[test]
    fn a_picture_is_on_its_page_as_it_is_and_the_search_does_not_know_it() {
        let folder = Folder::new().unwrap();
        let root = folder.path().join("book");
        fs::create_dir_all(root.join("src/part")).unwrap();
        let write = |file: &str, text: &str| {
            fs::write(root.join(file), text).unwrap();
        };
        write("book.toml", "");
        write("src/SUMMARY.md", "- [Page](part/page.md)\n");
        let plain = "<svg><g class='x'/>\n\n<text>Labelled</text></svg>";
        write("plain.svg", &format!("{plain}\n"));
        write("code.svg", "<svg><text>it's</text></svg>");
        write("src/part/links.svg", "<svg><a href='page.md'>to</a></svg>");
        let include = |file| format!("<figure>\n{{{{#include {file}}}}}\n");
        let page = format!(
            "# Page\n\n{}<figcaption>Captioned</figcaption>\n</figure>\n\n\
             {}</figure>\n\n{}</figure>\n\n\
             ```text\n{{{{#include ../../code.svg}}}}\n```\n",
            include("../../plain.svg"),
            include("links.svg"),
            include("gone.svg"),
        );
        write("src/part/page.md", &page);
        let place = folder.path().join("pages");
        pages::build(&root, Some(&place), |_| Ok(())).unwrap();
        for file in ["part/page.html", "index.html", "print.html"] {
            let page = fs::read_to_string(place.join(file)).unwrap();
            let picture = format!("<figure>\n{plain}\n<figcaption>Captioned");
            assert!(page.contains(&picture), "{file}: {page}");
            // As mdBook shows it.
            let code = "&lt;text&gt;it's&lt;/text&gt;";
            assert!(page.contains(code), "{file}: {page}");
            assert!(page.contains(">to</a></svg>"), "{file}: {page}");
            assert!(page.contains("{{#include gone.svg}}"), "{file}: {page}");
            assert!(!page.contains(START), "{file}: {page}");
        }
        let files = fs::read_dir(&place).unwrap().map(|it| it.unwrap().path());
        let mut index = files.filter(|it| {
            let name = it.file_name().unwrap().to_string_lossy();
            name.starts_with("searchindex")
        });
        let index = fs::read_to_string(index.next().unwrap()).unwrap();
        assert!(index.contains("Captioned"), "{index}");
        assert!(!index.contains("Labelled"), "{index}");
    }
}
