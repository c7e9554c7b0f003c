//! Tests of what a text tells.

use super::{find_sleeps, find_unrecorded};

#[track_caller]
fn finds(text: &str, wanted: &[(&str, usize)]) {
    let found = find_unrecorded(text);
    let found: Vec<_> =
        found.iter().map(|(path, line)| (path.as_str(), *line)).collect();
    assert_eq!(found, wanted, "{text}");
}

#[test]
fn stds_locks_are_found_however_they_are_called() {
    for text in [
        "use std::sync::Mutex;",
        "use std::sync::{Arc, Mutex as M};",
        "use std::{collections::VecDeque, sync::{self, Mutex}};",
        "use ::std::sync::Mutex;",
        "use std::sync; fn f() { sync::Mutex::new(0); }",
        "use std::sync::{self as y}; struct S(y::Mutex<u8>);",
        "use std as s; struct S(s::sync::Mutex<u8>);",
        "use std as s; use s::sync as y; struct S(y::Mutex<u8>);",
        "extern crate std as s; struct S(s::sync::Mutex<u8>);",
        "use std::sync::*; struct S(Vec<Mutex<u8>>);",
        "use std::*; struct S(sync::Mutex<u8>);",
        "mod m { pub use std::sync; } struct S(m::sync::Mutex<u8>);\
         use m::sync;",
        "use self::s::sync::Mutex; use std as s;",
        "type M<T> = std :: sync :: Mutex<T>;",
        "struct S(r#std::sync::r#Mutex<u8>);",
        "macro_rules! m { () => { std::sync::Mutex::new(0) } }",
    ] {
        finds(text, &[("std::sync::Mutex", 1)]);
    }
}

#[test]
fn every_means_is_found_with_its_line() {
    finds(
        "use std::sync::{\n  Condvar,\n  RwLock, Barrier};\n\
         use std::sync::atomic::{AtomicBool, Ordering::SeqCst};\n\
         use std::thread;\nfn f() {\n  thread::park();\n}",
        &[
            ("std::sync::Condvar", 2),
            ("std::sync::Barrier", 3),
            ("std::sync::RwLock", 3),
            ("std::sync::atomic::AtomicBool", 4),
            ("std::thread::park", 7),
        ],
    );
    finds(
        "use std::thread::park_timeout;",
        &[("std::thread::park_timeout", 1)],
    );
    finds("use std::sync::mpsc::channel;", &[("std::sync::mpsc", 1)]);
    finds("use core::sync::atomic::*;", &[("core::sync::atomic", 1)]);
    finds("use std::os::unix::net::UnixStream;", &[("std::os::unix::net", 1)]);
    finds(
        "use crossbeam_channel as c; fn f() { c::bounded(1) }",
        &[("crossbeam_channel", 1)],
    );
}

#[test]
fn what_is_recorded_or_makes_nobody_wait_is_not_found() {
    for text in [
        "use lab::sync::{Condvar, Mutex};",
        "use lab::sync::*; use std::sync::Arc; struct S(Arc<Mutex<u8>>);",
        "use lab::sync; struct S(sync::Mutex<u8>);",
        "use std::sync::{Arc, PoisonError, TryLockError};",
        "use std::thread; fn f() { thread::spawn(|| thread::yield_now()); }",
        "use std::cmp::Ordering; fn f() { seat.park(); self.Mutex.lock(); }",
        "// use std::sync::Mutex;\n/* std::sync /* Mutex */ std::sync::Once */",
        "//! std::sync::Mutex\nconst S: &str = \"std::sync::Mutex\";",
        "const S: &str = r#\"\"std::sync::Mutex\"#;",
        "const B: &[u8] = b\"\\\"\";",
        "fn f<'a>(a: &'a str) { let c = '\"'; let std = '\\''; }",
        "mod sync { pub struct Mutex; } struct S(sync::Mutex);",
        "fn main() { use",
        "use std::{sync::",
        "\"",
        "/*",
    ] {
        finds(text, &[]);
    }
}

#[test]
fn sleeping_for_a_time_is_found_and_yielding_is_not() {
    let text = "use std::thread as t;\nfn f() {\n  t::yield_now();\n  \
                t::sleep(TIME);\n  sleep();\n}";
    assert_eq!(find_sleeps(text), [("std::thread::sleep".to_owned(), 4)]);
}
