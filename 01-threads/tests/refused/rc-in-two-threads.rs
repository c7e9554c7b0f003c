//! Two threads share a list, and an `Rc` counts how many still need it.

use std::rc::Rc;
use std::thread;

fn main() {
    let known = Rc::new(vec!["/1", "/2"]);
    let ours = Rc::clone(&known);

    let thread = thread::spawn(move || println!("{known:?}"));
    println!("{ours:?}");
    thread.join().unwrap();
}
