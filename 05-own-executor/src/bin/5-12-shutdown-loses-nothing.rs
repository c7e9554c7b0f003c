//! 5-12 · Shutdown that loses nothing: what is under way comes to its end.
//!
//!     cargo run -p own-executor --bin 5-12-shutdown-loses-nothing
//!
//! Look at what the visitors get: first no page at all, then all a page but two.

use lab::{Site, Url};
use own_executor::net::{TcpListener, TcpStream};
use own_executor::steps::{Client, keep_silent, visit};
use own_executor::sync::Notify;
use own_executor::task::yield_now;
use own_executor::time::{timeout, timeout_at};
use own_executor::{block_on, spawn};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

fn main() -> io::Result<()> {
    let site = Site::start();
    block_on(async {
        run(site.url().clone(), 0).await?;
        run(site.url().clone(), 200).await
    })?;
    site.finish();
    Ok(())
}

async fn run(site: Url, patience: u64) -> io::Result<()> {
    println!("the server is to end within {patience} ms");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let to = listener.local_addr()?;
    let (clients, came) = (RefCell::default(), Notify::new());
    let server = Rc::new(Server { listener, site, clients, came });
    let accepting = spawn(server.clone().accept());

    let mut visitors = vec![keep_silent(to)];
    for path in ["/1", "/2", "/3", "/4"] {
        visitors.push(visit(to, path));
    }
    while server.clients.borrow().len() < visitors.len() {
        server.came.notified().await;
    }
    // This one connects, and then the server accepts no more.
    visitors.push(visit(to, "/5"));
    accepting.abort();
    let _ = accepting.await;
    let server = Rc::into_inner(server).expect("`accept` is dropped");
    server.shut_down(Duration::from_millis(patience)).await;
    visitors.push(visit(to, "/6"));

    for visitor in visitors {
        println!("  {}", visitor.await.unwrap());
    }
    Ok(())
}

struct Server {
    listener: TcpListener,
    site: Url,
    clients: RefCell<Vec<Client>>,
    came: Notify,
}

impl Server {
    /// It can be dropped wherever it waits: to accept is cancel safe.
    async fn accept(self: Rc<Self>) {
        while let Ok((client, _)) = self.listener.accept().await {
            self.begin(client);
        }
    }

    /// Has a task answer a client.
    fn begin(&self, client: TcpStream) {
        let client = Client::answer(client, self.site.clone());
        self.clients.borrow_mut().push(client);
        self.came.notify_one();
    }

    async fn shut_down(self, patience: Duration) {
        // The kernel may have accepted more, which the executor sees when this
        // task yields. They are taken. From then on the kernel refuses.
        yield_now().await;
        let accept = || timeout(Duration::ZERO, self.listener.accept());
        while let Ok(Ok((client, _))) = accept().await {
            self.begin(client);
        }
        drop(self.listener);

        // What is under way comes to its end, or is given up.
        let deadline = Instant::now() + patience;
        for mut client in self.clients.take() {
            let ended = timeout_at(deadline, &mut client.task).await;
            if ended.is_err() {
                client.task.abort();
                println!("  given up: {}", client.path());
            }
        }
    }
}
