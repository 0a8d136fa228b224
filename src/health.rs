//! Whether the process runs, and whether it can answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, Responder, web};
use serde_json::json;

use crate::db::Db;
use crate::error::ApiError;
use crate::migrate;

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

/// `GET /health/ready`: the database answers, its schema is the program's, and the service is not stopping.
///
/// # Errors
///
/// `unavailable` otherwise; the log says why.
pub async fn ready(db: web::Data<Db>, draining: web::Data<Draining>) -> Result<HttpResponse, ApiError> {
    if draining.0.load(Ordering::Relaxed) {
        return Err(ApiError::Unavailable("the service is stopping".to_owned()));
    }
    let pending = db.read(migrate::pending).await?;
    if pending > 0 {
        return Err(ApiError::Unavailable(format!(
            "the schema lacks {pending} migrations: run `inspection-register migrate`"
        )));
    }
    Ok(HttpResponse::Ok().json(json!({ "status": "ready" })))
}
