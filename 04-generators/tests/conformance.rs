//! The test that every rung passes, for each style.

use generators::RUNG;
use trials::conformance_of_style;

const CRAWL: &str = env!("CARGO_BIN_EXE_generators");

#[test]
fn enums_conform() {
    conformance_of_style(&RUNG, CRAWL, Some("enum"));
}

#[test]
fn generators_conform() {
    conformance_of_style(&RUNG, CRAWL, Some("generator"));
}

#[test]
fn greenlets_conform() {
    conformance_of_style(&RUNG, CRAWL, Some("greenlet"));
}

#[test]
fn these_are_all_styles() {
    assert_eq!(RUNG.styles, ["generator", "enum", "greenlet"]);
}
