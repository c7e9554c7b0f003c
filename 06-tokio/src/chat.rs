//! A chat room. A client says first where it is and who, as in `kitchen ann`;
//! from then on all in the kitchen are told what it says, line by line.

mod rooms;
mod guest;

pub use guest::Guest;
pub use rooms::KEPT;

use crate::{lane, waits_for};
use rooms::{Rooms, Seat};
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::tcp::WriteHalf;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{sleep, timeout};

/// How many bytes a line may have. What is longer goes on as another line.
pub const LONGEST: usize = 1024;

/// What may lie in the kernel for a client that does not read. By itself, the
/// kernel would take megabytes for each.
const UNREAD: u32 = 16 * 1024;

/// How long a client may take to say who it is.
const HELLO: Duration = Duration::from_secs(10);

/// A listener at a port that the kernel chooses.
///
/// # Errors
///
/// If there is none to be had.
pub fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // The sockets that it accepts inherit this.
    socket.set_send_buffer_size(UNREAD)?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    socket.listen(1024)
}

/// A task for each client. One that takes nothing for as long as `patience` has
/// to go.
pub async fn serve(listener: TcpListener, patience: Duration) -> Infallible {
    let rooms = Arc::new(Rooms::default());
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                tokio::spawn(attend(client, rooms.clone(), patience));
            }
            // There may be no descriptors: a client has to leave first.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn attend(
    mut client: TcpStream,
    rooms: Arc<Rooms>,
    patience: Duration,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (input, mut output) = client.split();
    let mut input = BufReader::with_capacity(LONGEST, input);
    let hello = timeout(HELLO, next_line(&mut input)).await??;
    let Some(hello) = hello else { return Ok(()) };
    let seat = match rooms.enter(&hello) {
        Ok(seat) => seat,
        Err(why) => return output.write_all(why.as_bytes()).await,
    };
    let told = seat.lines.subscribe();
    output.write_all(b"* welcome\n").await?;
    // The first of the two that ends is the end of the other, too.
    let both = async {
        tokio::select! {
            ended = hear(input, &seat) => ended,
            ended = tell(output, told, patience) => ended,
        }
    };
    let ended = lane(hello, both).await;
    if ended.is_err_and(|why| why.kind() == ErrorKind::TimedOut) {
        seat.tell_all(format!("* {} reads nothing, and is gone\n", seat.name));
    }
    Ok(())
}

/// Says in the room what the client says, until it goes.
async fn hear(
    mut input: impl AsyncBufRead + Unpin,
    seat: &Seat,
) -> io::Result<()> {
    while let Some(line) = next_line(&mut input).await? {
        seat.tell_all(format!("{}: {line}\n", seat.name));
    }
    Ok(())
}

/// Tells the client what is said in the room. One that is slow misses lines.
async fn tell(
    mut output: WriteHalf<'_>,
    mut told: Receiver<Arc<str>>,
    patience: Duration,
) -> io::Result<()> {
    loop {
        let line = match waits_for("a line", told.recv()).await {
            Ok(line) => line,
            // Next it is told the oldest line that the room still has.
            Err(RecvError::Lagged(n)) => format!("* missed: {n}\n").into(),
            Err(RecvError::Closed) => return Ok(()),
        };
        let written = timeout(patience, output.write_all(line.as_bytes()));
        waits_for("its client to read", written).await??;
    }
}

/// The next whole line, without its end. Half a line at the end is none.
async fn next_line(
    input: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    input.take(LONGEST as u64).read_until(b'\n', &mut line).await?;
    if line.len() < LONGEST && !line.ends_with(b"\n") {
        return Ok(None);
    }
    // No sequences that the terminals of others would obey.
    let mut line = String::from_utf8_lossy(&line).into_owned();
    line.retain(|c| !c.is_control());
    Ok(Some(line))
}
