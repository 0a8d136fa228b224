//! The private PostgreSQL, which is used if `DATABASE_URL` is not set.
//!
//! The data directory contains `lock`, `postgresql` (the cluster), `socket` and `postgresql.log`. The programs of
//! PostgreSQL must be installed; nothing is downloaded. The server does not listen on a network, and only its own
//! account and root can reach its socket.

mod account;
mod cluster;
mod error;
mod keeper;
mod programs;
mod server;
#[cfg(test)]
mod tests;

pub use error::EmbeddedError;
pub use keeper::Keeper;

use account::Account;
use programs::Programs;
use server::{Server, url};
use std::fs::{self, File, Permissions, TryLockError};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{io, mem};

/// Waits for the end of standard input, then stops the server whose directories are the arguments, and removes them.
const WATCHMAN: &str = r#"
cat >/dev/null
pid=$(head -n 1 "$1/postgresql/postmaster.pid") && kill -QUIT "$pid" || pid=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -n "$pid" ] && kill -0 "$pid" || break
    sleep 0.1
done
rm -rf "$1" "$2"
"#;

/// The options of the private server.
pub struct Options {
    /// The data directory, which is created if it does not exist.
    pub data_dir: PathBuf,
    /// The directory of the programs of PostgreSQL, if not in a standard place.
    pub pg_bindir: Option<PathBuf>,
    /// Whether data must survive a power failure. Tests run several times faster without.
    pub durable: bool,
}

/// A running private PostgreSQL, and the lock that excludes other instances. Dropping it stops the server.
pub struct Embedded {
    data_dir: PathBuf,
    server: Server,
    /// Released after the server has stopped: fields are dropped in order.
    _lock: Lock,
}

impl Embedded {
    /// Creates the cluster if there is none, and starts the server if it is not running.
    ///
    /// # Errors
    ///
    /// If another instance uses the data directory, PostgreSQL is not installed, or the server does not start; see
    /// [`EmbeddedError`].
    pub fn start(options: &Options) -> Result<Self, EmbeddedError> {
        let data_dir = prepare(&options.data_dir).map_err(EmbeddedError::folder(&options.data_dir))?;
        let lock = lock(&data_dir)?;
        let path = data_dir.join(cluster::NAME);
        let account = Account::for_cluster(&path)?;
        account.must_reach(&data_dir)?;
        let version = cluster::version(&path);
        let programs = Programs::find(options.pg_bindir.as_deref(), version, account)?;
        match version {
            Some(version) if version != programs.version => {
                return Err(EmbeddedError::OtherVersion { path, cluster: version, programs: programs.version });
            }
            Some(_) => {}
            None => {
                log::info!("creating a PostgreSQL {} cluster in {}", programs.version, path.display());
                cluster::create(&data_dir, &programs, options.durable)?;
            }
        }
        let server = Server::start(&data_dir, programs, options.durable)?;
        Ok(Self { data_dir, server, _lock: lock })
    }

    /// The URL of the database with this name, which must not need encoding; `postgres` always exists.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        url(&self.server.socket_dir, database)
    }

    /// Stops the server within a minute.
    ///
    /// # Errors
    ///
    /// If the server does not stop.
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        self.server.stop()
    }

    /// For tests: stops the server and removes its data directory as soon as this process ends, for any reason.
    ///
    /// # Errors
    ///
    /// If no shell can be run.
    pub fn stop_with_this_process(&self) -> Result<(), EmbeddedError> {
        let program = Path::new("/bin/sh");
        let mut shell = Command::new(program);
        shell.args(["-c", WATCHMAN, "sh"]).arg(&self.data_dir).arg(&self.server.socket_dir);
        shell.current_dir("/").process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut watchman =
            shell.spawn().map_err(|source| EmbeddedError::Program { program: program.to_path_buf(), source })?;
        // Only the end of the process closes the pipe.
        mem::forget(watchman.stdin.take());
        Ok(())
    }
}

/// The URL of a database on the private server of another instance that uses this data directory; `None` if there is no
/// such instance, or if its server is not ready.
#[must_use]
pub fn url_in_use(data_dir: &Path, database: &str) -> Option<String> {
    let data_dir = fs::canonicalize(data_dir).ok()?;
    if !matches!(lock(&data_dir), Err(EmbeddedError::InUse(_))) {
        return None;
    }
    let server = cluster::PidFile::read(&data_dir.join(cluster::NAME)).filter(|server| server.ready)?;
    Some(url(&server.socket_dir, database))
}

/// The default data directory: `.data` in the working directory; for root `/var/lib/inspection-register`, which the
/// account of the server can reach.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    PathBuf::from(if account::is_root() { "/var/lib/inspection-register" } else { ".data" })
}

/// Creates the data directory with access for the account of the server, and makes its path absolute.
fn prepare(data_dir: &Path) -> io::Result<PathBuf> {
    if !data_dir.is_dir() {
        fs::create_dir_all(data_dir)?;
        fs::set_permissions(data_dir, Permissions::from_mode(0o755))?;
    }
    fs::canonicalize(data_dir)
}

/// The lock of the data directory, which one process can hold. The operating system releases it when the process ends.
struct Lock(File);

impl Drop for Lock {
    /// Closing the file is not sufficient: a program that another thread is starting has a copy of the descriptor for a
    /// moment.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Takes the lock.
fn lock(data_dir: &Path) -> Result<Lock, EmbeddedError> {
    let path = data_dir.join("lock");
    let file = File::options().create(true).append(true).open(&path).map_err(EmbeddedError::folder(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse(data_dir.to_path_buf())),
        Err(TryLockError::Error(source)) => Err(EmbeddedError::Folder { path, source }),
    }
}
