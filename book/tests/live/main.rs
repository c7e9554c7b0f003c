//! The live reader, as its user and as its enemies meet it.

mod reader;
mod webdriver;
mod browser;
mod guard;
mod wrong_input;
