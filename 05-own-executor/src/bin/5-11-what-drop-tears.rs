//! 5-11 · What drop tears: a future that is dropped takes along what it has.
//!
//!     cargo run -p own-executor --bin 5-11-what-drop-tears
//!
//! Look at the rows: the loop is the same, and only two of six lose nothing.

use lab::{Site, Url};
use own_executor::net::TcpStream;
use own_executor::steps::{read, slow, write_all};
use own_executor::time::timeout;
use own_executor::{block_on, fetch_by, spawn};
use std::io;
use std::time::{Duration, Instant};

/// How long a try may take. The other side pauses for 10 ms each time.
const LIMIT: Duration = Duration::from_millis(4);

fn main() -> io::Result<()> {
    let site = Site::start();
    println!("                   cut   whole   torn   lost");
    block_on(async { spawn(every_row(site.pages(8))).await.unwrap() })?;
    site.finish();
    Ok(())
}

/// Tries until there is no more, and drops each try that takes too long. Gives
/// back how many of them it has cut, and what the others have brought.
async fn keep_trying<T>(
    mut attempt: impl AsyncFnMut() -> Option<T>,
) -> (usize, Vec<T>) {
    let (mut cut, mut got) = (0, Vec::new());
    loop {
        match timeout(LIMIT, attempt()).await {
            Ok(Some(value)) => got.push(value),
            Ok(None) => return (cut, got),
            Err(_) => cut += 1,
        }
    }
}

async fn every_row(urls: Vec<Url>) -> io::Result<()> {
    let mut queue = slow::sender(&urls);
    let (cut, got) = keep_trying(async || queue.recv().await).await;
    print("recv", cut, &urls, &got);

    let mut queue = slow::sender(&urls);
    let (cut, got) = keep_trying(async || {
        let url = queue.recv().await?;
        Some(fetch_by(&url, Instant::now() + 500 * LIMIT).await.ok()?.url)
    })
    .await;
    print("recv, then fetch", cut, &urls, &got);

    let (queue, receiver) = slow::receiver();
    let mut left = urls.iter().cloned();
    let (cut, _) =
        keep_trying(async || queue.send(left.next()?).await.ok()).await;
    drop(queue);
    print("send", cut, &urls, &receiver.await.unwrap());

    let lines: Vec<_> = urls.iter().map(|url| format!("{url}\n")).collect();
    let mut stream = slow::writer(&lines).await?;
    let (cut, pieces) = keep_trying(async || {
        let mut buffer = [0; 8];
        let n = read(&mut stream, &mut buffer).await.ok()?;
        (n > 0).then(|| buffer[..n].to_vec())
    })
    .await;
    print("read", cut, &lines, &slow::lines(&pieces.concat()));

    let mut stream = slow::writer(&lines).await?;
    let (cut, got) = keep_trying(async || read_line(&mut stream).await).await;
    print("read_line", cut, &lines, &got);

    let lines: Vec<_> = urls.iter().map(slow::long_line).collect();
    let (mut stream, reader) = slow::reader().await?;
    let mut left = lines.iter();
    let (cut, _) = keep_trying(async || {
        write_all(&mut stream, left.next()?.as_bytes()).await.ok()
    })
    .await;
    drop(stream);
    print("write_all", cut, &lines, &reader.await.unwrap());
    Ok(())
}

/// The next line, if there is one. Until it is whole it is kept here.
async fn read_line(from: &mut TcpStream) -> Option<String> {
    let (mut line, mut byte) = (String::new(), [0]);
    while !line.ends_with('\n') && read(from, &mut byte).await.ok()? > 0 {
        line.push(char::from(byte[0]));
    }
    (!line.is_empty()).then_some(line)
}

fn print<T: PartialEq>(what: &str, cut: usize, sent: &[T], got: &[T]) {
    let whole = got.iter().filter(|it| sent.contains(it)).count();
    let (torn, lost) = (got.len() - whole, sent.len() - got.len());
    println!("{what:16}{cut:6}{whole:8}{torn:7}{lost:7}");
}
