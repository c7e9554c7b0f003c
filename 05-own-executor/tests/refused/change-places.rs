//! Two futures that are pinned are to change places.

use std::mem;
use std::pin::{Pin, pin};

async fn show(path: &str) {
    println!("{path}");
}

fn change_places<F: Future>(one: Pin<&mut F>, other: Pin<&mut F>) {
    mem::swap(one.get_mut(), other.get_mut());
}

fn main() {
    change_places(pin!(show("/1")), pin!(show("/2")));
}
