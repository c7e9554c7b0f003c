//! What rung 0 does, seen from outside: its crawl, its steps, its site.

mod conformance;
mod steps;
mod meet;
mod site;
mod site_process;
mod outputs;
mod python;
