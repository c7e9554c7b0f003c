//! The recording.
use std::fmt::Display;
/// One line of the picture.
pub struct Lane {}
/// Ends the wait when dropped.
pub struct Waiting {}
/// Until the guard is dropped, this thread's lane waits for `what`.
pub fn waiting(_what: impl Display) -> Waiting {
    Waiting {}
}
