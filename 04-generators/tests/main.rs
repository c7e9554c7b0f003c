//! Tests of rung 4.
