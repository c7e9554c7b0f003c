//! Says whose stack was too small, before the process ends.

#![expect(unsafe_code, reason = "std has no handlers of signals")]

use super::link::{Link, RUNNING};
use libc::{c_int, c_void, sigaction, siginfo_t};
use std::io::Write;
use std::mem;
use std::ptr;
use std::sync::OnceLock;

/// What an access to a guard raises: Linux the first, macOS the second.
const SIGNALS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// The handlers that were there before, std's as a rule.
static BEFORE: OnceLock<[sigaction; 2]> = OnceLock::new();

/// Installs the handler, once in a process.
pub fn install_handler() {
    BEFORE.get_or_init(|| SIGNALS.map(install));
}

fn install(signal: c_int) -> sigaction {
    // SAFETY: all zeros is a valid `sigaction`: the default action.
    let mut action: sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handle as *const () as usize;
    // On the stack which std has set aside in each thread: the greenlet's own
    // has no room left.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: as above.
    let mut before: sigaction = unsafe { mem::zeroed() };
    // SAFETY: the handler calls only what a handler may.
    unsafe { sigaction(signal, &raw const action, &raw mut before) };
    before
}

extern "C" fn handle(
    signal: c_int,
    info: *mut siginfo_t,
    context: *mut c_void,
) {
    // SAFETY: the kernel hands over what it knows of the fault.
    let fault = unsafe { &*info };
    // SAFETY: of a fault, it knows the address.
    let address = unsafe { fault.si_addr() }.addr();
    // SAFETY: a greenlet keeps its link while it runs.
    if let Some(link) = unsafe { RUNNING.get().as_ref() }
        && link.guard.contains(&address)
    {
        end(link);
    }
    pass_on(signal, info, context);
}

/// Ends the process with a sentence. Nothing is allocated here: the fault may
/// have come from within the allocator.
fn end(link: &Link) -> ! {
    // Enough for 200 characters of a name.
    let mut text = [0; 1000];
    let mut left = &mut text[..];
    let _ = writeln!(
        left,
        "greenlet `{:.200}` has overflowed its stack of {} KiB: \
         `Greenlet::with_stack_size` gives it more",
        link.name,
        link.stack_size >> 10,
    );
    let unused = left.len();
    let said = &text[..text.len() - unused];
    // SAFETY: these bytes are initialised.
    unsafe { libc::write(2, said.as_ptr().cast(), said.len()) };
    // SAFETY: it can always be called.
    unsafe { libc::abort() }
}

/// Does what would have been done without this handler.
fn pass_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

    // Whenever a handler returns, the instruction is tried again. Here it is
    // until the other thread which installs this handler has done so.
    let Some(before) = BEFORE.get() else { return };
    let before = &before[usize::from(signal == SIGNALS[1])];
    if before.sa_flags & libc::SA_SIGINFO != 0 {
        // SAFETY: with this flag, there is a handler of this type.
        let handler: Handler = unsafe { mem::transmute(before.sa_sigaction) };
        handler(signal, info, context);
    } else {
        // There is one of another type, or none: it is called when the
        // instruction is tried again, or the process ends.
        // SAFETY: the action was there before.
        unsafe { sigaction(signal, before, ptr::null_mut()) };
    }
}
