//! The programs of PostgreSQL, their location and version.

use super::account::Account;
use super::error::EmbeddedError;
use std::ffi::OsStr;
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
            let Some((bindir, version)) = installation(&place, &account) else {
                continue;
            };
            if version < OLDEST {
                continue;
            }
            let matches = cluster.is_none_or(|wanted| wanted == version);
            if matches || best.is_none() {
                best = Some((bindir, version));
            }
            if matches {
                break;
            }
        }
        match (best, configured) {
            (Some((bindir, version)), _) => Ok(Self { bindir, version, account }),
            (None, Some(bindir)) => Err(EmbeddedError::UnusableBindir { bindir: bindir.to_path_buf(), oldest: OLDEST }),
            (None, None) => Err(EmbeddedError::NotInstalled { oldest: OLDEST }),
        }
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

/// The real directory and the version of the installation in a directory, which may contain symbolic links.
fn installation(place: &Path, account: &Account) -> Option<(PathBuf, u32)> {
    let postgres = fs::canonicalize(place.join("postgres")).ok()?;
    let bindir = postgres.parent()?.to_path_buf();
    let whole = ["initdb", "pg_ctl"].iter().all(|name| bindir.join(name).is_file());
    let answer = whole.then(|| account.command(&postgres).arg("--version").stdout(Stdio::piped()).output())?.ok()?;
    let version = String::from_utf8_lossy(&answer.stdout).split_once("(PostgreSQL) ").and_then(|(_, v)| major(v))?;
    Some((bindir, version))
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
