//! Out of descriptors.

use super::descriptors;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use own_executor::block_on;
use own_executor::net::{TcpListener, TcpStream};
use own_executor::time::{sleep, timeout};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs::File;
use std::io;
use std::iter;
use std::os::fd::OwnedFd;
use std::time::Duration;
use trials::alone;

/// Takes all descriptors that this process may have.
fn take_all() -> Vec<File> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit { current: Some(100), maximum };
    setrlimit(Resource::Nofile, limit).unwrap();
    iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

fn is_short<T>(result: &io::Result<T>) -> bool {
    let code = |why: &io::Error| why.raw_os_error();
    result.as_ref().err().and_then(code)
        == Some(rustix::io::Errno::MFILE.raw_os_error())
}

#[test]
fn a_reactor_that_cannot_be_made_is_an_error_of_the_socket() {
    alone(|| {
        block_on(async {
            let mut taken = take_all();
            // The listener has one; the reactor needs three.
            for _ in 0..4 {
                let bound = TcpListener::bind("127.0.0.1:0").await;
                assert!(is_short(&bound), "{bound:?}");
                taken.pop();
                // Nothing is left of the attempt.
                taken.push(File::open("/dev/null").unwrap());
                taken.pop();
            }
            TcpListener::bind("127.0.0.1:0").await.unwrap();
        });
    });
}

#[test]
fn what_the_kernel_cannot_watch_is_an_error_and_is_closed() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = listener.local_addr().unwrap();
            let before = descriptors();
            for _ in 0..3 {
                // No socket; the kernel has nothing to report of it.
                let file = OwnedFd::from(File::open("Cargo.toml").unwrap());
                let why = TcpListener::from_std(file.into()).unwrap_err();
                assert_eq!(why.kind(), io::ErrorKind::PermissionDenied);
            }
            assert_eq!(descriptors(), before);
            // Its place is another's now.
            let (one, two) =
                (TcpStream::connect(to).await, listener.accept().await);
            one.unwrap().write_all(b"x").await.unwrap();
            assert_eq!(two.unwrap().0.read(&mut [0]).await.unwrap(), 1);
        });
    });
}

#[test]
fn what_could_not_be_accepted_is_accepted_later() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = listener.local_addr().unwrap();
            let mut one = TcpStream::connect(to).await.unwrap();
            let mut taken = take_all();
            for _ in 0..3 {
                assert!(is_short(&listener.accept().await));
                sleep(Duration::from_millis(1)).await;
            }
            assert!(is_short(&TcpStream::connect(to).await));
            // Nothing new is reported, since nothing new comes.
            taken.pop();
            let accepted = timeout(Duration::from_secs(20), listener.accept());
            let (mut other, _) = accepted.await.unwrap().unwrap();
            one.write_all(b"x").await.unwrap();
            assert_eq!(other.read(&mut [0]).await.unwrap(), 1);
        });
    });
}
