//! Servers that were not written for this book, or that behave oddly.

use trials::{check_real_site, odd_servers};

const CRAWL: &str = env!("CARGO_BIN_EXE_callbacks");
const TWIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");

#[test]
fn what_browsers_understand_is_understood() {
    odd_servers::crawl_understands(CRAWL);
}

#[test]
fn the_twin_understands_what_is_usual() {
    odd_servers::twin_understands(CRAWL, TWIN);
}

#[test]
fn another_crawler_finds_the_same_pages() {
    check_real_site(CRAWL, TWIN);
}
