//! The test that every rung passes, for each style.

use generators::RUNG;
use trials::conformance_with;

const CRAWL: &str = env!("CARGO_BIN_EXE_generators");

#[test]
fn enums_conform() {
    conformance_with(&RUNG, CRAWL, &["--style", "enum"]);
}

#[test]
fn generators_conform() {
    conformance_with(&RUNG, CRAWL, &["--style", "generator"]);
}

#[test]
fn greenlets_conform() {
    conformance_with(&RUNG, CRAWL, &["--style", "greenlet"]);
}

#[test]
fn these_are_all_styles() {
    assert_eq!(RUNG.styles, ["generator", "enum", "greenlet"]);
}
