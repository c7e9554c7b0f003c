//! 2-2 · Only bytes cross: a pipe does not know where a message ends.
//!
//!     cargo run -p processes --bin 2-2-only-bytes-cross
//!
//! Look at the answers: four, to four orders that were sent in many more
//! pieces.

use lab::{Failure, Site, Url, fetch, waiting};
use processes::{child_command, started_as};
use std::io::{self, Read, Write, stdin, stdout};
use std::process::Stdio;

fn main() -> Result<(), Failure> {
    if started_as("child").is_some() {
        return work();
    }
    let site = Site::start();
    let mut child = child_command(&["child"])?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut orders = child.stdin.take().expect("it is piped");
    let mut answers = child.stdout.take().expect("it is piped");

    let mut frames = Vec::new();
    for url in site.pages(4) {
        frames.push(frame(url.as_str().as_bytes()));
    }
    let (last, others) = frames.split_last().expect("a site has a page");
    // Three orders in one piece, and the last in as many as it has bytes.
    orders.write_all(&others.concat())?;
    for byte in last {
        orders.write_all(&[*byte])?;
    }
    println!("{} orders in {} pieces", frames.len(), 1 + last.len());
    // No more: this is how the child learns that it is done.
    drop(orders);

    let _waiting = waiting("answers");
    while let Some(answer) = read_frame(&mut answers)? {
        println!("{}", String::from_utf8_lossy(&answer));
    }
    println!("and then: {}", child.wait()?);
    site.finish();
    Ok(())
}

/// The length of the bytes, in four bytes, and then the bytes.
fn frame(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

/// The next frame; `None` if the pipe has ended.
fn read_frame(pipe: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    // One byte first: the pipe may end here, and nowhere else.
    if pipe.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    pipe.read_exact(&mut length[1..])?;
    let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
    pipe.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// All of the child: orders in, answers out.
fn work() -> Result<(), Failure> {
    let mut orders = stdin().lock();
    while let Some(order) = read_frame(&mut orders)? {
        let url = String::from_utf8_lossy(&order);
        let url: Url = url.parse().expect("an order is an address");
        let answer = fetch(&url)
            .map_or_else(|why| why.to_string(), |page| page.to_string());
        stdout().write_all(&frame(answer.as_bytes()))?;
        stdout().flush()?;
    }
    Ok(())
}
