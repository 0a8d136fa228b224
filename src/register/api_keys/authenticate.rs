//! Who asks: the layer that reads the key of a request, before anything else of it is looked at.
//!
//! A request without credentials is anonymous. One whose credentials prove nothing is refused, also where it might have
//! done without: all such credentials are answered alike, whether unknown, misspelt, expired or revoked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self};
use actix_web::middleware::Next;
use actix_web::web;
use chrono::Utc;
use moka::sync::Cache;

use crate::access::caller::Caller;
use crate::access::secret::{Secret, SecretHash, secret_of};
use crate::database::pool::Db;
use crate::error::ApiError;
use crate::http::request_id::RequestId;
use crate::register::api_keys::model::Proof;
use crate::register::api_keys::query::prove;

/// How long what the database said of a secret is believed: within it a key that was revoked elsewhere still opens.
const BELIEVED: Duration = Duration::from_secs(4);
/// Most secrets that something is known of, so that whoever invents secrets fills no memory.
const MOST_KNOWN: u64 = 10_000;

/// What is known of the secrets that were sent lately, also of those that prove nothing. Cheap to clone.
#[derive(Clone)]
pub struct KnownKeys(Cache<SecretHash, Known>);

/// What the database said of a secret, and when it was asked.
#[derive(Clone)]
struct Known {
    proof: Option<Arc<Proof>>,
    asked_at: Instant,
}

impl Default for KnownKeys {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST_KNOWN).time_to_live(BELIEVED).build())
    }
}

impl KnownKeys {
    /// Forgets everything, so that a change of a key made here holds here at once.
    pub fn forget(&self) {
        self.0.invalidate_all();
    }

    /// What a secret proves at this moment.
    async fn prove(&self, db: &Db, secret: &Secret) -> Result<Option<Arc<Proof>>, ApiError> {
        let hash = secret.hash();
        let believed = self.0.get(&hash).filter(|known| known.asked_at.elapsed() < BELIEVED);
        let known = if let Some(known) = believed {
            known
        } else {
            let asked_at = Instant::now();
            let proof = db.read(move |conn| prove::prove(conn, &hash)).await?.map(Arc::new);
            let known = Known { proof, asked_at };
            self.0.insert(hash, known.clone());
            if let Some(proof) = &known.proof {
                note_use(db, proof);
            }
            known
        };
        Ok(known.proof.filter(|proof| Utc::now() < proof.expires_at))
    }
}

/// Has the use of a key recorded beside the request, which neither waits for it nor fails with it.
fn note_use(db: &Db, proof: &Proof) {
    let (key, now) = (proof.key_id, Utc::now());
    if now < proof.expires_at && prove::is_use_news(proof, now) {
        let db = db.clone();
        actix_web::rt::spawn(async move {
            if let Err(error) = db.write(move |conn| prove::record_use(conn, key, now)).await {
                log::debug!("cannot record the last use of an API key: {error}");
            }
        });
    }
}

/// Says who asks, or refuses.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match caller(&request).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

/// The caller of a request. What is no part of the API, as pages and health, is open to all and asks nobody.
async fn caller(request: &ServiceRequest) -> Result<Caller, ApiError> {
    let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let is_of_api = request.match_info().as_str().starts_with("/v1/");
    if !is_of_api || !request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(Caller::anonymous(request_id));
    }
    let secret = secret_of(request.headers()).ok_or_else(ApiError::unauthenticated)?;
    let shared = request.app_data::<web::Data<Db>>().zip(request.app_data::<web::Data<KnownKeys>>());
    let (db, keys) = shared
        .ok_or_else(|| ApiError::Internal("web::Data<Db> or web::Data<KnownKeys> is not configured".to_owned()))?;
    let proof = keys.prove(db, &secret).await?.ok_or_else(ApiError::unauthenticated)?;
    Ok(Caller::of_key(proof.key_id, proof.name.as_str(), proof.access(), request_id))
}
