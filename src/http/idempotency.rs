//! Requests that may be repeated: a POST with an `Idempotency-Key` takes effect once, and its repetitions get the first
//! answer again.
//!
//! The answer is kept in the transaction of the effect, so that there is never one without the other, and nothing is left
//! of a request that was interrupted. While one request is in work a lock that ends with its transaction keeps others with
//! the same key out. An answer that shows a secret is kept encrypted, see `seal`.

mod seal;

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

use self::seal::Seal;
use crate::access::caller::Caller;
use crate::access::secret;
use crate::database::pool::Db;
use crate::database::schema::idempotency_keys;
use crate::database::sql::{hashtextextended, pg_try_advisory_xact_lock};
use crate::error::{ApiError, FieldError};
use crate::http::response::Response;
use crate::values::json::JsonList;

/// The header that names a request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Longest key in characters.
pub const MAX_KEY: usize = 255;
/// Tells the locks of keys apart from those of other texts.
const LOCK_SEED: i64 = 0x6964_656d;
/// Most answers that one statement forgets.
const PRUNED_AT_ONCE: usize = 1_000;
/// Time from one round of forgetting to the next.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(60);

/// A write that takes effect once, however often it is asked for under one key. Without a key it is a write like any other.
pub struct Once {
    key: Option<String>,
    seal: Option<Seal>,
    path: String,
    request: Sha256,
}

/// What a request was answered, as it is kept.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
struct Kept {
    caller: String,
    key: String,
    request: Vec<u8>,
    status: i32,
    headers: JsonList<(String, String)>,
    body: Vec<u8>,
    is_sealed: bool,
}

impl Once {
    /// A request as it came, of which the body is not read yet.
    ///
    /// # Errors
    ///
    /// `invalid_parameter` if the key is none, or one of several.
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
        let seal = key.as_deref().zip(secret).map(|(key, secret)| Seal::new(&secret, key)).transpose()?;
        Ok(Self { key, seal, path: request.path().to_owned(), request: Sha256::new_with_prefix(start) })
    }

    /// Adds the body, in which neither space nor the order of members tells anything.
    #[must_use]
    pub fn with_body(mut self, document: Map<String, Value>) -> Self {
        if self.key.is_some() {
            let mut document = Value::Object(document);
            document.sort_all_objects();
            self.request.update(format!("\n{document}"));
        }
        self
    }

    /// Runs `effect` in one transaction, if this is the first request with its key, and answers with what it makes.
    ///
    /// # Errors
    ///
    /// Those of `effect`, also when it ran before and was refused; `idempotency_key_reused` if the key is that of another
    /// request, `idempotency_in_progress` if that is still in work; `unavailable` if there is no connection in time.
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

    /// The outcome of `effect`, which the transaction is to keep: a success, or a refusal without any effect.
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
        let known = idempotency_keys::table.find((&owner, key)).select(Kept::as_select()).first(conn).optional()?;
        match known {
            Some(kept) if kept.request != request => Err(ApiError::idempotency_key_reused()),
            Some(kept) => {
                permit_again(conn, caller, effect)?;
                kept.replayed(self.seal.as_ref()).map(Ok)
            }
            None if !is_free => Err(ApiError::idempotency_in_progress()),
            None => {
                let outcome = conn.transaction(|conn| {
                    let answer = effect(conn, caller)?;
                    // What is looked at when the transaction ends could not be kept as a refusal.
                    conn.batch_execute("set constraints all immediate")?;
                    Ok(answer)
                });
                let Response { status, headers, body, shows_secret } = match &outcome {
                    Ok(answer) => answer.clone(),
                    Err(refusal) if is_lasting(refusal) => {
                        let problem = refusal.problem(&self.path, caller.request_id());
                        Response::json(refusal.status_code(), "application/problem+json", &problem)?
                    }
                    Err(_) => return outcome.map(Ok),
                };
                let kept = Kept {
                    caller: owner,
                    key: key.to_owned(),
                    request,
                    status: i32::from(status.as_u16()),
                    headers: JsonList(headers),
                    body: if shows_secret { sealed(self.seal.as_ref())?.close(&body)? } else { body },
                    is_sealed: shows_secret,
                };
                diesel::insert_into(idempotency_keys::table).values(kept).execute(conn)?;
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

impl Kept {
    /// The first answer again.
    fn replayed(self, seal: Option<&Seal>) -> Result<Response, ApiError> {
        let status = u16::try_from(self.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status
            .ok_or_else(|| ApiError::Internal(format!("stored response has invalid HTTP status {}", self.status)))?;
        let body = if self.is_sealed { sealed(seal)?.open(&self.body)? } else { self.body };
        let answer = Response { status, headers: self.headers.0, body, shows_secret: self.is_sealed };
        Ok(answer.with(&IDEMPOTENT_REPLAYED, "true"))
    }
}

/// The seal of an answer that shows a secret: only who sent one gets one.
fn sealed(seal: Option<&Seal>) -> Result<&Seal, ApiError> {
    seal.ok_or_else(|| {
        ApiError::Internal("a response with a secret cannot be stored: the caller sent no API key".to_owned())
    })
}

/// Whose key it is. Who has a new secret for an API key is the same caller.
fn owner(caller: &Caller) -> String {
    caller.key_id().map_or_else(|| caller.actor().to_owned(), |id| id.to_string())
}

/// Whether a refusal follows from the request and from what the register holds, so that it is kept as the answer. One that
/// speaks of the caller, or of what the caller may see, is found anew each time; so is a failure.
fn is_lasting(refusal: &ApiError) -> bool {
    matches!(refusal.status_code(), StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY)
}

/// Refuses what the caller may not do any more. The operation decides, as it did the first time: it runs once more, and all
/// that it writes is taken back.
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

/// Forgets the answers that were kept for a day, and tells how many. Other instances may do the same meanwhile.
///
/// # Errors
///
/// `unavailable` if there is no connection in time, or if the database fails.
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

/// Forgets again and again, as long as the service runs.
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
