//! One callback for two events, either of which would call it.

fn main() {
    let then: Box<dyn FnOnce(&str)> = Box::new(|page| println!("{page}"));
    let answer = move || then("here it is");
    let timer = move || then("timed out");
    answer();
    timer();
}
