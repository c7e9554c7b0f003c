//! What the compiler refuses, it refuses in the words the book shows.

use std::path::Path;
use trials::is_refused;

#[test]
fn one_callback_for_two_events_is_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    is_refused(&folder, "one-callback-for-two", "E0382");
}
