//! The program in a process of its own.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long anything may take on a slow machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A folder for one test, in memory where the machine can, removed with whatever still runs in it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        let name = format!("register-process-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self(parent.join(name))
    }

    /// The processes that work in the folder or were told of it.
    pub fn processes(&self) -> Vec<u32> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let works_here = fs::read_link(entry.path().join("cwd")).is_ok_and(|folder| folder.starts_with(&self.0));
            let told = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            if works_here || String::from_utf8_lossy(&told).contains(&*self.0.to_string_lossy()) {
                found.push(pid);
            }
        }
        found
    }

    /// Waits until nothing runs in the folder.
    #[track_caller]
    pub fn must_be_left(&self) {
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.processes().is_empty() && Instant::now() < deadline {
            sleep(Duration::from_millis(20));
        }
        assert_eq!(self.processes(), [0; 0], "processes are left");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for pid in self.processes() {
            signal(pid, "KILL");
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Sends a signal to a process.
pub fn signal(pid: u32, name: &str) {
    let _ = Command::new("/bin/kill").args([&format!("-{name}"), &pid.to_string()]).stderr(Stdio::null()).status();
}

/// The program with these settings and no others.
pub fn command(settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inspection-register"));
    command.env_clear().stdin(Stdio::null());
    for name in ["PATH", "PG_BINDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(settings.iter().copied());
    command
}

/// Runs the program to its end.
pub fn run(settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    command(settings).args(arguments).output().unwrap()
}

/// What a run said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An address that nothing listens on.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A service that runs; killed with its owner.
pub struct Service {
    child: Child,
    pub address: SocketAddr,
    output: PathBuf,
}

impl Service {
    /// Starts the service and does not wait for it; what it says goes to a file.
    pub fn launch(settings: &[(&str, &str)], output: &Path) -> Self {
        let address = free_address();
        fs::create_dir_all(output.parent().unwrap()).unwrap();
        let file = File::options().create(true).append(true).open(output).unwrap();
        let mut command = command(settings);
        command.env("BIND_ADDRESS", address.to_string()).stdout(file.try_clone().unwrap()).stderr(file);
        Self { child: command.spawn().unwrap(), address, output: output.to_path_buf() }
    }

    /// Starts the service and waits until it listens.
    pub fn start(settings: &[(&str, &str)], output: &Path) -> Self {
        let mut service = Self::launch(settings, output);
        let deadline = Instant::now() + LIMIT;
        while TcpStream::connect(service.address).is_err() {
            assert!(service.child.try_wait().unwrap().is_none(), "it ended: {}", service.said());
            assert!(Instant::now() < deadline, "it does not listen: {}", service.said());
            sleep(Duration::from_millis(20));
        }
        service
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the service has said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.output).unwrap()
    }

    /// Sends raw text, and gives back all that comes.
    pub fn exchange(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        // The service may close before it has read all: what it said counts.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A request without a body; the whole answer.
    pub fn get(&self, path: &str) -> String {
        self.exchange(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
    }

    /// Sends a signal, and waits for the end.
    pub fn end(mut self, name: &str) -> ExitStatus {
        signal(self.pid(), name);
        self.wait()
    }

    /// Waits for the end.
    pub fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end: {}", self.said());
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
