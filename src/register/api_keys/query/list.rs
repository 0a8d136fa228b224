//! The lists: of keys, and of the secrets of one.

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;

use super::rows::{authorities_of, find};
use crate::database::schema::{api_key_authorities, api_key_secrets, api_keys};
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::api_keys::model::{ApiKey, ApiKeyFilter, ApiKeyRotation, ApiKeyRow, ApiKeySort};
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::vocabulary;
use crate::values::id::owned_by;
use crate::values::ids::{AuthorityId, KeyId, RotationId};
use crate::values::text::KeyName;

type ApiKeys<'a> = api_keys::BoxedQuery<'a, Pg>;

/// A page of the keys that a filter wants, without those that are revoked.
///
/// # Errors
///
/// `invalid_cursor`.
pub fn list(conn: &mut PgConnection, filter: &ApiKeyFilter, window: &Window) -> Result<(Vec<ApiKey>, Page), ApiError> {
    vocabulary::check(conn, [vocabulary::authorities("authority", filter.authority.as_ref())])?;
    let authorities = resolve_filter(conn, filter.authority.as_ref())?;
    let matching = || matching(filter, authorities.as_deref());
    let sort = filter.sort.unwrap_or(ApiKeySort::Name);
    let rows = sorted(matching(), sort, window)?.limit(window.rows()).select(ApiKeyRow::as_select()).load(conn)?;
    let total = if window.counts() { Some(matching().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = match sort {
        ApiKeySort::Name | ApiKeySort::NameDescending => {
            window.page(rows, total, |row: &ApiKeyRow| (row.name.clone(), row.key_id))?
        }
        ApiKeySort::ExpiresAt | ApiKeySort::ExpiresAtDescending => {
            window.page(rows, total, |row: &ApiKeyRow| (row.expires_at, row.key_id))?
        }
    };
    let bound = authorities_of(conn, &rows.iter().map(|row| row.key_id).collect::<Vec<_>>())?;
    let keys = rows.into_iter().map(|row| ApiKey { authority_ids: owned_by(&bound, row.key_id), row });
    Ok((keys.collect(), page))
}

fn matching<'a>(filter: &'a ApiKeyFilter, authorities: Option<&'a [AuthorityId]>) -> ApiKeys<'a> {
    let mut query = api_keys::table.filter(api_keys::revoked_at.is_null()).into_boxed();
    if let Some(roles) = &filter.role {
        query = query.filter(api_keys::role.eq_any(&roles.0));
    }
    if let Some(ids) = authorities {
        let bound = api_key_authorities::table.filter(
            api_key_authorities::key_id.eq(api_keys::key_id).and(api_key_authorities::authority_id.eq_any(ids)),
        );
        query = query.filter(exists(bound));
    }
    query
}

fn sorted<'a>(query: ApiKeys<'a>, sort: ApiKeySort, window: &Window) -> Result<ApiKeys<'a>, ApiError> {
    use api_keys::{expires_at, key_id, name};
    Ok(match sort {
        ApiKeySort::Name => {
            let query = match window.after::<(KeyName, KeyId)>()? {
                Some((at, id)) => query.filter(name.ge(at.clone()).and(name.gt(at).or(key_id.gt(id)))),
                None => query,
            };
            query.order((name.asc(), key_id.asc()))
        }
        ApiKeySort::NameDescending => {
            let query = match window.after::<(KeyName, KeyId)>()? {
                Some((at, id)) => query.filter(name.le(at.clone()).and(name.lt(at).or(key_id.lt(id)))),
                None => query,
            };
            query.order((name.desc(), key_id.desc()))
        }
        ApiKeySort::ExpiresAt => {
            let query = match window.after::<(DateTime<Utc>, KeyId)>()? {
                Some((at, id)) => query.filter(expires_at.ge(at).and(expires_at.gt(at).or(key_id.gt(id)))),
                None => query,
            };
            query.order((expires_at.asc(), key_id.asc()))
        }
        ApiKeySort::ExpiresAtDescending => {
            let query = match window.after::<(DateTime<Utc>, KeyId)>()? {
                Some((at, id)) => query.filter(expires_at.le(at).and(expires_at.lt(at).or(key_id.lt(id)))),
                None => query,
            };
            query.order((expires_at.desc(), key_id.desc()))
        }
    })
}

/// Every key that is not revoked, by name.
pub fn all(conn: &mut PgConnection) -> QueryResult<Vec<ApiKeyRow>> {
    let kept = api_keys::table.filter(api_keys::revoked_at.is_null());
    kept.order((api_keys::name, api_keys::key_id)).select(ApiKeyRow::as_select()).load(conn)
}

/// A page of the secrets of a key, the latest first.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn rotations(conn: &mut PgConnection, id: KeyId, window: &Window) -> Result<(Vec<ApiKeyRotation>, Page), ApiError> {
    use api_key_secrets::{created_at, key_id, secret_id, table};
    find(conn, id)?;
    let own = || table.filter(key_id.eq(id)).into_boxed::<Pg>();
    let wanted = match window.after::<(DateTime<Utc>, RotationId)>()? {
        Some((at, last)) => own().filter(created_at.le(at).and(created_at.lt(at).or(secret_id.lt(last)))),
        None => own(),
    };
    let rows = wanted
        .order((created_at.desc(), secret_id.desc()))
        .limit(window.rows())
        .select(ApiKeyRotation::as_select())
        .load(conn)?;
    let total = if window.counts() { Some(own().select(count_star()).get_result(conn)?) } else { None };
    window.page(rows, total, |row| (row.created_at, row.rotation_id))
}
