//! The one of this rung's own library.

use own_executor::sync;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Some permits, and the tasks that wait for one.
pub struct Semaphore(Arc<sync::Semaphore>);

/// Waits for a permit.
pub struct Acquire(Pin<Box<dyn Future<Output = Permit>>>);

/// A permit. It comes back when this is dropped.
pub struct Permit {
    _permit: sync::OwnedSemaphorePermit,
}

impl Semaphore {
    /// A semaphore with this number of permits.
    pub fn new(permits: usize) -> Semaphore {
        Semaphore(Arc::new(sync::Semaphore::new(permits)))
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Acquire {
        let own = Arc::clone(&self.0);
        Acquire(Box::pin(async {
            let permit = own.acquire_owned().await;
            Permit { _permit: permit.expect("it is not closed") }
        }))
    }
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Permit> {
        self.0.as_mut().poll(context)
    }
}

#[path = "fair-semaphore/check.rs"]
mod check;
