//! The first page: all that it is for is seen at once, and it is light.

use super::browser::open_shared;
use super::reader::Reader;
use super::webdriver::Browser;
use std::io::{BufRead, BufReader};

/// The picture, what runs it here, and what starts the book.
const PARTS: [&str; 3] =
    ["figure.first svg", ".start .live-run", ".start a[href=\"map.html\"]"];

/// Where something ends on the page, in pixels from its top.
fn bottom(browser: &Browser, what: &str) -> f64 {
    let end = format!(
        "return document.querySelector('{what}').getBoundingClientRect().bottom
             + scrollY"
    );
    browser.script(&end).as_f64().unwrap()
}

#[test]
fn it_is_seen_at_once_moves_if_that_is_wanted_and_is_light() {
    let Some(browser) = open_shared("", ".live-run") else { return };
    is_light(&browser);
    is_above_the_fold(&browser);
    fits_a_phone(&browser);
    moves_only_if_that_is_wanted(&browser);
}

fn is_above_the_fold(browser: &Browser) {
    browser.be_as_large_as(1440, 900);
    for part in PARTS {
        let end = bottom(browser, part);
        assert!(end <= 900.0, "{part} ends at {end}");
    }
}

fn fits_a_phone(browser: &Browser) {
    browser.be_as_large_as(390, 844);
    let width = "return document.documentElement.scrollWidth";
    assert_eq!(browser.script(width), 390);
    let small = browser.script(
        "return [...document.querySelectorAll('figure.first text')]
             .filter((it) => parseFloat(getComputedStyle(it).fontSize) < 12)
             .map((it) => it.textContent)",
    );
    assert_eq!(small, serde_json::json!([]), "smaller than 12 pixels");
}

fn moves_only_if_that_is_wanted(browser: &Browser) {
    let moves = "return getComputedStyle(document.querySelector(
         'figure.first .lanes-curtain')).animationName";
    for (wish, is) in [("no-preference", "lanes-draw"), ("reduce", "none")] {
        browser.prefer("prefers-reduced-motion", wish);
        assert_eq!(browser.script(moves), is, "{wish}");
    }
    // Nothing stays covered.
    let covered = browser.script(
        "const it = document.querySelector('figure.first .lanes-curtain');
         return it.getBoundingClientRect().width",
    );
    assert_eq!(covered, 0);
}

/// With all that belongs to it, it has 300 KiB at most.
fn is_light(browser: &Browser) {
    browser.wait_for("all", "return document.readyState === 'complete'");
    let sizes = browser.script(
        "return ['navigation', 'resource']
             .flatMap((kind) => performance.getEntriesByType(kind))
             .map((it) => [it.transferSize, it.name])
             .sort((a, b) => b[0] - a[0])",
    );
    let sizes = sizes.as_array().unwrap();
    let all: u64 = sizes.iter().map(|it| it[0].as_u64().unwrap()).sum();
    assert!(all > 50 * 1024, "{all} bytes: not all of it is counted");
    println!("{all} bytes; the largest: {:?}", &sizes[..3]);
    assert!(all <= 300 * 1024, "{all} bytes: {sizes:?}");
}

#[test]
fn text_is_compressed_for_those_who_take_it_so_and_events_are_not() {
    let reader = Reader::shared();
    let head = |path: &str, accepts: &str| {
        let answer = BufReader::new(reader.ask("GET", path, accepts, ""));
        let lines = answer.lines().map(Result::unwrap);
        let lines = lines.take_while(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n").to_lowercase()
    };
    let accepts = "Accept-Encoding: gzip, deflate\r\n";
    let is_small = "content-encoding: deflate";
    for path in ["/live/script.js", "/", "/live/menu"] {
        assert!(head(path, accepts).contains(is_small), "{path}");
        assert!(!head(path, "").contains(is_small), "{path}");
    }
    assert!(!head("/live/news", accepts).contains(is_small));
}
