//! The metrics of the service, for Prometheus.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use diesel::dsl::max;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use crate::database::pool::Db;
use crate::database::schema::events;
use crate::error::{ApiError, RefusalCause};

/// How long the size of the feed is not asked for again.
const ASKED_AFTER: Duration = Duration::from_secs(5);

/// The metrics.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    refusals: Refusals,
    connections: IntGauge,
    connections_in_use: IntGauge,
    idle_connections: IntGauge,
    most_connections: IntGauge,
    last_sequence: IntGauge,
    /// When the database was last asked for it.
    asked_at: Arc<Mutex<Option<Instant>>>,
}

/// The numbers of refusals by cause.
#[derive(Clone)]
pub struct Refusals(IntCounterVec);

impl Refusals {
    /// Counts a refusal.
    pub fn count(&self, cause: RefusalCause) {
        self.0.with_label_values(&[cause.as_str()]).inc();
    }
}

impl Metrics {
    /// Empty counters in a registry of their own, with those of the process.
    ///
    /// # Errors
    ///
    /// If the library refuses a name, which would be an error in this function.
    pub fn new() -> prometheus::Result<Self> {
        let labels = ["method", "route", "status"];
        let gauge = |name: &str, about: &str| IntGauge::new(name, about);
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(
                Opts::new("http_requests_total", "Number of HTTP requests by method, route and status."),
                &labels,
            )?,
            durations: HistogramVec::new(
                HistogramOpts::new(
                    "http_request_duration_seconds",
                    "Time from the arrival of a request to its response, in seconds.",
                ),
                &["method", "route"],
            )?,
            refusals: Refusals(IntCounterVec::new(
                Opts::new(
                    "requests_refused_total",
                    "Number of requests and connections that a limit refused, by cause.",
                ),
                &["cause"],
            )?),
            connections: gauge("database_connections", "Open connections to the database.")?,
            connections_in_use: gauge("database_connections_in_use", "Open database connections in use.")?,
            idle_connections: gauge("database_connections_idle", "Open database connections not in use.")?,
            most_connections: gauge("database_connections_max", "The maximum number of database connections.")?,
            last_sequence: gauge("events_last_sequence", "The sequence of the last event; 0 if it is not known.")?,
            asked_at: Arc::default(),
        };
        let build = Opts::new("build_info", "The version of the program; the value is always 1.");
        let build = IntGauge::with_opts(build.const_label("version", env!("CARGO_PKG_VERSION")))?;
        build.set(1);
        for cause in RefusalCause::ALL {
            // Counters that are there from the beginning can be compared from the beginning.
            metrics.refusals.0.with_label_values(&[cause.as_str()]);
        }
        let parts: [Box<dyn Collector>; 9] = [
            Box::new(build),
            Box::new(metrics.requests.clone()),
            Box::new(metrics.durations.clone()),
            Box::new(metrics.refusals.0.clone()),
            Box::new(metrics.connections.clone()),
            Box::new(metrics.connections_in_use.clone()),
            Box::new(metrics.idle_connections.clone()),
            Box::new(metrics.most_connections.clone()),
            Box::new(metrics.last_sequence.clone()),
        ];
        parts.into_iter().try_for_each(|part| metrics.registry.register(part))?;
        #[cfg(target_os = "linux")]
        metrics.registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        Ok(metrics)
    }

    /// The refusals, for connections that end without a response.
    #[must_use]
    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// Counts a request with its response.
    pub fn count(&self, method: &Method, route: &str, status: u16, seconds: f64) {
        let method = known(method);
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.durations.with_label_values(&[method, route]).observe(seconds);
    }

    /// Whether the database may be asked: anybody may read the metrics, however often.
    fn is_due(&self) -> bool {
        let mut asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = asked_at.is_none_or(|at| at.elapsed() >= ASKED_AFTER);
        if is_due {
            *asked_at = Some(Instant::now());
        }
        is_due
    }

    /// The metrics in the text format of Prometheus.
    async fn expose(&self, db: &Db) -> Result<String, ApiError> {
        // The gauge keeps what was last known while the database is unavailable.
        if self.is_due()
            && let Ok(sequence) = db.read(last_sequence).await
        {
            self.last_sequence.set(sequence);
        }
        let state = db.pool_state();
        self.connections.set(i64::from(state.connections));
        self.connections_in_use.set(i64::from(state.connections.saturating_sub(state.idle_connections)));
        self.idle_connections.set(i64::from(state.idle_connections));
        self.most_connections.set(i64::from(db.size()));
        let mut families = self.registry.gather();
        families.extend(db.waits().collect());
        TextEncoder::new().encode_to_string(&families).map_err(|error| ApiError::Internal(error.to_string()))
    }
}

/// `GET /metrics`.
///
/// # Errors
///
/// `internal` if the library cannot encode the metrics.
pub async fn metrics(metrics: web::Data<Metrics>, db: web::Data<Db>) -> Result<HttpResponse, ApiError> {
    let text = metrics.expose(&db).await?;
    Ok(HttpResponse::Ok().content_type(prometheus::TEXT_FORMAT).body(text))
}

/// The sequence of the last event; 0 if there is none. It is read from an index.
fn last_sequence(conn: &mut PgConnection) -> Result<i64, ApiError> {
    Ok(events::table.select(max(events::sequence)).get_result::<Option<i64>>(conn)?.unwrap_or_default())
}

/// The method as a label; all unknown methods share one label.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
