//! What can keep the private server from running.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private server does not start or does not stop; each text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No usable PostgreSQL is installed.
    #[error(
        "PostgreSQL {oldest} or later was not found. Install it with `apt-get install postgresql`, \
         `dnf install postgresql-server` or `brew install postgresql@17` (as script/run does), set PG_BINDIR to the \
         directory of its programs, or set DATABASE_URL to use a running server"
    )]
    NotInstalled {
        /// The oldest major version that serves.
        oldest: u32,
    },
    /// The folder the operator names holds no usable PostgreSQL.
    #[error("PG_BINDIR is {}, which has no usable initdb, pg_ctl and postgres of version {oldest} or later", .bindir.display())]
    UnusableBindir {
        /// The folder as configured.
        bindir: PathBuf,
        /// The oldest major version that serves.
        oldest: u32,
    },
    /// The cluster was made by another major version than the programs found.
    #[error(
        "{} was created by PostgreSQL {cluster}, but the programs found are of version {programs}. Set PG_BINDIR to \
         the directory of PostgreSQL {cluster}, or set another DATA_DIR",
        .path.display()
    )]
    OtherVersion {
        /// The folder of the cluster.
        path: PathBuf,
        /// The major version in its `PG_VERSION`.
        cluster: u32,
        /// The major version of the programs.
        programs: u32,
    },
    /// Another process holds the lock.
    #[error("another instance is using {}. Stop it first, or set another DATA_DIR", .0.display())]
    InUse(PathBuf),
    /// Root runs the program and has nobody to run the server as.
    #[error(
        "PostgreSQL does not run as root, and /etc/passwd has neither of the users `postgres` and `nobody` to run it as"
    )]
    NoAccount,
    /// The account of the server cannot enter the data folder.
    #[error(
        "the user `{account}`, which PostgreSQL runs as, cannot access DATA_DIR {}. Set it to a directory whose parent \
         directories every user may enter, such as one in /var/lib",
        .path.display()
    )]
    Unreachable {
        /// The data folder.
        path: PathBuf,
        /// The name of the account.
        account: String,
    },
    /// The data folder, or something in it, cannot be read or written.
    #[error("cannot use {} (in DATA_DIR): {source}; with DATABASE_URL set, no DATA_DIR is needed", .path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A program of PostgreSQL cannot be run.
    #[error("cannot run {}: {source}", .program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// `initdb` gives up.
    #[error("initdb cannot create {}: {output}", .path.display())]
    Initdb {
        /// The folder of the cluster to be.
        path: PathBuf,
        /// What initdb says.
        output: String,
    },
    /// The server gives up, or does not become ready in time.
    #[error("PostgreSQL does not start. Its log {} ends with:\n{tail}", .log.display())]
    Start {
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server survives every way of stopping it.
    #[error("PostgreSQL (process {0}) did not stop, even after an immediate shutdown request")]
    Stop(u32),
}

impl EmbeddedError {
    /// For `map_err`: a failure of the operating system, with the path it is about.
    pub(super) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder { path: path.to_path_buf(), source }
    }
}
