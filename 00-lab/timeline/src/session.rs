//! The recording of this process: started, finished, read meanwhile.

use super::event::What;
use super::lane::event;
use super::private;
use super::spans::Recording;
use super::write::{ON, OUTPUT, Output, VARIABLE, error};
use std::env::var_os;
use std::fs::remove_file;
use std::io::{self, Write, stderr};
use std::panic;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

/// Starts to record into the file that [`VARIABLE`] names, or else into a new
/// one that is removed when this process ends. Later calls change nothing.
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
        Some(path) => Output::open(path.into(), false)?,
        None => Output::open(private::folder()?.join("events"), true)?,
    };
    let output = OUTPUT.get_or_init(|| output);
    ON.store(true, Relaxed);
    record_panics();
    Ok(&output.path)
}

/// Ends the recording of this process, and reads what all processes recorded.
///
/// # Errors
/// If the file cannot be read.
pub fn finish() -> io::Result<Recording> {
    // This event has the CPU time of the span that ends here.
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
        // Its folder is removed when the process ends.
        let _ = remove_file(&output.path);
    }
    recording
}

/// Reads what all processes have recorded so far; the recording goes on.
///
/// # Errors
/// If the file cannot be read.
pub fn so_far() -> io::Result<Recording> {
    match OUTPUT.get() {
        Some(output) => Recording::read(&output.path),
        None => Ok(Recording::parse("")),
    }
}

/// Records each panic as an event, before it is reported as usual.
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
