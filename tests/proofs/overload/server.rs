//! The application behind a real socket, with deadlines short enough to wait for.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use inspection_register::api::App;
use inspection_register::http::limits::rate::RateLimits;
use inspection_register::http::limits::{Limits, RequestLimits};
use inspection_register::server::entrance::Entrance;
use inspection_register::server::listener;

use crate::operations::program::free_address;
use crate::support::app;
use crate::support::database::Database;

/// The deadline that a test is about.
pub const SHORT: Duration = Duration::from_millis(700);
/// Deadlines that a test is not about, and how long anything may take on a slow machine.
pub const LONG: Duration = Duration::from_secs(60);

/// What a busy machine may add to a deadline.
pub const BUSY: Duration = Duration::from_secs(3);

/// Limits that nothing comes near.
pub fn generous() -> Limits {
    Limits { head: LONG, body: LONG, write: LONG, keep_alive: LONG, ..Limits::default() }
}

/// A listening application; it stops with its owner.
pub struct Server {
    pub address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    pub database: Database,
}

impl Server {
    /// Listens with these limits.
    pub fn with(limits: Limits) -> Self {
        Self::on(Database::empty(), |app| app.limits = RequestLimits::new(limits, RateLimits::default()))
    }

    /// Listens on this database, with another application than usual.
    pub fn on(database: Database, change: impl FnOnce(&mut App)) -> Self {
        let mut app = app(&database);
        change(&mut app);
        let (address, (tell, told)) = (free_address(), channel());
        let thread = thread::spawn(move || {
            let serve = async {
                let entrance = Entrance::open(address).unwrap();
                let server = listener::listen(&app, &entrance).unwrap();
                drop(entrance);
                tell.send(server.handle()).unwrap();
                server.await.unwrap();
            };
            System::new().block_on(serve);
        });
        let handle = told.recv().unwrap();
        Self { address, handle, thread: Some(thread), database }
    }

    /// A connection.
    pub fn connect(&self) -> TcpStream {
        let deadline = Instant::now() + LONG;
        while Instant::now() < deadline {
            if let Ok(stream) = TcpStream::connect(self.address) {
                stream.set_read_timeout(Some(LONG)).unwrap();
                return stream;
            }
            sleep(Duration::from_millis(20));
        }
        panic!("nothing listens");
    }

    /// Sends raw text on a connection of its own, and gives back all that comes.
    pub fn exchange(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        rest(&mut stream)
    }

    /// A request without a body; the whole answer.
    pub fn get(&self, path: &str) -> String {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is sent by the call; nobody waits for its end but the thread.
        drop(self.handle.stop(false));
        self.thread.take().unwrap().join().unwrap();
    }
}

/// All that still comes until the connection ends, however it does.
pub fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a request without a body on a connection that stays, and reads the answer up to these words.
pub fn ask(stream: &mut TcpStream, path: &str, last_words: &str) {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
    while !answer.ends_with(last_words.as_bytes()) {
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&piece[..read]);
    }
}

/// Sends a piece again and again until the other end has closed, and tells after how long that was; what came until
/// then is the second part.
pub fn dribble(mut stream: TcpStream, piece: &str) -> (Duration, String) {
    let begun = Instant::now();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    while begun.elapsed() < LONG {
        let is_sent = stream.write_all(piece.as_bytes()).is_ok();
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            Err(error) if is_sent && matches!(error.kind(), std::io::ErrorKind::WouldBlock) => {}
            Err(_) => break,
        }
    }
    (begun.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}

/// How much longer than it should a short sleep takes: how late the machine is, for which the service cannot help.
pub fn overslept() -> Duration {
    let (nap, begun) = (Duration::from_millis(10), Instant::now());
    sleep(nap);
    begun.elapsed().saturating_sub(nap)
}

/// Whether it took at least the short deadline, or twice that, and no more than a busy machine adds.
#[track_caller]
pub fn assert_short(took: Duration) {
    assert!(took + Duration::from_millis(100) >= SHORT && took < SHORT + BUSY, "{took:?}");
}
