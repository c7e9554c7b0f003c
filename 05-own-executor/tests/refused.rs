//! What the compiler refuses, it refuses in the words the book shows.

use std::path::Path;
use trials::is_refused;

#[test]
fn futures_that_are_pinned_cannot_change_places() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    is_refused(&folder, "change-places", "E0277");
}

#[test]
fn what_is_not_send_cannot_be_kept_across_an_await() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    is_refused(&folder, "an-rc-across-an-await", None);
}
