//! A list of paths which comes over a connection, in pieces: the other side of
//! steps 6-7 and 6-8.

use crate::{lane, waits_for};
use lab::Url;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Eight lines of four bytes.
pub fn lines() -> Vec<String> {
    (11..=18).map(|n| format!("/{n}\n")).collect()
}

/// A connection on which the [`lines`] come, each in two pieces. The next piece
/// is sent when `ticked` tells those who wait, and not before.
///
/// # Errors
///
/// If there is no connection.
pub async fn connect(ticked: &Arc<Notify>) -> io::Result<BufReader<TcpStream>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let stream = TcpStream::connect(listener.local_addr()?).await?;
    let (mut other, _) = listener.accept().await?;
    let ticked = ticked.clone();
    tokio::spawn(lane("writer", async move {
        for line in lines() {
            let (begin, end) = line.as_bytes().split_at(line.len() / 2);
            for piece in [begin, end] {
                waits_for("a tick", ticked.notified()).await;
                other.write_all(piece).await?;
            }
        }
        io::Result::Ok(())
    }));
    Ok(BufReader::new(stream))
}

/// Fetches the pages of a list, all at once.
pub async fn fetch(site: &Url, lines: &[String]) {
    let mut pages = JoinSet::new();
    for line in lines {
        let mut url = site.clone();
        url.set_path(line.trim_end());
        pages.spawn(lane("", async move { crate::fetch(&url).await }));
    }
    pages.join_all().await;
}
