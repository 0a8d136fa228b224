//! Statements about single authorities. They stand on those about rows ([`rows`]), about the relations between authorities
//! ([`relations`]) and about whole authorities ([`assemble`]); [`changes`] records what changed as events, and [`list`]
//! holds the list.

pub mod assemble;
pub mod changes;
pub mod list;
pub mod names;
pub mod relations;
pub mod rows;
pub mod search;

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::{Authority, AuthorityEmbed, AuthorityPatch, AuthorityRow, NewAuthority};
use crate::access::caller::Caller;
use crate::database::schema::authorities;
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::http::extract::{IfMatch, Patch};
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::ids::AuthorityId;

/// The authority that a key names, with what it is asked to carry.
///
/// # Errors
///
/// `not_found`.
pub fn get(
    conn: &mut PgConnection,
    key: &AuthorityKey,
    embed: Option<&Codes<AuthorityEmbed>>,
) -> Result<Authority, ApiError> {
    let id = rows::resolve(conn, key)?;
    let row = authorities::table.find(id).select(AuthorityRow::as_select()).first(conn).or_not_found("authority")?;
    assemble::all(conn, vec![row], embed)?.pop().ok_or_else(|| ApiError::not_found("authority"))
}

/// Records a new authority.
///
/// # Errors
///
/// `conflict` if the GSS code is taken, `validation_failed` for a broken rule.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: AuthorityId,
    new: &NewAuthority,
) -> Result<Authority, ApiError> {
    let related = [new.predecessors.as_slice(), &new.successors].concat();
    relations::lock(conn, &related)?;
    let before = changes::stored(conn, &related)?;
    rows::insert_row(conn, id, new)?;
    relations::replace_predecessors(conn, id, &new.predecessors)?;
    relations::replace_successors(conn, id, &new.successors)?;
    let after = changes::stored(conn, &[related.as_slice(), &[id]].concat())?;
    changes::record(conn, caller, &before, &after, None)?;
    one_of(after, id)
}

/// Changes an authority.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `conflict`, `validation_failed`.
pub fn update(
    conn: &mut PgConnection,
    caller: &Caller,
    key: &AuthorityKey,
    if_match: &IfMatch,
    patch: &Patch<AuthorityPatch>,
) -> Result<Authority, ApiError> {
    let named = [patch.changes.predecessors.as_deref(), patch.changes.successors.as_deref()];
    let (id, related) = lock(conn, key, &named.map(Option::unwrap_or_default).concat())?;
    let before = changes::stored(conn, &related)?;
    let current = one_of(before.clone(), id)?;
    if_match.check(current.row.version)?;
    if patch.changes_nothing(&current) {
        return Ok(current);
    }
    let code = patch.changes.gss_code.as_ref().unwrap_or(&current.row.gss_code);
    let former = patch.changes.former_codes.as_ref().unwrap_or(&current.row.former_codes);
    rows::check_codes(conn, id, code, &former.0)?;
    diesel::update(authorities::table.find(id))
        .set((
            &patch.changes,
            authorities::version.eq(current.row.version + 1),
            authorities::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .on_constraint(rows::constraint_error)?;
    if let Some(predecessors) = &patch.changes.predecessors {
        relations::replace_predecessors(conn, id, predecessors)?;
    }
    if let Some(successors) = &patch.changes.successors {
        relations::replace_successors(conn, id, successors)?;
    }
    let after = changes::stored(conn, &related)?;
    changes::record(conn, caller, &before, &after, None)?;
    one_of(after, id)
}

/// Removes an authority that nothing refers to.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use`.
pub fn delete(
    conn: &mut PgConnection,
    caller: &Caller,
    key: &AuthorityKey,
    if_match: &IfMatch,
) -> Result<(), ApiError> {
    let (id, related) = lock(conn, key, &[])?;
    let before = changes::stored(conn, &related)?;
    if_match.check(one_of(before.clone(), id)?.row.version)?;
    relations::replace_predecessors(conn, id, &[])?;
    relations::replace_successors(conn, id, &[])?;
    diesel::delete(authorities::table.find(id)).execute(conn).on_constraint(|name| {
        let what = match name {
            "inspections_authority_id_fkey" => "inspections belong to this authority",
            "document_authorities_authority_id_fkey" => "documents are about this authority",
            "improvement_plans_authority_id_fkey" => "improvement plans belong to this authority",
            "improvement_actions_authority_id_fkey" => "improvement actions belong to this authority",
            "interventions_authority_id_fkey" => "interventions concern this authority",
            "api_key_authorities_authority_id_fkey" => "API keys are bound to this authority",
            "statistical_neighbours_neighbour_id_fkey" => "this authority is a statistical neighbour of others",
            _ => return None,
        };
        Some(ApiError::in_use(what))
    })?;
    let after = changes::stored(conn, &related)?;
    changes::record(conn, caller, &before, &after, None)
}

/// Keeps an authority from others, with those that it is or will be related to: its id, and the ids of all.
fn lock(
    conn: &mut PgConnection,
    key: &AuthorityKey,
    named: &[AuthorityId],
) -> Result<(AuthorityId, Vec<AuthorityId>), ApiError> {
    let id = rows::resolve(conn, key)?;
    let mut ids = [named, &[id]].concat();
    loop {
        ids.extend(relations::successions(conn, &[id])?.into_iter().flat_map(|(former, heir)| [former, heir]));
        relations::lock(conn, &ids)?;
        // Another may have related it to more while this one waited; none can from here on.
        let related = relations::successions(conn, &[id])?;
        if related.iter().all(|(former, heir)| ids.contains(former) && ids.contains(heir)) {
            return Ok((id, ids));
        }
    }
}

fn one_of(authorities: Vec<Authority>, id: AuthorityId) -> Result<Authority, ApiError> {
    let found = authorities.into_iter().find(|authority| authority.row.authority_id == id);
    found.ok_or_else(|| ApiError::not_found("authority"))
}
