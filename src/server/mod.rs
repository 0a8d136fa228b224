//! Starts the service, and shuts it down gracefully.

pub mod entrance;
pub mod listener;
mod stop;

use std::future::poll_fn;
use std::io::Write;
use std::pin::pin;
use std::task::Poll;

use diesel::prelude::*;

use crate::access::caller::Caller;
use crate::api::App;
use crate::config::Config;
use crate::database::embedded::{self, Embedded, EmbeddedError, Options};
use crate::database::pool::Db;
use crate::database::session;
use crate::http::forwarded::TrustedProxies;
use crate::http::health::Draining;
use crate::http::idempotency;
use crate::http::limits::rate::RateLimits;
use crate::http::limits::{Limits, RequestLimits, files};
use crate::http::metrics::Metrics;
use crate::import::{self, upgrade};
use crate::register::api_keys;
use crate::register::api_keys::authenticate::KnownKeys;
use crate::register::api_keys::model::IssuedApiKey;

use self::entrance::Entrance;
pub use self::stop::Signals;

/// The name of the database on the private server.
const EMBEDDED_DATABASE: &str = "inspection_register";

/// Why the service does not start or stops.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The private server does not start or stop.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The database on the private server cannot be created.
    #[error("cannot create the private database: {0}")]
    Create(String),
    /// The private database cannot be migrated.
    #[error(transparent)]
    Migrate(#[from] upgrade::UpgradeError),
    /// The built-in data cannot be imported.
    #[error(transparent)]
    Import(#[from] import::ImportError),
    /// The first API key cannot be created.
    #[error("cannot create the first API key: {0}")]
    Key(String),
    /// Connections to the database do not keep their sessions.
    #[error(transparent)]
    Session(#[from] session::SessionError),
    /// The metrics cannot be set up.
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
    /// The service cannot listen on the address.
    #[error("the service cannot listen on {0}: {1}")]
    Bind(std::net::SocketAddr, std::io::Error),
    /// The service failed while it was running.
    #[error("the service stopped with an error: {0}")]
    Run(std::io::Error),
}

/// Runs the service until a signal stops it.
///
/// # Errors
///
/// If it cannot start, or fails.
pub fn serve(config: &Config) -> Result<(), ServeError> {
    let signals = Signals::hear().map_err(ServeError::Run)?;
    if let Some(url) = &config.database_url {
        session::refuse_pooler(url)?;
        return listen(config, url, signals);
    }
    let (embedded, url) = start_embedded(config)?;
    let keeper = embedded.keep_current()?;
    let outcome = fill(&url).and_then(|()| listen(config, &url, signals));
    keeper.stop()?;
    outcome
}

/// Starts the private server, and creates the database of the register if it does not exist.
///
/// # Errors
///
/// If the server does not start.
pub fn start_embedded(config: &Config) -> Result<(Embedded, String), ServeError> {
    let options = Options { data_dir: config.data_dir.clone(), pg_bindir: config.pg_bindir.clone(), durable: true };
    let embedded = Embedded::start(&options)?;
    match create_database(&embedded) {
        Ok(url) => Ok((embedded, url)),
        Err(error) => {
            embedded.stop()?;
            Err(error)
        }
    }
}

/// The URL of the database on the private server, if another process uses it.
#[must_use]
pub fn running_url(config: &Config) -> Option<String> {
    embedded::url_in_use(&config.data_dir, EMBEDDED_DATABASE)
}

fn create_database(embedded: &Embedded) -> Result<String, ServeError> {
    let failed = |error: &dyn std::error::Error| ServeError::Create(error.to_string());
    let mut conn = session::connect(&embedded.url("postgres")).map_err(|error| failed(&error))?;
    let known = diesel::sql_query("select from pg_database where datname = $1")
        .bind::<diesel::sql_types::Text, _>(EMBEDDED_DATABASE);
    if known.execute(&mut conn).map_err(|error| failed(&error))? == 0 {
        diesel::sql_query(format!("create database {EMBEDDED_DATABASE}"))
            .execute(&mut conn)
            .map_err(|error| failed(&error))?;
    }
    Ok(embedded.url(EMBEDDED_DATABASE))
}

/// Upgrades the private database, and imports the built-in data if it is new.
fn fill(url: &str) -> Result<(), ServeError> {
    upgrade::upgrade(url)?;
    if import::is_empty(url)? {
        let report = import::run(url, &import::Source::BuiltIn)?;
        log::info!("the database is empty; loaded the built-in data: {report}");
    }
    Ok(())
}

/// Creates an administrator key for a private database without a valid one.
fn first_key(config: &Config, url: &str) -> Result<Option<IssuedApiKey>, ServeError> {
    if config.database_url.is_some() {
        return Ok(None);
    }
    let mut conn = session::connect(url).map_err(|error| ServeError::Key(error.to_string()))?;
    api_keys::query::first::admin(&mut conn, &Caller::serve()).map_err(|error| ServeError::Key(error.to_string()))
}

fn listen(config: &Config, url: &str, Signals { system, heard }: Signals) -> Result<(), ServeError> {
    let app = App {
        db: Db::new(url, config.database_pool_size),
        keys: KnownKeys::default(),
        metrics: Metrics::new()?,
        draining: Draining::default(),
        cors_origins: config.cors_origins.clone(),
        public_url: config.public_url.clone(),
        proxies: TrustedProxies::new(config.trusted_proxies.clone()),
        limits: RequestLimits::new(files::make_room(Limits::default()), RateLimits::new(config.rate_limit)),
    };
    let draining = app.draining.clone();
    let db = app.db.clone();
    system.block_on(async {
        let bind = |error| ServeError::Bind(config.bind_address, error);
        let entrance = Entrance::open(config.bind_address).map_err(bind)?;
        let server = listener::listen(&app, &entrance).map_err(bind)?;
        actix_web::rt::spawn(idempotency::prune_regularly(db));
        announce(config, first_key(config, url)?.as_ref());
        let mut stopped = pin!(stop::at_signals(heard, draining, config.drain, entrance, server.handle()));
        let mut server = pin!(server);
        let either = poll_fn(|context| match stopped.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Ok(())),
            Poll::Pending => server.as_mut().poll(context),
        });
        either.await.map_err(ServeError::Run)
    })
}

fn announce(config: &Config, key: Option<&IssuedApiKey>) {
    let address = config.local_address();
    let key = key.map_or_else(String::new, |key| {
        format!(
            "    Key         {}\n                Administrator's API key, valid until {}. It is not displayed again.\n",
            key.secret.expose(),
            key.row.expires_at.date_naive()
        )
    });
    let lines = format!(
        "\n  The Inspection Register is running.\n\n    API         http://{address}/v1/authorities\n    Swagger UI  http://{address}/docs/\n    \
         Document    http://{address}/openapi.json\n{key}\n  Stop it with Ctrl-C.\n"
    );
    // Standard output may be closed; the log never contains a key.
    if writeln!(std::io::stdout(), "{lines}").is_err() && !key.is_empty() {
        log::warn!(
            "the administrator's key could not be printed to standard output; create another with \
                    `inspection-register keys create`"
        );
    }
    log::info!("listening on {}", config.bind_address);
}
