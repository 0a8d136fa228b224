//! A copy of the installed PostgreSQL, which a test may upgrade.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::server;

/// What the register runs, and what its statements have the server load.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];
const LIBRARIES: [&str; 2] = ["plpgsql", "dict_snowball"];

/// Before a server loads a library, both compare the limits that they were built with and who made them: four numbers, and a
/// text of which the compiler puts the first eight bytes into an instruction of the comparison.
const LIMITS: &[u8] = b"\x64\0\0\0\x20\0\0\0\x40\0\0\0\x01\0\0\0";
const COMPARISON: &[u8] = b"\x48\xb8";
const MAKER: &[u8] = b"PostgreS";
const OTHER_MAKER: &[u8] = b"PostgreX";

/// A folder in `pg_config`.
#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    setting: String,
}

/// A copy of programs and libraries, in the same places below another folder.
pub struct Installation {
    pub bindir: PathBuf,
    libdir: PathBuf,
}

impl Installation {
    /// Copies what is installed into a folder; `None` with a line that says so if this machine's is of another form.
    pub fn copy_to(folder: &Path) -> Option<Self> {
        let mut conn = PgConnection::establish(&server::url("postgres")).unwrap();
        let [bindir, libdir, sharedir] = ["BINDIR", "PKGLIBDIR", "SHAREDIR"].map(|name| {
            let query = diesel::sql_query("select setting from pg_config where name = $1").bind::<Text, _>(name);
            PathBuf::from(query.get_result::<Setting>(&mut conn).unwrap().setting)
        });
        let place = |original: &Path| folder.join(original.strip_prefix("/").unwrap());
        let copy = Self { bindir: place(&bindir), libdir: place(&libdir) };
        for name in PROGRAMS {
            copy_file(&bindir.join(name), &copy.bindir.join(name));
        }
        for name in libraries(&libdir) {
            copy_file(&libdir.join(&name), &copy.libdir.join(&name));
        }
        let share = place(&sharedir);
        fs::create_dir_all(share.parent().unwrap()).unwrap();
        if !share.exists() {
            std::os::unix::fs::symlink(sharedir, share).unwrap();
        }
        let is_usable = copy.release().is_some() && copy.is_of_known_form();
        if !is_usable {
            eprintln!("SKIPPED: a copy of the installed PostgreSQL does not run, or does not say what it loads");
        }
        is_usable.then_some(copy)
    }

    /// The version that the programs tell.
    pub fn release(&self) -> Option<String> {
        let answer = Command::new(self.bindir.join("postgres")).arg("--version").stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8(answer.stdout).ok()?;
        Some(text.trim().split_once("(PostgreSQL) ")?.1.to_owned())
    }

    /// Replaces files as a package manager does, by those of another version: the programs tell it, and they load
    /// libraries that were built with them and no others. Returns the version.
    pub fn upgrade(&self) -> String {
        let before = self.release().unwrap();
        let last = if before.ends_with('Y') { 'X' } else { 'Y' };
        let after = format!("{}{last}", &before[..before.len() - 1]);
        let libraries = LIBRARIES.map(|name| self.libdir.join(library(name)));
        for path in libraries.into_iter().chain(PROGRAMS.map(|name| self.bindir.join(name))) {
            let mut bytes = fs::read(&path).unwrap();
            replace(&mut bytes, &[LIMITS, MAKER], &[LIMITS, OTHER_MAKER]);
            replace(&mut bytes, &[COMPARISON, MAKER], &[COMPARISON, OTHER_MAKER]);
            replace(&mut bytes, &[before.as_bytes()], &[after.as_bytes()]);
            replace_file(&path, &bytes);
        }
        assert_eq!(self.release().unwrap(), after);
        after
    }

    /// Replaces a library by something that is none.
    pub fn break_library(&self, name: &str) {
        replace_file(&self.libdir.join(library(name)), b"no library");
    }

    /// Whether the server compares a library with itself as `upgrade` expects it.
    fn is_of_known_form(&self) -> bool {
        let count = |path: PathBuf, parts: &[&[u8]]| places(&fs::read(path).unwrap_or_default(), &parts.concat()).len();
        let (postgres, plpgsql) = (self.bindir.join("postgres"), self.libdir.join(library("plpgsql")));
        let counts = [
            count(plpgsql, &[LIMITS, MAKER]),
            count(postgres.clone(), &[LIMITS, MAKER]),
            count(postgres, &[COMPARISON, MAKER]),
        ];
        counts == [1; 3]
    }
}

/// The file name of a library.
fn library(name: &str) -> String {
    format!("{name}{}", std::env::consts::DLL_SUFFIX)
}

/// The names of the libraries in a folder.
fn libraries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(std::env::consts::DLL_SUFFIX) && !name.starts_with("llvmjit")).collect()
}

fn copy_file(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}

/// Gives the name of a file to a new one; who has the old one open keeps it.
fn replace_file(path: &Path, bytes: &[u8]) {
    let new = path.with_extension("new");
    fs::write(&new, bytes).unwrap();
    fs::set_permissions(&new, fs::metadata(path).unwrap().permissions()).unwrap();
    fs::rename(new, path).unwrap();
}

fn places(bytes: &[u8], part: &[u8]) -> Vec<usize> {
    let windows = bytes.windows(part.len()).enumerate();
    windows.filter(|(_, window)| *window == part).map(|(place, _)| place).collect()
}

/// Replaces every place of one part by another of the same length.
fn replace(bytes: &mut [u8], part: &[&[u8]], by: &[&[u8]]) {
    let (part, by) = (part.concat(), by.concat());
    for place in places(bytes, &part) {
        bytes[place..][..by.len()].copy_from_slice(&by);
    }
}
