//! The styles and the scripts of a page, each in one piece.
//!
//! mdBook names some twenty files in every page, and each would be a request.
//! As static pages they are; here they come together, compressed, and with the
//! live reader's own.

use anyhow::{Context, Result};
use miniz_oxide::deflate::compress_to_vec_zlib;
use std::fs;
use std::path::Path;

/// What all pages of an edition have in common, as `Content-Encoding: deflate`
/// has it.
pub struct Bundle {
    pub style: Vec<u8>,
    pub script: Vec<u8>,
}

/// A line of a page that names a file of the bundle.
enum Part<'a> {
    Style { file: &'a str, print: bool },
    Script { file: &'a str },
}

impl Bundle {
    /// The bundle of the book whose pages are in this folder.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn of(pages: &Path) -> Result<Bundle> {
        let (mut style, mut script) = (String::new(), String::new());
        let read = |file: &str| {
            let file = pages.join(file);
            fs::read_to_string(&file)
                .with_context(|| format!("cannot read {}", file.display()))
        };
        for line in read("index.html")?.lines() {
            match Part::of(line) {
                None => {}
                Some(Part::Style { file, print: false }) => {
                    style += &format!("{}\n", read(file)?);
                }
                Some(Part::Style { file, print: true }) => {
                    style += &format!("@media print {{\n{}}}\n", read(file)?);
                }
                Some(Part::Script { file }) => {
                    // Some end without a semicolon, or in a comment.
                    script += &format!("{}\n;\n", read(file)?);
                }
            }
        }
        style += include_str!("../live/live.css");
        script += include_str!("../live/live.js");
        script += include_str!("../live/exercises.js");
        Ok(Bundle {
            style: compress_to_vec_zlib(style.as_bytes(), LEVEL),
            script: compress_to_vec_zlib(script.as_bytes(), LEVEL),
        })
    }
}

/// Fast rather than small: it does not go far.
const LEVEL: u8 = 4;

/// A page of this edition, with the bundle in the place of what is in it.
pub fn bundled(page: &str, edition: usize) -> String {
    let style = "<link rel=\"stylesheet\" href=\"/live/style.css\">";
    let script = format!(
        "<script src=\"/live/script.js\" data-edition=\"{edition}\"></script>"
    );
    let is_style = |line: &&str| line.contains("<link rel=\"stylesheet\"");
    let styles = page.lines().filter(is_style).count();
    let is_script =
        |line: &&str| matches!(Part::of(line), Some(Part::Script { .. }));
    let scripts = page.lines().filter(is_script).count();

    let has_commands = page.contains("language-console");
    let mut toc = "toc.html";
    let (mut styles_seen, mut scripts_seen) = (0, 0);
    let mut bundled = String::with_capacity(page.len());
    for line in page.lines() {
        let part = Part::of(line);
        styles_seen += usize::from(is_style(&line));
        scripts_seen += usize::from(is_script(&line));
        if line.trim() == "<main>" {
            let why = if has_commands { NO_RUN } else { "" };
            bundled += &format!(
                "<noscript><p>{why}<a href=\"{toc}\">The contents of the \
                 book</a></p></noscript>\n"
            );
        }
        if let Some(it) = contents(line) {
            // Our policy lets nobody put a page of ours into another, not even
            // us.
            toc = it;
            bundled += &format!("<p><a href=\"{toc}\">Contents</a></p>\n");
        } else if part.is_none() {
            bundled += line;
            bundled.push('\n');
        }
        // Each where the last of them was: what it overrides comes before.
        if is_style(&line) && styles_seen == styles {
            bundled += style;
            bundled.push('\n');
        }
        if is_script(&line) && scripts_seen == scripts {
            bundled += &script;
            bundled.push('\n');
        }
    }
    bundled
}

/// The table of contents for those who have no JavaScript, which mdBook shows
/// in a frame.
fn contents(line: &str) -> Option<&str> {
    let frame = "<iframe class=\"sidebar-iframe-outer\" src=\"";
    line.trim().strip_prefix(frame)?.split('"').next()
}

/// Why there is no button.
const NO_RUN: &str = "<strong>Run and Check need JavaScript, which is \
                      off.</strong> The commands on this page can be typed in \
                      a terminal. ";

impl<'a> Part<'a> {
    /// The styles for code have names, by which they are turned on and off; and
    /// the table of contents is needed before the page is there.
    fn of(line: &'a str) -> Option<Part<'a>> {
        let line = line.trim();
        let named = |start: &str| {
            let file = line.strip_prefix(start)?.split('"').next()?;
            Some(file.trim_start_matches("../"))
        };
        if let Some(file) = named("<link rel=\"stylesheet\" href=\"") {
            let print = line.contains("media=\"print\"");
            return Some(Part::Style { file, print });
        }
        let file = named("<script src=\"")?;
        (!file.starts_with("toc")).then_some(Part::Script { file })
    }
}

#[cfg(test)]
mod tests {
    use super::bundled;

    #[test]
    fn what_is_in_the_bundle_is_no_longer_in_the_page() {
        let page = "<head>\n<link rel=\"stylesheet\" href=\"../a.css\">\n\
                    <link rel=\"stylesheet\" id=\"x\" href=\"../x.css\">\n\
                    <link rel=\"stylesheet\" href=\"../b.css\" media=\"print\">\n\
                    <script src=\"../toc-1.js\"></script>\n<script>one</script>\n\
                    </head>\n<script src=\"../c.js\"></script>\ntext\n\
                    <script src=\"../d.js\"></script>\nend\n";
        let expected = "<head>\n\
            <link rel=\"stylesheet\" id=\"x\" href=\"../x.css\">\n\
            <link rel=\"stylesheet\" href=\"/live/style.css\">\n\
            <script src=\"../toc-1.js\"></script>\n<script>one</script>\n\
            </head>\ntext\n\
            <script src=\"/live/script.js\" data-edition=\"3\"></script>\nend\n";
        assert_eq!(bundled(page, 3), expected);
    }

    #[test]
    fn without_scripts_a_page_says_what_there_is_instead() {
        let page = "<noscript>\n    <iframe class=\"sidebar-iframe-outer\" \
            src=\"../toc.html\"></iframe>\n</noscript>\n<main>\n\
            <code class=\"language-console\"></code>\n</main>\n";
        let page = bundled(page, 0);
        assert!(!page.contains("<iframe"), "{page}");
        assert_eq!(page.matches("<a href=\"../toc.html\">").count(), 2);
        assert!(page.contains("<noscript><p><strong>Run "), "{page}");
        assert!(!bundled("<main>\n", 0).contains("Run"));
    }
}
