//! Every solution passes its check.

trials::answers_in!("exercises");

#[path = "../exercises/no-zombies/solution.rs"]
mod no_zombies_solution;
#[path = "../exercises/restart-budget/solution.rs"]
mod restart_budget_solution;
#[path = "../exercises/split-frames/solution.rs"]
mod split_frames_solution;
#[path = "../exercises/talk-to-a-child/solution.rs"]
mod talk_to_a_child_solution;
