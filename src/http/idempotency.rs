//! Idempotent requests: a POST with an `Idempotency-Key` takes effect once, and its repetitions get the first response.
//!
//! The response is stored in the transaction of the effect, so that neither exists without the other, and an
//! interrupted request leaves nothing. While a request is in progress, an advisory lock that ends with its transaction
//! excludes others with the same key. A response with a secret is stored encrypted, see `encryption`.

mod encryption;

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpRequest, ResponseError};
use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use self::encryption::Encryption;
use crate::access::caller::Caller;
use crate::access::secret;
use crate::database::pool::Db;
use crate::database::schema::idempotency_keys;
use crate::database::sql::{hashtextextended, pg_try_advisory_xact_lock};
use crate::error::{ApiError, FieldError, PROBLEM_JSON};
use crate::http::public_url::PublicUrl;
use crate::http::response::Response;
use crate::values::json::JsonList;

/// The header with the idempotency key.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header that marks a stored response.
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The maximum length of an idempotency key in characters.
pub const MAX_KEY: usize = 255;
/// The seed that separates these advisory locks from those for other purposes.
const LOCK_SEED: i64 = 0x6964_656d;
/// The maximum number of responses that one statement deletes.
const PRUNED_AT_ONCE: usize = 1_000;
/// The pause between two deletions of expired responses.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(60);

/// A write that takes effect once, however often it is requested with one idempotency key. Without a key it is an
/// ordinary write.
pub struct Once {
    key: Option<String>,
    encryption: Option<Encryption>,
    service: PublicUrl,
    path: String,
    request: Sha256,
}

/// A stored response.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
struct StoredResponse {
    caller: String,
    key: String,
    request: Vec<u8>,
    status: i32,
    headers: JsonList<(String, String)>,
    body: Vec<u8>,
    is_sealed: bool,
}

impl Once {
    /// A request whose body is not read yet.
    ///
    /// # Errors
    ///
    /// `invalid_parameter` if the key is invalid, or if there are several.
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let mut sent = request.headers().get_all(&IDEMPOTENCY_KEY);
        let key = sent.next().map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
        let is_good =
            |key: &String| (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if sent.next().is_some() || !key.iter().all(is_good) {
            let message = format!("must be given once, with 1 to {MAX_KEY} visible ASCII characters");
            return Err(ApiError::invalid_parameters(vec![FieldError::parameter(
                "Idempotency-Key",
                "schema",
                message,
            )]));
        }
        let start = format!("{} {}", request.method(), request.path());
        let secret = secret::secret_of(request.headers());
        let encryption = key.as_deref().zip(secret).map(|(key, secret)| Encryption::new(&secret, key)).transpose()?;
        Ok(Self {
            key,
            encryption,
            service: PublicUrl::of(request),
            path: request.path().to_owned(),
            request: Sha256::new_with_prefix(start),
        })
    }

    /// Adds the body. White space and the order of members are not significant.
    #[must_use]
    pub fn with_body(mut self, document: Map<String, Value>) -> Self {
        if self.key.is_some() {
            let mut document = Value::Object(document);
            document.sort_all_objects();
            self.request.update(format!("\n{document}"));
        }
        self
    }

    /// Runs `effect` in one transaction and returns its response, or returns the stored response if the key was used
    /// before.
    ///
    /// # Errors
    ///
    /// Those of `effect`, including a stored refusal; `idempotency_key_reused` if the key was used for a different
    /// request; `idempotency_in_progress` if the first request is still in progress; `unavailable` if there is no
    /// connection in time.
    pub async fn write<F>(self, db: &Db, caller: Caller, effect: F) -> Result<Response, ApiError>
    where
        F: Fn(&mut PgConnection, &Caller) -> Result<Response, ApiError> + Send + 'static,
    {
        db.write(move |conn| match &self.key {
            Some(key) => self.run(conn, &caller, key, &effect),
            None => effect(conn, &caller).map(Ok),
        })
        .await?
    }

    /// The outcome of `effect` that the transaction commits: a success, or a refusal without any effect.
    fn run(
        &self,
        conn: &mut PgConnection,
        caller: &Caller,
        key: &str,
        effect: &impl Fn(&mut PgConnection, &Caller) -> Result<Response, ApiError>,
    ) -> Result<Result<Response, ApiError>, ApiError> {
        let owner = owner(caller);
        let lock = pg_try_advisory_xact_lock(hashtextextended(format!("{owner} {key}"), LOCK_SEED));
        let is_free = diesel::select(lock).get_result::<bool>(conn)?;
        let request = self.request.clone().finalize().to_vec();
        let known =
            idempotency_keys::table.find((&owner, key)).select(StoredResponse::as_select()).first(conn).optional()?;
        match known {
            Some(stored) if stored.request != request => Err(ApiError::idempotency_key_reused()),
            Some(stored) => {
                permit_again(conn, caller, effect)?;
                stored.replayed(self.encryption.as_ref()).map(Ok)
            }
            None if !is_free => Err(ApiError::idempotency_in_progress()),
            None => {
                let outcome = conn.transaction(|conn| {
                    let response = effect(conn, caller)?;
                    // Deferred constraints are checked here, so that a violation is stored as a refusal.
                    conn.batch_execute("set constraints all immediate")?;
                    Ok(response)
                });
                let Response { status, headers, body, contains_secret } = match &outcome {
                    Ok(response) => response.clone(),
                    Err(refusal) if is_lasting(refusal) => {
                        let problem = refusal.problem(self.service.as_str(), &self.path, caller.request_id());
                        Response::json(refusal.status_code(), PROBLEM_JSON, &problem)?
                    }
                    Err(_) => return outcome.map(Ok),
                };
                let stored = StoredResponse {
                    caller: owner,
                    key: key.to_owned(),
                    request,
                    status: i32::from(status.as_u16()),
                    headers: JsonList(headers),
                    body: if contains_secret { required(self.encryption.as_ref())?.encrypt(&body)? } else { body },
                    is_sealed: contains_secret,
                };
                diesel::insert_into(idempotency_keys::table).values(stored).execute(conn)?;
                Ok(outcome)
            }
        }
    }
}

impl FromRequest for Once {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl StoredResponse {
    /// The stored response, marked as replayed.
    fn replayed(self, encryption: Option<&Encryption>) -> Result<Response, ApiError> {
        let status = u16::try_from(self.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status
            .ok_or_else(|| ApiError::Internal(format!("stored response has invalid HTTP status {}", self.status)))?;
        let body = if self.is_sealed { required(encryption)?.decrypt(&self.body)? } else { self.body };
        let response = Response { status, headers: self.headers.0, body, contains_secret: self.is_sealed };
        Ok(response.with(&IDEMPOTENT_REPLAYED, "true"))
    }
}

/// The encryption of a response with a secret, which requires that the caller sent an API key.
fn required(encryption: Option<&Encryption>) -> Result<&Encryption, ApiError> {
    encryption.ok_or_else(|| {
        ApiError::Internal("a response with a secret cannot be stored: the caller sent no API key".to_owned())
    })
}

/// The owner of the idempotency key. A caller remains the same after a rotation of its secret.
fn owner(caller: &Caller) -> String {
    caller.key_id().map_or_else(|| caller.actor().to_owned(), |id| id.to_string())
}

/// Whether a refusal is stored as the response: one that depends only on the request and on the data of the register.
/// One that depends on the caller or on visibility is evaluated again each time, as are failures.
fn is_lasting(refusal: &ApiError) -> bool {
    matches!(refusal.status_code(), StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY)
}

/// Checks that the caller still has the permission: the operation runs again, and its transaction is rolled back.
fn permit_again(
    conn: &mut PgConnection,
    caller: &Caller,
    effect: &impl Fn(&mut PgConnection, &Caller) -> Result<Response, ApiError>,
) -> Result<(), ApiError> {
    type Transactions = <PgConnection as Connection>::TransactionManager;
    Transactions::begin_transaction(conn)?;
    let outcome = effect(conn, caller);
    Transactions::rollback_transaction(conn)?;
    match outcome {
        Err(refusal) if !is_lasting(&refusal) => Err(refusal),
        _ => Ok(()),
    }
}

/// Deletes responses older than 24 hours, and returns their number. Other instances may do so at the same time.
///
/// # Errors
///
/// `unavailable` if there is no connection in time.
pub async fn prune(db: &Db) -> Result<usize, ApiError> {
    let batch = format!(
        "delete from idempotency_keys where (caller, key) in ( \
             select caller, key from idempotency_keys where created_at < now() - interval '24 hours' \
             order by created_at limit {PRUNED_AT_ONCE} for update skip locked)"
    );
    let mut pruned = 0;
    loop {
        let batch = batch.clone();
        let count = db.write(move |conn| Ok(diesel::sql_query(batch.as_str()).execute(conn)?)).await?;
        pruned += count;
        if count < PRUNED_AT_ONCE {
            return Ok(pruned);
        }
    }
}

/// Deletes expired responses at intervals, as long as the service runs.
pub async fn prune_regularly(db: Db) {
    loop {
        match prune(&db).await {
            Ok(0) => {}
            Ok(count) => log::info!("deleted {count} idempotent responses older than 24 hours"),
            Err(error) => log::warn!("cannot delete expired idempotent responses: {error}"),
        }
        actix_web::rt::time::sleep(BETWEEN_ROUNDS).await;
    }
}
