//! Plausible answers that are wrong. The first line of each is the sentence it
//! must be met with; a test of the book sees that it is.

trials::answers_in!("exercises");

#[path = "../exercises/no-zombies/wrong/all-at-the-end.rs"]
mod no_zombies_wrong_all_at_the_end;
#[path = "../exercises/no-zombies/wrong/asks-again-and-again.rs"]
mod no_zombies_wrong_asks_again_and_again;
#[path = "../exercises/no-zombies/wrong/eight-at-a-time.rs"]
mod no_zombies_wrong_eight_at_a_time;
#[path = "../exercises/no-zombies/wrong/its-code-alone.rs"]
mod no_zombies_wrong_its_code_alone;
#[path = "../exercises/no-zombies/wrong/keeps-a-sender.rs"]
mod no_zombies_wrong_keeps_a_sender;
#[path = "../exercises/no-zombies/wrong/kills-them.rs"]
mod no_zombies_wrong_kills_them;
#[path = "../exercises/no-zombies/wrong/looks-at-any-child.rs"]
mod no_zombies_wrong_looks_at_any_child;
#[path = "../exercises/no-zombies/wrong/looks-every-millisecond.rs"]
mod no_zombies_wrong_looks_every_millisecond;
#[path = "../exercises/no-zombies/wrong/numbered-as-they-end.rs"]
mod no_zombies_wrong_numbered_as_they_end;
#[path = "../exercises/no-zombies/wrong/one-report-for-all-that-came.rs"]
mod no_zombies_wrong_one_report_for_all_that_came;
#[path = "../exercises/no-zombies/wrong/one-thread-for-all.rs"]
mod no_zombies_wrong_one_thread_for_all;
#[path = "../exercises/no-zombies/wrong/only-those-that-end-well.rs"]
mod no_zombies_wrong_only_those_that_end_well;
#[path = "../exercises/no-zombies/wrong/reports-twice.rs"]
mod no_zombies_wrong_reports_twice;
#[path = "../exercises/no-zombies/wrong/stops-at-the-first.rs"]
mod no_zombies_wrong_stops_at_the_first;
#[path = "../exercises/no-zombies/wrong/there-is-one-at-least.rs"]
mod no_zombies_wrong_there_is_one_at_least;
#[path = "../exercises/no-zombies/wrong/waits-for-any-child.rs"]
mod no_zombies_wrong_waits_for_any_child;
#[path = "../exercises/no-zombies/wrong/waits-for-them-at-the-end.rs"]
mod no_zombies_wrong_waits_for_them_at_the_end;
#[path = "../exercises/restart-budget/wrong/a-signal-is-no-failure.rs"]
mod restart_budget_wrong_a_signal_is_no_failure;
#[path = "../exercises/restart-budget/wrong/asks-again-and-again.rs"]
mod restart_budget_wrong_asks_again_and_again;
#[path = "../exercises/restart-budget/wrong/counts-a-moment-too-long.rs"]
mod restart_budget_wrong_counts_a_moment_too_long;
#[path = "../exercises/restart-budget/wrong/counts-restarts.rs"]
mod restart_budget_wrong_counts_restarts;
#[path = "../exercises/restart-budget/wrong/counts-the-first.rs"]
mod restart_budget_wrong_counts_the_first;
#[path = "../exercises/restart-budget/wrong/counts-what-it-refuses.rs"]
mod restart_budget_wrong_counts_what_it_refuses;
#[path = "../exercises/restart-budget/wrong/how-the-first-ended.rs"]
mod restart_budget_wrong_how_the_first_ended;
#[path = "../exercises/restart-budget/wrong/it-can-be-started.rs"]
mod restart_budget_wrong_it_can_be_started;
#[path = "../exercises/restart-budget/wrong/keeps-its-own-count.rs"]
mod restart_budget_wrong_keeps_its_own_count;
#[path = "../exercises/restart-budget/wrong/looks-every-millisecond.rs"]
mod restart_budget_wrong_looks_every_millisecond;
#[path = "../exercises/restart-budget/wrong/looks-from-the-second-on.rs"]
mod restart_budget_wrong_looks_from_the_second_on;
#[path = "../exercises/restart-budget/wrong/never-forgets.rs"]
mod restart_budget_wrong_never_forgets;
#[path = "../exercises/restart-budget/wrong/no-more-is-no-error.rs"]
mod restart_budget_wrong_no_more_is_no_error;
#[path = "../exercises/restart-budget/wrong/one-time-for-all.rs"]
mod restart_budget_wrong_one_time_for_all;
#[path = "../exercises/restart-budget/wrong/one-too-many.rs"]
mod restart_budget_wrong_one_too_many;
#[path = "../exercises/restart-budget/wrong/restarts-what-ended-well.rs"]
mod restart_budget_wrong_restarts_what_ended_well;
#[path = "../exercises/restart-budget/wrong/room-for-eight.rs"]
mod restart_budget_wrong_room_for_eight;
#[path = "../exercises/restart-budget/wrong/since-the-last-one.rs"]
mod restart_budget_wrong_since_the_last_one;
#[path = "../exercises/restart-budget/wrong/starts-over.rs"]
mod restart_budget_wrong_starts_over;
#[path = "../exercises/restart-budget/wrong/ten-are-enough.rs"]
mod restart_budget_wrong_ten_are_enough;
#[path = "../exercises/restart-budget/wrong/the-last-that-could-be-started.rs"]
mod restart_budget_wrong_the_last_that_could_be_started;
#[path = "../exercises/restart-budget/wrong/the-time-of-the-start.rs"]
mod restart_budget_wrong_the_time_of_the_start;
#[path = "../exercises/restart-budget/wrong/tries-to-start-again.rs"]
mod restart_budget_wrong_tries_to_start_again;
#[path = "../exercises/restart-budget/wrong/waits-until-it-may.rs"]
mod restart_budget_wrong_waits_until_it_may;
#[path = "../exercises/restart-budget/wrong/whole-microseconds.rs"]
mod restart_budget_wrong_whole_microseconds;
#[path = "../exercises/restart-budget/wrong/whole-seconds.rs"]
mod restart_budget_wrong_whole_seconds;
#[path = "../exercises/split-frames/wrong/a-length-below-zero.rs"]
mod split_frames_wrong_a_length_below_zero;
#[path = "../exercises/split-frames/wrong/a-limit-of-its-own.rs"]
mod split_frames_wrong_a_limit_of_its_own;
#[path = "../exercises/split-frames/wrong/adds-before-it-looks.rs"]
mod split_frames_wrong_adds_before_it_looks;
#[path = "../exercises/split-frames/wrong/as-text.rs"]
mod split_frames_wrong_as_text;
#[path = "../exercises/split-frames/wrong/comes-to-the-end-of-the-refused-one.rs"]
mod split_frames_wrong_comes_to_the_end_of_the_refused_one;
#[path = "../exercises/split-frames/wrong/frames-before-the-error.rs"]
mod split_frames_wrong_frames_before_the_error;
#[path = "../exercises/split-frames/wrong/goes-on-after-an-error.rs"]
mod split_frames_wrong_goes_on_after_an_error;
#[path = "../exercises/split-frames/wrong/least-significant-first.rs"]
mod split_frames_wrong_least_significant_first;
#[path = "../exercises/split-frames/wrong/length-with-its-own-bytes.rs"]
mod split_frames_wrong_length_with_its_own_bytes;
#[path = "../exercises/split-frames/wrong/limit-at-the-end.rs"]
mod split_frames_wrong_limit_at_the_end;
#[path = "../exercises/split-frames/wrong/nothing-is-no-frame.rs"]
mod split_frames_wrong_nothing_is_no_frame;
#[path = "../exercises/split-frames/wrong/one-at-a-time.rs"]
mod split_frames_wrong_one_at_a_time;
#[path = "../exercises/split-frames/wrong/skips-what-is-too-long.rs"]
mod split_frames_wrong_skips_what_is_too_long;
#[path = "../exercises/split-frames/wrong/the-most-is-too-long.rs"]
mod split_frames_wrong_the_most_is_too_long;
#[path = "../exercises/split-frames/wrong/two-bytes-of-the-length.rs"]
mod split_frames_wrong_two_bytes_of_the_length;
#[path = "../exercises/split-frames/wrong/waits-for-one-more.rs"]
mod split_frames_wrong_waits_for_one_more;
#[path = "../exercises/split-frames/wrong/whole-frames-only.rs"]
mod split_frames_wrong_whole_frames_only;
#[path = "../exercises/talk-to-a-child/wrong/a-bad-end-is-an-error.rs"]
mod talk_to_a_child_wrong_a_bad_end_is_an_error;
#[path = "../exercises/talk-to-a-child/wrong/a-third-pipe-that-nobody-reads.rs"]
mod talk_to_a_child_wrong_a_third_pipe_that_nobody_reads;
#[path = "../exercises/talk-to-a-child/wrong/as-text.rs"]
mod talk_to_a_child_wrong_as_text;
#[path = "../exercises/talk-to-a-child/wrong/broken-pipe-is-an-error.rs"]
mod talk_to_a_child_wrong_broken_pipe_is_an_error;
#[path = "../exercises/talk-to-a-child/wrong/deaf-to-a-child-that-does-not-listen.rs"]
mod talk_to_a_child_wrong_deaf_to_a_child_that_does_not_listen;
#[path = "../exercises/talk-to-a-child/wrong/does-not-wait.rs"]
mod talk_to_a_child_wrong_does_not_wait;
#[path = "../exercises/talk-to-a-child/wrong/keeps-its-end.rs"]
mod talk_to_a_child_wrong_keeps_its_end;
#[path = "../exercises/talk-to-a-child/wrong/kills-what-is-silent.rs"]
mod talk_to_a_child_wrong_kills_what_is_silent;
#[path = "../exercises/talk-to-a-child/wrong/little-needs-no-thread.rs"]
mod talk_to_a_child_wrong_little_needs_no_thread;
#[path = "../exercises/talk-to-a-child/wrong/looks-every-millisecond.rs"]
mod talk_to_a_child_wrong_looks_every_millisecond;
#[path = "../exercises/talk-to-a-child/wrong/looks-when-all-is-said.rs"]
mod talk_to_a_child_wrong_looks_when_all_is_said;
#[path = "../exercises/talk-to-a-child/wrong/one-read.rs"]
mod talk_to_a_child_wrong_one_read;
#[path = "../exercises/talk-to-a-child/wrong/reads-first.rs"]
mod talk_to_a_child_wrong_reads_first;
#[path = "../exercises/talk-to-a-child/wrong/sleeps-when-all-is-said.rs"]
mod talk_to_a_child_wrong_sleeps_when_all_is_said;
#[path = "../exercises/talk-to-a-child/wrong/step-by-step.rs"]
mod talk_to_a_child_wrong_step_by_step;
#[path = "../exercises/talk-to-a-child/wrong/the-program-is-there.rs"]
mod talk_to_a_child_wrong_the_program_is_there;
#[path = "../exercises/talk-to-a-child/wrong/waits-for-its-end-first.rs"]
mod talk_to_a_child_wrong_waits_for_its_end_first;
