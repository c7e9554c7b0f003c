//! A stack that is too small: what is said, and what is not.

use super::{end_of, ran_by};
use generators::{Greenlet, Resumed, Yielder};
use std::env;
use std::hint::black_box;
use std::process::Command;
use std::ptr;
use std::thread;
use trials::watchdog::Ran;

/// Uses `frames` frames of a KiB each, and a bit more.
#[inline(never)]
fn recurse(frames: u64) -> u64 {
    let mut frame = [frames; 128];
    black_box(&mut frame);
    if frames == 0 { 0 } else { recurse(frames - 1) + frame[5] / frames }
}

const FOR_EVER: u64 = u64::MAX;

/// Runs this in a greenlet with a stack of this size.
fn run_on(name: &'static str, kib: usize, body: impl FnOnce() + 'static) {
    let run = |(), _: &Yielder<(), ()>| body();
    let greenlet = Greenlet::with_stack_size(name, kib << 10, run);
    let _: Resumed<(), ()> = greenlet.unwrap().resume(());
}

/// Asserts that it has ended with a sentence and nothing else.
#[track_caller]
fn says(ran: &Ran, name: &str, kib: usize) {
    let expected = format!(
        "greenlet `{name}` has overflowed its stack of {kib} KiB: \
         `Greenlet::with_stack_size` gives it more\n"
    );
    assert_eq!(ran.stderr, expected, "{}", ran.status);
    assert!(ran.status.code().is_none(), "{}", ran.status);
}

/// Asserts that nothing of ours was said.
#[track_caller]
fn is_not_ours(ran: &Ran) {
    assert!(!ran.stderr.contains("greenlet `"), "{}", ran.stderr);
    assert!(ran.status.code().is_none(), "{}", ran.status);
}

#[test]
fn a_stack_that_is_big_enough_is_used_to_the_end() {
    let run = |(), y: &Yielder<(), ()>| {
        let used = recurse(900);
        y.suspend(());
        used + recurse(900)
    };
    let greenlet = Greenlet::with_stack_size("deep", 2 << 20, run);
    let mut greenlet = greenlet.unwrap();
    greenlet.resume(());
    assert_eq!(greenlet.resume(()), Resumed::Returned(1800));
}

#[test]
fn the_sentence_names_the_greenlet_and_its_size() {
    let ran = end_of(|| {
        run_on("deep", 64, || _ = recurse(FOR_EVER));
    });
    says(&ran, "deep", 64);
}

#[test]
fn it_is_said_on_other_threads_too() {
    let ran = end_of(|| {
        let overflow = || run_on("elsewhere", 128, || _ = recurse(FOR_EVER));
        let _ = thread::spawn(overflow).join();
    });
    says(&ran, "elsewhere", 128);
}

/// Std gives each thread that it makes a second stack, for handlers.
#[test]
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "std makes no such thread")]
fn on_a_thread_that_std_has_not_made_nothing_can_be_said() {
    extern "C" fn overflow(_: *mut libc::c_void) -> *mut libc::c_void {
        run_on("unsaid", 64, || _ = recurse(FOR_EVER));
        ptr::null_mut()
    }
    let ran = end_of(|| {
        let mut thread: libc::pthread_t = 0;
        let place = &raw mut thread;
        // SAFETY: the function takes nothing, and the thread is joined.
        unsafe {
            libc::pthread_create(place, ptr::null(), overflow, ptr::null_mut())
        };
        // SAFETY: it has been made above.
        unsafe { libc::pthread_join(thread, ptr::null_mut()) };
    });
    assert_eq!(ran.stderr, "");
    assert!(ran.status.code().is_none(), "{}", ran.status);
}

#[test]
fn of_nested_ones_the_inner_is_named() {
    let ran = end_of(|| {
        run_on("outer", 256, || {
            run_on("inner", 64, || _ = recurse(FOR_EVER));
        });
    });
    says(&ran, "inner", 64);
}

#[test]
fn once_the_inner_has_ended_the_outer_is_named() {
    let ran = end_of(|| {
        run_on("outer", 256, || {
            run_on("inner", 64, || _ = recurse(10));
            recurse(FOR_EVER);
        });
    });
    says(&ran, "outer", 256);
}

#[test]
fn a_stack_that_is_used_again_is_guarded_again() {
    let ran = end_of(|| {
        run_on("first", 64, || _ = recurse(10));
        run_on("second", 64, || _ = recurse(FOR_EVER));
    });
    says(&ran, "second", 64);
}

/// Emulators ignore a guard that is made of marks in the page tables, and the
/// kernel before Linux 6.13 has none: it is protected then.
#[test]
fn it_is_said_without_marks_in_the_page_tables_too() {
    let emulator = format!("qemu-{}", env::consts::ARCH);
    if Command::new(&emulator).arg("--version").output().is_err() {
        assert!(env::var_os("CI").is_none(), "CI needs {emulator}");
        println!("left out, since there is no {emulator}");
        return;
    }
    let mut command = Command::new(&emulator);
    command.arg(env::current_exe().unwrap());
    let ran = ran_by(&mut command, || {
        run_on("emulated", 64, || _ = recurse(FOR_EVER));
    });
    let said = "greenlet `emulated` has overflowed its stack of 64 KiB: ";
    assert!(ran.stderr.starts_with(said), "{}", ran.stderr);
}

#[test]
fn a_frame_of_a_mebibyte_does_not_step_over_the_guard() {
    let ran = end_of(|| {
        run_on("large", 64, || {
            black_box(&mut [1_u8; 1 << 20]);
        });
    });
    says(&ran, "large", 64);
}

#[test]
fn a_long_name_is_cut_off() {
    let ran = end_of(|| {
        let name: &'static str = "ü".repeat(1000).leak();
        run_on(name, 64, || _ = recurse(FOR_EVER));
    });
    assert!(ran.stderr.starts_with("greenlet `üüü"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with(" gives it more\n"), "{}", ran.stderr);
}

#[test]
fn a_thread_that_overflows_its_own_stack_is_told_by_std() {
    let ran = end_of(|| {
        run_on("before", 64, || ());
        let thread = thread::Builder::new().name("own".to_string());
        let thread = thread.spawn(|| recurse(FOR_EVER)).unwrap();
        let _ = thread.join();
    });
    is_not_ours(&ran);
    assert!(ran.stderr.contains("thread 'own'"), "{}", ran.stderr);
    assert!(ran.stderr.contains("has overflowed its stack"), "{}", ran.stderr);
}

/// An access to nowhere, as C would have it.
#[expect(unsafe_code, reason = "safe code has no null pointers")]
fn write_to_null() {
    let null = black_box(ptr::null_mut::<u8>());
    // SAFETY: there is no memory, and so no harm: the process ends.
    unsafe { libc::memset(null.cast(), 1, 1) };
}

#[test]
fn a_null_pointer_is_not_taken_for_an_overflow() {
    let outside = end_of(|| {
        run_on("before", 64, || ());
        write_to_null();
    });
    is_not_ours(&outside);
}

#[test]
fn nor_is_one_inside_of_a_greenlet() {
    let inside = end_of(|| run_on("inside", 64, write_to_null));
    is_not_ours(&inside);
}

#[test]
#[expect(unsafe_code, reason = "std has no signals")]
fn a_bus_error_is_not_taken_for_an_overflow() {
    let ran = end_of(|| {
        run_on("inside", 64, || {
            for _ in 0..2 {
                // SAFETY: it can always be called.
                unsafe { libc::raise(libc::SIGBUS) };
            }
        });
    });
    is_not_ours(&ran);
}

#[test]
#[expect(unsafe_code, reason = "std has no signals")]
fn a_handler_that_was_there_before_is_called() {
    extern "C" fn end(_: libc::c_int) {
        // SAFETY: a handler may call it.
        unsafe { libc::_exit(7) };
    }
    let ran = end_of(|| {
        let handler = end as extern "C" fn(_) as usize;
        // SAFETY: it calls only what a handler may.
        unsafe { libc::signal(libc::SIGSEGV, handler) };
        run_on("before", 64, || ());
        write_to_null();
    });
    assert_eq!((ran.stderr.as_str(), ran.status.code()), ("", Some(7)));
}
