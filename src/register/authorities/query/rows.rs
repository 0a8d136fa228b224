//! Rows of authorities: which one a key names, and the writing of one.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::database::schema::authorities;
use crate::database::sql::former_gss_codes;
use crate::error::{ApiError, ConstraintExt};
use crate::register::authorities::model::{FormerCode, NewAuthority};
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::ids::AuthorityId;
use crate::values::text::GssCode;

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
    let query = authorities::table.select(authorities::authority_id).into_boxed().order((
        authorities::active_to.is_not_null(),
        authorities::active_to.desc(),
        authorities::authority_id,
    ));
    let found = match key {
        AuthorityKey::Id(id) => query.filter(authorities::authority_id.eq(id)).first(conn),
        AuthorityKey::Gss(code) => match query.filter(authorities::gss_code.eq(code)).first(conn).optional()? {
            None => return formerly(conn, code),
            found => return Ok(found),
        },
        AuthorityKey::Urn(urn) => query.filter(authorities::ofsted_urn.eq(urn)).first(conn),
        AuthorityKey::Dfe(code) => query.filter(authorities::dfe_code.eq(code)).first(conn),
    };
    Ok(found.optional()?)
}

/// The authority that had this GSS code before.
fn formerly(conn: &mut PgConnection, code: &GssCode) -> Result<Option<AuthorityId>, ApiError> {
    let found = authorities::table
        .filter(former_gss_codes(authorities::former_codes).contains(vec![code]))
        .order(authorities::authority_id)
        .select(authorities::authority_id)
        .first(conn);
    Ok(found.optional()?)
}

/// Refuses GSS codes of one authority that name another, now or formerly, or the same authority twice.
///
/// # Errors
///
/// `validation_failed`, `conflict`.
pub fn check_codes(
    conn: &mut PgConnection,
    id: AuthorityId,
    current: &GssCode,
    former: &[FormerCode],
) -> Result<(), ApiError> {
    let mut codes = vec![current];
    for (index, FormerCode { gss_code, .. }) in former.iter().enumerate() {
        if codes.contains(&gss_code) {
            let pointer = format!("/former_codes/{index}/gss_code");
            return Err(ApiError::invalid_member(&pointer, "repeated", "must be another code than the others"));
        }
        codes.push(gss_code);
    }
    let own = authorities::gss_code.eq_any(codes.iter().skip(1).copied().collect::<Vec<_>>());
    let other = authorities::table
        .filter(authorities::authority_id.ne(id))
        .filter(own.or(former_gss_codes(authorities::former_codes).overlaps_with(codes)));
    if diesel::select(diesel::dsl::exists(other)).get_result(conn)? {
        return Err(ApiError::conflict("a GSS code is or was that of another authority"));
    }
    Ok(())
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
    check_codes(conn, id, &new.gss_code, &new.former_codes.0)?;
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
