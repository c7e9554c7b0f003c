//! Not thought out, but tried: what is there after each step, whichever thread
//! takes it.

use lab::sync::Mutex;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// 1 · `x` is 0 at first. It is printed in the end.
pub fn add(x: &AtomicU32, times: u32) {
    for _ in 0..times {
        let r = x.load(SeqCst);
        x.store(r + 1, SeqCst);
    }
}

/// What 1 can print, if each of the two threads adds 1 `times` times.
pub fn add_can_print(times: u32) -> Vec<u32> {
    let mut points = BTreeSet::from([(0, [0; 2], [2 * times; 2])]);
    let mut ends = BTreeSet::new();
    while let Some((x, r, left)) = points.pop_first() {
        if left == [0, 0] {
            ends.insert(x);
        }
        for me in (0..2).filter(|&me| left[me] > 0) {
            let (mut x, mut r, mut left) = (x, r, left);
            match left[me] % 2 {
                0 => r[me] = x,
                _ => x = r[me] + 1,
            }
            left[me] -= 1;
            points.insert((x, r, left));
        }
    }
    ends.into_iter().collect()
}

/// 2 · `out` is empty at first. It is printed in the end.
pub fn say_ab(out: &Mutex<String>) {
    out.lock().unwrap().push('A');
    out.lock().unwrap().push('B');
}

/// What 2 can print.
pub const SAY_AB: &[&str] = &["AABB", "ABAB"];

/// 3 · The same, but the lock is kept.
pub fn say_ab_in_one(out: &Mutex<String>) {
    let mut out = out.lock().unwrap();
    out.push('A');
    out.push('B');
}

/// What 3 can print.
pub const SAY_AB_IN_ONE: &[&str] = &["ABAB"];

/// 4 · The page is not known at first. `fetched` is printed in the end.
pub fn visit(known: &Mutex<bool>, fetched: &AtomicU32) {
    if *known.lock().unwrap() {
        return;
    }
    *known.lock().unwrap() = true;
    fetched.fetch_add(1, SeqCst);
}

/// What 4 can print, if `threads` threads run it, which is at least one.
pub fn visit_can_print(threads: u32) -> Vec<u32> {
    (0..threads).map(|late| threads - late).collect()
}

#[path = "predict-interleavings/check.rs"]
mod check;
