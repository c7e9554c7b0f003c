//! Plausible answers that are wrong. The first line of each is the sentence it
//! must be met with; a test of the book sees that it is.

trials::answers_in!("exercises/wrong");

#[path = "bounded-queue/a-channel-inside.rs"]
mod bounded_queue_a_channel_inside;
#[path = "bounded-queue/all-taken-out-at-once.rs"]
mod bounded_queue_all_taken_out_at_once;
#[path = "bounded-queue/check-then-push.rs"]
mod bounded_queue_check_then_push;
#[path = "bounded-queue/close-drops-the-rest.rs"]
mod bounded_queue_close_drops_the_rest;
#[path = "bounded-queue/close-wakes-one.rs"]
mod bounded_queue_close_wakes_one;
#[path = "bounded-queue/closed-is-an-atomic.rs"]
mod bounded_queue_closed_is_an_atomic;
#[path = "bounded-queue/closed-too-late.rs"]
mod bounded_queue_closed_too_late;
#[path = "bounded-queue/closed-twice-is-open.rs"]
mod bounded_queue_closed_twice_is_open;
#[path = "bounded-queue/full-and-closed.rs"]
mod bounded_queue_full_and_closed;
#[path = "bounded-queue/if-not-while.rs"]
mod bounded_queue_if_not_while;
#[path = "bounded-queue/last-in-first-out.rs"]
mod bounded_queue_last_in_first_out;
#[path = "bounded-queue/notify-first.rs"]
mod bounded_queue_notify_first;
#[path = "bounded-queue/numbers-of-a-byte.rs"]
mod bounded_queue_numbers_of_a_byte;
#[path = "bounded-queue/one-condvar.rs"]
mod bounded_queue_one_condvar;
#[path = "bounded-queue/one-place-is-never-used.rs"]
mod bounded_queue_one_place_is_never_used;
#[path = "bounded-queue/only-when-it-was-empty.rs"]
mod bounded_queue_only_when_it_was_empty;
#[path = "bounded-queue/only-when-it-was-full.rs"]
mod bounded_queue_only_when_it_was_full;
#[path = "bounded-queue/pop-tells-nobody.rs"]
mod bounded_queue_pop_tells_nobody;
#[path = "bounded-queue/push-waits-for-its-pop.rs"]
mod bounded_queue_push_waits_for_its_pop;
#[path = "bounded-queue/room-for-one-more.rs"]
mod bounded_queue_room_for_one_more;
#[path = "bounded-queue/sleeps-and-looks.rs"]
mod bounded_queue_sleeps_and_looks;
#[path = "bounded-queue/spins.rs"]
mod bounded_queue_spins;
#[path = "bounded-queue/stds-types.rs"]
mod bounded_queue_stds_types;
#[path = "bounded-queue/waits-a-while-and-looks.rs"]
mod bounded_queue_waits_a_while_and_looks;
#[path = "bounded-queue/wakes-up-to-look.rs"]
mod bounded_queue_wakes_up_to_look;
#[path = "check-then-insert/a-second-set.rs"]
mod check_then_insert_a_second_set;
#[path = "check-then-insert/a-set-of-its-own.rs"]
mod check_then_insert_a_set_of_its_own;
#[path = "check-then-insert/all-taken-by-one.rs"]
mod check_then_insert_all_taken_by_one;
#[path = "check-then-insert/asks-for-the-others.rs"]
mod check_then_insert_asks_for_the_others;
#[path = "check-then-insert/counts-what-is-known.rs"]
mod check_then_insert_counts_what_is_known;
#[path = "check-then-insert/forgets-a-failure.rs"]
mod check_then_insert_forgets_a_failure;
#[path = "check-then-insert/forgets-the-others.rs"]
mod check_then_insert_forgets_the_others;
#[path = "check-then-insert/half-taken-by-one.rs"]
mod check_then_insert_half_taken_by_one;
#[path = "check-then-insert/insert-after-fetch.rs"]
mod check_then_insert_insert_after_fetch;
#[path = "check-then-insert/insert-the-wrong-way-round.rs"]
mod check_then_insert_insert_the_wrong_way_round;
#[path = "check-then-insert/lock-across-fetch.rs"]
mod check_then_insert_lock_across_fetch;
#[path = "check-then-insert/says-nothing-of-failures.rs"]
mod check_then_insert_says_nothing_of_failures;
#[path = "check-then-insert/skips-when-locked.rs"]
mod check_then_insert_skips_when_locked;
#[path = "check-then-insert/tries-a-failure-again.rs"]
mod check_then_insert_tries_a_failure_again;
#[path = "check-then-insert/tries-again-and-again.rs"]
mod check_then_insert_tries_again_and_again;
#[path = "first-error/a-failure-made-up.rs"]
mod first_error_a_failure_made_up;
#[path = "first-error/a-thread-for-each.rs"]
mod first_error_a_thread_for_each;
#[path = "first-error/asks-only-once.rs"]
mod first_error_asks_only_once;
#[path = "first-error/back-too-early.rs"]
mod first_error_back_too_early;
#[path = "first-error/eight-at-most.rs"]
mod first_error_eight_at_most;
#[path = "first-error/first-of-the-list.rs"]
mod first_error_first_of_the_list;
#[path = "first-error/last-error.rs"]
mod first_error_last_error;
#[path = "first-error/lock-across-fetch.rs"]
mod first_error_lock_across_fetch;
#[path = "first-error/look-then-take.rs"]
mod first_error_look_then_take;
#[path = "first-error/one-by-one.rs"]
mod first_error_one_by_one;
#[path = "first-error/one-too-few.rs"]
mod first_error_one_too_few;
#[path = "first-error/own-errors-only.rs"]
mod first_error_own_errors_only;
#[path = "first-error/stops-by-a-panic.rs"]
mod first_error_stops_by_a_panic;
#[path = "first-error/the-first-goes-unnoticed.rs"]
mod first_error_the_first_goes_unnoticed;
#[path = "first-error/the-others-told-late.rs"]
mod first_error_the_others_told_late;
#[path = "first-error/told-late.rs"]
mod first_error_told_late;
#[path = "first-error/tries-again.rs"]
mod first_error_tries_again;
#[path = "first-error/waits-by-looking.rs"]
mod first_error_waits_by_looking;
#[path = "join-all/a-panic-made-a-string.rs"]
mod join_all_a_panic_made_a_string;
#[path = "join-all/a-panic-of-its-own.rs"]
mod join_all_a_panic_of_its_own;
#[path = "join-all/a-pool.rs"]
mod join_all_a_pool;
#[path = "join-all/a-thread-stays.rs"]
mod join_all_a_thread_stays;
#[path = "join-all/as-many-as-64.rs"]
mod join_all_as_many_as_64;
#[path = "join-all/as-they-end.rs"]
mod join_all_as_they_end;
#[path = "join-all/asks-again-and-again.rs"]
mod join_all_asks_again_and_again;
#[path = "join-all/join-after-spawn.rs"]
mod join_all_join_after_spawn;
#[path = "join-all/lazy-map.rs"]
mod join_all_lazy_map;
#[path = "join-all/none-for-a-while.rs"]
mod join_all_none_for_a_while;
#[path = "join-all/one-panic-stops-them-all.rs"]
mod join_all_one_panic_stops_them_all;
#[path = "join-all/panics-dropped.rs"]
mod join_all_panics_dropped;
#[path = "join-all/sleeps-between-looks.rs"]
mod join_all_sleeps_between_looks;
#[path = "join-all/the-last-one-here.rs"]
mod join_all_the_last_one_here;
#[path = "join-all/two-at-a-time.rs"]
mod join_all_two_at_a_time;
#[path = "join-all/unwrap-at-the-join.rs"]
mod join_all_unwrap_at_the_join;
#[path = "philosophers/another-thread-waits.rs"]
mod philosophers_another_thread_waits;
#[path = "philosophers/forks-in-channels.rs"]
mod philosophers_forks_in_channels;
#[path = "philosophers/goes-away-hungry.rs"]
mod philosophers_goes_away_hungry;
#[path = "philosophers/half-of-them-at-a-time.rs"]
mod philosophers_half_of_them_at_a_time;
#[path = "philosophers/looks-at-one-fork-again.rs"]
mod philosophers_looks_at_one_fork_again;
#[path = "philosophers/looks-once.rs"]
mod philosophers_looks_once;
#[path = "philosophers/nobody-eats.rs"]
mod philosophers_nobody_eats;
#[path = "philosophers/nobody-is-woken.rs"]
mod philosophers_nobody_is_woken;
#[path = "philosophers/one-is-woken.rs"]
mod philosophers_one_is_woken;
#[path = "philosophers/one-lock-for-the-table.rs"]
mod philosophers_one_lock_for_the_table;
#[path = "philosophers/one-seat-too-far.rs"]
mod philosophers_one_seat_too_far;
#[path = "philosophers/only-at-a-table-of-five.rs"]
mod philosophers_only_at_a_table_of_five;
#[path = "philosophers/put-back-at-once.rs"]
mod philosophers_put_back_at_once;
#[path = "philosophers/right-fork-first.rs"]
mod philosophers_right_fork_first;
#[path = "philosophers/sleeps-between-two-tries.rs"]
mod philosophers_sleeps_between_two_tries;
#[path = "philosophers/std-under-a-recorded-lock.rs"]
mod philosophers_std_under_a_recorded_lock;
#[path = "philosophers/stds-mutex.rs"]
mod philosophers_stds_mutex;
#[path = "philosophers/try-again-and-again.rs"]
mod philosophers_try_again_and_again;
#[path = "philosophers/two-are-woken.rs"]
mod philosophers_two_are_woken;
#[path = "philosophers/two-at-a-time.rs"]
mod philosophers_two_at_a_time;
#[path = "philosophers/wakes-up-to-look.rs"]
mod philosophers_wakes_up_to_look;
#[path = "philosophers/wrong-fork.rs"]
mod philosophers_wrong_fork;
#[path = "predict-interleavings/all-but-one-are-lost.rs"]
mod predict_interleavings_all_but_one_are_lost;
#[path = "predict-interleavings/b-before-a.rs"]
mod predict_interleavings_b_before_a;
#[path = "predict-interleavings/even-only.rs"]
mod predict_interleavings_even_only;
#[path = "predict-interleavings/first-or-all.rs"]
mod predict_interleavings_first_or_all;
#[path = "predict-interleavings/for-small-numbers-only.rs"]
mod predict_interleavings_for_small_numbers_only;
#[path = "predict-interleavings/lock-changes-nothing.rs"]
mod predict_interleavings_lock_changes_nothing;
#[path = "predict-interleavings/none-is-one.rs"]
mod predict_interleavings_none_is_one;
#[path = "predict-interleavings/one-is-lost.rs"]
mod predict_interleavings_one_is_lost;
#[path = "predict-interleavings/one-thread-is-lost.rs"]
mod predict_interleavings_one_thread_is_lost;
#[path = "predict-interleavings/perhaps-nobody.rs"]
mod predict_interleavings_perhaps_nobody;
#[path = "predict-interleavings/the-lock-is-enough.rs"]
mod predict_interleavings_the_lock_is_enough;
#[path = "predict-interleavings/two-at-the-most.rs"]
mod predict_interleavings_two_at_the_most;
