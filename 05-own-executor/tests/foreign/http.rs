//! `hyper`, as a server and as a client: it asks for something to read and to
//! write, and for a timer.

use bytes::Bytes;
use futures_util::stream;
use futures_util::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::rt::{Read, ReadBufCursor, Sleep, Timer, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use own_executor::net::{TcpListener, TcpStream};
use own_executor::sync::mpsc;
use own_executor::time::{self, Duration, Instant, sleep};
use own_executor::{block_on, pool, spawn};
use std::io::Result;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use trials::alone;

/// What `hyper` reads from and writes to.
struct Io<S>(S);

impl<S: AsyncRead + Unpin> Read for Io<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut to: ReadBufCursor<'_>,
    ) -> Poll<Result<()>> {
        let mut buffer = [0; 8192];
        let room = to.remaining().min(buffer.len());
        let stream = Pin::new(&mut self.0);
        let n = ready!(stream.poll_read(context, &mut buffer[..room]))?;
        to.put_slice(&buffer[..n]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Write for Io<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_close(context)
    }
}

struct Timers;

impl Timer for Timers {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(Sleeps(sleep(duration)))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Sleeps(time::sleep_until(deadline)))
    }
}

struct Sleeps(time::Sleep);

impl Future for Sleeps {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl Sleep for Sleeps {}

/// Whatever is bigger than the buffers of a connection.
const MUCH: usize = 16 << 20;

type Body = BoxBody<Bytes, hyper::Error>;

async fn answer(request: Request<Incoming>) -> hyper::Result<Response<Body>> {
    let full = |text: Bytes| Full::new(text).map_err(|it| match it {}).boxed();
    let body = match request.uri().path() {
        "/echo" => request.into_body().boxed(),
        "/length" => {
            let body = request.into_body().collect().await?.to_bytes();
            full(body.len().to_string().into())
        }
        "/endless" => {
            let zeros = || Ok(Frame::data(Bytes::from_static(&[0; 1000])));
            StreamBody::new(stream::repeat_with(zeros)).boxed()
        }
        _ => {
            let mut missing = Response::new(full(Bytes::new()));
            *missing.status_mut() = StatusCode::NOT_FOUND;
            return Ok(missing);
        }
    };
    Ok(Response::new(body))
}

/// Where tasks run. Their futures can be sent, so that they may run on workers.
#[derive(Clone, Copy)]
enum On {
    OneThread,
    Workers,
}

impl On {
    fn spawn(self, task: impl Future<Output = ()> + Send + 'static) {
        match self {
            On::OneThread => drop(spawn(task)),
            On::Workers => drop(pool::spawn(task)),
        }
    }
}

/// Runs a test on one thread, and with tasks on two workers.
fn on_both(test: impl AsyncFn(On)) {
    block_on(test(On::OneThread));
    pool::block_on(2, test(On::Workers));
}

/// Serves in tasks, and gives up on a client that takes longer than `limit` for
/// the head of a request. Gives its address, and how its connections end.
async fn serve_within(
    limit: Duration,
    on: On,
) -> (SocketAddr, mpsc::Receiver<hyper::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (ends, receiver) = mpsc::channel(100);
    on.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let ends = ends.clone();
            on.spawn(async move {
                let mut server = http1::Builder::new();
                server.timer(Timers);
                server.header_read_timeout(limit);
                let service = service_fn(answer);
                let served = server.serve_connection(Io(stream), service);
                let _ = ends.send(served.await).await;
            });
        }
    });
    (at, receiver)
}

/// For clients that may take their time, as on a busy machine.
async fn serve(on: On) -> (SocketAddr, mpsc::Receiver<hyper::Result<()>>) {
    serve_within(Duration::from_secs(60), on).await
}

async fn connect(to: SocketAddr, on: On) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(to).await.unwrap();
    let (sender, connection) = handshake(Io(stream)).await.unwrap();
    on.spawn(async move {
        let _ = connection.await;
    });
    sender
}

async fn ask(
    client: &mut SendRequest<Full<Bytes>>,
    path: &str,
    body: Bytes,
) -> Response<Incoming> {
    client.ready().await.unwrap();
    let request = Request::post(path).body(Full::new(body)).unwrap();
    client.send_request(request).await.unwrap()
}

#[test]
fn large_bodies_go_both_ways_on_one_connection() {
    alone(|| {
        on_both(async |on| {
            let (at, mut ends) = serve(on).await;
            let mut client = connect(at, on).await;
            let much: Bytes = (0..MUCH).map(|n| (n % 251) as u8).collect();
            for _ in 0..3 {
                let got = ask(&mut client, "/length", much.clone()).await;
                let length = got.into_body().collect().await.unwrap();
                assert_eq!(length.to_bytes(), MUCH.to_string());
                let got = ask(&mut client, "/echo", much.clone()).await;
                let echo = got.into_body().collect().await.unwrap();
                assert_eq!(echo.to_bytes(), much);
                let missing = ask(&mut client, "/", Bytes::new()).await;
                assert_eq!(missing.status(), 404);
            }
            // All of that was one connection, which ends in good order.
            assert!(ends.is_empty());
            drop(client);
            ends.recv().await.unwrap().unwrap();
        });
    });
}

#[test]
fn a_hundred_clients_at_once() {
    alone(|| {
        on_both(async |on| {
            let (at, mut ends) = serve(on).await;
            let clients = (0..100).map(|n: usize| async move {
                let mut client = connect(at, on).await;
                for round in 0..5 {
                    let bytes = n * 1000 + round;
                    let got =
                        ask(&mut client, "/length", vec![0; bytes].into())
                            .await;
                    let length = got.into_body().collect().await.unwrap();
                    assert_eq!(length.to_bytes(), bytes.to_string());
                }
            });
            let clients: Vec<_> = clients.map(spawn).collect();
            for client in clients {
                client.await.unwrap();
                ends.recv().await.unwrap().unwrap();
            }
        });
    });
}

#[test]
fn a_client_that_goes_away_ends_its_connection_and_no_other() {
    alone(|| {
        on_both(async |on| {
            let (at, mut ends) = serve(on).await;
            let mut stays = connect(at, on).await;
            ask(&mut stays, "/length", Bytes::new()).await;

            // In the middle of an answer.
            let mut goes = connect(at, on).await;
            let mut endless = ask(&mut goes, "/endless", Bytes::new()).await;
            let part = endless.body_mut().frame().await.unwrap().unwrap();
            assert!(part.is_data());
            drop((goes, endless));
            assert!(ends.recv().await.unwrap().is_err());

            // In the middle of a request.
            let mut goes = TcpStream::connect(at).await.unwrap();
            let head = "POST /length HTTP/1.1\r\nhost: a\r\n\
                        content-length: 1000\r\n\r\nsome of it";
            goes.write_all(head.as_bytes()).await.unwrap();
            sleep(Duration::from_millis(10)).await;
            drop(goes);
            let why = ends.recv().await.unwrap().unwrap_err();
            assert!(format!("{why:?}").contains("IncompleteBody"), "{why:?}");

            let got = ask(&mut stays, "/length", Bytes::new()).await;
            assert_eq!(
                got.into_body().collect().await.unwrap().to_bytes(),
                "0"
            );
        });
    });
}

#[test]
fn a_client_that_says_nothing_is_given_up_on() {
    alone(|| {
        on_both(async |on| {
            let (at, mut ends) =
                serve_within(Duration::from_millis(20), on).await;
            let mut silent = TcpStream::connect(at).await.unwrap();
            silent.write_all(b"GET / HTTP").await.unwrap();
            let why = ends.recv().await.unwrap().unwrap_err();
            assert!(why.is_timeout(), "{why:?}");
            silent.read_to_end(&mut Vec::new()).await.unwrap();
        });
    });
}
