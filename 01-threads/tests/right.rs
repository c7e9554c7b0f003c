//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

trials::answers_in!("exercises");

#[path = "../exercises/bounded-queue/right/a-count-of-places.rs"]
mod bounded_queue_right_a_count_of_places;
#[path = "../exercises/bounded-queue/right/a-ring.rs"]
mod bounded_queue_right_a_ring;
#[path = "../exercises/bounded-queue/right/close-tells-under-the-lock.rs"]
mod bounded_queue_right_close_tells_under_the_lock;
#[path = "../exercises/bounded-queue/right/one-condvar-and-one-notify.rs"]
mod bounded_queue_right_one_condvar_and_one_notify;
#[path = "../exercises/bounded-queue/right/one-condvar-and-pop-tells-all.rs"]
mod bounded_queue_right_one_condvar_and_pop_tells_all;
#[path = "../exercises/bounded-queue/right/one-condvar-for-all.rs"]
mod bounded_queue_right_one_condvar_for_all;
#[path = "../exercises/bounded-queue/right/passes-the-close-on.rs"]
mod bounded_queue_right_passes_the_close_on;
#[path = "../exercises/bounded-queue/right/tickets.rs"]
mod bounded_queue_right_tickets;
#[path = "../exercises/bounded-queue/right/two-locks.rs"]
mod bounded_queue_right_two_locks;
#[path = "../exercises/bounded-queue/right/wait-while.rs"]
mod bounded_queue_right_wait_while;
#[path = "../exercises/check-then-insert/right/from-the-end.rs"]
mod check_then_insert_right_from_the_end;
#[path = "../exercises/check-then-insert/right/goes-on-after-a-failure.rs"]
mod check_then_insert_right_goes_on_after_a_failure;
#[path = "../exercises/check-then-insert/right/threads-of-its-own.rs"]
mod check_then_insert_right_threads_of_its_own;
#[path = "../exercises/check-then-insert/right/two-at-a-time.rs"]
mod check_then_insert_right_two_at_a_time;
#[path = "../exercises/first-error/right/each-its-part.rs"]
mod first_error_right_each_its_part;
#[path = "../exercises/first-error/right/handed-out.rs"]
mod first_error_right_handed_out;
#[path = "../exercises/first-error/right/one-lock-for-all.rs"]
mod first_error_right_one_lock_for_all;
#[path = "../exercises/first-error/right/wave-by-wave.rs"]
mod first_error_right_wave_by_wave;
#[path = "../exercises/join-all/right/channel-with-places.rs"]
mod join_all_right_channel_with_places;
#[path = "../exercises/join-all/right/last-first.rs"]
mod join_all_right_last_first;
#[path = "../exercises/join-all/right/recursion.rs"]
mod join_all_right_recursion;
#[path = "../exercises/join-all/right/scope-and-panic-caught.rs"]
mod join_all_right_scope_and_panic_caught;
#[path = "../exercises/philosophers/right/a-place-to-sleep-for-each.rs"]
mod philosophers_right_a_place_to_sleep_for_each;
#[path = "../exercises/philosophers/right/all-are-woken.rs"]
mod philosophers_right_all_are_woken;
#[path = "../exercises/philosophers/right/all-but-one-sit-down.rs"]
mod philosophers_right_all_but_one_sit_down;
#[path = "../exercises/philosophers/right/both-or-none.rs"]
mod philosophers_right_both_or_none;
#[path = "../exercises/philosophers/right/odd-and-even.rs"]
mod philosophers_right_odd_and_even;
#[path = "../exercises/philosophers/right/takes-what-is-free.rs"]
mod philosophers_right_takes_what_is_free;
#[path = "../exercises/predict-interleavings/right/any-order-and-twice.rs"]
mod predict_interleavings_right_any_order_and_twice;
#[path = "../exercises/predict-interleavings/right/by-cases.rs"]
mod predict_interleavings_right_by_cases;
#[path = "../exercises/predict-interleavings/right/found-by-search.rs"]
mod predict_interleavings_right_found_by_search;
