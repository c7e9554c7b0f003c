//! What rung 3 does, seen from outside: its crawl and its steps.

mod event_loop;
mod conformance;
mod steps;
mod refused;
mod servers;
mod few_files;
mod deferred;
mod python;
