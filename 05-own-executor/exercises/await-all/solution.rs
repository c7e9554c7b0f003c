//! Solution: await all.
//!
//! Each poll hands its waker on to all that are not ready yet. Whichever wakes
//! the task, all are asked again. So it does not matter which one it was, nor
//! how many they were, nor whether the task has another waker by now.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// A future, or what it has given.
enum Child<F: Future> {
    Waits(Pin<Box<F>>),
    Ready(F::Output),
}

/// Waits for all of these futures at once, and gives what they give, in their
/// order.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let children = futures.into_iter().map(|it| Child::Waits(Box::pin(it)));
    let mut children: Vec<Child<F>> = children.collect();
    poll_fn(|context| {
        let mut all_are_ready = true;
        for child in &mut children {
            // One that is ready must not be polled again.
            let Child::Waits(future) = child else { continue };
            match future.as_mut().poll(context) {
                Poll::Ready(output) => *child = Child::Ready(output),
                Poll::Pending => all_are_ready = false,
            }
        }
        if all_are_ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let outputs = children.into_iter().map(|child| match child {
        Child::Ready(output) => output,
        Child::Waits(_) => unreachable!("all are ready"),
    });
    outputs.collect()
}

#[path = "await-all/check.rs"]
mod check;
