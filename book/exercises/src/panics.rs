//! The panics in what a test has written.

/// A panic as it was reported.
#[derive(Debug, PartialEq, Eq)]
pub struct Panic<'a> {
    pub thread: &'a str,
    /// `01-threads/exercises/join-all.rs:21:9`
    pub place: &'a str,
    pub message: String,
}

/// All panics, in the order in which they were reported, and what else was
/// written; no backtraces.
///
/// ```text
/// thread 'check::results_come_in_order' (4242) panicked at FILE:21:9:
/// wrong answer: …
/// note: run with `RUST_BACKTRACE=1` environment variable to …
/// ```
pub fn panics(stderr: &str) -> (Vec<Panic<'_>>, String) {
    let mut panics: Vec<Panic<'_>> = Vec::new();
    let mut others = String::new();
    let mut is_message = false;
    let mut is_backtrace = false;
    for line in stderr.lines() {
        is_backtrace &= line.starts_with(' ');
        if is_backtrace {
            continue;
        }
        if let Some((thread, place)) = heading(line) {
            panics.push(Panic { thread, place, message: String::new() });
            is_message = true;
        } else if line.starts_with("note: run with `RUST_BACKTRACE=") {
            is_message = false;
        } else if line == "stack backtrace:" {
            (is_message, is_backtrace) = (false, true);
        } else if let Some(panic) = panics.last_mut()
            && is_message
        {
            panic.message += line;
            panic.message.push('\n');
        } else {
            others += line;
            others.push('\n');
        }
    }
    for panic in &mut panics {
        panic.message.truncate(panic.message.trim_end().len());
    }
    (panics, others)
}

/// The thread and the place. The number of the thread is not always there.
fn heading(line: &str) -> Option<(&str, &str)> {
    let (thread, place) = line.split_once(" panicked at ")?;
    let thread = thread.strip_prefix("thread '")?;
    let (name, number) = thread.rsplit_once('\'')?;
    let number = number.trim_matches([' ', '(', ')']);
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((name, place.strip_suffix(':')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_are_told_from_each_other_and_from_the_rest() {
        let stderr = "\
the answer prints this
\nthread '<unnamed>' (7) panicked at src/lib.rs:1:2:
boom
stack backtrace:
   0: boom
             at src/lib.rs:1:2
note: run with `RUST_BACKTRACE=1` environment variable to see more
and this
\nthread 'check::it's_right' panicked at it/check.rs:3:4:
wrong answer: of two lines
  and no more
";
        let (panics, others) = panics(stderr);
        assert_eq!(others, "the answer prints this\n\nand this\n\n");
        let [boom, wrong] = &panics[..] else { panic!("two") };
        assert_eq!((boom.thread, boom.place), ("<unnamed>", "src/lib.rs:1:2"));
        assert_eq!(boom.message, "boom");
        assert_eq!(wrong.thread, "check::it's_right");
        assert_eq!(wrong.message, "wrong answer: of two lines\n  and no more");
    }
}
