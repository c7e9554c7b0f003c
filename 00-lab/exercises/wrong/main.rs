//! Plausible answers that are wrong. The first line of each is the sentence it
//! must be met with; a test of the book sees that it is.

trials::answers_in!("exercises/wrong");

#[path = "frontier/a-slash-is-no-difference.rs"]
mod frontier_a_slash_is_no_difference;
#[path = "frontier/all-known-are-taken.rs"]
mod frontier_all_known_are_taken;
#[path = "frontier/capitals-are-no-difference.rs"]
mod frontier_capitals_are_no_difference;
#[path = "frontier/counts-what-it-does-not-give.rs"]
mod frontier_counts_what_it_does_not_give;
#[path = "frontier/eight-under-way.rs"]
mod frontier_eight_under_way;
#[path = "frontier/failures-stay-under-way.rs"]
mod frontier_failures_stay_under_way;
#[path = "frontier/finished-once-is-for-good.rs"]
mod frontier_finished_once_is_for_good;
#[path = "frontier/finished-when-the-queue-is-empty.rs"]
mod frontier_finished_when_the_queue_is_empty;
#[path = "frontier/known-by-its-path.rs"]
mod frontier_known_by_its_path;
#[path = "frontier/known-when-taken.rs"]
mod frontier_known_when_taken;
#[path = "frontier/known-while-in-the-queue.rs"]
mod frontier_known_while_in_the_queue;
#[path = "frontier/one-under-way.rs"]
mod frontier_one_under_way;
#[path = "frontier/start-is-not-known.rs"]
mod frontier_start_is_not_known;
#[path = "frontier/stops-at-a-known-link.rs"]
mod frontier_stops_at_a_known_link;
#[path = "frontier/the-last-part-of-the-path.rs"]
mod frontier_the_last_part_of_the_path;
#[path = "ideal-time/a-batch-at-a-time.rs"]
mod ideal_time_a_batch_at_a_time;
#[path = "ideal-time/a-place-for-each-page.rs"]
mod ideal_time_a_place_for_each_page;
#[path = "ideal-time/by-their-numbers.rs"]
mod ideal_time_by_their_numbers;
#[path = "ideal-time/fetched-once-for-each-link.rs"]
mod ideal_time_fetched_once_for_each_link;
#[path = "ideal-time/in-the-order-of-beginning.rs"]
mod ideal_time_in_the_order_of_beginning;
#[path = "ideal-time/level-by-level.rs"]
mod ideal_time_level_by_level;
#[path = "ideal-time/links-before-the-page.rs"]
mod ideal_time_links_before_the_page;
#[path = "ideal-time/longest-chain.rs"]
mod ideal_time_longest_chain;
#[path = "ideal-time/newest-first.rs"]
mod ideal_time_newest_first;
#[path = "ideal-time/shortest-first.rs"]
mod ideal_time_shortest_first;
#[path = "ideal-time/sum-or-chain.rs"]
mod ideal_time_sum_or_chain;
#[path = "ideal-time/unreachable-pages-too.rs"]
mod ideal_time_unreachable_pages_too;
#[path = "ideal-time/whole-milliseconds.rs"]
mod ideal_time_whole_milliseconds;
#[path = "predict-the-time/a-core-for-each.rs"]
mod predict_the_time_a_core_for_each;
#[path = "predict-the-time/first-and-last.rs"]
mod predict_the_time_first_and_last;
#[path = "predict-the-time/four-seconds.rs"]
mod predict_the_time_four_seconds;
#[path = "predict-the-time/in-the-order-of-the-list.rs"]
mod predict_the_time_in_the_order_of_the_list;
#[path = "predict-the-time/nothing-overlaps.rs"]
mod predict_the_time_nothing_overlaps;
#[path = "predict-the-time/only-the-one-before.rs"]
mod predict_the_time_only_the_one_before;
#[path = "predict-the-time/right-for-a-few.rs"]
mod predict_the_time_right_for_a_few;
#[path = "predict-the-time/shortest-work-first.rs"]
mod predict_the_time_shortest_work_first;
#[path = "predict-the-time/some-page-is-first.rs"]
mod predict_the_time_some_page_is_first;
#[path = "predict-the-time/waits-overlap-here-too.rs"]
mod predict_the_time_waits_overlap_here_too;
#[path = "predict-the-time/whole-milliseconds.rs"]
mod predict_the_time_whole_milliseconds;
#[path = "predict-the-time/work-after-all-waits.rs"]
mod predict_the_time_work_after_all_waits;
