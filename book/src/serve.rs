//! The live reader, from its start to its end.

use crate::ahead::Ahead;
use crate::connections;
use crate::desk::Desk;
use crate::editor::Editor;
use crate::guard::Guard;
use crate::press::Press;
use crate::reader::Reader;
use crate::routes::router;
use crate::runs::Runs;
use anyhow::{Context, Result};
use exercises::Tree;
use std::env;
use std::io::{ErrorKind, Write, stdout};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// The port that the reader listens on, unless another program does.
const PORT: u16 = 8019;

/// Serves the pages and runs programs, until `stopped` is ready. What the
/// programs record goes into `folder`.
pub async fn serve(
    tree: Tree,
    press: Press,
    folder: &Path,
    stopped: impl Future<Output = ()>,
) -> Result<()> {
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).await {
        Err(why) if why.kind() == ErrorKind::AddrInUse => {
            let note = format!("Port {PORT} is taken; here is another one.\n");
            print_to_terminal(&note);
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
        }
        other => other,
    };
    let listener = listener.context("cannot listen")?;
    let door = Guard::new(listener.local_addr()?.port())
        .context("cannot make a secret")?;
    let url = door.url();
    let note =
        format!("The book is open at\n\n    {url}\n\nCtrl-C closes it.\n");
    print_to_terminal(&note);
    open_browser(&door);

    let desk = Desk::open(&tree)?;
    let runs = Runs::new(tree, folder);
    let ahead = Ahead::default();
    let editor = Editor::of_environment();
    let reader =
        Arc::new(Reader { runs, desk: desk.clone(), press, ahead, editor });
    // ANCHOR: life
    tokio::select! {
        never = connections::serve(listener, router(reader.clone(), door)) => {
            match never {}
        }
        () = stopped => {}
        () = reader.ahead.build(reader.runs.tree()) => {}
        () = desk.watch() => {}
        () = reader.press.watch() => {}
    }
    // What runs is given time to end, unless a second signal comes.
    tokio::select! {
        () = reader.runs.stop_all() => {}
        () = stop_signal()? => {}
    }
    // What still runs, and answers that are being judged.
    watchdog::kill_all_groups();
    // ANCHOR_END: life
    Ok(())
}

/// Prints it, or not, if nothing reads it any more: `head` may have ended.
fn print_to_terminal(note: &str) {
    let _ = stdout().write_all(note.as_bytes());
}

/// Opens the address if there is a browser to open it.
fn open_browser(door: &Guard) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"];
    let screen = screen.iter().any(|name| env::var_os(name).is_some());
    // The address is printed: without a browser here, it can still be used.
    if (cfg!(target_os = "macos") || screen)
        && let Ok(url) = door.url_with_ticket()
    {
        let _ = Command::new(opener)
            .arg(url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
    }
}

/// Is ready when a signal asks this process to end. From the call on, not only
/// from the first poll, such a signal does not end it by itself.
///
/// # Errors
///
/// If the system cannot hand on signals.
pub fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            _ = hung_up.recv() => {}
        }
    })
}
