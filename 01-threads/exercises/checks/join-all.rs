//! Judges `join_all`: every result and every panic, in order, and not one by
//! one.
//!
//! As shipped: came out of `join_all`

use super::{Job, join_all};
use lab::judge::Judge;
use lab::{Shape, Site, fetch};
use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

const JOBS: usize = 6;
/// Which of them panics.
const PANICS: usize = 2;

#[test]
fn all_run_at_once_and_nothing_is_lost() {
    let judge = Judge::begin();
    let site = Site::in_thread(Shape {
        latency: Duration::from_millis(20),
        ..Shape::default()
    });
    // The slowest page first: the jobs end in another order.
    let mut pages: Vec<usize> = (0..JOBS).collect();
    pages.sort_by_key(|&page| Reverse(site.answer().latency(page)));
    let job = |n: usize| -> Job<usize> {
        let page = site.page(pages[n]);
        Box::new(move || {
            let _ = fetch(&page);
            if n == PANICS {
                panic!("on purpose");
            }
            n
        })
    };
    let jobs = (0..JOBS).map(job).collect();

    let results = catch_unwind(AssertUnwindSafe(|| join_all(jobs)));
    let seen = site.end();
    let judged = judge.end();
    let Ok(results) = results else {
        panic!(
            "wrong answer: the panic of job {PANICS} came out of `join_all`: \
             the results of the other {} are lost",
            JOBS - 1
        );
    };
    assert_eq!(
        results.len(),
        JOBS,
        "wrong answer: {JOBS} jobs, and {} results",
        results.len()
    );
    for (n, result) in results.into_iter().enumerate() {
        let whose = result.unwrap_or_else(|panic| {
            assert_eq!(
                panic.downcast_ref(),
                Some(&"on purpose"),
                "wrong answer: in place {n} is a panic that is not the job's"
            );
            PANICS
        });
        assert_eq!(
            n, whose,
            "wrong answer: in place {n} is the result of job {whose}: not in \
             the order of the jobs"
        );
    }
    assert!(
        judged.threads_left.is_empty(),
        "wrong answer: `join_all` is back, and these have not ended: {}",
        judged.threads_left.join(", ")
    );
    assert!(
        seen.peak > 1,
        "right answer, wrong way: the jobs never overlapped: each had ended \
         before the next was begun"
    );
}
