//! A recording of this process, from its start to its end.

use super::event::What;
use super::lane::event;
use super::spans::Recording;
use super::write::{ON, OUTPUT, Output, VARIABLE, error};
use std::env::var_os;
use std::fs::remove_file;
use std::io::{self, Write, stderr};
use std::panic;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

/// Starts to record: into the file that [`VARIABLE`] names, else into a new
/// one that is removed when this process ends. Once started, it stays so.
///
/// # Errors
/// If the file cannot be opened.
pub fn start() -> io::Result<&'static Path> {
    static STARTING: Mutex<()> = Mutex::new(());
    let _one_at_a_time =
        STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(output) = OUTPUT.get() {
        return Ok(&output.path);
    }
    let output = match var_os(VARIABLE) {
        Some(path) => Output::given(path.into())?,
        None => Output::temporary()?,
    };
    let output = OUTPUT.get_or_init(|| output);
    ON.store(true, Relaxed);
    record_panics();
    Ok(&output.path)
}

/// Ends the recording of this process and reads what there is, of all of them.
///
/// # Errors
/// If the file cannot be read.
pub fn finish() -> io::Result<Recording> {
    // So that the CPU time of the last stretch is known.
    event(What::Run);
    ON.store(false, Relaxed);
    let Some(output) = OUTPUT.get() else {
        return Ok(Recording::parse(""));
    };
    let recording = Recording::read(&output.path);
    if let Some(why) = error() {
        let _ = writeln!(stderr(), "the recording ends too early: {why}");
    }
    if output.temporary {
        // Its folder goes when the process ends.
        let _ = remove_file(&output.path);
    }
    recording
}

/// What has been recorded so far, by all processes; it goes on.
///
/// # Errors
/// If the file cannot be read.
pub fn so_far() -> io::Result<Recording> {
    match OUTPUT.get() {
        Some(output) => Recording::read(&output.path),
        None => Ok(Recording::parse("")),
    }
}

/// A panic is an event too; it is reported as it would have been.
fn record_panics() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let payload = info.payload();
        let why = payload.downcast_ref::<&str>().copied();
        let why = why.or(payload.downcast_ref::<String>().map(String::as_str));
        event(What::Panic(why.unwrap_or("(not a text)")));
        report(info);
    }));
}
