//! 6-14 · A chat room: a slow reader misses lines, and the others miss none.
//!
//!     cargo run -p with-tokio --bin 6-14-slow-readers-miss-lines
//!
//! Look at what dan is told, and that bob is told all lines both times.

use lab::Site;
use std::io;
use std::time::Duration;
use tokio::runtime::Runtime;
use with_tokio::chat::{self, Guest};
use with_tokio::{fetch, lane, waits_for};

/// How many lines ann says, and after how many she waits for bob.
const LINES: usize = 240;
const AT_ONCE: usize = 8;

fn main() -> io::Result<()> {
    let site = Site::start();
    Runtime::new()?.block_on(lane("guests", talk_twice(&site)))?;
    site.finish();
    Ok(())
}

async fn talk_twice(site: &Site) -> io::Result<()> {
    let page = waits_for("/", fetch(&site.page(0))).await;
    let page = page.expect("every page is there");
    let text = String::from_utf8_lossy(&page.body).replace('\n', " ");
    println!("dan reads late:");
    talk(&text, Duration::from_secs(30)).await?;
    println!("dan reads too late:");
    talk(&text, Duration::from_millis(50)).await
}

/// Ann says her lines, and bob reads along. Then dan begins to read.
async fn talk(text: &str, patience: Duration) -> io::Result<()> {
    let listener = chat::listen()?;
    let to = listener.local_addr()?;
    let server = tokio::spawn(chat::serve(listener, patience));
    let mut ann = Guest::enter(to, "kitchen ann").await?;
    let mut bob = Guest::enter(to, "kitchen bob").await?;
    let mut dan = Guest::enter(to, "kitchen dan").await?;

    for said in (AT_ONCE..=LINES).step_by(AT_ONCE) {
        for _ in 0..AT_ONCE {
            ann.say(text).await?;
        }
        while ann.lines < said && ann.hear().await? {}
        while bob.lines < said && bob.hear().await? {}
    }
    if patience < Duration::from_secs(1) {
        while !bob.word.contains("dan") && bob.hear().await? {}
        println!("  bob is told: {}", bob.word);
    }
    while dan.lines + dan.missed < LINES && dan.hear().await? {}
    println!("  bob: {bob}\n  dan: {dan}");
    server.abort();
    Ok(())
}
