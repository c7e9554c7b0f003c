//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

trials::answers_in!("exercises/right");

#[path = "bounded-queue/a-count-of-places.rs"]
mod bounded_queue_a_count_of_places;
#[path = "bounded-queue/a-ring.rs"]
mod bounded_queue_a_ring;
#[path = "bounded-queue/one-condvar-and-one-notify.rs"]
mod bounded_queue_one_condvar_and_one_notify;
#[path = "bounded-queue/one-condvar-for-all.rs"]
mod bounded_queue_one_condvar_for_all;
#[path = "bounded-queue/passes-the-close-on.rs"]
mod bounded_queue_passes_the_close_on;
#[path = "bounded-queue/tickets.rs"]
mod bounded_queue_tickets;
#[path = "bounded-queue/two-locks.rs"]
mod bounded_queue_two_locks;
#[path = "bounded-queue/wait-while.rs"]
mod bounded_queue_wait_while;
#[path = "check-then-insert/from-the-end.rs"]
mod check_then_insert_from_the_end;
#[path = "check-then-insert/goes-on-after-a-failure.rs"]
mod check_then_insert_goes_on_after_a_failure;
#[path = "check-then-insert/threads-of-its-own.rs"]
mod check_then_insert_threads_of_its_own;
#[path = "check-then-insert/two-at-a-time.rs"]
mod check_then_insert_two_at_a_time;
#[path = "first-error/each-its-part.rs"]
mod first_error_each_its_part;
#[path = "first-error/handed-out.rs"]
mod first_error_handed_out;
#[path = "first-error/one-lock-for-all.rs"]
mod first_error_one_lock_for_all;
#[path = "first-error/wave-by-wave.rs"]
mod first_error_wave_by_wave;
#[path = "join-all/channel-with-places.rs"]
mod join_all_channel_with_places;
#[path = "join-all/last-first.rs"]
mod join_all_last_first;
#[path = "join-all/recursion.rs"]
mod join_all_recursion;
#[path = "join-all/scope-and-panic-caught.rs"]
mod join_all_scope_and_panic_caught;
#[path = "philosophers/a-place-to-sleep-for-each.rs"]
mod philosophers_a_place_to_sleep_for_each;
#[path = "philosophers/all-are-woken.rs"]
mod philosophers_all_are_woken;
#[path = "philosophers/all-but-one-sit-down.rs"]
mod philosophers_all_but_one_sit_down;
#[path = "philosophers/both-or-none.rs"]
mod philosophers_both_or_none;
#[path = "philosophers/odd-and-even.rs"]
mod philosophers_odd_and_even;
#[path = "philosophers/takes-what-is-free.rs"]
mod philosophers_takes_what_is_free;
#[path = "predict-interleavings/any-order-and-twice.rs"]
mod predict_interleavings_any_order_and_twice;
#[path = "predict-interleavings/by-cases.rs"]
mod predict_interleavings_by_cases;
#[path = "predict-interleavings/found-by-search.rs"]
mod predict_interleavings_found_by_search;
