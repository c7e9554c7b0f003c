//! For authors: what chapters must contain, and what is made for them.

pub mod new;
pub mod events;
pub mod recorded;
pub mod strict;
