//! Medians of interleaved rounds.

use std::time::Instant;

const ROUNDS: usize = 101;

/// What is timed.
pub struct Subject {
    pub name: &'static str,
    /// How often it does in one call what is timed.
    pub times: u32,
    pub run: Box<dyn FnMut()>,
}

/// The median time of each, in nanoseconds for each time.
pub fn medians(subjects: &mut [Subject]) -> Vec<(&'static str, f64)> {
    let mut times = vec![Vec::new(); subjects.len()];
    for _ in 0..ROUNDS {
        for (subject, times) in subjects.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (subject.run)();
            let time = start.elapsed().as_secs_f64() * 1e9;
            times.push(time / f64::from(subject.times));
        }
    }
    let mut medians = Vec::new();
    for (subject, mut times) in subjects.iter().zip(times) {
        times.sort_by(f64::total_cmp);
        medians.push((subject.name, times[ROUNDS / 2]));
    }
    medians
}
