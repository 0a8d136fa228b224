//! The first key: of a register that nobody could administer otherwise.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::insert;
use crate::access::caller::Caller;
use crate::access::role::Role;
use crate::database::schema::api_keys;
use crate::error::ApiError;
use crate::register::api_keys::FIRST_KEY;
use crate::register::api_keys::model::{IssuedApiKey, LONGEST_LIFE, NewApiKey};
use crate::values::ids::KeyId;
use crate::values::timestamp::Timestamp;

/// The name of the first key; later ones carry a number behind it, since names are not given twice.
const NAME: &str = "admin";

/// Makes an administrator's key, if none holds.
pub fn admin(conn: &mut PgConnection, caller: &Caller) -> Result<Option<IssuedApiKey>, ApiError> {
    conn.transaction(|conn| {
        let now = Utc::now();
        if has_admin(conn, now)? {
            return Ok(None);
        }
        let name = free_name(conn)?.into();
        let expires_at = Timestamp(now + LONGEST_LIFE);
        let new = NewApiKey { name, role: Role::Admin, authority_ids: Vec::new(), expires_at };
        let id = free_id(conn)?;
        insert(conn, caller, id, &new).map(Some)
    })
}

fn has_admin(conn: &mut PgConnection, now: DateTime<Utc>) -> QueryResult<bool> {
    let valid = api_keys::revoked_at.is_null().and(api_keys::expires_at.gt(now));
    let admins = api_keys::table.filter(api_keys::role.eq(Role::Admin).and(valid));
    diesel::select(diesel::dsl::exists(admins)).get_result(conn)
}

/// The id that the document speaks of, unless a key has or had it.
fn free_id(conn: &mut PgConnection) -> Result<KeyId, ApiError> {
    let first = FIRST_KEY.parse::<KeyId>().map_err(ApiError::Internal)?;
    let is_taken = diesel::select(diesel::dsl::exists(api_keys::table.find(first))).get_result(conn)?;
    Ok(if is_taken { KeyId::generate() } else { first })
}

/// The first name that no key has or had.
fn free_name(conn: &mut PgConnection) -> QueryResult<String> {
    let similar = api_keys::table.filter(api_keys::name.ilike(format!("{NAME}%"))).select(api_keys::name);
    let taken = similar.load::<String>(conn)?.iter().map(|name| name.to_ascii_lowercase()).collect::<HashSet<_>>();
    let numbered = (2_u32..).map(|number| format!("{NAME}-{number}"));
    let mut names = std::iter::once(NAME.to_owned()).chain(numbered);
    Ok(names.find(|name| !taken.contains(name)).unwrap_or_default())
}
