//! The other sides of step 5-11: each takes its time.

use super::{read, write_all};
use crate::net::{TcpListener, TcpStream};
use crate::sync::mpsc;
use crate::task::JoinHandle;
use crate::time::sleep;
use lab::Url;
use std::io;
use std::time::Duration;

/// Between two things that it does.
const PAUSE: Duration = Duration::from_millis(10);

/// A channel into which these come one by one.
pub fn sender<T: Clone + 'static>(values: &[T]) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel(1);
    let values = values.to_vec();
    drop(crate::spawn(async move {
        for value in values {
            sleep(PAUSE).await;
            // The other side may have enough.
            let _ = sender.send(value).await;
        }
    }));
    receiver
}

/// A channel from which values are taken one by one.
pub fn receiver<T: 'static>() -> (mpsc::Sender<T>, JoinHandle<Vec<T>>) {
    let (sender, mut receiver) = mpsc::channel(1);
    let task = crate::spawn(async move {
        let mut got = Vec::new();
        while let Some(value) = receiver.recv().await {
            got.push(value);
            sleep(PAUSE).await;
        }
        got
    });
    (sender, task)
}

/// A connection on which these lines come, each in two pieces.
///
/// # Errors
///
/// If there is no connection.
pub async fn writer(lines: &[String]) -> io::Result<TcpStream> {
    let (stream, mut other) = connection().await?;
    let lines = lines.to_vec();
    drop(crate::spawn(async move {
        for line in lines {
            let (begin, end) = line.as_bytes().split_at(line.len() / 2);
            for piece in [begin, end] {
                write_all(&mut other, piece).await?;
                sleep(PAUSE).await;
            }
        }
        io::Result::Ok(())
    }));
    Ok(stream)
}

/// A connection on which bytes are read one mebibyte after another, and what
/// lines they were.
///
/// # Errors
///
/// If there is no connection.
pub async fn reader() -> io::Result<(TcpStream, JoinHandle<Vec<String>>)> {
    let (stream, mut other) = connection().await?;
    let task = crate::spawn(async move {
        let mut bytes = Vec::new();
        let mut buffer = vec![0; MEBIBYTE];
        while let Ok(n @ 1..) = read(&mut other, &mut buffer).await {
            bytes.extend_from_slice(&buffer[..n]);
            sleep(PAUSE).await;
        }
        lines(&bytes)
    });
    Ok((stream, task))
}

const MEBIBYTE: usize = 1024 * 1024;

/// A line that is so long, and all about this page.
pub fn long_line(url: &Url) -> String {
    let url = format!("{url} ");
    url.repeat(MEBIBYTE / url.len()) + "\n"
}

/// The lines of a text, each with its end; the last one may have none.
pub fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// Both ends of a connection.
async fn connection() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let stream = TcpStream::connect(listener.local_addr()?).await?;
    Ok((stream, listener.accept().await?.0))
}
