//! Eight tasks want one page: the race in which each fetches it, and mended.

use super::run;
use timeline::Recording;

/// How many tasks have waited for this page.
fn tasks_that_fetch(recording: &Recording, page: &str) -> usize {
    let tasks = recording.of_kind("task");
    let fetch = tasks.filter(|task| {
        task.spans.iter().any(|it| it.state.what() == Some(page))
    });
    fetch.count()
}

#[test]
fn what_is_checked_before_an_await_is_no_longer_so_after_it() {
    let step = env!("CARGO_BIN_EXE_6-3-check-await-insert");
    for _ in 0..3 {
        let (recording, stdout) = run(step);
        assert!(stdout.ends_with("\n16 requests for 2 pages\n"), "{stdout}");
        for page in ["/1", "/2"] {
            let page_is_there = format!("8 tasks have {page}: ");
            assert!(stdout.contains(&page_is_there), "{stdout}");
            assert_eq!(tasks_that_fetch(&recording, page), 8, "{stdout}");
        }
        // On one thread as on several.
        let tasks: Vec<_> = recording.of_kind("task").collect();
        let mut spans = tasks[..8].iter().flat_map(|task| &task.spans);
        let thread = tasks[0].spans[0].thread;
        assert!(spans.all(|span| span.thread == thread), "{stdout}");
    }
}

#[test]
fn a_claim_before_the_await_lets_one_task_fetch_for_all() {
    let step = env!("CARGO_BIN_EXE_6-4-claim-before-the-await");
    for _ in 0..3 {
        let (recording, stdout) = run(step);
        assert!(stdout.ends_with("\n2 requests for 2 pages\n"), "{stdout}");
        for page in ["/1", "/2"] {
            let page_is_there = format!("8 tasks have {page}: ");
            assert!(stdout.contains(&page_is_there), "{stdout}");
            assert_eq!(tasks_that_fetch(&recording, page), 1, "{stdout}");
        }
    }
}
