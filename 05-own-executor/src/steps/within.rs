//! A limit for what may wait for ever, as in step 1-6.

use lab::waiting;
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;
use timeline::format_duration;

/// Runs `f` on a thread of this name. If nothing is recorded any more for as
/// long as `limit`, prints what each lane waits for, and leaves the thread as
/// it is.
///
/// # Panics
///
/// If there is no thread to be had, or `f` panics.
pub fn within<T: Send + 'static>(
    limit: Duration,
    name: &str,
    f: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, ended) = channel();
    let thread = Builder::new().name(name.to_owned()).spawn(move || {
        // If the limit is over, nothing wants it any more.
        let _ = sender.send(f());
    });
    let thread = thread.expect("there is room for one more thread");
    let _waiting = waiting(name);
    let mut left = limit;
    loop {
        match ended.recv_timeout(left) {
            Ok(output) => return Some(output),
            Err(_) if thread.is_finished() => panic!("{name} has panicked"),
            Err(_) => {}
        }
        let so_far = timeline::so_far().expect("what is recorded");
        let silence = so_far.silence();
        left = limit.saturating_sub(silence);
        if left.is_zero() {
            let limit = format_duration(limit);
            println!("nothing has happened for {limit}:");
            for sentence in so_far.explain_waits(silence) {
                println!("  {sentence}");
            }
            return None;
        }
    }
}
