//! 4-13 · Serve: a greenlet for each client, and plain code that reads lines.
//!
//!     cargo run -p generators --bin 4-13-serve
//!
//! Look at the slow, the silent and the broken client: none of the others waits
//! for them.

use callbacks::Socket;
use generators::steps::let_visitors_come;
use generators::{
    Greenlet, Patient, Reply, Request, Task, Tasks, Trampoline, Yielder, pause,
};
use lab::{Site, Url, address, request};
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_millis(500);

fn main() -> io::Result<()> {
    let site = Site::start();
    let trampoline = Trampoline::new()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let here = listener.local_addr()?;
    println!("http://{here}/");
    let listener = Socket::new(&mut trampoline.events(), listener)?;
    let (tasks, url) = (trampoline.tasks(), site.page(0));
    let server = spawn(&trampoline, "server", move || {
        serve(&tasks, listener, &url).expect("it waits for clients");
    })?;
    let tasks = trampoline.tasks();
    spawn(&trampoline, "visitors", move || {
        let_visitors_come(&tasks, here).expect("they come and go");
        // At a terminal it serves until Ctrl-C.
        if !io::stdin().is_terminal() {
            tasks.cancel(&server);
        }
    })?;
    trampoline.run()?;
    site.finish();
    Ok(())
}

/// Takes one client after another, and has a greenlet answer it.
fn serve(
    tasks: &Tasks,
    mut listener: Socket<TcpListener>,
    site: &Url,
) -> io::Result<()> {
    loop {
        let accepted = listener.accept().and_then(|stream| {
            let client = Socket::new(&mut tasks.events(), stream)?;
            let (own, site) = (tasks.clone(), site.clone());
            spawn(tasks, "client", move || {
                if let Err(why) = answer(&own, client, &site) {
                    println!("    the server gives a client up: {why}");
                }
            })
        });
        match accepted {
            Ok(_) => {}
            Err(why) if why.kind() == ErrorKind::WouldBlock => {
                pause(Request::readable(&listener))?;
            }
            // No room for it; there is some once others have gone.
            Err(_) => pause(Request::until(Instant::now() + LIMIT))?,
        }
    }
}

/// Answers with the page of the slow site which the client asks for.
fn answer(tasks: &Tasks, client: Socket, site: &Url) -> io::Result<()> {
    let deadline = Instant::now() + LIMIT;
    let mut client = Patient::new(client, deadline);
    let mut url = site.clone();
    url.set_path(&read_request(&mut client)?);
    let mut from = Patient::connect(tasks, address(&url)?, deadline)?;
    from.write_all(&request(&url))?;
    io::copy(&mut from, &mut client)?;
    Ok(())
}

/// Reads a request to the empty line at its end; gives back its path.
fn read_request(from: &mut impl Read) -> io::Result<String> {
    let mut lines = BufReader::new(from.take(16 * 1024)).lines();
    let mut line = || lines.next().ok_or(ErrorKind::UnexpectedEof)?;
    let first = line()?;
    while !line()?.is_empty() {}
    let path = first.split(' ').nth(1).ok_or(ErrorKind::InvalidData)?;
    Ok(path.to_owned())
}

fn spawn(
    tasks: &Tasks,
    kind: &'static str,
    body: impl FnOnce() + 'static,
) -> io::Result<Task> {
    let body = move |_, _: &Yielder<Reply, Request>| body();
    Ok(tasks.spawn(kind, Greenlet::new(kind, body)?))
}
