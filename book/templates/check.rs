//! Judges `answer`. WRITE: by what property, and not by which examples.
//!
//! WRITE: the ways to be wrong, each with an answer in `wrong`.
//!
//! As shipped: `answer` gave 0

use super::answer;
use trials::judge::Judge;

trials::answer!("exercises/{name}.rs");

#[test]
fn the_answer_is_right() {
    let judge = Judge::of(ANSWER);
    let answer = answer();
    judge.end();
    assert_eq!(answer, 42, "wrong answer: `answer` gave {answer}");
}
