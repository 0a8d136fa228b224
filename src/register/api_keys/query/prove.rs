//! What a request asks of its key.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::rows::authorities_of;
use crate::access::role::Role;
use crate::access::secret::SecretHash;
use crate::database::schema::{api_key_secrets, api_keys};
use crate::error::ApiError;
use crate::register::api_keys::model::Proof;
use crate::values::ids::KeyId;
use crate::values::text::KeyName;

/// How exactly the last use of a key is recorded: not every request writes.
const BETWEEN_USES: TimeDelta = TimeDelta::minutes(1);

/// What is found by a secret: the key, its end, its last use, and the end of the secret.
type Found = (KeyId, KeyName, Role, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// What a secret with this hash proves, if it is that of a key that is not revoked.
pub fn prove(conn: &mut PgConnection, hash: &SecretHash) -> Result<Option<Proof>, ApiError> {
    let found = api_key_secrets::table
        .inner_join(api_keys::table)
        .filter(api_key_secrets::hash.eq(hash.as_bytes()).and(api_keys::revoked_at.is_null()))
        .select((
            api_keys::key_id,
            api_keys::name,
            api_keys::role,
            api_keys::expires_at,
            api_keys::last_used_at,
            api_key_secrets::expires_at,
        ))
        .first::<Found>(conn)
        .optional()?;
    let Some((key_id, name, role, key_ends, last_used_at, secret_ends)) = found else { return Ok(None) };
    let expires_at = secret_ends.map_or(key_ends, |end| end.min(key_ends));
    let authorities = authorities_of(conn, &[key_id])?.into_iter().map(|(_, authority)| authority);
    let authorities = authorities.collect::<Arc<[_]>>();
    Ok(Some(Proof { key_id, name, role, authorities, expires_at, last_used_at }))
}

/// Whether a use of the key at this moment is worth recording.
#[must_use]
pub fn is_use_news(proof: &Proof, now: DateTime<Utc>) -> bool {
    proof.last_used_at.is_none_or(|last| last < now - BETWEEN_USES)
}

/// Records that a key is used, unless that was recorded within the last minute.
pub fn record_use(conn: &mut PgConnection, key: KeyId, now: DateTime<Utc>) -> Result<(), ApiError> {
    let is_news = api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt(now - BETWEEN_USES));
    let news = api_keys::table.find(key).filter(is_news.assume_not_null());
    diesel::update(news).set(api_keys::last_used_at.eq(now)).execute(conn)?;
    Ok(())
}
