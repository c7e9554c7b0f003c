//! Times, and events.

use own_executor::future::join_all;
use own_executor::sync::{Notify, Semaphore};
use own_executor::time::{
    Duration, Instant, MissedTickBehavior, interval, interval_at, sleep,
    sleep_until, timeout, timeout_at,
};
use own_executor::{block_on, spawn};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use trials::alone;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn a_rate_limiter_of_an_interval_and_a_semaphore() {
    alone(|| {
        block_on(async {
            // A bucket of two tokens, with another one every 4 ms.
            let tokens = Arc::new(Semaphore::new(2));
            let filled = tokens.clone();
            let filler = spawn(async move {
                let period = ms(4);
                let mut ticks = interval_at(Instant::now() + period, period);
                assert_eq!(ticks.period(), period);
                loop {
                    ticks.tick().await;
                    if filled.available_permits() < 2 {
                        filled.add_permits(1);
                    }
                }
            });
            let begun = Instant::now();
            let mut at = Vec::new();
            for _ in 0..6 {
                tokens.acquire().await.unwrap().forget();
                at.push(begun.elapsed());
            }
            // Two at once, then one for each tick, which is never early.
            for (n, at) in (1..).zip(&at[2..]) {
                assert!(*at >= n * ms(4), "{n}: {at:?}");
            }
            filler.abort();
            assert!(filler.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn a_channel_is_built_from_notify() {
    /// As in the documentation of `tokio::sync::Notify`.
    struct Channel<T> {
        values: RefCell<VecDeque<T>>,
        notify: Notify,
    }

    impl<T> Channel<T> {
        fn send(&self, value: T) {
            self.values.borrow_mut().push_back(value);
            self.notify.notify_one();
        }

        async fn recv(&self) -> T {
            let mut notified = pin!(self.notify.notified());
            loop {
                // Enabled, so that a `notify_one` from here on reaches it.
                notified.as_mut().enable();
                let value = self.values.borrow_mut().pop_front();
                if let Some(value) = value {
                    return value;
                }
                notified.as_mut().await;
                notified.set(self.notify.notified());
            }
        }
    }

    alone(|| {
        let channel = Rc::new(Channel {
            values: RefCell::default(),
            notify: Notify::new(),
        });
        block_on(async {
            let receivers: Vec<_> = (0..3)
                .map(|_| {
                    let channel = channel.clone();
                    spawn(async move { channel.recv().await })
                })
                .collect();
            sleep(ms(2)).await;
            for n in 0..3 {
                channel.send(n);
            }
            let mut all = Vec::new();
            for receiver in receivers {
                all.push(receiver.await.unwrap());
            }
            all.sort();
            assert_eq!(all, [0, 1, 2]);
        });
    });
}

#[test]
fn a_gate_is_opened_for_all_that_wait() {
    alone(|| {
        let (gate, open) = (Rc::new(Notify::new()), Rc::new(Cell::new(false)));
        block_on(async {
            let waits: Vec<_> = (0..10)
                .map(|_| {
                    let (gate, open) = (gate.clone(), open.clone());
                    spawn(async move {
                        let notified = gate.notified();
                        if !open.get() {
                            notified.await;
                        }
                        open.get()
                    })
                })
                .collect();
            sleep(ms(2)).await;
            open.set(true);
            gate.notify_waiters();
            for one in join_all(waits).await {
                assert!(one.unwrap());
            }
            println!("{gate:?}");
        });
    });
}

#[test]
fn what_an_interval_does_after_a_late_tick_can_be_chosen() {
    alone(|| {
        block_on(async {
            let start = Instant::now();
            let mut ticks = interval_at(start, ms(20));
            let burst = MissedTickBehavior::Burst;
            assert_eq!(ticks.missed_tick_behavior(), burst);
            assert_eq!(MissedTickBehavior::default(), burst);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            assert_eq!(ticks.tick().await, start);
            thread::sleep(ms(50));
            // This one is late; at least one is skipped, and then it goes on
            // as it was planned.
            let late = ticks.tick().await;
            let next = ticks.tick().await;
            assert!(next - late >= ms(40), "{:?}", next - late);
            for tick in [late, next] {
                assert_eq!((tick - start).as_millis() % 20, 0);
            }

            let start = Instant::now();
            let mut ticks = interval_at(start, ms(20));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks.tick().await;
            thread::sleep(ms(50));
            ticks.tick().await;
            assert!(ticks.tick().await >= start + ms(70));
        });
    });
}

#[test]
fn an_interval_can_be_reset() {
    alone(|| {
        block_on(async {
            let hour = Duration::from_secs(3600);
            let mut ticks = interval(hour);
            ticks.tick().await;
            assert!(timeout(ms(1), ticks.tick()).await.is_err());
            ticks.reset_immediately();
            ticks.tick().await;
            ticks.reset_after(ms(2));
            ticks.tick().await;
            let at = Instant::now() + ms(2);
            ticks.reset_at(at);
            assert_eq!(ticks.tick().await, at);
            ticks.reset();
            assert!(timeout(ms(1), ticks.tick()).await.is_err());
        });
    });
}

#[test]
fn a_sleep_can_be_reset_and_asked() {
    alone(|| {
        block_on(async {
            let begun = Instant::now();
            let mut sleep = pin!(sleep(Duration::from_secs(3600)));
            assert!(!sleep.is_elapsed());
            let earlier = begun + ms(25);
            sleep.as_mut().reset(earlier);
            assert_eq!(sleep.deadline(), earlier);
            sleep.as_mut().await;
            assert!(sleep.is_elapsed() && begun.elapsed() >= ms(25));
            sleep_until(begun).await;
            let deadline = Instant::now() + ms(1);
            let mut late = timeout_at(deadline, sleep_until(begun + ms(9999)));
            assert!(!late.get_ref().is_elapsed());
            Pin::new(late.get_mut()).reset(begun);
            assert_eq!(late.await, Ok(()));
        });
    });
}
