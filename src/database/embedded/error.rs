//! Errors of the private server.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private server does not start or stop. Each message contains what the operator can do.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No usable PostgreSQL is installed.
    #[error(
        "PostgreSQL {oldest} or later was not found. Install it with `apt-get install postgresql`, \
         `dnf install postgresql-server` or `brew install postgresql@17` (as script/run does), set PG_BINDIR to the \
         directory of its programs, or set DATABASE_URL to use a running server"
    )]
    NotInstalled {
        /// The oldest supported major version.
        oldest: u32,
    },
    /// The directory in `PG_BINDIR` has no usable PostgreSQL.
    #[error("PG_BINDIR is {}, which has no usable initdb, pg_ctl and postgres of version {oldest} or later", .bindir.display())]
    UnusableBindir {
        /// The configured directory.
        bindir: PathBuf,
        /// The oldest supported major version.
        oldest: u32,
    },
    /// The cluster was created by another major version than that of the programs found.
    #[error(
        "{} was created by PostgreSQL {cluster}, but the programs found are of version {programs}. Set PG_BINDIR to \
         the directory of PostgreSQL {cluster}, or set another DATA_DIR",
        .path.display()
    )]
    OtherVersion {
        /// The directory of the cluster.
        path: PathBuf,
        /// The major version in its `PG_VERSION`.
        cluster: u32,
        /// The major version of the programs.
        programs: u32,
    },
    /// Another process holds the lock.
    #[error("another instance is using {}. Stop it first, or set another DATA_DIR", .0.display())]
    InUse(PathBuf),
    /// The program runs as root, and there is no account to run the server as.
    #[error(
        "PostgreSQL does not run as root, and /etc/passwd has neither of the users `postgres` and `nobody` to run it as"
    )]
    NoAccount,
    /// The account of the server cannot enter the data directory.
    #[error(
        "the user `{account}`, which PostgreSQL runs as, cannot access DATA_DIR {}. Set it to a directory whose parent \
         directories every user may enter, such as one in /var/lib",
        .path.display()
    )]
    Unreachable {
        /// The data directory.
        path: PathBuf,
        /// The name of the account.
        account: String,
    },
    /// The data directory, or a file in it, cannot be read or written.
    #[error("cannot use {} (in DATA_DIR): {source}; with DATABASE_URL set, no DATA_DIR is needed", .path.display())]
    Folder {
        /// The file or directory.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A program of PostgreSQL cannot be run.
    #[error("cannot run {}: {source}", .program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// `initdb` failed.
    #[error("initdb cannot create {}: {output}", .path.display())]
    Initdb {
        /// The directory of the new cluster.
        path: PathBuf,
        /// The output of initdb.
        output: String,
    },
    /// The server failed to start, or is not ready in time.
    #[error("PostgreSQL does not start. Its log {} ends with:\n{tail}", .log.display())]
    Start {
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The thread that watches the programs cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// The server did not stop.
    #[error("PostgreSQL (process {0}) did not stop, even after an immediate shutdown request")]
    Stop(u32),
}

impl EmbeddedError {
    /// For `map_err`: adds the path to an error of the operating system.
    pub(super) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder { path: path.to_path_buf(), source }
    }
}
