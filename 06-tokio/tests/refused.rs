//! What the compiler refuses, it refuses in the words the book shows.

use std::path::Path;
use trials::is_refused;

#[test]
fn a_guard_of_a_lock_cannot_be_kept_across_an_await() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    is_refused(&folder, "a-guard-across-an-await", None);
}
