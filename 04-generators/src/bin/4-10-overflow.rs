//! 4-10 · Overflow: a stack has an end, and below it is somebody's memory.
//!
//!     cargo run -p generators --bin 4-10-overflow
//!
//! Look at the first answer: it is right, and nothing complains.

#![expect(unsafe_code, reason = "memory becomes a stack")]

use generators::steps::BareGreenlet;
use generators::{Greenlet, Yielder};
use lab::{Failure, Site, fetch};
use rustix::mm::{
    MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect,
};
use std::hint::black_box;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::ptr::null_mut;
use std::{env, io, slice};

const GUARD: &str = "with a guard below";
const LIBRARY: &str = "from the library";
const STACK: usize = 16 * 1024;
/// What is below the stack.
const BELOW: usize = 1024 * 1024;

fn main() -> Result<(), Failure> {
    // Started again as a child, which comes to no good end.
    match &env::args().collect::<Vec<_>>()[..] {
        [_, how, text] if how == GUARD => return Ok(sum_up(text, true)?),
        [_, how, text] if how == LIBRARY => return Ok(by_library(text)?),
        _ => {}
    }
    let site = Site::start();
    let page = fetch(&site.page(0))?;
    let text = String::from_utf8_lossy(&page.body);
    println!("on main's stack:\n    the sum is {}", sum(text.as_bytes()));
    println!("on a small stack:");
    sum_up(&text, false)?;
    for how in [GUARD, LIBRARY] {
        println!("on a small stack {how}:");
        let program = env::current_exe()?;
        let child = Command::new(program).args([how, &text]).output()?;
        print!("{}", String::from_utf8_lossy(&child.stdout));
        print!("{}", String::from_utf8_lossy(&child.stderr));
        let signal = child.status.signal().unwrap_or_default();
        println!("    it was ended by signal {signal}");
    }
    site.finish();
    Ok(())
}

/// Calls itself for each byte.
fn sum(bytes: &[u8]) -> u64 {
    match bytes {
        [] => 0,
        [first, rest @ ..] => u64::from(*first) + black_box(sum)(rest),
    }
}

/// Sums up the bytes on the stack of a greenlet, and looks at what is below it.
fn sum_up(text: &str, guard: bool) -> io::Result<()> {
    let access = ProtFlags::READ | ProtFlags::WRITE;
    let (flags, size) = (MapFlags::PRIVATE, BELOW + STACK);
    // SAFETY: the kernel finds a place that nothing uses.
    let below = unsafe { mmap_anonymous(null_mut(), size, access, flags) }?;
    // SAFETY: it is longer than that.
    unsafe { below.cast::<u8>().write_bytes(7, BELOW) };
    if guard {
        // SAFETY: nothing uses it yet.
        unsafe { mprotect(below, BELOW, MprotectFlags::empty()) }?;
    }
    // SAFETY: the memory ends there.
    let top = unsafe { below.byte_add(size) }.cast();
    let text = text.to_owned();
    // SAFETY: this is not true: the function needs more.
    let greenlet = unsafe {
        BareGreenlet::below(top, move |_| {
            println!("    the sum is {}", sum(text.as_bytes()));
        })
    };
    greenlet.resume();
    if !guard {
        // SAFETY: nothing runs that could change it.
        let all = unsafe { slice::from_raw_parts(below.cast::<u8>(), BELOW) };
        let changed = all.iter().filter(|byte| **byte != 7).count();
        println!("    {changed} bytes of others have changed");
    }
    Ok(())
}

/// The same on the stack of a greenlet as the library makes it.
fn by_library(text: &str) -> io::Result<()> {
    let text = text.to_owned();
    let body = move |(), _: &Yielder<(), ()>| {
        println!("    the sum is {}", sum(text.as_bytes()));
    };
    Greenlet::with_stack_size("sums", STACK, body)?.resume(());
    Ok(())
}
