//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

#[path = "join-all/recursion.rs"]
mod join_all_recursion;
