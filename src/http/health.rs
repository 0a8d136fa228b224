//! Health checks: whether the process runs, and whether it is ready.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, Responder, web};
use serde_json::json;

use crate::database::pool::Db;
use crate::error::ApiError;

/// Set when the service starts to shut down, so that load balancers send no more requests.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// Marks the service as shutting down.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the service is shutting down.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// `GET /health/live`: the process runs. It does not use the database, since restarting the service does not help if
/// the database is unreachable.
pub async fn live() -> impl Responder {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// `GET /health/ready`: the database responds, is writable and has the schema of the program, and the service is not
/// shutting down.
///
/// # Errors
///
/// `unavailable` otherwise, within a second; `detail` is the reason as one word.
pub async fn ready(db: web::Data<Db>, draining: web::Data<Draining>) -> Result<HttpResponse, ApiError> {
    if draining.has_begun() {
        return Err(ApiError::not_ready("draining"));
    }
    match db.condition().await.reason() {
        Some(reason) => Err(ApiError::not_ready(reason)),
        None => Ok(HttpResponse::Ok().json(json!({ "status": "ready" }))),
    }
}
