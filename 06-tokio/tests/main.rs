//! What rung 6 does, seen from outside.

mod chat;
mod conformance;
mod ending;
mod few_files;
mod lanes;
mod python;
mod refused;
mod spans;
mod steps;
mod web;
mod select;
mod sigterm;
mod twins;
