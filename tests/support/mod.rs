//! What every test uses: a register of its own, requests to it, and rows to begin with.

pub mod acceptance;
pub mod actions;
pub mod certificates;
pub mod contract;
pub mod database;
pub mod events;
pub mod evidence;
pub mod frames;
pub mod idempotency;
pub mod improvement;
pub mod installation;
pub mod keys;
pub mod operations;
pub mod proxy;
pub mod rows;
pub mod sample;
pub mod server;
pub mod standings;
pub mod wire;

use std::future::{Future, poll_fn};
use std::io::Read;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::test;
use flate2::read::GzDecoder;
use inspection_register::api::{self, App};
use inspection_register::database::pool::Db;
use inspection_register::http::forwarded::TrustedProxies;
use inspection_register::http::health::Draining;
use inspection_register::http::limits::rate::RateLimits;
use inspection_register::http::limits::{Limits, RequestLimits};
use inspection_register::http::metrics::Metrics;
use inspection_register::http::public_url::PublicUrl;
use inspection_register::register::api_keys::authenticate::KnownKeys;
use serde_json::Value;

use self::database::Database;

/// The application: it takes a request, and whether the length of the body is to be left unsaid.
type Service = Rc<dyn Fn(test::TestRequest, bool) -> Pin<Box<dyn Future<Output = Answer>>>>;

/// A register with a database of its own.
pub struct Register {
    service: Service,
    pub app: App,
    pub database: Database,
}

/// What the register answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.plain()).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The body without compression.
    fn plain(&self) -> Vec<u8> {
        if self.header("content-encoding") != "gzip" {
            return self.bytes.clone();
        }
        let mut plain = Vec::new();
        GzDecoder::new(self.bytes.as_slice()).read_to_end(&mut plain).unwrap();
        plain
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.plain()).into_owned()
    }

    /// A header, empty if it is absent.
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The entity tag.
    pub fn etag(&self) -> &str {
        self.header(header::ETAG)
    }

    /// This answer, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// This answer, if it refuses the request with one of these statuses.
    #[track_caller]
    pub fn refused(self, statuses: &[u16]) -> Self {
        assert!(statuses.contains(&self.status.as_u16()), "{}: {}", self.status, self.text());
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json");
        self
    }

    /// The code of the problem.
    #[track_caller]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The places of the broken rules: pointers or parameters, in order.
    #[track_caller]
    pub fn places(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let place = |error: &Value| error["pointer"].as_str().or(error["parameter"].as_str()).unwrap().to_owned();
        errors.iter().map(place).collect()
    }

    /// The values of one member of the items of a page.
    #[track_caller]
    pub fn each(&self, member: &str) -> Vec<Value> {
        self.json()["items"].as_array().unwrap().iter().map(|item| item[member].clone()).collect()
    }
}

/// A request to be sent.
pub struct Request<'a> {
    register: &'a Register,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    is_chunked: bool,
    secret: Option<String>,
    caller: Option<SocketAddr>,
}

impl Request<'_> {
    /// Sends no key.
    pub fn anonymous(mut self) -> Self {
        self.secret = None;
        self
    }

    /// Sends another key than the administrator's.
    pub fn key(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds the precondition of a change.
    pub fn if_match(self, etag: &str) -> Self {
        self.header("If-Match", etag)
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sets a body of any kind.
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("Content-Type", media_type)
    }

    /// Sets a body without a word about its kind.
    pub fn untyped(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Leaves the length of the body unsaid, as in a chunked request.
    pub fn chunked(mut self) -> Self {
        self.is_chunked = true;
        self
    }

    /// Says where the request comes from.
    pub fn from(mut self, address: &str) -> Self {
        self.caller = Some(SocketAddr::new(address.parse().unwrap(), 40_000));
        self
    }

    /// Sends the request, and checks the answer against the OpenAPI document.
    pub async fn send(self) -> Answer {
        let mut request = test::TestRequest::default().method(self.method.clone()).uri(&self.path);
        if let Some(secret) = self.secret {
            request = request.append_header((header::AUTHORIZATION, format!("Bearer {secret}")));
        }
        for (name, value) in self.headers {
            request = request.append_header((name, value));
        }
        if let Some(caller) = self.caller {
            request = request.peer_addr(caller);
        }
        if let Some(body) = self.body {
            request = request.append_header((header::CONTENT_LENGTH, body.len())).set_payload(body);
        }
        let answer = (self.register.service)(request, self.is_chunked).await;
        contract::check(&self.method, &self.path, &answer);
        answer
    }
}

impl Register {
    /// A register with frameworks and themes alone.
    pub async fn empty() -> Self {
        Self::on(Database::empty()).await
    }

    /// A register with the data that comes with the program.
    pub async fn real() -> Self {
        Self::on(Database::real()).await
    }

    async fn on(database: Database) -> Self {
        Self::with(database, |_| {}).await
    }

    /// A register on this database, with another application than usual.
    pub async fn with(database: Database, change: impl FnOnce(&mut App)) -> Self {
        let mut app = app(&database);
        change(&mut app);
        let service = service(&app).await;
        Self { service, app, database }
    }

    /// A request with any method, of the administrator.
    pub fn request(&self, method: Method, path: &str) -> Request<'_> {
        Request {
            register: self,
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
            is_chunked: false,
            secret: Some(keys::ADMIN_SECRET.to_owned()),
            caller: None,
        }
    }

    /// A GET, sent.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    /// A POST of JSON, sent.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::POST, path).json(body).send().await
    }

    /// A PATCH under an entity tag, sent.
    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.request(Method::PATCH, path).if_match(etag).json(body).send().await
    }

    /// A PUT under an entity tag, sent.
    pub async fn put(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.request(Method::PUT, path).if_match(etag).json(body).send().await
    }

    /// A DELETE under an entity tag, sent.
    pub async fn delete(&self, path: &str, etag: &str) -> Answer {
        self.request(Method::DELETE, path).if_match(etag).send().await
    }
}

/// What becomes of these when all of them are under way at once, in their order.
pub async fn at_once<F: Future>(all: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut under_way = all.into_iter().map(|one| (Box::pin(one), None)).collect::<Vec<_>>();
    poll_fn(|context| {
        for (one, outcome) in under_way.iter_mut().filter(|(_, outcome)| outcome.is_none()) {
            if let Poll::Ready(value) = one.as_mut().poll(context) {
                *outcome = Some(value);
            }
        }
        if under_way.iter().all(|(_, outcome)| outcome.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    under_way.into_iter().map(|(_, outcome)| outcome.unwrap()).collect()
}

/// The application on this database.
pub fn app(database: &Database) -> App {
    App {
        db: Db::new(&database.url, 4),
        keys: KnownKeys::default(),
        metrics: Metrics::new().unwrap(),
        draining: Draining::default(),
        cors_origins: Vec::new(),
        public_url: PublicUrl::default(),
        proxies: TrustedProxies::default(),
        limits: RequestLimits::new(Limits::default(), RateLimits::default()),
    }
}

async fn service(app: &App) -> Service {
    let service = Rc::new(test::init_service(api::build(app)).await);
    Rc::new(move |request, is_chunked| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            let mut request = request.to_request();
            if is_chunked {
                request.headers_mut().remove(header::CONTENT_LENGTH);
            }
            let answer = test::call_service(&*service, request).await;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let bytes = test::read_body(answer).await.to_vec();
            Answer { status, headers, bytes }
        })
    })
}
