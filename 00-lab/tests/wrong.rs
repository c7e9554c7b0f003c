//! Plausible answers that are wrong. The first line of each is the sentence it
//! must be met with; a test of the book sees that it is.

trials::answers_in!("exercises");

#[path = "../exercises/frontier/wrong/a-slash-is-no-difference.rs"]
mod frontier_wrong_a_slash_is_no_difference;
#[path = "../exercises/frontier/wrong/all-known-are-taken.rs"]
mod frontier_wrong_all_known_are_taken;
#[path = "../exercises/frontier/wrong/capitals-are-no-difference.rs"]
mod frontier_wrong_capitals_are_no_difference;
#[path = "../exercises/frontier/wrong/counts-what-it-does-not-give.rs"]
mod frontier_wrong_counts_what_it_does_not_give;
#[path = "../exercises/frontier/wrong/eight-under-way.rs"]
mod frontier_wrong_eight_under_way;
#[path = "../exercises/frontier/wrong/failures-stay-under-way.rs"]
mod frontier_wrong_failures_stay_under_way;
#[path = "../exercises/frontier/wrong/finished-once-is-for-good.rs"]
mod frontier_wrong_finished_once_is_for_good;
#[path = "../exercises/frontier/wrong/finished-when-the-queue-is-empty.rs"]
mod frontier_wrong_finished_when_the_queue_is_empty;
#[path = "../exercises/frontier/wrong/known-by-its-path.rs"]
mod frontier_wrong_known_by_its_path;
#[path = "../exercises/frontier/wrong/known-when-taken.rs"]
mod frontier_wrong_known_when_taken;
#[path = "../exercises/frontier/wrong/known-while-in-the-queue.rs"]
mod frontier_wrong_known_while_in_the_queue;
#[path = "../exercises/frontier/wrong/one-under-way.rs"]
mod frontier_wrong_one_under_way;
#[path = "../exercises/frontier/wrong/start-is-not-known.rs"]
mod frontier_wrong_start_is_not_known;
#[path = "../exercises/frontier/wrong/stops-at-a-known-link.rs"]
mod frontier_wrong_stops_at_a_known_link;
#[path = "../exercises/frontier/wrong/the-last-part-of-the-path.rs"]
mod frontier_wrong_the_last_part_of_the_path;
#[path = "../exercises/ideal-time/wrong/a-batch-at-a-time.rs"]
mod ideal_time_wrong_a_batch_at_a_time;
#[path = "../exercises/ideal-time/wrong/a-place-for-each-page.rs"]
mod ideal_time_wrong_a_place_for_each_page;
#[path = "../exercises/ideal-time/wrong/by-their-numbers.rs"]
mod ideal_time_wrong_by_their_numbers;
#[path = "../exercises/ideal-time/wrong/fetched-once-for-each-link.rs"]
mod ideal_time_wrong_fetched_once_for_each_link;
#[path = "../exercises/ideal-time/wrong/in-the-order-of-beginning.rs"]
mod ideal_time_wrong_in_the_order_of_beginning;
#[path = "../exercises/ideal-time/wrong/level-by-level.rs"]
mod ideal_time_wrong_level_by_level;
#[path = "../exercises/ideal-time/wrong/links-before-the-page.rs"]
mod ideal_time_wrong_links_before_the_page;
#[path = "../exercises/ideal-time/wrong/longest-chain.rs"]
mod ideal_time_wrong_longest_chain;
#[path = "../exercises/ideal-time/wrong/newest-first.rs"]
mod ideal_time_wrong_newest_first;
#[path = "../exercises/ideal-time/wrong/shortest-first.rs"]
mod ideal_time_wrong_shortest_first;
#[path = "../exercises/ideal-time/wrong/sum-or-chain.rs"]
mod ideal_time_wrong_sum_or_chain;
#[path = "../exercises/ideal-time/wrong/unreachable-pages-too.rs"]
mod ideal_time_wrong_unreachable_pages_too;
#[path = "../exercises/ideal-time/wrong/whole-milliseconds.rs"]
mod ideal_time_wrong_whole_milliseconds;
#[path = "../exercises/predict-the-time/wrong/a-core-for-each.rs"]
mod predict_the_time_wrong_a_core_for_each;
#[path = "../exercises/predict-the-time/wrong/first-and-last.rs"]
mod predict_the_time_wrong_first_and_last;
#[path = "../exercises/predict-the-time/wrong/four-seconds.rs"]
mod predict_the_time_wrong_four_seconds;
#[path = "../exercises/predict-the-time/wrong/in-the-order-of-the-list.rs"]
mod predict_the_time_wrong_in_the_order_of_the_list;
#[path = "../exercises/predict-the-time/wrong/nothing-overlaps.rs"]
mod predict_the_time_wrong_nothing_overlaps;
#[path = "../exercises/predict-the-time/wrong/only-the-one-before.rs"]
mod predict_the_time_wrong_only_the_one_before;
#[path = "../exercises/predict-the-time/wrong/right-for-a-few.rs"]
mod predict_the_time_wrong_right_for_a_few;
#[path = "../exercises/predict-the-time/wrong/shortest-work-first.rs"]
mod predict_the_time_wrong_shortest_work_first;
#[path = "../exercises/predict-the-time/wrong/some-page-is-first.rs"]
mod predict_the_time_wrong_some_page_is_first;
#[path = "../exercises/predict-the-time/wrong/waits-overlap-here-too.rs"]
mod predict_the_time_wrong_waits_overlap_here_too;
#[path = "../exercises/predict-the-time/wrong/whole-milliseconds.rs"]
mod predict_the_time_wrong_whole_milliseconds;
#[path = "../exercises/predict-the-time/wrong/work-after-all-waits.rs"]
mod predict_the_time_wrong_work_after_all_waits;
