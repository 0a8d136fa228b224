//! The launcher against real servers, in memory where the machine allows.

use super::*;
use cluster::PidFile;
use std::env;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Names the folder of the helper process.
const HELPER_DIR: &str = "EMBEDDED_TEST_DIR";

/// A data folder that is removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_path_buf() } else { env::temp_dir() };
        let path = parent.join(format!("register-{}-{name}", std::process::id()));
        Self(path)
    }

    fn options(&self) -> Options {
        Options { data_dir: self.0.clone(), pg_bindir: env::var_os("PG_BINDIR").map(PathBuf::from), durable: false }
    }

    fn start(&self) -> Embedded {
        Embedded::start(&self.options()).unwrap()
    }

    fn refusal(&self) -> String {
        Embedded::start(&self.options()).err().unwrap().to_string()
    }

    fn account(&self) -> Account {
        Account::for_cluster(&self.0.join(cluster::NAME)).unwrap()
    }

    fn pid(&self) -> u32 {
        PidFile::read(&self.0.join(cluster::NAME)).unwrap().pid
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a line of shell.
fn shell(line: &str) -> bool {
    Command::new("/bin/sh").args(["-c", line]).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn a_cluster_is_created_once_and_serves_one_instance() {
    let folder = Folder::new("once");
    let interrupted = folder.0.join("postgresql.new-1");
    fs::create_dir_all(&interrupted).unwrap();
    fs::write(interrupted.join("PG_VERSION"), "15").unwrap();

    let first = folder.start();
    assert!(!interrupted.exists());
    assert!(first.url("postgres").starts_with("postgresql:///postgres?host=/"), "{}", first.url("postgres"));
    assert!(folder.refusal().starts_with("another instance is using /"), "{}", folder.refusal());
    let pid = folder.pid();
    first.stop().unwrap();
    assert!(!folder.account().lives(pid));

    let begun = Instant::now();
    let second = folder.start();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let pid = folder.pid();
    drop(second);
    assert!(!folder.account().lives(pid));
}

#[test]
fn a_server_outlives_its_service_and_is_adopted() {
    // So long that the socket goes elsewhere.
    let folder = Folder::new(&"long".repeat(30));
    {
        let first = folder.start();
        mem::forget(first.server);
    }
    let pid = folder.pid();

    let second = folder.start();
    assert_eq!(folder.pid(), pid);
    assert!(second.url("x").contains("host=/tmp/inspection-register-"), "{}", second.url("x"));
    second.stop().unwrap();
    assert!(!folder.account().lives(pid));
}

#[test]
fn a_killed_server_starts_again_even_if_its_number_is_taken() {
    let folder = Folder::new("killed");
    let first = folder.start();
    let killed = folder.pid();
    assert!(shell(&format!("kill -9 {killed}")));
    drop(first);
    let path = PidFile::path(&folder.0.join(cluster::NAME));
    let stale = fs::read_to_string(&path).unwrap();

    let second = folder.start();
    assert_ne!(folder.pid(), killed);
    second.stop().unwrap();

    let account = folder.account();
    let mut other = account.command(Path::new("/bin/sleep")).arg("60").spawn().unwrap();
    fs::write(&path, stale.replacen(&killed.to_string(), &other.id().to_string(), 1)).unwrap();
    account.own(&path).unwrap();
    let third = folder.start();
    assert_ne!(folder.pid(), other.id());
    third.stop().unwrap();
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_server_can_end_with_its_process() {
    let folder = Folder::new("ends");
    let helper = ["--exact", "--ignored", "--nocapture", "database::embedded::tests::helper_that_aborts"];
    let mut child = Command::new(env::current_exe().unwrap());
    let ended = child.args(helper).env(HELPER_DIR, &folder.0).output().unwrap();
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    let pid = said.lines().find_map(|line| line.parse().ok()).expect(&said);

    let deadline = Instant::now() + Duration::from_secs(5);
    while folder.0.exists() && Instant::now() < deadline {
        sleep(Duration::from_millis(20));
    }
    assert!(!folder.0.exists());
    assert!(!folder.account().lives(pid));
}

#[test]
#[ignore = "run by a_server_can_end_with_its_process, in a process of its own"]
fn helper_that_aborts() {
    let folder = Folder(env::var_os(HELPER_DIR).unwrap().into());
    let server = folder.start();
    server.stop_with_this_process().unwrap();
    eprintln!("{}", folder.pid());
    std::process::abort();
}

#[test]
fn a_wrong_bindir_and_an_old_cluster_are_named() {
    let folder = Folder::new("wrong");
    let mut options = folder.options();
    options.pg_bindir = Some(folder.0.clone());
    let refusal = Embedded::start(&options).err().unwrap().to_string();
    assert!(refusal.starts_with("PG_BINDIR is /") && refusal.contains("version 15"), "{refusal}");

    fs::create_dir(folder.0.join(cluster::NAME)).unwrap();
    fs::write(folder.0.join(cluster::NAME).join("PG_VERSION"), "9.6\n").unwrap();
    assert!(folder.refusal().contains("was created by PostgreSQL 9, but"), "{}", folder.refusal());
}
