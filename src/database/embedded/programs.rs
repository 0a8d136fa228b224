//! The programs of PostgreSQL, their location and version.

use super::account::Account;
use super::error::EmbeddedError;
use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// The oldest supported major version: the tests use `CREATE DATABASE … STRATEGY`.
const OLDEST: u32 = 15;

/// `initdb`, `pg_ctl` and `postgres` of one installation, and the account that runs them.
pub(super) struct Programs {
    bindir: PathBuf,
    /// The major version.
    pub(super) version: u32,
    /// The whole version, as a server reports it in `server_version`: `15.18 (Debian 15.18-0+deb12u1)`.
    pub(super) release: String,
    /// The file of `postgres` that has this version.
    file: Option<FileId>,
    /// The account that runs them.
    pub(super) account: Account,
}

impl Programs {
    /// Finds the programs in the configured directory, or else in the standard places. There, the version of the
    /// cluster is preferred to newer ones, so that a cluster remains usable after the installation of a newer
    /// PostgreSQL.
    pub(super) fn find(
        configured: Option<&Path>,
        cluster: Option<u32>,
        account: Account,
    ) -> Result<Self, EmbeddedError> {
        let mut best = None;
        let places = configured.map_or_else(usual_places, |bindir| vec![bindir.to_path_buf()]);
        for place in places {
            let Some(found) = installation(&place, &account).filter(|found| found.version >= OLDEST) else {
                continue;
            };
            let matches = cluster.is_none_or(|wanted| wanted == found.version);
            if matches || best.is_none() {
                best = Some(found);
            }
            if matches {
                break;
            }
        }
        match (best, configured) {
            (Some(Installation { bindir, version, release, file }), _) => {
                Ok(Self { bindir, version, release, file, account })
            }
            (None, Some(bindir)) => Err(EmbeddedError::UnusableBindir { bindir: bindir.to_path_buf(), oldest: OLDEST }),
            (None, None) => Err(EmbeddedError::NotInstalled { oldest: OLDEST }),
        }
    }

    /// Looks at the programs again. Returns their version if it has changed since they were found or looked at last.
    pub(super) fn replaced(&mut self) -> Option<String> {
        let place = &self.bindir;
        let file = FileId::of(&place.join("postgres"));
        // While the programs are being replaced, they may be missing.
        if file.is_none() || file == self.file {
            return None;
        }
        let found = installation(place, &self.account)?;
        self.file = found.file;
        if found.version != self.version {
            log::error!(
                "PostgreSQL {} was installed in {} over {}, which the cluster in DATA_DIR needs: install that again",
                found.release,
                self.bindir.display(),
                self.release
            );
            return None;
        }
        (found.release != self.release).then_some(found.release)
    }

    /// The path of a program.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.bindir.join(name)
    }

    /// A command that runs a program as the account.
    pub(super) fn command(&self, name: &str) -> Command {
        self.account.command(&self.path(name))
    }

    /// Runs `pg_ctl` on the cluster; returns whether it succeeded.
    pub(super) fn pg_ctl<I: AsRef<OsStr>>(&self, cluster: &Path, arguments: impl IntoIterator<Item = I>) -> bool {
        let mut command = self.command("pg_ctl");
        command.arg("-D").arg(cluster).args(arguments).status().is_ok_and(|status| status.success())
    }
}

/// The major version at the start of a text such as `15.18 (Debian …)`, `18beta1` or `9.6`.
pub(super) fn major(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// What identifies a file, however often its name is given to others.
#[derive(PartialEq, Eq)]
struct FileId {
    inode: u64,
    size: u64,
    modified: i64,
}

impl FileId {
    /// Of the file with this path, if there is one.
    fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        Some(Self { inode: file.ino(), size: file.size(), modified: file.mtime() })
    }
}

/// An installation of PostgreSQL.
struct Installation {
    bindir: PathBuf,
    version: u32,
    release: String,
    file: Option<FileId>,
}

/// The installation in a directory, which may contain symbolic links.
fn installation(place: &Path, account: &Account) -> Option<Installation> {
    let postgres = fs::canonicalize(place.join("postgres")).ok()?;
    let bindir = postgres.parent()?.to_path_buf();
    let whole = ["initdb", "pg_ctl"].iter().all(|name| bindir.join(name).is_file());
    // Before its version is asked for: a file that replaces it meanwhile is noticed later.
    let file = FileId::of(&postgres);
    let answer = whole.then(|| account.command(&postgres).arg("--version").stdout(Stdio::piped()).output())?.ok()?;
    let (_, release) = str::from_utf8(&answer.stdout).ok()?.trim().split_once("(PostgreSQL) ")?;
    Some(Installation { bindir, version: major(release)?, release: release.to_owned(), file })
}

/// The standard places: PATH, then those of the packages of Debian, postgresql.org and Homebrew.
fn usual_places() -> Vec<PathBuf> {
    let mut places: Vec<_> = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
    ] {
        places.extend(newest_first(Path::new(parent), prefix));
    }
    places
}

/// The `bin` folders of `<parent>/<prefix><version>`.
fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let version = |name: &OsStr| name.to_str()?.strip_prefix(prefix).and_then(major);
    let mut found: Vec<_> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((version(&entry.file_name())?, entry.path().join("bin"))))
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, bindir)| bindir).collect()
}
