//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

#[path = "predict-the-time/from-each-arrival-on.rs"]
mod predict_the_time_from_each_arrival_on;
#[path = "predict-the-time/idle-time.rs"]
mod predict_the_time_idle_time;
#[path = "predict-the-time/nanoseconds-and-a-heap.rs"]
mod predict_the_time_nanoseconds_and_a_heap;
