//! Half of the futures, and the other half, joined by a join of two.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Waits for all of these futures at once, and gives what they give, in their
/// order.
pub async fn join_all<F: Future>(mut futures: Vec<F>) -> Vec<F::Output> {
    match futures.len() {
        0 => Vec::new(),
        1 => vec![futures.remove(0).await],
        n => {
            let second = Box::pin(join_all(futures.split_off(n / 2)));
            join(Box::pin(join_all(futures)), second).await
        }
    }
}

type Half<'a, T> = Pin<Box<dyn Future<Output = Vec<T>> + 'a>>;

async fn join<T>(mut one: Half<'_, T>, mut two: Half<'_, T>) -> Vec<T> {
    let (mut ones, mut twos) = (None, None);
    poll_fn(|context| {
        for (half, values) in [(&mut one, &mut ones), (&mut two, &mut twos)] {
            if values.is_none()
                && let Poll::Ready(ready) = half.as_mut().poll(context)
            {
                *values = Some(ready);
            }
        }
        match (&ones, &twos) {
            (Some(_), Some(_)) => Poll::Ready(()),
            _ => Poll::Pending,
        }
    })
    .await;
    let mut values = ones.unwrap();
    values.extend(twos.unwrap());
    values
}

#[path = "await-all/check.rs"]
mod check;
