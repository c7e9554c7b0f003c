//! Tests of rung 4.

mod greenlet;
mod steps;
