//! The live reader, as its user and as its enemies meet it.

mod early;
mod workspace;
mod reader;
mod webdriver;
mod browser;
mod front;
mod panel;
mod exercises;
mod timeline;
mod theatre;
mod guard;
mod wrong_input;
mod axe;
mod http;
mod hostile;
mod connections;
mod looks;
