//! 0-2 · One page at a time: the total is the sum of the waits.
//!
//!     cargo run -p lab --bin 0-2-one-page-at-a-time
//!
//! Look at the two numbers at the end: they should be nearly equal.

use lab::{Failure, Fetched, Incoming, Site, Url, address, request, waiting};
use std::io::{Read, Write};
use std::net::TcpStream;

fn main() -> Result<(), Failure> {
    let site = Site::start();

    for url in site.pages(8) {
        println!("{}", fetch(&url)?);
    }

    let seen = site.finish();
    println!("elapsed: {:.0?}", seen.elapsed);
    println!("the sum of the waits: {:.0?}", seen.sum_of_waits);
    Ok(())
}

/// Asks for a page, and waits until all of it is here.
fn fetch(url: &Url) -> Fetched {
    let _waiting = waiting(url.path());

    let mut socket = TcpStream::connect(address(url)?)?;
    socket.write_all(&request(url))?;

    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        // This thread stops here until the kernel has bytes for it.
        let n = socket.read(&mut buffer)?;
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}
