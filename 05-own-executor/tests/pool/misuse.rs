//! What cannot work says so.

use own_executor::{block_on, pool, spawn, unblock};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Mutex;
use trials::alone;

/// What it panics with, and in which line.
fn panic_of<T>(f: impl FnOnce() -> T) -> (String, u32) {
    static LINE: Mutex<u32> = Mutex::new(0);

    set_hook(Box::new(|info| {
        *LINE.lock().unwrap() = info.location().map_or(0, |at| at.line());
    }));
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("it does not panic");
    };
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| {
        payload.downcast_ref::<&str>().map(|text| (*text).to_owned())
    });
    (text.unwrap(), *LINE.lock().unwrap())
}

#[test]
fn spawn_outside_of_a_pool_panics_at_the_callers_line() {
    alone(|| {
        let (said, line) = panic_of(|| drop(pool::spawn(async {})));
        assert_eq!(line, line!() - 1);
        assert!(said.contains("needs a `pool::block_on`"), "{said}");
        // The one thread's executor is no pool.
        let (said, _) = panic_of(|| {
            block_on(async { drop(pool::spawn(async {})) });
        });
        assert!(said.contains("needs a `pool::block_on`"), "{said}");
        // A thread beside the pool does not belong to it.
        let spawns = unblock(|| drop(pool::spawn(async {})));
        let (said, _) = panic_of(|| pool::block_on(1, spawns));
        assert!(said.contains("needs a `pool::block_on`"), "{said}");
        // After it neither.
        let (said, _) = panic_of(|| {
            pool::block_on(1, async {});
            drop(pool::spawn(async {}));
        });
        assert!(said.contains("needs a `pool::block_on`"), "{said}");
    });
}

#[test]
fn a_pool_without_workers_panics_at_the_callers_line() {
    alone(|| {
        let (said, line) = panic_of(|| pool::block_on(0, async {}));
        assert_eq!(line, line!() - 1);
        assert!(said.contains("one worker at least"), "{said}");
    });
}

#[test]
fn block_on_within_block_on_panics_and_the_outer_one_goes_on() {
    alone(|| {
        let nested: [fn(); 2] =
            [|| pool::block_on(1, async {}), || block_on(async {})];
        for nested in nested {
            // In the future of a pool, in a task on a worker, and in that of
            // one thread.
            let sum = pool::block_on(2, async {
                let (said, _) = panic_of(nested);
                assert!(said.contains("within a `block_on`"), "{said}");
                let task = pool::spawn(async move { panic_of(nested).0 });
                let said = task.await.unwrap();
                assert!(said.contains("within a `block_on`"), "{said}");
                pool::spawn(async { 1 }).await.unwrap() + 1
            });
            assert_eq!(sum, 2);
            block_on(async {
                let (said, _) = panic_of(nested);
                assert!(said.contains("within a `block_on`"), "{said}");
                assert_eq!(spawn(async { 3 }).await.unwrap(), 3);
            });
        }
    });
}

#[test]
fn a_worker_has_no_tasks_of_its_own() {
    alone(|| {
        pool::block_on(1, async {
            let task = pool::spawn(async {
                let spawns = || drop(spawn(async {}));
                panic_of(spawns)
            });
            let (said, line) = task.await.unwrap();
            assert_eq!(line, line!() - 4);
            assert!(said.contains("use `pool::spawn`"), "{said}");
        });
    });
}
