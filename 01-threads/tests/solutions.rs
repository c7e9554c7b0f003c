//! Every solution passes its check.

trials::answers_in!("exercises");

#[path = "../exercises/bounded-queue/solution.rs"]
mod bounded_queue_solution;
#[path = "../exercises/check-then-insert/solution.rs"]
mod check_then_insert_solution;
#[path = "../exercises/first-error/solution.rs"]
mod first_error_solution;
#[path = "../exercises/join-all/solution.rs"]
mod join_all_solution;
#[path = "../exercises/philosophers/solution.rs"]
mod philosophers_solution;
#[path = "../exercises/predict-interleavings/solution.rs"]
mod predict_interleavings_solution;
