//! The account that runs the server, since PostgreSQL refuses to run as root.

use super::error::EmbeddedError;
use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// Whether the program runs as root.
pub(super) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

/// The account of the server: another account, or that of the program.
pub(super) struct Account(Option<Other>);

/// An account other than the program's own.
#[derive(Clone)]
struct Other {
    name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account for a cluster. For root: the owner of the cluster, else `postgres`, else `nobody`. For other users:
    /// their own account.
    pub(super) fn for_cluster(cluster: &Path) -> Result<Self, EmbeddedError> {
        if !is_root() {
            return Ok(Self(None));
        }
        if let Ok(owner) = fs::metadata(cluster)
            && owner.uid() != 0
        {
            let (uid, gid) = (owner.uid(), owner.gid());
            return Ok(Self(Some(Other { name: format!("uid {uid}"), uid, gid })));
        }
        let passwd = String::from_utf8_lossy(&fs::read("/etc/passwd").unwrap_or_default()).into_owned();
        let named = |name| passwd.lines().find_map(|line| Other::from_passwd(line, name));
        let other = named("postgres").or_else(|| named("nobody")).ok_or(EmbeddedError::NoAccount)?;
        Ok(Self(Some(other)))
    }

    /// Checks that the account can enter the data directory.
    pub(super) fn must_reach(&self, data_dir: &Path) -> Result<(), EmbeddedError> {
        let Some(other) = &self.0 else { return Ok(()) };
        if self.shell(r#"cd "$1""#, data_dir.as_os_str()) {
            return Ok(());
        }
        Err(EmbeddedError::Unreachable { path: data_dir.to_path_buf(), account: other.name.clone() })
    }

    /// Whether a process of the account is running. A zombie, as in a container without an init, is not.
    pub(super) fn lives(&self, pid: u32) -> bool {
        let script = r#"kill -0 "$1" && ! grep -q '^State:.*zombie' "/proc/$1/status""#;
        self.shell(script, OsStr::new(&pid.to_string()))
    }

    /// Makes the account the owner of a file or directory.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |other| lchown(path, Some(other.uid), Some(other.gid)))
    }

    /// A command run by the account, without output, without the `PG…` variables that affect the programs of
    /// PostgreSQL, and in its own process group, so that Ctrl-C at the terminal reaches only the service.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.process_group(0).env("LC_ALL", "C");
        for (name, _) in env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        if let Some(other) = &self.0 {
            command.uid(other.uid).gid(other.gid);
        }
        command
    }

    /// Whether a shell script run by the account succeeds.
    fn shell(&self, script: &str, argument: &OsStr) -> bool {
        let mut command = self.command(Path::new("/bin/sh"));
        command.args(["-c", script, "sh"]).arg(argument).status().is_ok_and(|status| status.success())
    }
}

impl Other {
    /// Reads a line of `/etc/passwd` if it is about this name.
    fn from_passwd(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let found = fields.next().filter(|field| *field == name)?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Self { name: found.to_owned(), uid, gid })
    }
}
