//! The book as its reader meets it: in a browser and in a terminal.

mod live;
mod exercises;
