//! Every solution passes its check.

trials::answers_in!("solutions");

#[path = "../solutions/bounded-queue.rs"]
mod bounded_queue;
#[path = "../solutions/check-then-insert.rs"]
mod check_then_insert;
#[path = "../solutions/first-error.rs"]
mod first_error;
#[path = "../solutions/join-all.rs"]
mod join_all;
#[path = "../solutions/philosophers.rs"]
mod philosophers;
#[path = "../solutions/predict-interleavings.rs"]
mod predict_interleavings;
