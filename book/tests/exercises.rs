//! The exercises as their reader meets them in a terminal: in a small
//! workspace of our own, so that nobody's answers are touched.

mod workshop;
mod verdicts;
mod screen;
mod stale;
mod terminal;
mod killed;
mod odd_files;
