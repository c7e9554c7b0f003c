//! The greeting as a generator.

use crate::{AsyncYielder, Generator};

type Y = AsyncYielder<char, ()>;

/// One that has not begun: what it is resumed with first counts for nothing.
pub fn new() -> Generator<char, (), String> {
    Generator::new(|_, y| greet(y))
}

async fn greet(y: Y) -> String {
    let name = read_line(&y).await;
    let town = read_line(&y).await;
    format!("{name} of {town}")
}

async fn read_line(y: &Y) -> String {
    let mut line = String::new();
    loop {
        match next(y).await {
            '\n' => return line,
            '\r' => {}
            other => line.push(other),
        }
    }
}

async fn next(y: &Y) -> char {
    y.suspend(()).await
}
