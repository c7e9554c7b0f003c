//! What rung 6 does, seen from outside.

mod chat;
mod conformance;
mod few_files;
mod lanes;
mod python;
mod steps;
