//! The program under all of it at once: its memory stays bounded, and it answers.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::heads::is_closed;
use super::server::{LONG, overslept};
use crate::operations::program::{Folder, Service, command, free_address};
use crate::support::database::Database;
use crate::support::keys;

/// What the program may fill, whoever calls.
pub const MOST_MEMORY: u64 = 256 * 1024;

/// What is held against the program at once.
struct Load {
    idle: usize,
    dribbling: usize,
    stalled: usize,
    heads: usize,
    ahead: usize,
    /// How long `/health/live` may take meanwhile.
    live: Duration,
}

/// A number of `/proc/<pid>/status`, in KiB.
pub fn status(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The open files of a process.
fn files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// The list that is largest with the data that come with the program.
fn largest(service: &Service) -> (&'static str, usize) {
    let lists = [
        "/v1/standings.csv",
        "/v1/standings?limit=200",
        "/v1/inspections?limit=200",
        "/v1/inspections?limit=50&embed=findings,recommendations",
        "/v1/authorities?limit=200",
        "/v1/findings?limit=200",
        "/v1/recommendations?limit=200",
        "/v1/documents?limit=200",
        "/v1/improvement-actions?limit=200",
        "/v1/events?limit=200",
    ];
    let sized = lists.into_iter().map(|path| (path, service.get(path)));
    let sized =
        sized.filter(|(_, answer)| answer.starts_with("HTTP/1.1 200")).map(|(path, answer)| (path, answer.len()));
    sized.max_by_key(|(_, size)| *size).unwrap()
}

/// A connection that has asked once and waits.
fn idle(service: &Service) -> TcpStream {
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    while !answer.ends_with(b"}") {
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "closed");
        answer.extend_from_slice(&piece[..read]);
    }
    stream
}

/// A post whose body never ends, with some of it sent.
fn dribbling(service: &Service) -> TcpStream {
    let mut stream = TcpStream::connect(service.address).unwrap();
    let head = "POST /v1/authorities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000";
    let head = format!("{head}\r\nAuthorization: Bearer {}", keys::ADMIN_SECRET);
    stream.write_all(format!("{head}\r\n\r\n{}", " ".repeat(20_000)).as_bytes()).unwrap();
    stream
}

/// A reader who asks for a list many times over, and reads nothing.
fn stalled(service: &Service, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(16).as_bytes()).unwrap();
    stream
}

/// A head that never ends, with as much of it sent as one may have.
fn head(service: &Service) -> TcpStream {
    let mut stream = TcpStream::connect(service.address).unwrap();
    stream.set_nonblocking(true).unwrap();
    let line = format!("X-Padding: {}\r\n", "a".repeat(2_000));
    let _ = stream.write_all(format!("GET / HTTP/1.1\r\nHost: x\r\n{}", line.repeat(60)).as_bytes());
    stream
}

/// A reader who stops reading, with thousands of requests sent ahead.
fn ahead(service: &Service) -> TcpStream {
    let mut stream = stalled(service, "/openapi.json");
    stream.set_nonblocking(true).unwrap();
    let _ = stream.write_all("GET / HTTP/1.1\r\nHost:x\r\n\r\n".repeat(6_000).as_bytes());
    stream
}

/// Makes a few more connections of a kind, up to as many as are wanted; whether these are there.
fn grow(held: &mut Vec<TcpStream>, wanted: usize, few: usize, make: impl Fn() -> TcpStream) -> bool {
    held.extend((held.len()..wanted).take(few).map(|_| make()));
    held.len() == wanted
}

/// Holds the load against the program; afterwards it must be as before.
fn hold(load: &Load) -> String {
    rlimit::increase_nofile_limit(u64::try_from(load.idle + 2_000).unwrap()).unwrap();
    let (database, folder) = (Database::real(), Folder::new());
    let settings = [("DATABASE_URL", database.url.as_str()), ("RATE_LIMIT", "off"), ("RUST_LOG", "warn")];
    let service = Service::start(&settings, &folder.0.join("output"));
    let (path, size) = largest(&service);
    // The key is known before many come with it at once.
    drop(dribbling(&service));
    let (before, begun) = (status(service.pid(), "VmRSS"), Instant::now());

    let all = load.idle / 4 * 4 + load.dribbling + load.stalled + load.ahead;
    let (mut slowest, mut late) = (Duration::ZERO, Duration::ZERO);
    let (mut most_files, mut most_heads, mut most_resident) = (0, 0, 0);
    thread::scope(|scope| {
        let service = &service;
        let held = (0..4).map(|_| scope.spawn(|| (0..load.idle / 4).map(|_| idle(service)).collect::<Vec<_>>()));
        let held = held.collect::<Vec<_>>();
        let [mut readers, mut readers_ahead, mut posts, mut heads] = [const { Vec::<TcpStream>::new() }; 4];
        let mut look = || {
            let asked = Instant::now();
            assert!(service.get("/health/live").starts_with("HTTP/1.1 200"), "{}", service.said());
            slowest = slowest.max(asked.elapsed());
            late = late.max(overslept());
            most_files = most_files.max(files(service.pid()).saturating_sub(heads.len()));
            most_resident = most_resident.max(status(service.pid(), "VmRSS"));
            for post in &mut posts {
                let _ = post.write(b" ");
            }
            // Heads that are closed come again.
            heads.retain(|stream| !is_closed(stream));
            most_heads = most_heads.max(heads.len());
            grow(&mut heads, load.heads, 10, || head(service));
            grow(&mut readers, load.stalled, 2, || stalled(service, path))
                & grow(&mut readers_ahead, load.ahead, 2, || ahead(service))
                & grow(&mut posts, load.dribbling, 50, || dribbling(service))
        };
        while !look() || held.iter().any(|held| !held.is_finished()) {
            sleep(Duration::from_millis(100));
        }
        let held = held.into_iter().flat_map(|held| held.join().unwrap()).collect::<Vec<_>>();
        // What is connected may still wait for the program to take it.
        while files(service.pid()) < all && begun.elapsed() < LONG {
            sleep(Duration::from_millis(20));
        }
        look();
        assert!(service.get("/v1/themes").starts_with("HTTP/1.1 200"), "{}", service.said());
        drop((held, readers, readers_ahead));
    });
    let (most, took) = (status(service.pid(), "VmHWM"), begun.elapsed());
    assert!(most_files >= all, "{most_files} files were open at once, not {all}, after {took:?}");
    assert!(most < MOST_MEMORY, "{most} KiB");
    // More do not fit into their memory.
    assert!(most_heads > load.heads.min(60), "{most_heads} heads");
    assert!(slowest < load.live + late, "{slowest:?}, on a machine that is {late:?} late");
    assert!(service.get("/health/ready").starts_with("HTTP/1.1 200"));
    let Load { idle, dribbling, stalled, ahead, .. } = load;
    format!(
        "{idle} idle, {dribbling} dribbling, {stalled} stalled readers of {path} ({size} bytes), {ahead} more \
         who send ahead, {most_heads} heads without an end at once: {before} KiB before, \
         {most_resident} KiB with all, {most} KiB at most; {most_files} files; /health/live within {slowest:?}; {took:?}"
    )
}

#[test]
fn memory_stays_bounded_whoever_is_slow() {
    println!(
        "{}",
        hold(&Load { idle: 1_000, dribbling: 100, stalled: 20, heads: 100, ahead: 20, live: Duration::from_secs(2) })
    );
}

/// The whole of it: `script/overload`.
#[test]
#[ignore = "takes a machine of its own, and ten thousand files"]
fn memory_stays_bounded_under_the_whole_load() {
    println!(
        "{}",
        hold(&Load { idle: 9_000, dribbling: 500, stalled: 20, heads: 300, ahead: 20, live: Duration::from_secs(1) })
    );
}

#[test]
fn the_program_opens_more_files_than_the_usual_limit_allows() {
    let (database, folder) = (Database::empty(), Folder::new());
    let (address, file) = (free_address(), folder.0.join("output"));
    fs::create_dir_all(&folder.0).unwrap();
    let output = fs::File::create(&file).unwrap();
    let program = command(&[]).get_program().to_owned();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -Sn 256; exec \"$0\""])
        .arg(program)
        .env_clear()
        .env("DATABASE_URL", &database.url)
        .env("BIND_ADDRESS", address.to_string())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() && begun.elapsed() < Duration::from_secs(60) {
        sleep(Duration::from_millis(20));
    }
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers = line.split_whitespace().filter_map(|word| word.parse::<u64>().ok()).collect::<Vec<_>>();
    let [soft, hard] = numbers[..] else { panic!("{line}") };
    assert_eq!(soft, hard.min(10_500), "{line}");
}
