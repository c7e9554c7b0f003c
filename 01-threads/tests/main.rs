//! What rung 1 does, seen from outside: its crawl and its steps.

mod conformance;
mod steps;
mod refused;
mod servers;
mod few_files;
mod python;
