//! A function that is not `async`, between one that pauses and its caller.

async fn read() -> usize {
    7
}

fn read_line() -> usize {
    read().await
}

fn main() {
    println!("{}", read_line());
}
