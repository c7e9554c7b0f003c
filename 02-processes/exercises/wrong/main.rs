//! Plausible answers that are wrong. The first line of each is the sentence it
//! must be met with; a test of the book sees that it is.

trials::answers_in!("exercises/wrong");

#[path = "no-zombies/all-at-the-end.rs"]
mod no_zombies_all_at_the_end;
#[path = "no-zombies/asks-again-and-again.rs"]
mod no_zombies_asks_again_and_again;
#[path = "no-zombies/eight-at-a-time.rs"]
mod no_zombies_eight_at_a_time;
#[path = "no-zombies/its-code-alone.rs"]
mod no_zombies_its_code_alone;
#[path = "no-zombies/keeps-a-sender.rs"]
mod no_zombies_keeps_a_sender;
#[path = "no-zombies/kills-them.rs"]
mod no_zombies_kills_them;
#[path = "no-zombies/looks-at-any-child.rs"]
mod no_zombies_looks_at_any_child;
#[path = "no-zombies/looks-every-millisecond.rs"]
mod no_zombies_looks_every_millisecond;
#[path = "no-zombies/numbered-as-they-end.rs"]
mod no_zombies_numbered_as_they_end;
#[path = "no-zombies/one-report-for-all-that-came.rs"]
mod no_zombies_one_report_for_all_that_came;
#[path = "no-zombies/one-thread-for-all.rs"]
mod no_zombies_one_thread_for_all;
#[path = "no-zombies/only-those-that-end-well.rs"]
mod no_zombies_only_those_that_end_well;
#[path = "no-zombies/reports-twice.rs"]
mod no_zombies_reports_twice;
#[path = "no-zombies/stops-at-the-first.rs"]
mod no_zombies_stops_at_the_first;
#[path = "no-zombies/there-is-one-at-least.rs"]
mod no_zombies_there_is_one_at_least;
#[path = "no-zombies/waits-for-any-child.rs"]
mod no_zombies_waits_for_any_child;
#[path = "no-zombies/waits-for-them-at-the-end.rs"]
mod no_zombies_waits_for_them_at_the_end;
#[path = "restart-budget/a-signal-is-no-failure.rs"]
mod restart_budget_a_signal_is_no_failure;
#[path = "restart-budget/asks-again-and-again.rs"]
mod restart_budget_asks_again_and_again;
#[path = "restart-budget/counts-a-moment-too-long.rs"]
mod restart_budget_counts_a_moment_too_long;
#[path = "restart-budget/counts-restarts.rs"]
mod restart_budget_counts_restarts;
#[path = "restart-budget/counts-the-first.rs"]
mod restart_budget_counts_the_first;
#[path = "restart-budget/counts-what-it-refuses.rs"]
mod restart_budget_counts_what_it_refuses;
#[path = "restart-budget/how-the-first-ended.rs"]
mod restart_budget_how_the_first_ended;
#[path = "restart-budget/it-can-be-started.rs"]
mod restart_budget_it_can_be_started;
#[path = "restart-budget/keeps-its-own-count.rs"]
mod restart_budget_keeps_its_own_count;
#[path = "restart-budget/looks-every-millisecond.rs"]
mod restart_budget_looks_every_millisecond;
#[path = "restart-budget/looks-from-the-second-on.rs"]
mod restart_budget_looks_from_the_second_on;
#[path = "restart-budget/never-forgets.rs"]
mod restart_budget_never_forgets;
#[path = "restart-budget/no-more-is-no-error.rs"]
mod restart_budget_no_more_is_no_error;
#[path = "restart-budget/one-time-for-all.rs"]
mod restart_budget_one_time_for_all;
#[path = "restart-budget/one-too-many.rs"]
mod restart_budget_one_too_many;
#[path = "restart-budget/restarts-what-ended-well.rs"]
mod restart_budget_restarts_what_ended_well;
#[path = "restart-budget/room-for-eight.rs"]
mod restart_budget_room_for_eight;
#[path = "restart-budget/since-the-last-one.rs"]
mod restart_budget_since_the_last_one;
#[path = "restart-budget/starts-over.rs"]
mod restart_budget_starts_over;
#[path = "restart-budget/ten-are-enough.rs"]
mod restart_budget_ten_are_enough;
#[path = "restart-budget/the-last-that-could-be-started.rs"]
mod restart_budget_the_last_that_could_be_started;
#[path = "restart-budget/the-time-of-the-start.rs"]
mod restart_budget_the_time_of_the_start;
#[path = "restart-budget/tries-to-start-again.rs"]
mod restart_budget_tries_to_start_again;
#[path = "restart-budget/waits-until-it-may.rs"]
mod restart_budget_waits_until_it_may;
#[path = "restart-budget/whole-microseconds.rs"]
mod restart_budget_whole_microseconds;
#[path = "restart-budget/whole-seconds.rs"]
mod restart_budget_whole_seconds;
#[path = "split-frames/a-length-below-zero.rs"]
mod split_frames_a_length_below_zero;
#[path = "split-frames/a-limit-of-its-own.rs"]
mod split_frames_a_limit_of_its_own;
#[path = "split-frames/adds-before-it-looks.rs"]
mod split_frames_adds_before_it_looks;
#[path = "split-frames/as-text.rs"]
mod split_frames_as_text;
#[path = "split-frames/comes-to-the-end-of-the-refused-one.rs"]
mod split_frames_comes_to_the_end_of_the_refused_one;
#[path = "split-frames/frames-before-the-error.rs"]
mod split_frames_frames_before_the_error;
#[path = "split-frames/goes-on-after-an-error.rs"]
mod split_frames_goes_on_after_an_error;
#[path = "split-frames/least-significant-first.rs"]
mod split_frames_least_significant_first;
#[path = "split-frames/length-with-its-own-bytes.rs"]
mod split_frames_length_with_its_own_bytes;
#[path = "split-frames/limit-at-the-end.rs"]
mod split_frames_limit_at_the_end;
#[path = "split-frames/nothing-is-no-frame.rs"]
mod split_frames_nothing_is_no_frame;
#[path = "split-frames/one-at-a-time.rs"]
mod split_frames_one_at_a_time;
#[path = "split-frames/skips-what-is-too-long.rs"]
mod split_frames_skips_what_is_too_long;
#[path = "split-frames/the-most-is-too-long.rs"]
mod split_frames_the_most_is_too_long;
#[path = "split-frames/two-bytes-of-the-length.rs"]
mod split_frames_two_bytes_of_the_length;
#[path = "split-frames/waits-for-one-more.rs"]
mod split_frames_waits_for_one_more;
#[path = "split-frames/whole-frames-only.rs"]
mod split_frames_whole_frames_only;
#[path = "talk-to-a-child/a-bad-end-is-an-error.rs"]
mod talk_to_a_child_a_bad_end_is_an_error;
#[path = "talk-to-a-child/a-third-pipe-that-nobody-reads.rs"]
mod talk_to_a_child_a_third_pipe_that_nobody_reads;
#[path = "talk-to-a-child/as-text.rs"]
mod talk_to_a_child_as_text;
#[path = "talk-to-a-child/broken-pipe-is-an-error.rs"]
mod talk_to_a_child_broken_pipe_is_an_error;
#[path = "talk-to-a-child/deaf-to-a-child-that-does-not-listen.rs"]
mod talk_to_a_child_deaf_to_a_child_that_does_not_listen;
#[path = "talk-to-a-child/does-not-wait.rs"]
mod talk_to_a_child_does_not_wait;
#[path = "talk-to-a-child/keeps-its-end.rs"]
mod talk_to_a_child_keeps_its_end;
#[path = "talk-to-a-child/kills-what-is-silent.rs"]
mod talk_to_a_child_kills_what_is_silent;
#[path = "talk-to-a-child/little-needs-no-thread.rs"]
mod talk_to_a_child_little_needs_no_thread;
#[path = "talk-to-a-child/looks-every-millisecond.rs"]
mod talk_to_a_child_looks_every_millisecond;
#[path = "talk-to-a-child/looks-when-all-is-said.rs"]
mod talk_to_a_child_looks_when_all_is_said;
#[path = "talk-to-a-child/one-read.rs"]
mod talk_to_a_child_one_read;
#[path = "talk-to-a-child/reads-first.rs"]
mod talk_to_a_child_reads_first;
#[path = "talk-to-a-child/sleeps-when-all-is-said.rs"]
mod talk_to_a_child_sleeps_when_all_is_said;
#[path = "talk-to-a-child/step-by-step.rs"]
mod talk_to_a_child_step_by_step;
#[path = "talk-to-a-child/the-program-is-there.rs"]
mod talk_to_a_child_the_program_is_there;
#[path = "talk-to-a-child/waits-for-its-end-first.rs"]
mod talk_to_a_child_waits_for_its_end_first;
