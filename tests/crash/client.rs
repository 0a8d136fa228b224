//! A client that believes nothing but a whole answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long an answer is waited for: longer than any statement may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a service that nobody disturbs any more may take to answer.
const LIMIT: Duration = Duration::from_secs(30);

/// A client of the service at one address.
#[derive(Debug, Clone)]
pub struct Client {
    pub address: SocketAddr,
    /// The secret of its API key.
    pub secret: String,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, empty if it is absent.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(own, _)| own.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The body as JSON, null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it is an earlier answer, given again.
    pub fn is_replayed(&self) -> bool {
        self.header("idempotent-replayed") == "true"
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        let answer = Self { status, head, body: bytes[end + 4..].to_vec() };
        let length = answer.header("content-length").parse::<usize>().ok()?;
        (length == answer.body.len()).then_some(answer)
    }
}

impl Client {
    /// A POST under a key, answered whole or not at all.
    pub fn post(&self, key: &str, path: &str, body: &Value) -> Option<Answer> {
        self.exchange(&self.request(key, path, body))
    }

    /// A POST whose sender goes away before the answer.
    pub fn post_and_leave(&self, key: &str, path: &str, body: &Value) {
        if let Ok(mut stream) = TcpStream::connect(self.address) {
            // The answer is not waited for, so it does not matter whether the request arrives.
            let _ = stream.write_all(self.request(key, path, body).as_bytes());
        }
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Option<Answer> {
        self.exchange(&format!("GET {path} HTTP/1.1\r\n{}\r\n\r\n", self.headers()))
    }

    /// Asks again until there is an answer that tells something.
    pub fn patiently(&self, ask: impl Fn(&Self) -> Option<Answer>) -> Option<Answer> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let answer = ask(self);
            if answer.as_ref().is_some_and(|answer| answer.status != 503) || Instant::now() > deadline {
                return answer;
            }
            sleep(Duration::from_millis(100));
        }
    }

    fn exchange(&self, request: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok()?;
        Answer::read(&bytes)
    }

    fn request(&self, key: &str, path: &str, body: &Value) -> String {
        let (body, headers) = (body.to_string(), self.headers());
        format!(
            "POST {path} HTTP/1.1\r\n{headers}\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn headers(&self) -> String {
        format!("Host: register\r\nConnection: close\r\nAuthorization: Bearer {}", self.secret)
    }
}
