//! The process of the server: start, adoption and stop.

use super::cluster::{self, PidFile};
use super::error::EmbeddedError;
use super::programs::Programs;
use diesel::dsl::{select, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a server may take to accept connections; recovery after a power failure takes longest.
const START_LIMIT: Duration = Duration::from_secs(120);

/// How long the remains of a killed server may exist: its socket, processes and shared memory.
const REMAINS_LIMIT: Duration = Duration::from_secs(10);

/// The interval between checks of the state of the server.
const TICK: Duration = Duration::from_millis(5);

/// The maximum length of the directory of a socket: macOS permits 104 bytes for directory and file name, Linux 108.
const SOCKET_DIR_MAX: usize = 88;

/// The port, which is only part of the file name of the socket: the server does not listen on a network.
const PORT: u16 = 5432;

/// The settings of every server. Statements and values are not logged, since they may contain personal data.
const SETTINGS: [&str; 11] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "lc_messages=C",
    "logging_collector=off",
    "log_destination=stderr",
    "log_checkpoints=off",
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
    "jit=off",
    "random_page_cost=1.1",
    "shared_buffers=128MB",
];

/// The settings if data must survive a power failure.
const DURABLE: [&str; 4] = ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "autovacuum=on"];

/// The settings for tests, whose data may be lost.
const NOT_DURABLE: [&str; 7] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=200",
];

/// A running server.
pub(super) struct Server {
    programs: Programs,
    data_dir: PathBuf,
    cluster: PathBuf,
    /// Whether data must survive a power failure.
    durable: bool,
    /// The directory of the socket.
    pub(super) socket_dir: PathBuf,
    /// The process id.
    pub(super) pid: u32,
    /// The child process, if this process started the server; an adopted server has none.
    child: Option<Child>,
    stopped: bool,
}

impl Server {
    /// Adopts the running server of the cluster, or starts one. A running server of another version than the programs is
    /// stopped, since its new processes would load files of that version.
    pub(super) fn start(data_dir: &Path, programs: Programs, durable: bool) -> Result<Self, EmbeddedError> {
        let cluster = data_dir.join(cluster::NAME);
        let (data_dir, socket_dir) = (data_dir.to_path_buf(), socket_dir(data_dir));
        let mut server = Self { programs, data_dir, cluster, durable, socket_dir, pid: 0, child: None, stopped: true };
        if server.adopt() {
            let running = server.running_release().unwrap_or_else(|| "unknown".to_owned());
            if running == server.programs.release {
                log::info!("reusing the running PostgreSQL server (process {})", server.pid);
                return Ok(server);
            }
            server.restart(&running)?;
        } else {
            server.launch()?;
        }
        Ok(server)
    }

    /// Restarts the server if another version of its programs was installed over them; starts it if that failed before.
    pub(super) fn renew(&mut self) -> Result<(), EmbeddedError> {
        if let Some(installed) = self.programs.replaced() {
            let running = std::mem::replace(&mut self.programs.release, installed);
            return self.restart(&running);
        }
        if self.stopped { self.launch() } else { Ok(()) }
    }

    fn restart(&mut self, running: &str) -> Result<(), EmbeddedError> {
        let installed = &self.programs.release;
        log::warn!("restarting the PostgreSQL server: its version is {running}, and {installed} is installed now");
        self.stop()?;
        self.launch()?;
        log::info!("the PostgreSQL server was restarted (process {})", self.pid);
        Ok(())
    }

    /// The version of the running server.
    fn running_release(&self) -> Option<String> {
        let mut connection = PgConnection::establish(&url(&self.socket_dir, "postgres")).ok()?;
        select(sql::<Text>("current_setting('server_version')")).get_result(&mut connection).ok()
    }

    /// Adopts the server of a service that was killed. Waits for one that is starting or stopping.
    fn adopt(&mut self) -> bool {
        let mut last_heard = Instant::now();
        let deadline = last_heard + START_LIMIT;
        while let Some(found) = PidFile::read(&self.cluster) {
            let socket = found.socket_dir.join(format!(".s.PGSQL.{PORT}"));
            if UnixStream::connect(socket).is_ok() {
                if found.ready {
                    (self.pid, self.socket_dir, self.stopped) = (found.pid, found.socket_dir, false);
                    return true;
                }
                last_heard = Instant::now();
            } else if !self.programs.account.lives(found.pid) {
                return false;
            } else if last_heard.elapsed() > Duration::from_secs(1) {
                // The process id belongs to another process, as after a restart of the machine, and would make
                // PostgreSQL refuse to start. If it is a server after all, its shared memory prevents a second one.
                let _ = fs::remove_file(PidFile::path(&self.cluster));
                return false;
            }
            if Instant::now() > deadline {
                return false;
            }
            sleep(TICK);
        }
        false
    }

    /// Starts a server and waits until it accepts connections.
    fn launch(&mut self) -> Result<(), EmbeddedError> {
        let log = self.data_dir.join("postgresql.log");
        let _ = fs::rename(&log, self.data_dir.join("postgresql.log.previous"));
        let begun = Instant::now();
        loop {
            self.spawn(&log)?;
            if self.wait_until_ready(begun + START_LIMIT) {
                return Ok(());
            }
            self.stop()?;
            let tail = tail(&log);
            // The processes of a killed server end by themselves, but not at once.
            if begun.elapsed() > REMAINS_LIMIT || !tail.contains("shared memory block") {
                return Err(EmbeddedError::Start { log, tail });
            }
            sleep(20 * TICK);
        }
    }

    /// Starts the process. Nothing else uses the directory of the socket: no server is running, and this process holds
    /// the lock.
    fn spawn(&mut self, log: &Path) -> Result<(), EmbeddedError> {
        let _ = fs::remove_dir_all(&self.socket_dir);
        cluster::private_folder(&self.socket_dir, &self.programs).map_err(EmbeddedError::folder(&self.socket_dir))?;
        let output = OpenOptions::new().create(true).append(true).mode(0o600).open(log);
        let output = output.map_err(EmbeddedError::folder(log))?;
        let errors = output.try_clone().map_err(EmbeddedError::folder(log))?;
        let mut command = self.programs.command("postgres");
        command.arg("-D").arg(&self.cluster).args(["-c", &format!("port={PORT}")]);
        command.args(["-c", &format!("unix_socket_directories={}", self.socket_dir.display())]);
        let durability: &[&str] = if self.durable { &DURABLE } else { &NOT_DURABLE };
        for setting in SETTINGS.iter().chain(durability) {
            command.args(["-c", setting]);
        }
        let child = command
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|source| EmbeddedError::Program { program: self.programs.path("postgres"), source })?;
        (self.pid, self.child, self.stopped) = (child.id(), Some(child), false);
        Ok(())
    }

    /// Whether the new process accepts connections before the deadline.
    fn wait_until_ready(&mut self, deadline: Instant) -> bool {
        while Instant::now() < deadline && !self.is_gone() {
            if PidFile::read(&self.cluster).is_some_and(|file| file.ready && file.pid == self.pid) {
                return true;
            }
            sleep(TICK);
        }
        false
    }

    /// Stops the server: first with a fast, then with an immediate shutdown. The server stops even if this process ends
    /// meanwhile.
    pub(super) fn stop(&mut self) -> Result<(), EmbeddedError> {
        if self.stopped {
            return Ok(());
        }
        for (mode, seconds) in [("fast", 30), ("immediate", 10)] {
            if self.is_gone_within(Duration::ZERO) {
                break;
            }
            self.programs.pg_ctl(&self.cluster, ["stop", "-W", "-m", mode]);
            if self.is_gone_within(Duration::from_secs(seconds)) {
                break;
            }
            log::warn!(
                "PostgreSQL (process {}) did not stop within {seconds} s of a {mode} shutdown request",
                self.pid
            );
        }
        if !self.is_gone() {
            self.programs.pg_ctl(&self.cluster, ["kill", "KILL", &self.pid.to_string()]);
        }
        self.stopped = self.is_gone_within(REMAINS_LIMIT);
        if !self.stopped {
            return Err(EmbeddedError::Stop(self.pid));
        }
        let _ = fs::remove_dir_all(&self.socket_dir);
        Ok(())
    }

    /// Whether the process ends within this time.
    fn is_gone_within(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while !self.is_gone() {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(TICK);
        }
        true
    }

    /// Whether the process has ended.
    fn is_gone(&mut self) -> bool {
        match &mut self.child {
            Some(child) => !matches!(child.try_wait(), Ok(None)),
            None => !self.programs.account.lives(self.pid),
        }
    }
}

impl Drop for Server {
    /// Stops the server, so that a service that fails after the start leaves no process.
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            log::error!("{error}");
        }
    }
}

/// The URL of a database of the server with this socket.
pub(super) fn url(socket_dir: &Path, database: &str) -> String {
    format!("postgresql:///{database}?host={}&port={PORT}&user={}", socket_dir.display(), cluster::SUPERUSER)
}

/// The directory of the socket: `socket` in the data directory or, if that path is too long or needs quoting, a
/// directory in `/tmp` with the same name at every start.
fn socket_dir(data_dir: &Path) -> PathBuf {
    let socket_dir = data_dir.join("socket");
    let bytes = socket_dir.as_os_str().as_encoded_bytes();
    let plain = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte));
    if plain && bytes.len() <= SOCKET_DIR_MAX {
        return socket_dir;
    }
    let mut hasher = DefaultHasher::new();
    data_dir.hash(&mut hasher);
    PathBuf::from(format!("/tmp/inspection-register-{:016x}", hasher.finish()))
}

/// The last lines of the log.
fn tail(log: &Path) -> String {
    let text = File::open(log).and_then(std::io::read_to_string).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(10).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
