//! Plausible answers that are wrong. The first line of each is the sentence it
//! must be met with; a test of the book sees that it is.

#[path = "check-then-insert/insert-after-fetch.rs"]
mod check_then_insert_insert_after_fetch;
#[path = "check-then-insert/lock-across-fetch.rs"]
mod check_then_insert_lock_across_fetch;
