//! Answers that are right and unlike ours. Each must pass its check; a test of
//! the book sees that it does.

lab::answers_in!("exercises/right");
