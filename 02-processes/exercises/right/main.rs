//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

trials::answers_in!("exercises/right");

#[path = "no-zombies/a-list-and-a-condition.rs"]
mod no_zombies_a_list_and_a_condition;
#[path = "no-zombies/joined-one-by-one.rs"]
mod no_zombies_joined_one_by_one;
#[path = "no-zombies/no-room-in-the-channel.rs"]
mod no_zombies_no_room_in_the_channel;
#[path = "restart-budget/a-ring.rs"]
mod restart_budget_a_ring;
#[path = "restart-budget/again-by-itself.rs"]
mod restart_budget_again_by_itself;
#[path = "restart-budget/forgets-nothing.rs"]
mod restart_budget_forgets_nothing;
#[path = "split-frames/a-state.rs"]
mod split_frames_a_state;
#[path = "split-frames/byte-by-byte.rs"]
mod split_frames_byte_by_byte;
#[path = "split-frames/read-as-a-file.rs"]
mod split_frames_read_as_a_file;
#[path = "talk-to-a-child/a-thread-that-listens.rs"]
mod talk_to_a_child_a_thread_that_listens;
#[path = "talk-to-a-child/wait-with-output.rs"]
mod talk_to_a_child_wait_with_output;
#[path = "talk-to-a-child/words-in-a-file.rs"]
mod talk_to_a_child_words_in_a_file;
