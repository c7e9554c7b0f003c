//! Plausible answers that are wrong. The first line of each is the sentence it
//! must be met with; a test of the book sees that it is.

trials::answers_in!("exercises");

#[path = "../exercises/bounded-queue/wrong/a-channel-inside.rs"]
mod bounded_queue_wrong_a_channel_inside;
#[path = "../exercises/bounded-queue/wrong/a-close-before-the-wait.rs"]
mod bounded_queue_wrong_a_close_before_the_wait;
#[path = "../exercises/bounded-queue/wrong/a-place-first-then-the-value.rs"]
mod bounded_queue_wrong_a_place_first_then_the_value;
#[path = "../exercises/bounded-queue/wrong/all-taken-out-at-once.rs"]
mod bounded_queue_wrong_all_taken_out_at_once;
#[path = "../exercises/bounded-queue/wrong/check-then-push.rs"]
mod bounded_queue_wrong_check_then_push;
#[path = "../exercises/bounded-queue/wrong/close-drops-the-rest.rs"]
mod bounded_queue_wrong_close_drops_the_rest;
#[path = "../exercises/bounded-queue/wrong/close-wakes-one.rs"]
mod bounded_queue_wrong_close_wakes_one;
#[path = "../exercises/bounded-queue/wrong/closed-is-a-count.rs"]
mod bounded_queue_wrong_closed_is_a_count;
#[path = "../exercises/bounded-queue/wrong/closed-is-an-atomic.rs"]
mod bounded_queue_wrong_closed_is_an_atomic;
#[path = "../exercises/bounded-queue/wrong/closed-too-late.rs"]
mod bounded_queue_wrong_closed_too_late;
#[path = "../exercises/bounded-queue/wrong/closed-twice-is-open.rs"]
mod bounded_queue_wrong_closed_twice_is_open;
#[path = "../exercises/bounded-queue/wrong/full-and-closed.rs"]
mod bounded_queue_wrong_full_and_closed;
#[path = "../exercises/bounded-queue/wrong/gives-up.rs"]
mod bounded_queue_wrong_gives_up;
#[path = "../exercises/bounded-queue/wrong/if-not-while.rs"]
mod bounded_queue_wrong_if_not_while;
#[path = "../exercises/bounded-queue/wrong/last-in-first-out.rs"]
mod bounded_queue_wrong_last_in_first_out;
#[path = "../exercises/bounded-queue/wrong/notify-first.rs"]
mod bounded_queue_wrong_notify_first;
#[path = "../exercises/bounded-queue/wrong/numbers-of-a-byte.rs"]
mod bounded_queue_wrong_numbers_of_a_byte;
#[path = "../exercises/bounded-queue/wrong/one-condvar.rs"]
mod bounded_queue_wrong_one_condvar;
#[path = "../exercises/bounded-queue/wrong/one-place-is-never-used.rs"]
mod bounded_queue_wrong_one_place_is_never_used;
#[path = "../exercises/bounded-queue/wrong/only-when-it-was-empty.rs"]
mod bounded_queue_wrong_only_when_it_was_empty;
#[path = "../exercises/bounded-queue/wrong/only-when-it-was-full.rs"]
mod bounded_queue_wrong_only_when_it_was_full;
#[path = "../exercises/bounded-queue/wrong/pop-tells-nobody.rs"]
mod bounded_queue_wrong_pop_tells_nobody;
#[path = "../exercises/bounded-queue/wrong/push-waits-for-its-pop.rs"]
mod bounded_queue_wrong_push_waits_for_its_pop;
#[path = "../exercises/bounded-queue/wrong/room-for-five-at-most.rs"]
mod bounded_queue_wrong_room_for_five_at_most;
#[path = "../exercises/bounded-queue/wrong/room-for-one-more.rs"]
mod bounded_queue_wrong_room_for_one_more;
#[path = "../exercises/bounded-queue/wrong/sleeps-and-looks.rs"]
mod bounded_queue_wrong_sleeps_and_looks;
#[path = "../exercises/bounded-queue/wrong/spins.rs"]
mod bounded_queue_wrong_spins;
#[path = "../exercises/bounded-queue/wrong/stds-types.rs"]
mod bounded_queue_wrong_stds_types;
#[path = "../exercises/bounded-queue/wrong/the-next-in-line-is-woken.rs"]
mod bounded_queue_wrong_the_next_in_line_is_woken;
#[path = "../exercises/bounded-queue/wrong/waits-a-while-and-looks.rs"]
mod bounded_queue_wrong_waits_a_while_and_looks;
#[path = "../exercises/bounded-queue/wrong/wakes-up-to-look.rs"]
mod bounded_queue_wrong_wakes_up_to_look;
#[path = "../exercises/check-then-insert/wrong/a-second-set.rs"]
mod check_then_insert_wrong_a_second_set;
#[path = "../exercises/check-then-insert/wrong/a-set-of-its-own.rs"]
mod check_then_insert_wrong_a_set_of_its_own;
#[path = "../exercises/check-then-insert/wrong/all-taken-by-one.rs"]
mod check_then_insert_wrong_all_taken_by_one;
#[path = "../exercises/check-then-insert/wrong/asks-for-the-others.rs"]
mod check_then_insert_wrong_asks_for_the_others;
#[path = "../exercises/check-then-insert/wrong/counts-what-is-known.rs"]
mod check_then_insert_wrong_counts_what_is_known;
#[path = "../exercises/check-then-insert/wrong/forgets-a-failure.rs"]
mod check_then_insert_wrong_forgets_a_failure;
#[path = "../exercises/check-then-insert/wrong/forgets-the-others.rs"]
mod check_then_insert_wrong_forgets_the_others;
#[path = "../exercises/check-then-insert/wrong/half-taken-by-one.rs"]
mod check_then_insert_wrong_half_taken_by_one;
#[path = "../exercises/check-then-insert/wrong/insert-after-fetch.rs"]
mod check_then_insert_wrong_insert_after_fetch;
#[path = "../exercises/check-then-insert/wrong/insert-the-wrong-way-round.rs"]
mod check_then_insert_wrong_insert_the_wrong_way_round;
#[path = "../exercises/check-then-insert/wrong/lock-across-fetch.rs"]
mod check_then_insert_wrong_lock_across_fetch;
#[path = "../exercises/check-then-insert/wrong/says-nothing-of-failures.rs"]
mod check_then_insert_wrong_says_nothing_of_failures;
#[path = "../exercises/check-then-insert/wrong/skips-when-locked.rs"]
mod check_then_insert_wrong_skips_when_locked;
#[path = "../exercises/check-then-insert/wrong/tries-a-failure-again.rs"]
mod check_then_insert_wrong_tries_a_failure_again;
#[path = "../exercises/check-then-insert/wrong/tries-again-and-again.rs"]
mod check_then_insert_wrong_tries_again_and_again;
#[path = "../exercises/first-error/wrong/a-failure-made-up.rs"]
mod first_error_wrong_a_failure_made_up;
#[path = "../exercises/first-error/wrong/a-thread-for-each.rs"]
mod first_error_wrong_a_thread_for_each;
#[path = "../exercises/first-error/wrong/asks-only-once.rs"]
mod first_error_wrong_asks_only_once;
#[path = "../exercises/first-error/wrong/back-too-early.rs"]
mod first_error_wrong_back_too_early;
#[path = "../exercises/first-error/wrong/eight-at-most.rs"]
mod first_error_wrong_eight_at_most;
#[path = "../exercises/first-error/wrong/first-of-the-list.rs"]
mod first_error_wrong_first_of_the_list;
#[path = "../exercises/first-error/wrong/last-error.rs"]
mod first_error_wrong_last_error;
#[path = "../exercises/first-error/wrong/lock-across-fetch.rs"]
mod first_error_wrong_lock_across_fetch;
#[path = "../exercises/first-error/wrong/look-then-take.rs"]
mod first_error_wrong_look_then_take;
#[path = "../exercises/first-error/wrong/one-by-one.rs"]
mod first_error_wrong_one_by_one;
#[path = "../exercises/first-error/wrong/one-too-few.rs"]
mod first_error_wrong_one_too_few;
#[path = "../exercises/first-error/wrong/own-errors-only.rs"]
mod first_error_wrong_own_errors_only;
#[path = "../exercises/first-error/wrong/stops-by-a-panic.rs"]
mod first_error_wrong_stops_by_a_panic;
#[path = "../exercises/first-error/wrong/the-first-goes-unnoticed.rs"]
mod first_error_wrong_the_first_goes_unnoticed;
#[path = "../exercises/first-error/wrong/the-others-told-late.rs"]
mod first_error_wrong_the_others_told_late;
#[path = "../exercises/first-error/wrong/told-late.rs"]
mod first_error_wrong_told_late;
#[path = "../exercises/first-error/wrong/tries-again.rs"]
mod first_error_wrong_tries_again;
#[path = "../exercises/first-error/wrong/waits-by-looking.rs"]
mod first_error_wrong_waits_by_looking;
#[path = "../exercises/join-all/wrong/a-panic-made-a-string.rs"]
mod join_all_wrong_a_panic_made_a_string;
#[path = "../exercises/join-all/wrong/a-panic-of-its-own.rs"]
mod join_all_wrong_a_panic_of_its_own;
#[path = "../exercises/join-all/wrong/a-pool.rs"]
mod join_all_wrong_a_pool;
#[path = "../exercises/join-all/wrong/a-thread-stays.rs"]
mod join_all_wrong_a_thread_stays;
#[path = "../exercises/join-all/wrong/as-many-as-64.rs"]
mod join_all_wrong_as_many_as_64;
#[path = "../exercises/join-all/wrong/as-they-end.rs"]
mod join_all_wrong_as_they_end;
#[path = "../exercises/join-all/wrong/asks-again-and-again.rs"]
mod join_all_wrong_asks_again_and_again;
#[path = "../exercises/join-all/wrong/join-after-spawn.rs"]
mod join_all_wrong_join_after_spawn;
#[path = "../exercises/join-all/wrong/lazy-map.rs"]
mod join_all_wrong_lazy_map;
#[path = "../exercises/join-all/wrong/none-for-a-while.rs"]
mod join_all_wrong_none_for_a_while;
#[path = "../exercises/join-all/wrong/one-panic-stops-them-all.rs"]
mod join_all_wrong_one_panic_stops_them_all;
#[path = "../exercises/join-all/wrong/panics-dropped.rs"]
mod join_all_wrong_panics_dropped;
#[path = "../exercises/join-all/wrong/sleeps-between-looks.rs"]
mod join_all_wrong_sleeps_between_looks;
#[path = "../exercises/join-all/wrong/the-last-one-here.rs"]
mod join_all_wrong_the_last_one_here;
#[path = "../exercises/join-all/wrong/two-at-a-time.rs"]
mod join_all_wrong_two_at_a_time;
#[path = "../exercises/join-all/wrong/unwrap-at-the-join.rs"]
mod join_all_wrong_unwrap_at_the_join;
#[path = "../exercises/philosophers/wrong/another-thread-waits.rs"]
mod philosophers_wrong_another_thread_waits;
#[path = "../exercises/philosophers/wrong/forks-in-channels.rs"]
mod philosophers_wrong_forks_in_channels;
#[path = "../exercises/philosophers/wrong/goes-away-hungry.rs"]
mod philosophers_wrong_goes_away_hungry;
#[path = "../exercises/philosophers/wrong/half-of-them-at-a-time.rs"]
mod philosophers_wrong_half_of_them_at_a_time;
#[path = "../exercises/philosophers/wrong/keeps-one-and-waits.rs"]
mod philosophers_wrong_keeps_one_and_waits;
#[path = "../exercises/philosophers/wrong/looks-at-one-fork-again.rs"]
mod philosophers_wrong_looks_at_one_fork_again;
#[path = "../exercises/philosophers/wrong/looks-once.rs"]
mod philosophers_wrong_looks_once;
#[path = "../exercises/philosophers/wrong/nobody-eats.rs"]
mod philosophers_wrong_nobody_eats;
#[path = "../exercises/philosophers/wrong/nobody-is-woken.rs"]
mod philosophers_wrong_nobody_is_woken;
#[path = "../exercises/philosophers/wrong/one-is-woken.rs"]
mod philosophers_wrong_one_is_woken;
#[path = "../exercises/philosophers/wrong/one-lock-for-the-table.rs"]
mod philosophers_wrong_one_lock_for_the_table;
#[path = "../exercises/philosophers/wrong/one-seat-too-far.rs"]
mod philosophers_wrong_one_seat_too_far;
#[path = "../exercises/philosophers/wrong/only-at-a-table-of-five.rs"]
mod philosophers_wrong_only_at_a_table_of_five;
#[path = "../exercises/philosophers/wrong/put-back-at-once.rs"]
mod philosophers_wrong_put_back_at_once;
#[path = "../exercises/philosophers/wrong/right-fork-first.rs"]
mod philosophers_wrong_right_fork_first;
#[path = "../exercises/philosophers/wrong/sleeps-between-two-tries.rs"]
mod philosophers_wrong_sleeps_between_two_tries;
#[path = "../exercises/philosophers/wrong/std-under-a-recorded-lock.rs"]
mod philosophers_wrong_std_under_a_recorded_lock;
#[path = "../exercises/philosophers/wrong/stds-mutex.rs"]
mod philosophers_wrong_stds_mutex;
#[path = "../exercises/philosophers/wrong/told-between-look-and-wait.rs"]
mod philosophers_wrong_told_between_look_and_wait;
#[path = "../exercises/philosophers/wrong/try-again-and-again.rs"]
mod philosophers_wrong_try_again_and_again;
#[path = "../exercises/philosophers/wrong/two-are-woken.rs"]
mod philosophers_wrong_two_are_woken;
#[path = "../exercises/philosophers/wrong/two-at-a-time.rs"]
mod philosophers_wrong_two_at_a_time;
#[path = "../exercises/philosophers/wrong/wakes-up-to-look.rs"]
mod philosophers_wrong_wakes_up_to_look;
#[path = "../exercises/philosophers/wrong/wrong-fork.rs"]
mod philosophers_wrong_wrong_fork;
#[path = "../exercises/predict-interleavings/wrong/all-but-one-are-lost.rs"]
mod predict_interleavings_wrong_all_but_one_are_lost;
#[path = "../exercises/predict-interleavings/wrong/b-before-a.rs"]
mod predict_interleavings_wrong_b_before_a;
#[path = "../exercises/predict-interleavings/wrong/even-only.rs"]
mod predict_interleavings_wrong_even_only;
#[path = "../exercises/predict-interleavings/wrong/first-or-all.rs"]
mod predict_interleavings_wrong_first_or_all;
#[path = "../exercises/predict-interleavings/wrong/for-small-numbers-only.rs"]
mod predict_interleavings_wrong_for_small_numbers_only;
#[path = "../exercises/predict-interleavings/wrong/lock-changes-nothing.rs"]
mod predict_interleavings_wrong_lock_changes_nothing;
#[path = "../exercises/predict-interleavings/wrong/none-is-one.rs"]
mod predict_interleavings_wrong_none_is_one;
#[path = "../exercises/predict-interleavings/wrong/one-is-lost.rs"]
mod predict_interleavings_wrong_one_is_lost;
#[path = "../exercises/predict-interleavings/wrong/one-thread-is-lost.rs"]
mod predict_interleavings_wrong_one_thread_is_lost;
#[path = "../exercises/predict-interleavings/wrong/perhaps-nobody.rs"]
mod predict_interleavings_wrong_perhaps_nobody;
#[path = "../exercises/predict-interleavings/wrong/the-lock-is-enough.rs"]
mod predict_interleavings_wrong_the_lock_is_enough;
#[path = "../exercises/predict-interleavings/wrong/two-at-the-most.rs"]
mod predict_interleavings_wrong_two_at_the_most;
