//! Small programs, as somebody writes them who knows `tokio` and the list of
//! this library's names.

mod servers;
mod tasks;
mod waiting;
mod sharing;
