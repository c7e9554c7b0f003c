//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

trials::answers_in!("exercises");

#[path = "../exercises/frontier/right/a-state-for-each.rs"]
mod frontier_right_a_state_for_each;
#[path = "../exercises/frontier/right/newest-first.rs"]
mod frontier_right_newest_first;
#[path = "../exercises/frontier/right/one-list.rs"]
mod frontier_right_one_list;
#[path = "../exercises/ideal-time/right/a-moment-at-a-time.rs"]
mod ideal_time_right_a_moment_at_a_time;
#[path = "../exercises/ideal-time/right/last-of-those-that-come-together.rs"]
mod ideal_time_right_last_of_those_that_come_together;
#[path = "../exercises/ideal-time/right/places.rs"]
mod ideal_time_right_places;
#[path = "../exercises/predict-the-time/right/from-each-arrival-on.rs"]
mod predict_the_time_right_from_each_arrival_on;
#[path = "../exercises/predict-the-time/right/idle-time.rs"]
mod predict_the_time_right_idle_time;
#[path = "../exercises/predict-the-time/right/nanoseconds-and-a-heap.rs"]
mod predict_the_time_right_nanoseconds_and_a_heap;
