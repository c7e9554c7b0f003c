//! Exercise: WRITE: its name.
//!
//!     cargo test -p {package} --test {name}
//!
//! WRITE: what it is to do, and what it does as it stands.

/// WRITE: what this gives back.
pub fn value() -> u32 {
    0
}

#[path = "{name}/check.rs"]
mod check;
