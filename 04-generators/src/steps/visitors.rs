//! The visitors of the server of step 4-13, and not all of them behave.

use crate::{Greenlet, Patient, Reply, Request, Task, Tasks, Yielder, pause};
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long a visitor waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the slow one thinks before each byte.
const THOUGHT: Duration = Duration::from_millis(8);

/// Lets all visitors come, and pauses until the last one has gone.
///
/// # Errors
///
/// If one of them cannot be made.
pub fn let_visitors_come(tasks: &Tasks, to: SocketAddr) -> io::Result<()> {
    let mut visitors = vec![
        spawn(tasks, "slow", move |tasks| slow(tasks, to))?,
        spawn(tasks, "silent", move |tasks| silent(tasks, to))?,
        spawn(tasks, "leaves", move |tasks| leaves(tasks, to))?,
    ];
    for n in 1..=3 {
        visitors.push(spawn(tasks, "quick", move |tasks| {
            let mut server = connect(tasks, to)?;
            write!(server, "GET /{n} HTTP/1.1\r\nHost: {to}\r\n\r\n")?;
            read_status(server)
        })?);
    }
    for visitor in visitors {
        pause(Request::join(&visitor))?;
    }
    Ok(())
}

/// Sends its request byte by byte.
fn slow(tasks: &Tasks, to: SocketAddr) -> io::Result<String> {
    let mut server = connect(tasks, to)?;
    for byte in b"GET /4 HTTP/1.1\r\n\r\n" {
        pause(Request::until(Instant::now() + THOUGHT))?;
        server.write_all(&[*byte])?;
    }
    read_status(server)
}

/// Sends nothing at all.
fn silent(tasks: &Tasks, to: SocketAddr) -> io::Result<String> {
    read_status(connect(tasks, to)?)
}

/// Goes away in the middle of its request.
fn leaves(tasks: &Tasks, to: SocketAddr) -> io::Result<String> {
    connect(tasks, to)?.write_all(b"GET /5 HT")?;
    Ok("it has gone".to_owned())
}

fn connect(tasks: &Tasks, to: SocketAddr) -> io::Result<Patient> {
    Patient::connect(tasks, to, Instant::now() + PATIENCE)
}

/// The first line of what the server answers.
fn read_status(server: Patient) -> io::Result<String> {
    let mut status = String::new();
    match BufReader::new(server).read_line(&mut status)? {
        0 => Ok("no answer".to_owned()),
        _ => Ok(status.trim_end().to_owned()),
    }
}

/// Spawns a visitor, which says how it went.
fn spawn(
    tasks: &Tasks,
    kind: &'static str,
    visit: impl FnOnce(&Tasks) -> io::Result<String> + 'static,
) -> io::Result<Task> {
    let own = tasks.clone();
    let body = move |_, _: &Yielder<Reply, Request>| {
        let this = own.current().expect("it runs");
        let said = visit(&own).unwrap_or_else(|why| why.to_string());
        println!("{}: {said}", this.name());
    };
    Ok(tasks.spawn(kind, Greenlet::new(kind, body)?))
}
