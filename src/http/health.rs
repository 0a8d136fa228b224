//! Whether the process runs, and whether it can answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, Responder, web};
use serde_json::json;

use crate::database::pool::Db;
use crate::error::ApiError;

/// Set when the service begins to stop, so that no new work is sent to it.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// Says that the service is stopping.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// `GET /health/live`: the process runs. It never asks the database, whose absence is no reason to restart.
pub async fn live() -> impl Responder {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// `GET /health/ready`: the database answers, takes changes and has the program's schema, and the service is not
/// stopping.
///
/// # Errors
///
/// `unavailable` otherwise, within a second; `detail` is the reason, in one word.
pub async fn ready(db: web::Data<Db>, draining: web::Data<Draining>) -> Result<HttpResponse, ApiError> {
    if draining.0.load(Ordering::Relaxed) {
        return Err(ApiError::not_ready("draining"));
    }
    match db.condition().await.reason() {
        Some(reason) => Err(ApiError::not_ready(reason)),
        None => Ok(HttpResponse::Ok().json(json!({ "status": "ready" }))),
    }
}
