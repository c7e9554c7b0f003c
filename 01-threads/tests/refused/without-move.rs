//! A thread borrows from the function that has started it.

use std::thread::{self, JoinHandle};

fn main() {
    start("/1".to_owned()).join().unwrap();
}

fn start(page: String) -> JoinHandle<()> {
    thread::spawn(|| println!("{page}"))
}
