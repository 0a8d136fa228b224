//! The cluster on disk, which is created atomically, and its PID file.

use super::error::EmbeddedError;
use super::programs::{Programs, major};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

/// The name of the directory of the cluster in the data directory.
pub(super) const NAME: &str = "postgresql";

/// The prefix of directories in which `initdb` is running or was interrupted.
const UNFINISHED: &str = "postgresql.new-";

/// The superuser of every cluster, whichever account runs it.
pub(super) const SUPERUSER: &str = "postgres";

/// The major version that created the cluster, if there is one.
pub(super) fn version(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok().and_then(|text| major(&text))
}

/// Creates the cluster in a temporary directory and renames it when it is complete, so that an interruption leaves
/// either no cluster or a complete one.
pub(super) fn create(data_dir: &Path, programs: &Programs, durable: bool) -> Result<(), EmbeddedError> {
    remove_unfinished(data_dir);
    let unique = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let unfinished = data_dir.join(format!("{UNFINISHED}{unique}"));
    // The locale only matters to upper and lower case; macOS before 15 lacks the first.
    let mut output = String::new();
    for locale in ["C.UTF-8", "C"] {
        let _ = fs::remove_dir_all(&unfinished);
        private_folder(&unfinished, programs).map_err(EmbeddedError::folder(&unfinished))?;
        let mut initdb = programs.command("initdb");
        initdb.arg("-D").arg(&unfinished).args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--lc-messages=C"]);
        initdb.arg(format!("--locale={locale}"));
        if !durable {
            initdb.arg("--no-sync");
        }
        let answer = initdb
            .stderr(Stdio::piped())
            .output()
            .map_err(|source| EmbeddedError::Program { program: programs.path("initdb"), source })?;
        if answer.status.success() {
            let cluster = data_dir.join(NAME);
            return fs::rename(&unfinished, &cluster)
                .and_then(|()| if durable { File::open(data_dir)?.sync_all() } else { Ok(()) })
                .map_err(EmbeddedError::folder(&cluster));
        }
        output = String::from_utf8_lossy(answer.stderr.trim_ascii()).into_owned();
    }
    remove_unfinished(data_dir);
    Err(EmbeddedError::Initdb { path: data_dir.join(NAME), output })
}

/// Creates a directory that only the account of the server can enter.
pub(super) fn private_folder(path: &Path, programs: &Programs) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    programs.account.own(path)
}

/// Removes the directories of interrupted runs of `initdb`. A run that is still in progress fails without harm.
fn remove_unfinished(data_dir: &Path) {
    for entry in fs::read_dir(data_dir).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The content of `postmaster.pid`, which the server writes.
pub(super) struct PidFile {
    /// The process id.
    pub(super) pid: u32,
    /// The directory of the socket.
    pub(super) socket_dir: PathBuf,
    /// Whether it accepts connections: not while it starts, recovers or stops.
    pub(super) ready: bool,
}

impl PidFile {
    /// The path of the file.
    pub(super) fn path(cluster: &Path) -> PathBuf {
        cluster.join("postmaster.pid")
    }

    /// Reads the file if it exists and is complete.
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        let text = fs::read_to_string(Self::path(cluster)).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        // Data folder, start time and port come before the socket, addresses and shared memory after it.
        let socket_dir = PathBuf::from(lines.nth(3)?);
        let ready = lines.nth(2).is_some_and(|status| status.trim() == "ready");
        Some(Self { pid, socket_dir, ready })
    }
}
