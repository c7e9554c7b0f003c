//! 6-11 · SIGTERM loses nothing: what has been asked for is answered first.
//!
//!     cargo run -p with-tokio --bin 6-11-sigterm-loses-nothing
//!
//! Look at the visitors: asked to end once, it answers all; asked twice, none.

use lab::{Site, Url};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio::{select, try_join};
use tokio_util::sync::CancellationToken;
use with_tokio::{fetch, lane, visitors};

/// What was sent before the server is asked to end is read within this time.
const GRACE: Duration = Duration::from_millis(10);

fn main() -> io::Result<()> {
    let site = Site::start();
    let runtime = Runtime::new()?;
    for times in [1, 2] {
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let visitors = visitors::come(listener.local_addr()?, times);
            let signals = signal(SignalKind::terminate())?;
            let server = serve(listener, site.url(), signals);
            try_join!(lane("server", server), visitors)
        })?;
    }
    site.finish();
    Ok(())
}

/// Serves until a signal asks it to end.
pub async fn serve(
    listener: TcpListener,
    site: &Url,
    mut signals: Signal,
) -> io::Result<()> {
    // 1. Each client has a task, until the server is asked to end.
    let (stop, mut clients) = (CancellationToken::new(), JoinSet::new());
    let mut stopped = Box::pin(async {
        asked(&mut signals).await;
        stop.cancel();
        sleep(GRACE).await;
    });
    loop {
        select! {
            biased;
            client = listener.accept() => {
                let client = answer(client?.0, site.clone(), stop.clone());
                clients.spawn(lane("client", client));
            }
            Some(_) = clients.join_next() => {}
            () = &mut stopped => break,
        }
    }
    drop((listener, stopped)); // 2. Nobody else can connect.
    // 3. What is under way comes to its end, or is given up.
    select! {
        () = async { while clients.join_next().await.is_some() {} } => {}
        () = sleep(Duration::from_secs(1)) => {}
        () = asked(&mut signals) => {}
    }
    println!("  given up: {}", clients.len());
    clients.shutdown().await;
    Ok(())
}

/// Waits for the signal of `kill`, or for Ctrl-C.
async fn asked(signals: &mut Signal) {
    select! { _ = signals.recv() => {} _ = tokio::signal::ctrl_c() => {} }
}

/// Answers what a client asks for, line by line.
async fn answer(
    mut client: TcpStream,
    mut site: Url,
    stop: CancellationToken,
) -> io::Result<()> {
    let (paths, mut client) = client.split();
    let mut paths = BufReader::new(paths).lines();
    loop {
        let path = select! {
            biased;
            path = paths.next_line() => path?,
            // It has asked for nothing now, so nothing is lost.
            () = async { stop.cancelled().await; sleep(GRACE).await } => None,
        };
        let Some(path) = path else { return Ok(()) };
        site.set_path(&path);
        let page = fetch(&site).await.map_err(io::Error::other)?;
        client.write_all(&visitors::message(&page)).await?;
    }
}
