//! What rung 3 does, seen from outside: its crawl and its steps.

mod event_loop;
mod conformance;
mod steps;
mod refused;
mod odd_servers;
mod few_files;
mod real_site;
mod deferred;
mod python;
