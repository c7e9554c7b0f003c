//! What greenlets promise.

mod values;
mod ends;
