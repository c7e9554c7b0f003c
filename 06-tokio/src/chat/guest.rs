//! A client of the chat room, as the steps and the tests need one.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

/// A client, and what it has been told so far.
pub struct Guest {
    server: BufReader<TcpStream>,
    /// How many lines others have said.
    pub lines: usize,
    /// How many it has missed, as the server says.
    pub missed: usize,
    /// What else the server has said last.
    pub word: String,
}

impl Guest {
    /// Connects, says `hello`, and waits for an answer to that.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub async fn enter(to: SocketAddr, hello: &str) -> io::Result<Guest> {
        let socket = TcpSocket::new_v4()?;
        // Or the kernel would take in much for a client that does not read.
        socket.set_recv_buffer_size(4096)?;
        let server = BufReader::new(socket.connect(to).await?);
        let mut guest =
            Guest { server, lines: 0, missed: 0, word: String::new() };
        guest.say(hello).await?;
        guest.hear().await?;
        Ok(guest)
    }

    /// Says a line.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub async fn say(&mut self, line: &str) -> io::Result<()> {
        self.server.write_all(format!("{line}\n").as_bytes()).await
    }

    /// Waits for the next line; `false` if none comes any more.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub async fn hear(&mut self) -> io::Result<bool> {
        let mut line = String::new();
        self.server.read_line(&mut line).await?;
        let Some(line) = line.strip_suffix('\n') else { return Ok(false) };
        if let Some(n) = line.strip_prefix("* missed: ") {
            self.missed += n.parse().unwrap_or(0);
        } else if line.starts_with("* ") {
            line.clone_into(&mut self.word);
        } else {
            self.lines += 1;
        }
        Ok(true)
    }
}

impl fmt::Display for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Guest { lines, missed, .. } = self;
        write!(f, "{lines} lines told, {missed} missed")
    }
}
