//! Messages without a connection.

use super::no_address;
use crate::reactor::Direction::{Read, Write};
use crate::reactor::Socket;
use std::io::Result;
use std::net::{self, SocketAddr, ToSocketAddrs};

/// Sends and receives datagrams. Many tasks may wait for them at a time.
///
/// ```
/// use own_executor::net::UdpSocket;
///
/// own_executor::block_on(async {
///     let one = UdpSocket::bind("127.0.0.1:0").await?;
///     let other = UdpSocket::bind("127.0.0.1:0").await?;
///     one.send_to(b"hello", other.local_addr()?).await?;
///     let mut buffer = [0; 100];
///     let (n, from) = other.recv_from(&mut buffer).await?;
///     assert_eq!((&buffer[..n], from), (&b"hello"[..], one.local_addr()?));
///     std::io::Result::Ok(())
/// })
/// .unwrap();
/// ```
#[derive(Debug)]
pub struct UdpSocket {
    socket: Socket<mio::net::UdpSocket>,
}

impl UdpSocket {
    /// Receives at `addr`. With port 0 the system chooses a port.
    ///
    /// # Errors
    ///
    /// If the address is not to be had, or no descriptor is.
    pub async fn bind(addr: impl ToSocketAddrs) -> Result<UdpSocket> {
        UdpSocket::from_std(net::UdpSocket::bind(addr)?)
    }

    /// A socket from one of the standard library, which does not block from
    /// then on.
    ///
    /// # Errors
    ///
    /// If no `block_on` runs here, or no descriptor is left for the reactor.
    pub fn from_std(socket: net::UdpSocket) -> Result<UdpSocket> {
        socket.set_nonblocking(true)?;
        let socket = mio::net::UdpSocket::from_std(socket);
        Ok(UdpSocket { socket: Socket::new(socket)? })
    }

    /// From now on `send` sends to `addr`, and only what comes from there is
    /// received.
    ///
    /// # Errors
    ///
    /// If there is no way to that address.
    pub async fn connect(&self, addr: impl ToSocketAddrs) -> Result<()> {
        let mut last = no_address();
        for addr in addr.to_socket_addrs()? {
            match self.socket.get_ref().connect(addr) {
                Err(why) => last = why,
                connected => return connected,
            }
        }
        Err(last)
    }

    /// Sends a datagram to where it is connected. It is sent whole, or not.
    ///
    /// # Errors
    ///
    /// If it is too long, or an earlier one was refused there: then another try
    /// may succeed.
    pub async fn send(&self, bytes: &[u8]) -> Result<usize> {
        self.socket.io(Write, |socket| socket.send(bytes)).await
    }

    /// Receives a datagram; what does not fit into `buffer` is lost. An empty
    /// one is 0 bytes long, and no end.
    ///
    /// # Errors
    ///
    /// If an earlier one was refused: then another try may succeed.
    pub async fn recv(&self, buffer: &mut [u8]) -> Result<usize> {
        self.socket.io(Read, |socket| socket.recv(buffer)).await
    }

    /// As [`send`](UdpSocket::send), to the first address of `target`.
    ///
    /// # Errors
    ///
    /// As for [`send`](UdpSocket::send), or if there is no address.
    pub async fn send_to(
        &self,
        bytes: &[u8],
        target: impl ToSocketAddrs,
    ) -> Result<usize> {
        let first = target.to_socket_addrs()?.next();
        let to = first.ok_or_else(no_address)?;
        self.socket.io(Write, |socket| socket.send_to(bytes, to)).await
    }

    /// As [`recv`](UdpSocket::recv), with the address that it comes from.
    ///
    /// # Errors
    ///
    /// As for [`recv`](UdpSocket::recv).
    pub async fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> Result<(usize, SocketAddr)> {
        self.socket.io(Read, |socket| socket.recv_from(buffer)).await
    }

    /// Where it receives.
    ///
    /// # Errors
    ///
    /// If the system does not say.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.socket.get_ref().local_addr()
    }

    /// Where it is connected to.
    ///
    /// # Errors
    ///
    /// If it is not connected.
    pub fn peer_addr(&self) -> Result<SocketAddr> {
        self.socket.get_ref().peer_addr()
    }
}
