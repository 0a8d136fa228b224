//! The service as a process of its own, the network, and a durable PostgreSQL behind it.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use inspection_register::access::caller::Caller;
use inspection_register::access::role::Role;
use inspection_register::database::embedded::{Embedded, Options};
use inspection_register::import::upgrade;
use inspection_register::register::api_keys::query as api_keys;
use inspection_register::register::api_keys::model::NewApiKey;
use inspection_register::values::id::Id;
use inspection_register::values::timestamp::Timestamp;

use crate::client::Client;
use crate::disturbances::Counts;
use crate::proxy::{Proxy, Trap};

/// How long anything may take on a slow machine.
const LIMIT: Duration = Duration::from_secs(120);
const DATABASE: &str = "register";

/// Everything that runs; it ends with this process, however that ends.
pub struct Rig {
    folder: PathBuf,
    embedded: Option<Embedded>,
    proxy: Proxy,
    address: SocketAddr,
    service: Child,
    kills: usize,
    stops: usize,
}

impl Rig {
    /// A service with an empty register, whose data must outlive everything.
    pub fn new(seed: u64) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crash-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let embedded = Embedded::start(&options()).unwrap();
        embedded.stop_with_this_process().unwrap();
        let mut conn = PgConnection::establish(&embedded.url("postgres")).unwrap();
        conn.batch_execute(&format!("create database {DATABASE}")).unwrap();
        upgrade::upgrade(&embedded.url(DATABASE)).unwrap();
        let proxy = Proxy::before(&embedded.url(DATABASE));
        let address = free_address(seed);
        let service = launch(&folder, address, &proxy);
        let rig = Self { folder, embedded: Some(embedded), proxy, address, service, kills: 0, stops: 0 };
        rig.wait_until_it_listens();
        rig
    }

    /// Where the journal and the log of the service are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Leaves the folder for people to look at.
    pub fn keep(mut self) -> PathBuf {
        std::mem::take(&mut self.folder)
    }

    /// A client of the service, which keeps its address, with an API key of its own.
    pub fn client(&self, name: &str) -> Client {
        let new = NewApiKey {
            name: name.parse().unwrap(),
            role: Role::Admin,
            authority_ids: Vec::new(),
            expires_at: Timestamp(Utc::now() + TimeDelta::days(1)),
        };
        let issued = self.connect().transaction(|conn| api_keys::insert(conn, &Caller::keys(), Id::generate(), &new));
        Client { address: self.address, secret: issued.unwrap().secret.expose().to_owned() }
    }

    /// A connection to the database past the network.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.embedded.as_ref().unwrap().url(DATABASE)).unwrap()
    }

    /// Kills the service and starts it again.
    pub fn kill_service(&mut self) {
        self.service.kill().unwrap();
        self.service.wait().unwrap();
        self.kills += 1;
        self.service = launch(&self.folder, self.address, &self.proxy);
        self.wait_until_it_listens();
    }

    /// Stops PostgreSQL at once, without a checkpoint, and starts it again, which recovers what was committed.
    pub fn stop_database(&mut self) {
        let file = options().data_dir.join("postgresql/postmaster.pid");
        let pid = fs::read_to_string(file).unwrap().lines().next().unwrap().to_owned();
        assert!(Command::new("/bin/kill").args(["-QUIT", &pid]).status().unwrap().success());
        drop(self.embedded.take());
        self.stops += 1;
        self.embedded = Some(Embedded::start(&options()).unwrap());
    }

    /// Cuts whatever connection commits next. If none does, nothing is cut, and the counts tell.
    pub fn cut(&self, trap: Trap) {
        let before = self.proxy.sprung();
        self.proxy.lay(trap);
        let deadline = Instant::now() + LIMIT;
        while self.proxy.sprung() == before && Instant::now() < deadline {
            sleep(Duration::from_millis(2));
        }
    }

    /// What was done to it.
    pub fn counts(&self) -> Counts {
        Counts { kills: self.kills, stops: self.stops, cuts: self.proxy.sprung() }
    }

    fn wait_until_it_listens(&self) {
        let deadline = Instant::now() + LIMIT;
        while TcpStream::connect(self.address).is_err() {
            assert!(Instant::now() < deadline, "the service does not listen: see {}", self.folder.display());
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = self.service.kill();
        let _ = self.service.wait();
        if !self.folder.as_os_str().is_empty() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// A cluster on disk, where the account of the server can reach it.
fn options() -> Options {
    let data_dir = std::env::temp_dir().join(format!("inspection-register-crash-{}", std::process::id()));
    Options { data_dir, pg_bindir: std::env::var_os("PG_BINDIR").map(PathBuf::from), durable: true }
}

/// An address that nothing listens on, outside the range from which the system takes the ports of clients: the service must
/// find it free after each kill.
fn free_address(seed: u64) -> SocketAddr {
    let start = 20_000 + u16::try_from(seed % 10_000).unwrap();
    let mut ports = (start..32_000).chain(20_000..start);
    let port = ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap();
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn launch(folder: &Path, address: SocketAddr, proxy: &Proxy) -> Child {
    let log = File::options().create(true).append(true).open(folder.join("service.log")).unwrap();
    Command::new(env!("CARGO_BIN_EXE_inspection-register"))
        .env_clear()
        .env("BIND_ADDRESS", address.to_string())
        .env("DATABASE_URL", proxy.url())
        .env("RUST_LOG", "warn")
        // It is not about how much one caller may ask.
        .env("RATE_LIMIT", "off")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}
