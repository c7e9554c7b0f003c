//! What the compiler refuses, it refuses in the words the book shows.

use std::path::Path;
use trials::is_refused;

#[test]
fn a_plain_function_cannot_pass_a_pause_on() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    is_refused(&folder, "a-plain-function-between", "E0728");
}
