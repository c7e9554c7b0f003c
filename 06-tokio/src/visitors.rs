//! The visitors of the server of step 6-11.

use crate::{lane, waits_for};
use lab::Page;
use rustix::process::{Signal, getpid, kill_process};
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Four visitors connect and ask for a page each, and a fifth connects and
/// asks for nothing. Then the server is asked to end, `times` times. Each
/// visitor says what came of it.
///
/// # Errors
///
/// If one cannot connect.
pub async fn come(to: SocketAddr, times: u32) -> io::Result<()> {
    println!("asked to end, signals: {times}");
    let mut visitors = JoinSet::new();
    for path in ["/1", "/2", "/3", "/4", ""] {
        let mut server = TcpStream::connect(to).await?;
        if !path.is_empty() {
            server.write_all(format!("{path}\n").as_bytes()).await?;
        }
        let what = if path.is_empty() { "silent" } else { path };
        visitors.spawn(lane(format!("visitor {what}"), async move {
            match waits_for("an answer", answer(server)).await {
                Ok(Some(page)) => println!("  {what}: {} bytes", page.len()),
                Ok(None) => println!("  {what}: no answer"),
                Err(why) => println!("  {what}: {}", why.kind()),
            }
        }));
    }
    for _ in 0..times {
        ask_to_end();
        // The first that leaves is the silent one.
        visitors.join_next().await;
    }
    visitors.join_all().await;
    Ok(())
}

/// A page, as it is sent to a visitor: after a line that says how long it is.
pub fn message(page: &Page) -> Vec<u8> {
    let mut message = format!("{}\n", page.body.len()).into_bytes();
    message.extend_from_slice(&page.body);
    message
}

/// The page that comes from the server, if one comes.
///
/// # Errors
///
/// If a part of it does not come.
pub async fn answer(server: TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut server = BufReader::new(server);
    let mut line = String::new();
    if server.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let bytes = line.trim_end().parse().map_err(io::Error::other)?;
    let mut page = vec![0; bytes];
    server.read_exact(&mut page).await?;
    Ok(Some(page))
}

/// Sends this process the signal that `kill` sends.
fn ask_to_end() {
    kill_process(getpid(), Signal::TERM).expect("it is this process");
}
