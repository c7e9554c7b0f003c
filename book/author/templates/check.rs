//! Judges `value`. WRITE: by what property, and not by which examples.
//!
//! WRITE: the ways to be wrong, each with an answer in `wrong`.
//!
//! As shipped: `value` gave 0

use super::value;
use trials::judge::Judge;

trials::answer!("exercises/{name}.rs");

#[test]
fn the_value_is_right() {
    let judge = Judge::of(ANSWER);
    let value = value();
    judge.end();
    assert_eq!(value, 42, "wrong answer: `value` gave {value}");
}
