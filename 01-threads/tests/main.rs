//! What rung 1 does, seen from outside: its crawl and its steps.

mod conformance;
mod steps;
mod refused;
mod odd_servers;
mod few_files;
mod real_site;
mod python;
