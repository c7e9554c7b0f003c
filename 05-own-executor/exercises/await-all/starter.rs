//! Exercise: await all.
//!
//!     cargo test -p own-executor --test await-all
//!
//! `join_all` has to wait for all of its futures at the same time. As it
//! stands, it waits for the first, and does not begin the second before that
//! one is ready: the waits add up.

/// Waits for all of these futures at once, and gives what they give, in their
/// order.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut outputs = Vec::new();
    for future in futures {
        outputs.push(future.await);
    }
    outputs
}

#[path = "await-all/check.rs"]
mod check;
