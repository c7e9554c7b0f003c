//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

trials::answers_in!("exercises/right");

#[path = "frontier/a-state-for-each.rs"]
mod frontier_a_state_for_each;
#[path = "frontier/newest-first.rs"]
mod frontier_newest_first;
#[path = "frontier/one-list.rs"]
mod frontier_one_list;
#[path = "ideal-time/a-moment-at-a-time.rs"]
mod ideal_time_a_moment_at_a_time;
#[path = "ideal-time/last-of-those-that-come-together.rs"]
mod ideal_time_last_of_those_that_come_together;
#[path = "ideal-time/places.rs"]
mod ideal_time_places;
#[path = "predict-the-time/from-each-arrival-on.rs"]
mod predict_the_time_from_each_arrival_on;
#[path = "predict-the-time/idle-time.rs"]
mod predict_the_time_idle_time;
#[path = "predict-the-time/nanoseconds-and-a-heap.rs"]
mod predict_the_time_nanoseconds_and_a_heap;
