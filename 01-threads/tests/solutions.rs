//! Every solution passes its check.

#[path = "../solutions/check-then-insert.rs"]
mod check_then_insert;
