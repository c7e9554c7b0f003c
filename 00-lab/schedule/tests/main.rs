//! What the scheduler finds, and what a queue on trial is told.

mod queue;
mod schedule;
