//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

trials::answers_in!("exercises");

#[path = "../exercises/no-zombies/right/a-list-and-a-condition.rs"]
mod no_zombies_right_a_list_and_a_condition;
#[path = "../exercises/no-zombies/right/joined-one-by-one.rs"]
mod no_zombies_right_joined_one_by_one;
#[path = "../exercises/no-zombies/right/no-room-in-the-channel.rs"]
mod no_zombies_right_no_room_in_the_channel;
#[path = "../exercises/restart-budget/right/a-ring.rs"]
mod restart_budget_right_a_ring;
#[path = "../exercises/restart-budget/right/again-by-itself.rs"]
mod restart_budget_right_again_by_itself;
#[path = "../exercises/restart-budget/right/forgets-nothing.rs"]
mod restart_budget_right_forgets_nothing;
#[path = "../exercises/split-frames/right/a-state.rs"]
mod split_frames_right_a_state;
#[path = "../exercises/split-frames/right/byte-by-byte.rs"]
mod split_frames_right_byte_by_byte;
#[path = "../exercises/split-frames/right/read-as-a-file.rs"]
mod split_frames_right_read_as_a_file;
#[path = "../exercises/talk-to-a-child/right/a-thread-that-listens.rs"]
mod talk_to_a_child_right_a_thread_that_listens;
#[path = "../exercises/talk-to-a-child/right/wait-with-output.rs"]
mod talk_to_a_child_right_wait_with_output;
#[path = "../exercises/talk-to-a-child/right/words-in-a-file.rs"]
mod talk_to_a_child_right_words_in_a_file;
