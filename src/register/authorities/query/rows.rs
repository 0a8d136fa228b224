//! Rows of authorities: which one a key names, and the writing of one.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::database::schema::authorities;
use crate::error::{ApiError, ConstraintExt};
use crate::register::authorities::model::NewAuthority;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::ids::AuthorityId;

/// The authority that a key names: of two with one code the current one.
///
/// # Errors
///
/// `not_found`.
pub fn resolve(conn: &mut PgConnection, key: &AuthorityKey) -> Result<AuthorityId, ApiError> {
    known(conn, key)?.ok_or_else(|| ApiError::not_found("authority"))
}

/// The authority that [`resolve`] finds, if there is one.
pub fn known(conn: &mut PgConnection, key: &AuthorityKey) -> Result<Option<AuthorityId>, ApiError> {
    let query = authorities::table.select(authorities::authority_id).order((
        authorities::active_to.is_not_null(),
        authorities::active_to.desc(),
        authorities::authority_id,
    ));
    let found = match key {
        AuthorityKey::Id(id) => query.filter(authorities::authority_id.eq(id)).first(conn),
        AuthorityKey::Gss(code) => query.filter(authorities::gss_code.eq(code)).first(conn),
        AuthorityKey::Urn(urn) => query.filter(authorities::ofsted_urn.eq(urn)).first(conn),
        AuthorityKey::Dfe(code) => query.filter(authorities::dfe_code.eq(code)).first(conn),
    };
    Ok(found.optional()?)
}

/// Whether the register has this authority, which is then kept from those who would remove it or change its successions:
/// they take authorities before successions, and so does whoever writes something of an authority.
pub fn exists(conn: &mut PgConnection, id: AuthorityId) -> QueryResult<bool> {
    let query = authorities::table.find(id).select(authorities::authority_id).for_key_share();
    Ok(query.first::<AuthorityId>(conn).optional()?.is_some())
}

/// The authorities that the keys of a filter name; a key that names none adds none.
pub fn resolve_filter(
    conn: &mut PgConnection,
    keys: Option<&Codes<AuthorityKey>>,
) -> Result<Option<Vec<AuthorityId>>, ApiError> {
    let Some(Codes(keys)) = keys else { return Ok(None) };
    let mut ids = Vec::with_capacity(keys.len());
    for key in keys {
        ids.extend(known(conn, key)?);
    }
    Ok(Some(ids))
}

/// Writes a new authority without its relations and without an event.
///
/// # Errors
///
/// `conflict` if the GSS code is taken, `validation_failed` for a broken rule.
pub fn insert_row(conn: &mut PgConnection, id: AuthorityId, new: &NewAuthority) -> Result<(), ApiError> {
    diesel::insert_into(authorities::table)
        .values((authorities::authority_id.eq(id), new))
        .execute(conn)
        .on_constraint(constraint_error)?;
    Ok(())
}

pub(super) fn constraint_error(constraint: &str) -> Option<ApiError> {
    match constraint {
        "authorities_gss_code_key" => Some(ApiError::conflict("gss_code is already in use")),
        "authorities_region_check" => {
            Some(ApiError::invalid_member("/region", "unknown", "must be the name of one of England's nine regions"))
        }
        "authorities_active_check" => {
            Some(ApiError::invalid_member("/active_to", "order", "must not be before active_from"))
        }
        _ => None,
    }
}
