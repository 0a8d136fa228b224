//! The listening socket, which can be closed without losing a connection.
//!
//! The kernel resets connections that it has established and nobody has accepted when a listener closes, and the library
//! drops those that it has accepted and not yet begun to serve. A proxy that has sent a POST on such a connection cannot repeat
//! it. Therefore new connections are held back first, until all that exist are served: their first packets are ignored, and
//! when the client repeats them, a second later, the listener is closed, so that a proxy goes on to another instance. Without
//! this, `script/nginx` lost 3 of 2,951 requests.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::rt::time::sleep;
use socket2::{Domain, SockRef, Socket, Type};

/// The maximum number of connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// The time in which connections that have begun are established, accepted and send their first request.
const HELD: Duration = Duration::from_millis(100);

/// The listening socket of the service.
pub struct Entrance(TcpListener);

impl Entrance {
    /// Listens on an address.
    ///
    /// # Errors
    ///
    /// If the operating system refuses.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        // A service that starts again need not wait until the connections of the one before are forgotten.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(Self(socket.into()))
    }

    /// The socket for the server, which closes it when it stops.
    ///
    /// # Errors
    ///
    /// If the operating system refuses.
    pub fn listener(&self) -> io::Result<TcpListener> {
        self.0.try_clone()
    }

    /// Holds back new connections until all that exist are served. The server must stop after it.
    pub async fn close(self) {
        match hold_back(&self.0) {
            Ok(()) => sleep(HELD).await,
            Err(error) => log::debug!("new connections cannot be held back: {error}"),
        }
    }
}

/// Has the kernel ignore the packets that begin a connection: those with SYN and without ACK.
#[cfg(target_os = "linux")]
fn hold_back(listener: &TcpListener) -> io::Result<()> {
    use socket2::SockFilter;

    const LOAD_BYTE: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    /// The place of the flags in the header of TCP.
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    const FILTER: [SockFilter; 5] = [
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS),
        SockFilter::new(AND, 0, 0, SYN | ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ];
    SockRef::from(listener).attach_filter(&FILTER)
}

#[cfg(not(target_os = "linux"))]
fn hold_back(_: &TcpListener) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}
