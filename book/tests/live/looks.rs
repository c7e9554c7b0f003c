//! A change of looks is noticed: a page with one of everything, compared with
//! what it looked like.
//!
//! What is kept is small and grey, a dot for 8 by 8 of the screen's, so that it
//! can be looked at in a diff, and so that the edge of a letter does not
//! matter. With `LOOKS=keep` in the environment, it is made anew. Other systems
//! have other fonts: only CI insists.

use super::reader::Reader;
use super::webdriver::Browser;
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use timeline::Recording;

/// How many of the screen's dots become one, in a row.
const BLOCK: usize = 8;

/// By how much a dot may differ, of 255.
const TOLERANCE: u8 = 24;

/// Of so many dots, one may differ by more.
const OF: u64 = 100;

#[test]
fn a_change_of_looks_is_noticed() {
    let keeps = env::var_os("LOOKS").is_some_and(|it| it == "keep");
    if !keeps && env::var_os("CI").is_none() {
        println!("skipped: other systems have other fonts");
        return;
    }
    let root = book_of_one_page("looks");
    let reader = Reader::start_in(&root);
    let mut changed = Vec::new();
    for (name, theme, width) in [
        ("light", "light", 1280),
        ("dark", "navy", 1280),
        ("phone", "light", 390),
    ] {
        let browser = Browser::start(1280, 900).expect("CI has a browser");
        let file = folder().join(format!("{name}.png"));
        let kept = fs::read(&file).ok().filter(|_| !keeps);
        let kept = kept.map(|png| Base64::encode_string(&png));
        let now = seen(&browser, &reader, theme, width, &json!(kept));
        let png = Base64::decode_vec(now["png"].as_str().unwrap()).unwrap();
        if keeps {
            fs::write(file, png).unwrap();
            continue;
        }
        let numbers = ["differing", "dots"].map(|it| now[it].as_u64().unwrap());
        let [differing, dots] = numbers;
        if differing * OF > dots {
            let to_see = env!("CARGO_TARGET_TMPDIR");
            let to_see = Path::new(to_see).join(format!("looks-{name}.png"));
            fs::write(&to_see, png).unwrap();
            let to_see = to_see.display();
            changed.push(format!(
                "{name}: {differing} of {dots} dots; it is in {to_see}"
            ));
        }
    }
    assert!(
        changed.is_empty(),
        "the look has changed; if it should, run this test with LOOKS=keep:\n{}",
        changed.join("\n")
    );
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/looks")
}

/// A workspace with a rung of one step, and a chapter about it.
pub fn book_of_one_page(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let put = |file: &str, text: &str| {
        let file = root.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |file: &str| fs::read_to_string(ours.join(file)).unwrap();
    put("book/book.toml", &text("book.toml"));
    for file in [
        "taking-turns.css",
        "timeline.css",
        "theatre.css",
        "timeline.js",
        "theatre.js",
        "twins.js",
        "keyboard.js",
        "paper.js",
        "printed.css",
        "printed.js",
        "fonts/fonts.css",
    ] {
        let file = format!("theme/{file}");
        put(&format!("book/{file}"), &text(&file));
    }
    put("book/chapters/README.md", &text("tests/live/looks/page.md"));
    put("book/chapters/SUMMARY.md", "- [A page](README.md)\n");
    // As it is drawn today: a look of old would hide a change.
    let run = Recording::parse(&text("tests/live/looks/run.txt"));
    let picture = pictures::svg(&run, "A run of 1-1-one-step");
    for program in ["1-1-one-step", "threads"] {
        put(&format!("book/recorded/{program}.svg"), &picture);
        let lanes = "main      █───────────█\nthread 1   ─── /1 ────\n";
        put(&format!("book/recorded/{program}.txt"), lanes);
    }
    put("Cargo.toml", "[workspace]\nmembers = [\"01-threads\"]\n");
    let programs = "bin = [\n    { name = \"threads\", test = false },\n    \
        { name = \"1-1-one-step\", test = false },\n]\n";
    let manifest = format!("{programs}\n[package]\nname = \"threads\"\n");
    put("01-threads/Cargo.toml", &manifest);
    put("01-threads/python/crawl.py", "");
    put("01-threads/src/main.rs", "fn main() {}\n");
    let step = "//! A step.\n\nfn main() {\n    println!(\"now\");\n}\n";
    put("01-threads/src/bin/1-1-one-step.rs", step);
    root
}

/// What the page looks like, as the browser itself sees it beside what was
/// kept.
fn seen(
    browser: &Browser,
    reader: &Reader,
    theme: &str,
    width: u32,
    kept: &Value,
) -> Value {
    browser.be_as_large_as(width, 2000);
    let url = reader.url_of("");
    browser.open(&url);
    browser.wait_for("the page", "return document.querySelector('main')");
    browser.script(&format!(
        "localStorage['mdbook-theme'] = '{theme}';
         localStorage['mdbook-sidebar'] = 'hidden';"
    ));
    browser.open(&url);
    browser.wait_for(
        "all of it",
        "return document.querySelector('.live-run') != null
             && document.querySelector('.twins-tabs') != null
             && document.querySelector('.timeline-tools') != null
             && document.readyState === 'complete'",
    );
    // Where fonts and pictures are late.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let cut = browser.script(
        "const tables = [...document.querySelectorAll('main table')];
         return tables.some(table => table.scrollWidth > table.clientWidth)",
    );
    assert_eq!(cut, false, "a table does not fit {width} pixels");
    let screenshot = browser.screenshot();
    let look = include_str!("looks/look.js");
    browser.script(&format!(
        "{look}\nreturn look('{screenshot}', {kept}, {BLOCK}, {TOLERANCE})"
    ))
}
