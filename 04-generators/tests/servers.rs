//! Servers that were not written for this book, or that behave oddly.

use crate::crawl_in;
use generators::RUNG;
use trials::{check_real_site, odd_servers};

const TWIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");

#[test]
fn what_browsers_understand_is_understood() {
    for style in RUNG.styles {
        odd_servers::crawl_understands(&crawl_in(style));
    }
}

#[test]
fn the_twin_understands_what_is_usual() {
    odd_servers::twin_understands(&crawl_in("generator"), TWIN);
}

#[test]
fn another_crawler_finds_the_same_pages() {
    for style in RUNG.styles {
        check_real_site(&crawl_in(style), TWIN);
    }
}
