//! The visitors of the server of step 5-12, and what answers them.

use super::{read, write_all};
use crate::net::TcpStream;
use crate::task::JoinHandle;
use lab::Url;
use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Asks for a page, and says what came of it.
pub fn visit(to: SocketAddr, path: &'static str) -> JoinHandle<String> {
    crate::spawn(async move {
        let got = async {
            let mut server = TcpStream::connect(to).await?;
            write_all(&mut server, path.as_bytes()).await?;
            count_bytes(server).await
        };
        describe(path, got.await)
    })
}

/// Connects, and says nothing.
pub fn keep_silent(to: SocketAddr) -> JoinHandle<String> {
    crate::spawn(async move {
        let got = async { count_bytes(TcpStream::connect(to).await?).await };
        describe("silent", got.await)
    })
}

fn describe(visitor: &str, got: io::Result<usize>) -> String {
    match got {
        Ok(0) => format!("{visitor}: no answer"),
        Ok(n) => format!("{visitor}: {n} bytes"),
        Err(why) => format!("{visitor}: {}", why.kind()),
    }
}

/// To the end.
async fn count_bytes(mut server: TcpStream) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let mut all = 0;
    while let n @ 1.. = read(&mut server, &mut buffer).await? {
        all += n;
    }
    Ok(all)
}

/// A client that is being answered.
pub struct Client {
    /// Ends with the answer.
    pub task: JoinHandle<()>,
    path: Rc<RefCell<String>>,
}

impl Client {
    /// Reads a path, and answers with that page of the slow site.
    pub fn answer(mut client: TcpStream, mut site: Url) -> Client {
        let path = Rc::<RefCell<String>>::default();
        let asked = path.clone();
        let task = crate::spawn(async move {
            let mut buffer = [0; 64];
            let Ok(n) = read(&mut client, &mut buffer).await else { return };
            site.set_path(&String::from_utf8_lossy(&buffer[..n]));
            site.path().clone_into(&mut asked.borrow_mut());
            let limit = Instant::now() + Duration::from_secs(2);
            if let Ok(page) = crate::fetch_by(&site, limit).await {
                // The client may have gone.
                let _ = write_all(&mut client, &page.body).await;
            }
        });
        Client { task, path }
    }

    /// What it has asked for.
    pub fn path(&self) -> String {
        match &*self.path.borrow() {
            it if it.is_empty() => "one that has asked for nothing".to_owned(),
            path => path.clone(),
        }
    }
}
