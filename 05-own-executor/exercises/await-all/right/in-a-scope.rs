//! A scope of this rung's own library: each future is a task of it, and it ends
//! when all have ended.

use own_executor::task::scope;

/// Waits for all of these futures at once, and gives what they give, in their
/// order.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    scope(async |scope| {
        let spawn = |future| scope.spawn(future);
        let tasks: Vec<_> = futures.into_iter().map(spawn).collect();
        let mut values = Vec::new();
        for task in tasks {
            values.push(task.await.expect("it does not panic"));
        }
        values
    })
    .await
}

#[path = "await-all/check.rs"]
mod check;
