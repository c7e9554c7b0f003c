//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

lab::answers_in!("exercises/right");

#[path = "split-frames/a-state.rs"]
mod split_frames_a_state;
#[path = "split-frames/byte-by-byte.rs"]
mod split_frames_byte_by_byte;
#[path = "split-frames/read-as-a-file.rs"]
mod split_frames_read_as_a_file;
