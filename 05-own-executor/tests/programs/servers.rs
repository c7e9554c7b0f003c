//! What listens, connects, and sends.

use futures_util::io::{BufReader, copy};
use futures_util::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt};
use own_executor::future::{Either, join, join_all, select};
use own_executor::net::{TcpListener, TcpStream, UdpSocket};
use own_executor::sync::{Notify, mpsc};
use own_executor::time::{Duration, sleep, timeout};
use own_executor::{block_on, spawn, unblock};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use trials::alone;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 1024];
    loop {
        let read = stream.read(&mut buffer);
        match timeout(Duration::from_millis(100), read).await?? {
            0 => return Ok(()),
            n => stream.write_all(&buffer[..n]).await?,
        }
    }
}

#[test]
fn an_echo_server_gives_up_on_clients_that_say_nothing() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let to = listener.local_addr()?;
            let server = spawn(async move {
                let mut ends = Vec::new();
                for _ in 0..2 {
                    let (stream, peer) = listener.accept().await?;
                    assert_eq!(stream.peer_addr()?, peer);
                    ends.push(spawn(echo(stream)));
                }
                io::Result::Ok(join_all(ends).await)
            });
            let mut talks = TcpStream::connect(to).await?;
            talks.write_all(b"hello").await?;
            let mut answer = [0; 5];
            talks.read_exact(&mut answer).await?;
            assert_eq!(&answer, b"hello");
            talks.close().await?;
            let mut silent = TcpStream::connect(to).await?;
            assert_eq!(silent.read(&mut answer).await?, 0);
            let mut ends = server.await??.into_iter();
            ends.next().unwrap()??;
            let late = ends.next().unwrap()?.unwrap_err();
            assert_eq!(late.kind(), io::ErrorKind::TimedOut);
            Result::Ok(())
        })
        .unwrap();
    });
}

/// Who is there, and where their lines go.
type Room = Rc<RefCell<BTreeMap<SocketAddr, mpsc::Sender<String>>>>;

async fn chat(room: Room, stream: TcpStream, me: SocketAddr) -> Result<()> {
    let (reads, mut writes) = stream.into_split();
    let (sender, mut lines) = mpsc::channel::<String>(8);
    room.borrow_mut().insert(me, sender);
    let writer = spawn(async move {
        while let Some(line) = lines.recv().await {
            writes.write_all(format!("{line}\n").as_bytes()).await?;
        }
        writes.close().await
    });
    let mut lines = BufReader::new(reads).lines();
    while let Some(line) = lines.next().await {
        let line = line?;
        let others: Vec<_> = room
            .borrow()
            .iter()
            .filter(|(who, _)| **who != me)
            .map(|(_, sender)| sender.clone())
            .collect();
        for other in others {
            other.send(line.clone()).await?;
        }
    }
    room.borrow_mut().remove(&me);
    writer.await??;
    Ok(())
}

#[test]
fn a_chat_room_sends_each_line_to_all_others() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let to = listener.local_addr()?;
            let room = Room::default();
            let in_room = room.clone();
            let server = spawn(async move {
                loop {
                    let (stream, from) = listener.accept().await.unwrap();
                    let room = in_room.clone();
                    drop(spawn(async move {
                        chat(room, stream, from).await.unwrap();
                    }));
                }
            });
            let mut clients = Vec::new();
            for n in 1..=3 {
                clients.push(TcpStream::connect(to).await?);
                while room.borrow().len() < n {
                    sleep(Duration::from_millis(1)).await;
                }
            }
            clients[0].write_all(b"hi\n").await?;
            for other in &mut clients[1..] {
                let mut line = [0; 3];
                other.read_exact(&mut line).await?;
                assert_eq!(&line, b"hi\n");
            }
            let mut last = clients.pop().unwrap();
            last.shutdown(Shutdown::Write)?;
            assert_eq!(last.read_to_end(&mut Vec::new()).await?, 0);
            assert_eq!(room.borrow().len(), 2);
            server.abort();
            assert!(server.await.unwrap_err().is_cancelled());
            Result::Ok(())
        })
        .unwrap();
    });
}

#[test]
fn a_proxy_copies_both_ways_by_reference() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let behind = TcpListener::bind("127.0.0.1:0").await?;
            let to = behind.local_addr()?;
            let server = spawn(async move {
                let (stream, _) = behind.accept().await?;
                copy(&stream, &mut &stream).await?;
                (&stream).close().await
            });
            let from = listener.local_addr()?;
            let proxy = spawn(async move {
                let (client, _) = listener.accept().await?;
                let server = TcpStream::connect(to).await?;
                let there = async {
                    let n = copy(&client, &mut &server).await?;
                    server.shutdown(Shutdown::Write)?;
                    io::Result::Ok(n)
                };
                let back = async {
                    let n = copy(&server, &mut &client).await?;
                    client.shutdown(Shutdown::Write)?;
                    io::Result::Ok(n)
                };
                let (there, back) = join(there, back).await;
                io::Result::Ok((there?, back?))
            });
            let mut client = TcpStream::connect(from).await?;
            client.write_all(&[7; 100_000]).await?;
            client.close().await?;
            let mut all = Vec::new();
            client.read_to_end(&mut all).await?;
            assert_eq!(all, [7; 100_000]);
            server.await??;
            assert_eq!(proxy.await??, (100_000, 100_000));
            Result::Ok(())
        })
        .unwrap();
    });
}

#[test]
fn a_server_shuts_down_when_told_to_and_finishes_what_it_began() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let to = listener.local_addr()?;
            let over = Rc::new(Notify::new());
            let told = over.clone();
            let server = spawn(async move {
                let mut begun = Vec::new();
                let mut over = pin!(told.notified());
                loop {
                    let accept = pin!(listener.accept());
                    match select(over.as_mut(), accept).await {
                        Either::Left(((), _)) => break,
                        Either::Right((accepted, _)) => {
                            let (mut stream, _) = accepted?;
                            begun.push(spawn(async move {
                                sleep(Duration::from_millis(20)).await;
                                stream.write_all(b"done").await
                            }));
                        }
                    }
                }
                drop(listener);
                for one in begun {
                    one.await??;
                }
                io::Result::Ok(())
            });
            let mut client = TcpStream::connect(to).await?;
            sleep(Duration::from_millis(5)).await;
            over.notify_one();
            let mut answer = String::new();
            client.read_to_string(&mut answer).await?;
            assert_eq!(answer, "done");
            server.await??;
            let why = TcpStream::connect(to).await.unwrap_err();
            assert_eq!(why.kind(), io::ErrorKind::ConnectionRefused);
            Result::Ok(())
        })
        .unwrap();
    });
}

#[test]
fn a_ping_that_is_lost_is_sent_again() {
    alone(|| {
        block_on(async {
            let server = UdpSocket::bind("127.0.0.1:0").await?;
            let to = server.local_addr()?;
            let pongs = spawn(async move {
                let mut buffer = [0; 64];
                // The first one is not answered.
                server.recv_from(&mut buffer).await?;
                let (n, from) = server.recv_from(&mut buffer).await?;
                server.send_to(&buffer[..n], from).await
            });
            let client = UdpSocket::bind("127.0.0.1:0").await?;
            client.connect(to).await?;
            let mut answer = [0; 64];
            let mut tries = 0;
            let n = loop {
                tries += 1;
                client.send(format!("ping {tries}").as_bytes()).await?;
                let answer = client.recv(&mut answer);
                match timeout(Duration::from_millis(100), answer).await {
                    Ok(n) => break n?,
                    Err(elapsed) => println!("{elapsed}"),
                }
            };
            assert!(tries > 1);
            assert!(answer[..n].starts_with(b"ping "));
            pongs.await??;
            Result::Ok(())
        })
        .unwrap();
    });
}

#[test]
fn files_are_read_where_it_may_block() {
    alone(|| {
        block_on(async {
            let read = |path: &'static str| {
                unblock(move || std::fs::read_to_string(path))
            };
            let paths = ["Cargo.toml", "src/lib.rs", "there is none"];
            let [toml, lib, none] = paths.map(read);
            assert!(toml.await?.contains("own-executor"));
            let (lib, none) = join(lib, none).await;
            assert!(lib?.starts_with("//!"));
            assert_eq!(none.unwrap_err().kind(), io::ErrorKind::NotFound);
            io::Result::Ok(())
        })
        .unwrap();
    });
}
