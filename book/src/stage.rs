//! Where a page shows the picture of a run, the reader can step through that
//! run. What a script needs for that lies beside the page, and so does a page
//! with a table, for those who have none.

use anyhow::{Context, Result};
use author::recorded;
use exercises::Tree;
use exercises::files::all_in;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use theatre::Theatre;

/// Pages that repeat what is on others.
const REPEAT: [&str; 2] = ["print.html", "toc.html"];

/// Adds the theatres of all runs whose events are kept to the pages in this
/// folder.
///
/// # Errors
///
/// If the disk fails.
pub fn add(tree: &Tree, pages: &Path) -> Result<()> {
    let programs = tree.programs();
    let kept: HashMap<_, _> = programs
        .filter_map(|it| Some((it.title(), (it, recorded::theatre(tree, it)?))))
        .collect();
    for file in all_in(pages) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".html") || REPEAT.contains(&&*name) {
            continue;
        }
        let page = fs::read_to_string(&file)?;
        let titles = page.split("<title>").skip(1);
        let titles = titles.filter_map(|it| Some(it.split_once("</title>")?.0));
        let mut with = page.clone();
        for (title, (program, theatre)) in
            titles.filter_map(|title| kept.get_key_value(title))
        {
            let program = program.name();
            with = with_theatre(&with, title, program, theatre);
            let beside = |end| file.with_file_name(format!("{program}.{end}"));
            let table = with_table(&page, &name, title, theatre);
            for (file, text) in [
                (beside("json"), theatre.json()),
                (beside("events.html"), table),
            ] {
                fs::write(&file, text)
                    .with_context(|| format!("cannot write {file:?}"))?;
            }
        }
        if with != page {
            fs::write(&file, with)?;
        }
    }
    Ok(())
}

/// A page with a theatre below the picture of this title.
fn with_theatre(
    page: &str,
    title: &str,
    program: &str,
    theatre: &Theatre,
) -> String {
    let title = format!("<title>{title}</title>");
    let (end, n) = ("</figure>", theatre.events());
    let found = page.split_once(&title).and_then(|(before, rest)| {
        let (picture, after) = rest.split_once(end)?;
        Some(format!(
            "{before}{title}{picture}{end}\n\
             <details class=\"theatre\" data-theatre=\"{program}.json\">\n\
             <summary>Step through this run: {n} events</summary>\n\
             <p><a href=\"{program}.events.html\">All of them, in a table</a>\
             </p>\n</details>{after}"
        ))
    });
    found.unwrap_or_else(|| page.to_owned())
}

/// A page like that one, called `back`, with all events instead of its text.
fn with_table(
    page: &str,
    back: &str,
    title: &str,
    theatre: &Theatre,
) -> String {
    let (start, end) = ("<main>", "</main>");
    let around = page
        .split_once(start)
        .and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = around.unwrap_or_default();
    let before = before.replacen("<title>", "<title>Events: ", 1);
    let why = theatre.why_no_more().unwrap_or_default();
    let table = theatre.table();
    format!(
        "{before}{start}\n<h1>{title}, event by event</h1>\n\
         <p><a href=\"{back}\">Back to its page</a>. {why}</p>\n\
         <div class=\"table-wrapper\">\n{table}</div>\n{end}{after}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theatre_stands_below_its_picture() {
        let theatre = Theatre::of(
            "A run of 5-x",
            "1 9 1 1 0 spawn thread - main\n",
            "x.rs",
            |_| None,
        );
        let page = "<title>5-x</title><main><p>text</p>\n\
            <figure><svg><title>A run of y</title></svg></figure>\n\
            <figure><svg><title>A run of 5-x</title></svg></figure>\n\
            <p>more</p></main><nav>";
        let with = with_theatre(page, "A run of 5-x", "5-x", &theatre);
        let expected = page.replacen(
            "\n<p>more",
            "\n<details class=\"theatre\" data-theatre=\"5-x.json\">\n\
             <summary>Step through this run: 1 events</summary>\n\
             <p><a href=\"5-x.events.html\">All of them, in a table</a></p>\n\
             </details>\n<p>more",
            1,
        );
        assert_eq!(with, expected);
        let table = with_table(page, "5-x.html", "A run of 5-x", &theatre);
        assert!(table.starts_with("<title>Events: 5-x</title><main>\n<h1>"));
        assert!(table.contains("<a href=\"5-x.html\">"), "{table}");
        assert!(table.contains("<td>main begins</td>"), "{table}");
        assert!(table.ends_with("</main><nav>"), "{table}");
        assert!(!table.contains("more"), "{table}");
    }
}
