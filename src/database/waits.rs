//! How long requests wait for the database.

use std::time::Instant;

use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{Histogram, HistogramOpts};

/// The limits of the classes, in seconds: nobody waits longer than the last one but for a table.
const CLASSES: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5];

/// How long requests waited for a connection to the database.
pub struct Waits(Option<Histogram>);

impl Waits {
    /// An empty histogram.
    pub(super) fn new() -> Self {
        let about = "Time that requests waited for a connection to the database, in seconds.";
        let options = HistogramOpts::new("database_connection_wait_seconds", about).buckets(CLASSES.to_vec());
        // The library refuses invalid names only, and this one is valid: a metric is no reason not to start.
        Self(Histogram::with_opts(options).ok())
    }

    /// Waits, and counts how long, however it ends.
    pub(super) async fn during<T>(&self, wait: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let outcome = wait.await;
        if let Some(histogram) = &self.0 {
            histogram.observe(begun.elapsed().as_secs_f64());
        }
        outcome
    }

    /// The metric.
    #[must_use]
    pub fn collect(&self) -> Vec<MetricFamily> {
        self.0.iter().flat_map(Collector::collect).collect()
    }
}
