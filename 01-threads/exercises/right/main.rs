//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

#[path = "join-all/channel-with-places.rs"]
mod join_all_channel_with_places;
#[path = "join-all/last-first.rs"]
mod join_all_last_first;
#[path = "join-all/recursion.rs"]
mod join_all_recursion;
#[path = "join-all/scope-and-panic-caught.rs"]
mod join_all_scope_and_panic_caught;
