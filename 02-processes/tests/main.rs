//! What rung 2 does, seen from outside: its crawl and its steps.

mod conformance;
mod steps;
mod kills;
mod shared;
mod trace;
mod python;
