//! The end of a program that cannot go on, or cannot print.

use std::env;
use std::io::{Write, stderr};
use std::{panic, process};

/// From now on, a `println!` that fails ends this process without the report of
/// a panic. If the pipe is closed, as by `head`, its reader has read enough; if
/// the disk is full, one sentence says so.
pub fn end_if_output_fails() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let why = info.payload().downcast_ref::<String>();
        let why = why.and_then(|why| {
            why.strip_prefix("failed printing to ")?.split_once(": ")
        });
        match why {
            None => report(info),
            Some(("stdout", why)) if why.starts_with("Broken pipe") => {
                process::exit(0)
            }
            Some((_, why)) => exit(1, &format!("cannot print: {why}")),
        }
    }));
}

/// Ends this process with a sentence that says why.
pub fn exit(status: i32, why: &str) -> ! {
    let program = env::current_exe().unwrap_or_default();
    let program = program.file_stem().unwrap_or_default().display();
    // Standard error may be closed, too.
    let _ = writeln!(stderr(), "{program}: {why}");
    process::exit(status)
}
