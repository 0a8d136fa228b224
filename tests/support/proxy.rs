//! The network between the register and its database, which fails when it is told to.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread::{sleep, spawn};
use std::time::Duration;

use url::Url;

use super::frames::Frames;
use super::wire::Wire;

/// How often the state of the network is looked at.
const TICK: Duration = Duration::from_millis(10);

/// What the network does with what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It delivers.
    Pass,
    /// Nothing listens; connections that are open go on.
    Refuse,
    /// What is sent vanishes, and nobody is told. A connection that lost something never recovers.
    BlackHole,
    /// What is sent arrives when another mode is set.
    Stall,
    /// Every chunk is late by so much, and so many bytes pass in a second.
    Slow { delay: Duration, bytes_per_second: u32 },
}

/// What happens when the next COMMIT comes by. It happens once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// The connection is cut and the server never sees the COMMIT.
    CutBefore,
    /// The server commits, and the connection is cut in place of its reply.
    CutAfter,
    /// The server commits, its reply vanishes, and so does everything else: the network turns into a black hole.
    BlackHoleAfter,
}

/// A network before one server. Dropping it cuts all connections.
pub struct Proxy {
    address: SocketAddr,
    url: Url,
    network: Arc<Network>,
}

/// Where the server is.
enum Upstream {
    Tcp(String),
    Unix(PathBuf),
}

/// What all connections share.
struct Network {
    upstream: Upstream,
    mode: Mutex<Mode>,
    trap: Mutex<Option<Trap>>,
    sprung: AtomicUsize,
    cuts: AtomicUsize,
    links: Mutex<Vec<Weak<Link>>>,
    is_closed: AtomicBool,
}

impl Proxy {
    /// A network that delivers, before the server of this address (TCP, or the folder of a socket as `host`).
    pub fn before(url: &str) -> Self {
        let given = Url::parse(url).unwrap();
        let parameter =
            |name: &str| given.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let port = given.port().map(|port| port.to_string()).or(parameter("port")).unwrap_or("5432".to_owned());
        let upstream = match given.host_str().filter(|host| !host.is_empty()) {
            Some(host) => Upstream::Tcp(format!("{host}:{port}")),
            None => Upstream::Unix(PathBuf::from(parameter("host").unwrap()).join(format!(".s.PGSQL.{port}"))),
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let user = parameter("user").unwrap_or(given.username().to_owned());
        let url = Url::parse(&format!("postgresql://{user}@{address}{}", given.path())).unwrap();
        let network = Arc::new(Network {
            upstream,
            mode: Mutex::new(Mode::Pass),
            trap: Mutex::new(None),
            sprung: AtomicUsize::new(0),
            cuts: AtomicUsize::new(0),
            links: Mutex::default(),
            is_closed: AtomicBool::new(false),
        });
        spawn({
            let network = Arc::clone(&network);
            move || network.listen(address, listener)
        });
        Self { address, url, network }
    }

    /// The address of the database behind it, for libpq.
    pub fn url(&self) -> String {
        self.url.to_string()
    }

    /// From here on the network does this.
    pub fn set(&self, mode: Mode) {
        let before = std::mem::replace(&mut *self.network.mode.lock().unwrap(), mode);
        // A refusal is true once the listener is gone, and over once there is one again.
        let refuses = || TcpStream::connect(self.address).is_err();
        while before != mode && [before, mode].contains(&Mode::Refuse) && refuses() != (mode == Mode::Refuse) {
            sleep(TICK);
        }
    }

    /// Lays a trap for the next COMMIT.
    pub fn lay(&self, trap: Trap) {
        *self.network.trap.lock().unwrap() = Some(trap);
    }

    /// How many traps were sprung.
    pub fn sprung(&self) -> usize {
        self.network.sprung.load(Ordering::SeqCst)
    }

    /// Cuts every connection that is open, and comes back when it is done.
    pub fn cut(&self) {
        let links = std::mem::take(&mut *self.network.links.lock().unwrap());
        self.network.cuts.fetch_add(1, Ordering::SeqCst);
        while links.iter().any(|link| link.strong_count() > 0) {
            sleep(TICK);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.network.is_closed.store(true, Ordering::SeqCst);
    }
}

impl Network {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap()
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    /// Takes connections until the network is closed.
    fn listen(self: Arc<Self>, address: SocketAddr, listener: TcpListener) {
        listener.set_nonblocking(true).unwrap();
        let mut listener = Some(listener);
        while !self.is_closed() {
            if self.mode() == Mode::Refuse {
                listener = None;
            } else if listener.is_none() {
                listener = TcpListener::bind(address).ok();
                if let Some(listener) = &listener {
                    listener.set_nonblocking(true).unwrap();
                }
            }
            match listener.as_ref().map(TcpListener::accept) {
                Some(Ok((client, _))) => {
                    let network = Arc::clone(&self);
                    spawn(move || network.connect(client));
                }
                _ => sleep(TICK / 2),
            }
        }
    }

    /// Joins a client to the server, as far as the network lets it.
    fn connect(self: Arc<Self>, client: TcpStream) {
        client.set_nonblocking(false).unwrap();
        let link = Arc::new(Link {
            cuts: self.cuts.load(Ordering::SeqCst),
            is_lost: AtomicBool::new(self.mode() == Mode::BlackHole),
            is_cut_at_reply: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            network: Arc::clone(&self),
        });
        self.links.lock().unwrap().push(Arc::downgrade(&link));
        let client = Wire::Tcp(client);
        let server = match &self.upstream {
            Upstream::Tcp(address) => TcpStream::connect(address).map(Wire::Tcp),
            Upstream::Unix(path) => UnixStream::connect(path).map(Wire::Unix),
        };
        let Ok(server) = server else {
            client.close();
            return;
        };
        let (from_client, to_server) = (client.again(), server.again());
        let back = Arc::clone(&link);
        spawn(move || back.carry(server, client, None));
        link.carry(from_client, to_server, Some(Frames::default()));
    }
}

/// One connection.
struct Link {
    network: Arc<Network>,
    cuts: usize,
    /// Something of it has vanished, so that nothing after it makes sense.
    is_lost: AtomicBool,
    /// The next thing that the server says is its reply to a COMMIT, and ends the connection.
    is_cut_at_reply: AtomicBool,
    is_over: AtomicBool,
}

impl Link {
    fn must_end(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
            || self.network.is_closed()
            || self.network.cuts.load(Ordering::SeqCst) != self.cuts
    }

    /// Carries bytes one way until the connection ends. With `frames` it looks for COMMIT.
    fn carry(&self, mut from: Wire, mut to: Wire, mut frames: Option<Frames>) {
        let mut buffer = [0; 16_384];
        from.set_patience(TICK);
        while !self.must_end() {
            if self.network.mode() == Mode::Stall {
                sleep(TICK);
                continue;
            }
            let bytes = match from.read(&mut buffer) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
                Ok(0) | Err(_) => break,
                Ok(count) => buffer[..count].to_vec(),
            };
            self.linger(bytes.len());
            if self.network.mode() == Mode::BlackHole {
                self.is_lost.store(true, Ordering::SeqCst);
            }
            if self.is_lost.load(Ordering::SeqCst) {
                continue;
            }
            let is_delivered = match &mut frames {
                Some(frames) => frames.take(&bytes).iter().all(|frame| self.deliver(frame, &mut to)),
                None if self.is_cut_at_reply.load(Ordering::SeqCst) => false,
                None => to.write_all(&bytes).is_ok(),
            };
            if !is_delivered {
                break;
            }
        }
        // In a black hole the end of a connection is not heard either.
        while matches!(self.network.mode(), Mode::BlackHole | Mode::Stall) && !self.must_end() {
            sleep(TICK);
        }
        self.is_over.store(true, Ordering::SeqCst);
        from.close();
        to.close();
    }

    /// Waits as long as the network is slow, and as long as it holds everything back.
    fn linger(&self, bytes: usize) {
        if let Mode::Slow { delay, bytes_per_second } = self.network.mode() {
            let bytes = u32::try_from(bytes).unwrap();
            sleep(delay + Duration::from_secs(1) * bytes / bytes_per_second);
        }
        while self.network.mode() == Mode::Stall && !self.must_end() {
            sleep(TICK);
        }
    }

    /// Delivers one message of the client's, unless it is a COMMIT that walks into a trap.
    fn deliver(&self, frame: &[u8], to: &mut Wire) -> bool {
        let trap = if Frames::is_commit(frame) { self.network.trap.lock().unwrap().take() } else { None };
        if trap.is_some() {
            self.network.sprung.fetch_add(1, Ordering::SeqCst);
        }
        match trap {
            Some(Trap::CutBefore) => return false,
            Some(Trap::CutAfter) => self.is_cut_at_reply.store(true, Ordering::SeqCst),
            Some(Trap::BlackHoleAfter) => {
                self.is_lost.store(true, Ordering::SeqCst);
                *self.network.mode.lock().unwrap() = Mode::BlackHole;
            }
            None => {}
        }
        to.write_all(frame).is_ok()
    }
}
