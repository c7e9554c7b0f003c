//! Each future has a waker of its own, which notes that it was woken, and wakes
//! the task. So only those are polled that were woken: less work, if they are
//! many.

use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

#[derive(Default)]
struct Woken {
    numbers: Vec<usize>,
    task: Option<Waker>,
}

struct Bell {
    number: usize,
    woken: Arc<Mutex<Woken>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        let mut woken = self.woken.lock().unwrap();
        woken.numbers.push(self.number);
        let task = woken.task.clone();
        // Not while it is locked: a waker may do whatever it likes.
        drop(woken);
        if let Some(task) = task {
            task.wake();
        }
    }
}

/// Waits for all of these futures at once, and gives what they give, in their
/// order.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> =
        futures.into_iter().map(|it| Some(Box::pin(it))).collect();
    let mut values: Vec<_> = futures.iter().map(|_| None).collect();
    let woken = Arc::new(Mutex::new(Woken::default()));
    woken.lock().unwrap().numbers = (0..futures.len()).collect();
    poll_fn(|context| {
        let mut locked = woken.lock().unwrap();
        locked.task = Some(context.waker().clone());
        let numbers = mem::take(&mut locked.numbers);
        drop(locked);
        for number in numbers {
            let Some(future) = &mut futures[number] else { continue };
            let woken = Arc::clone(&woken);
            let waker = Waker::from(Arc::new(Bell { number, woken }));
            let context = &mut Context::from_waker(&waker);
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                futures[number] = None;
                values[number] = Some(value);
            }
        }
        match values.iter().all(Option::is_some) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    values.into_iter().flatten().collect()
}

#[path = "await-all/check.rs"]
mod check;
