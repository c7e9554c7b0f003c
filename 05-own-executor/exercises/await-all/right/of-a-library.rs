//! What the crate `futures-util` has. Of many futures it polls those that were
//! woken.

use futures_util::future;

/// Waits for all of these futures at once, and gives what they give, in their
/// order.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    future::join_all(futures).await
}

#[path = "await-all/check.rs"]
mod check;
