//! One greeting, three ways: it reads two lines, and pauses for each character.

pub mod machine;
pub mod generator;
pub mod greenlet;
