//! The fetch of rung 0, which step 3-6 tears.

use super::note_callers;
use lab::{Failure, Fetched, Incoming, Url, address, request, waiting};
use std::io::{Read, Write};
use std::net::TcpStream;

/// Fetches a page and prints it.
///
/// # Errors
///
/// If there is no page.
pub fn show_blocking(url: &Url) -> Result<(), Failure> {
    println!("{}", fetch_blocking(url)?);
    Ok(())
}

/// Asks for a page, and waits until all of it is here.
fn fetch_blocking(url: &Url) -> Fetched {
    let _waiting = waiting(url.path());

    let mut socket = TcpStream::connect(address(url)?)?;
    socket.write_all(&request(url))?;

    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        let n = socket.read(&mut buffer)?;
        note_callers("read on a stack");
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}
