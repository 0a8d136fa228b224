//! Keys that are not revoked, with the authorities that they are bound to.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::database::schema::{api_key_authorities, api_keys};
use crate::database::sql::lower;
use crate::error::{ApiError, NotFoundExt};
use crate::register::api_keys::model::{ApiKey, ApiKeyRow};
use crate::values::ids::{AuthorityId, KeyId};

/// The key with this id, unless it is revoked.
///
/// # Errors
///
/// `not_found`.
pub fn find(conn: &mut PgConnection, id: KeyId) -> Result<ApiKey, ApiError> {
    let row = api_keys::table.find(id).filter(api_keys::revoked_at.is_null()).select(ApiKeyRow::as_select());
    let row = row.first(conn).or_not_found("key")?;
    with_authorities(conn, row)
}

/// The key with this name, or with this id, unless it is revoked.
///
/// # Errors
///
/// `not_found`.
pub fn named(conn: &mut PgConnection, text: &str) -> Result<KeyId, ApiError> {
    if let Ok(id) = text.parse() {
        return find(conn, id).map(|key| key.row.key_id);
    }
    let own = api_keys::table.filter(lower(api_keys::name).eq(text.to_lowercase()).and(api_keys::revoked_at.is_null()));
    own.select(api_keys::key_id).first(conn).or_not_found("key")
}

/// Keeps a key from others until the transaction ends.
pub(super) fn lock(conn: &mut PgConnection, id: KeyId) -> Result<ApiKey, ApiError> {
    let row = api_keys::table.find(id).filter(api_keys::revoked_at.is_null()).select(ApiKeyRow::as_select());
    let row = row.for_no_key_update().first(conn).or_not_found("key")?;
    with_authorities(conn, row)
}

fn with_authorities(conn: &mut PgConnection, row: ApiKeyRow) -> Result<ApiKey, ApiError> {
    let authority_ids = authorities_of(conn, &[row.key_id])?.into_iter().map(|(_, authority)| authority).collect();
    Ok(ApiKey { row, authority_ids })
}

/// The authorities that these keys are bound to, each with its key.
pub(super) fn authorities_of(conn: &mut PgConnection, keys: &[KeyId]) -> QueryResult<Vec<(KeyId, AuthorityId)>> {
    use api_key_authorities::{authority_id, key_id, table};
    table.filter(key_id.eq_any(keys)).order((key_id, authority_id)).select((key_id, authority_id)).load(conn)
}
