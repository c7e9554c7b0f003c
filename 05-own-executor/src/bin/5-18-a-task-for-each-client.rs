//! 5-18 · The slow site itself: a task for each client, in straight lines.
//!
//!     cargo run -p own-executor --bin 5-18-a-task-for-each-client
//!
//! Open the address in a browser, or let another rung crawl it.

use lab::Site;
use lab::site::{Service, Step, serve_by};
use own_executor::future::select;
use own_executor::net::{TcpListener, TcpStream};
use own_executor::steps::{Flight, SlowSite, read, read_request, write_all};
use own_executor::task::yield_now;
use own_executor::time::sleep;
use own_executor::{block_on, spawn};
use socket2::SockRef;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

fn main() {
    // The site's own process runs this server, in place of the lab's.
    serve_by(|service| block_on(serve(service)));
    let site = Site::start();
    site.stay(|url| {
        println!("{url}\nCrawl it: cargo run -p threads -- --site {url}");
    });
}

/// Serves, until the process that started this one orders the end.
async fn serve(service: &Service) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    println!("{origin}");
    let site = Rc::new(SlowSite::new(&service.shape, origin));
    drop(spawn(accept(listener, site.clone())));
    site.follow_orders(service).await
}

async fn accept(listener: TcpListener, site: Rc<SlowSite>) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => drop(spawn(answer(client, site.clone()))),
            // There may be no descriptors: a client has to leave first.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Answers a client, unless it leaves before.
async fn answer(mut client: TcpStream, site: Rc<SlowSite>) -> io::Result<()> {
    let request = read_request(&mut client).await?;
    // A task whose client has just left is ready after one, has run after two.
    yield_now().await;
    yield_now().await;
    let (script, flight) = site.begin(request);
    // One of the two ends first, and the other one is dropped.
    let sends = pin!(send(&client, script, flight));
    select(sends, pin!(until_it_leaves(&client))).await;
    Ok(())
}

/// Follows the script. If it is dropped before the end, the flight is, too.
async fn send(
    mut client: &TcpStream,
    script: Vec<Step>,
    mut flight: Flight,
) -> io::Result<()> {
    // Each piece is sent at once, and does not wait for the next.
    client.set_nodelay(script.len() > 2)?;
    let last = script.len() - 1;
    for (n, step) in script.into_iter().enumerate() {
        match step {
            Step::Pause(time) => sleep(time).await,
            Step::Stall => pending().await,
            Step::Repeat(bytes) => loop {
                write_all(&mut client, &bytes).await?;
            },
            Step::Reset => {
                let unsent_is_dropped = Some(Duration::ZERO);
                SockRef::from(client).set_linger(unsent_is_dropped)?;
            }
            Step::Send(bytes) => {
                // A client that has all of it may ask for another page.
                if n == last {
                    flight.land();
                }
                write_all(&mut client, &bytes).await?;
            }
        }
    }
    flight.land();
    Ok(())
}

async fn until_it_leaves(mut client: &TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(1..) = read(&mut client, &mut buffer).await {}
}
