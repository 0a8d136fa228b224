//! Statements that change keys. They stand on those that find them ([`rows`]); [`list`] holds the lists, [`prove`] what a
//! secret proves, [`first`] makes the first key of a register.

pub mod first;
pub mod list;
pub mod prove;
pub mod rows;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::{ApiKey, ApiKeyRow, IssuedApiKey, NOT_PAST, NewApiKey, NewApiKeyRotation, broken_end};
use crate::access::caller::Caller;
use crate::access::secret::Secret;
use crate::database::schema::{api_key_authorities, api_key_secrets, api_keys};
use crate::error::{ApiError, ConstraintExt, FieldError};
use crate::http::extract::IfMatch;
use crate::register::authorities;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::events::query as events;
use crate::values::ids::{KeyId, RotationId};

/// Makes a key and its secret, which is returned this once.
///
/// # Errors
///
/// `conflict` if the name is taken, `validation_failed`.
pub fn insert(conn: &mut PgConnection, caller: &Caller, id: KeyId, new: &NewApiKey) -> Result<IssuedApiKey, ApiError> {
    let now = Utc::now();
    let mut authority_ids = new.authority_ids.clone();
    authority_ids.sort_by_key(|id| id.as_uuid());
    authority_ids.dedup();
    let mut broken = new.broken_rules(now);
    for (index, id) in new.authority_ids.iter().enumerate() {
        if !authorities::query::rows::exists(conn, *id)? {
            let message = "must name an authority of the register";
            broken.push(FieldError::body(format!("/authority_ids/{index}"), "unknown", message));
        }
    }
    ApiError::refuse_any(broken)?;
    let row = diesel::insert_into(api_keys::table)
        .values((
            api_keys::key_id.eq(id),
            api_keys::name.eq(&new.name),
            api_keys::role.eq(new.role),
            api_keys::created_by.eq(caller.actor()),
            api_keys::rotated_at.eq(now),
            api_keys::expires_at.eq(new.expires_at.0),
            api_keys::created_at.eq(now),
            api_keys::updated_at.eq(now),
        ))
        .returning(ApiKeyRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    let bindings = authority_ids
        .iter()
        .map(|authority| (api_key_authorities::key_id.eq(id), api_key_authorities::authority_id.eq(authority)));
    diesel::insert_into(api_key_authorities::table).values(bindings.collect::<Vec<_>>()).execute(conn)?;
    let key = ApiKey { row, authority_ids };
    let secret = add_secret(conn, id, now)?;
    events::created(conn, caller, &subject(&key), &key)?;
    Ok(issued(key, secret))
}

/// Gives a key a new secret; the old one goes on for the hours that are asked for.
///
/// # Errors
///
/// `not_found`, `validation_failed`.
pub fn rotate(
    conn: &mut PgConnection,
    caller: &Caller,
    id: KeyId,
    new: &NewApiKeyRotation,
) -> Result<IssuedApiKey, ApiError> {
    let now = Utc::now();
    let before = rows::lock(conn, id)?;
    let expires_at = new.expires_at.map_or(before.row.expires_at, |end| end.0);
    ApiError::refuse_any(broken_end(expires_at, now).into_iter().collect())?;
    // A secret that has ended with its key does not begin again with it.
    let last = before.row.expires_at.min(now + TimeDelta::hours(new.overlap_hours.into()));
    // At most two secrets are valid: those before the current one end now.
    let own = || api_key_secrets::table.filter(api_key_secrets::key_id.eq(id));
    let overlapping = own().filter(api_key_secrets::expires_at.gt(now));
    diesel::update(overlapping).set(api_key_secrets::expires_at.eq(now)).execute(conn)?;
    let current = own().filter(api_key_secrets::expires_at.is_null());
    diesel::update(current).set(api_key_secrets::expires_at.eq(last)).execute(conn)?;
    let secret = add_secret(conn, id, now)?;
    let row = diesel::update(api_keys::table.find(id))
        .set((
            api_keys::rotated_at.eq(now),
            api_keys::expires_at.eq(expires_at),
            api_keys::version.eq(before.row.version + 1),
            api_keys::updated_at.eq(now),
        ))
        .returning(ApiKeyRow::as_returning())
        .get_result(conn)
        .on_constraint(constraint_error)?;
    let after = ApiKey { row, authority_ids: before.authority_ids.clone() };
    events::updated(conn, caller, &subject(&after), (&recorded(before), &recorded(after.clone())), None)?;
    Ok(issued(after, secret))
}

/// Takes a key back for ever. Its name stays taken; it is bound to nothing any more.
///
/// # Errors
///
/// `not_found`, `precondition_failed`.
pub fn revoke(conn: &mut PgConnection, caller: &Caller, id: KeyId, if_match: &IfMatch) -> Result<(), ApiError> {
    let (before, now) = (rows::lock(conn, id)?, Utc::now());
    if_match.check(before.row.version)?;
    diesel::delete(api_key_authorities::table.filter(api_key_authorities::key_id.eq(id))).execute(conn)?;
    diesel::update(api_keys::table.find(id))
        .set((api_keys::revoked_at.eq(now), api_keys::version.eq(before.row.version + 1), api_keys::updated_at.eq(now)))
        .execute(conn)?;
    events::deleted(conn, caller, &subject(&before), &recorded(before), None)
}

fn add_secret(conn: &mut PgConnection, key: KeyId, now: DateTime<Utc>) -> Result<Secret, ApiError> {
    let secret = Secret::generate()?;
    diesel::insert_into(api_key_secrets::table)
        .values((
            api_key_secrets::secret_id.eq(RotationId::generate()),
            api_key_secrets::hash.eq(secret.hash().as_bytes()),
            api_key_secrets::key_id.eq(key),
            api_key_secrets::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(secret)
}

fn subject(key: &ApiKey) -> Subject {
    let id = key.row.key_id.as_uuid();
    let (authorities, visibility) = (key.authority_ids.clone(), PublicVisibility::of(false));
    Subject { resource: EventResource::ApiKey, id, aggregate: id, authorities, visibility }
}

/// A key as events hold it: its last use is not a change.
fn recorded(mut key: ApiKey) -> ApiKey {
    key.row.last_used_at = None;
    key
}

fn issued(ApiKey { row, authority_ids }: ApiKey, secret: Secret) -> IssuedApiKey {
    IssuedApiKey { row, authority_ids, secret }
}

fn constraint_error(constraint: &str) -> Option<ApiError> {
    match constraint {
        "api_keys_name_key" => Some(ApiError::conflict("an API key has or had this name: names are never reused")),
        "api_keys_expires_at_check" => Some(ApiError::invalid_member("/expires_at", "past", NOT_PAST)),
        _ => None,
    }
}
