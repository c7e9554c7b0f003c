//! A crawl that may have fewer open files than pages at once, and one that has
//! a thousand pages at once.

use trials::alone;
use trials::few_files::{check_at_once, check_few_files};

const CRAWL: &str = env!("CARGO_BIN_EXE_with-tokio");

#[test]
fn without_files_for_all_fewer_are_fetched_at_once_and_none_fails() {
    check_few_files(CRAWL);
}

#[test]
fn a_site_that_answers_only_when_a_thousand_ask_is_crawled() {
    alone(|| check_at_once(CRAWL, 1000));
}
