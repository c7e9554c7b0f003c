//! Servers that were not written for this book, or that behave oddly.

use crate::crawl_in;
use generators::RUNG;
use trials::{check_real_site, odd_servers};

/// Any twin will do: they all find the same pages.
const TWIN: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../03-callbacks/python/crawl.py");

#[test]
fn what_browsers_understand_is_understood() {
    for style in RUNG.styles {
        odd_servers::crawl_understands(&crawl_in(style));
    }
}

#[test]
fn another_crawler_finds_the_same_pages() {
    for style in RUNG.styles {
        check_real_site(&crawl_in(style), TWIN);
    }
}
