//! Statements about authorities: one by one. Lists are in [`list`], the relations between authorities in [`relations`],
//! what is told of their changes in [`changes`].

pub mod changes;
pub mod list;
pub mod relations;

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::model::{Authority, AuthorityEmbed, AuthorityKey, AuthorityPatch, AuthorityRow, NewAuthority};
use crate::access::caller::Caller;
use crate::database::schema::authorities;
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::http::extract::{IfMatch, Patch};
use crate::register::standings;
use crate::values::codes::{Codes, names};
use crate::values::date::Date;
use crate::values::ids::AuthorityId;

/// The authority that a key names: of two with one code the current one.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn resolve(conn: &mut PgConnection, key: &AuthorityKey) -> Result<AuthorityId, ApiError> {
    let query = authorities::table.select(authorities::authority_id).order((
        authorities::active_to.is_not_null(),
        authorities::active_to.desc(),
        authorities::authority_id,
    ));
    match key {
        AuthorityKey::Id(id) => query.filter(authorities::authority_id.eq(id)).first(conn),
        AuthorityKey::Gss(code) => query.filter(authorities::gss_code.eq(code)).first(conn),
        AuthorityKey::Urn(urn) => query.filter(authorities::ofsted_urn.eq(urn)).first(conn),
        AuthorityKey::Dfe(code) => query.filter(authorities::dfe_code.eq(code)).first(conn),
    }
    .or_not_found("authority")
}

/// Whether the register has this authority, which is then kept from those who would remove it or change its successions:
/// they take authorities before successions, and so does whoever writes something of an authority.
///
/// # Errors
///
/// If the database fails.
pub fn exists(conn: &mut PgConnection, id: AuthorityId) -> QueryResult<bool> {
    let query = authorities::table.find(id).select(authorities::authority_id).for_key_share();
    Ok(query.first::<AuthorityId>(conn).optional()?.is_some())
}

/// The authorities that the keys of a filter name; a key that names none adds none.
///
/// # Errors
///
/// If the database fails.
pub fn resolve_filter(
    conn: &mut PgConnection,
    keys: Option<&Codes<AuthorityKey>>,
) -> Result<Option<Vec<AuthorityId>>, ApiError> {
    let Some(Codes(keys)) = keys else { return Ok(None) };
    let mut ids = Vec::with_capacity(keys.len());
    for key in keys {
        match resolve(conn, key) {
            Ok(id) => ids.push(id),
            Err(error) if error.code() == crate::error::ProblemCode::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(ids))
}

/// The authority that a key names, with what it is asked to carry.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(
    conn: &mut PgConnection,
    key: &AuthorityKey,
    embed: Option<&Codes<AuthorityEmbed>>,
) -> Result<Authority, ApiError> {
    let id = resolve(conn, key)?;
    let row = authorities::table.find(id).select(AuthorityRow::as_select()).first(conn).or_not_found("authority")?;
    one(conn, row, embed)
}

/// Records a new authority.
///
/// # Errors
///
/// `conflict` if the GSS code is taken, `validation_failed` for a broken rule, or if the database fails.
pub fn insert(
    conn: &mut PgConnection,
    caller: &Caller,
    id: AuthorityId,
    new: &NewAuthority,
) -> Result<Authority, ApiError> {
    let related = [new.predecessors.as_slice(), &new.successors].concat();
    relations::lock(conn, &related)?;
    let before = changes::stored(conn, &related)?;
    insert_row(conn, id, new)?;
    relations::replace_predecessors(conn, id, &new.predecessors)?;
    relations::replace_successors(conn, id, &new.successors)?;
    let after = changes::stored(conn, &[related.as_slice(), &[id]].concat())?;
    changes::record(conn, caller, &before, &after)?;
    one_of(after, id)
}

/// Writes a new authority without its relations, and tells of it to nobody: the caller does.
///
/// # Errors
///
/// `conflict` if the GSS code is taken, `validation_failed` for a broken rule, or if the database fails.
pub fn insert_row(conn: &mut PgConnection, id: AuthorityId, new: &NewAuthority) -> Result<(), ApiError> {
    diesel::insert_into(authorities::table)
        .values((authorities::authority_id.eq(id), new))
        .execute(conn)
        .on_constraint(constraint_error)?;
    Ok(())
}

/// Changes an authority.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `conflict`, `validation_failed`, or if the database fails.
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
    diesel::update(authorities::table.find(id))
        .set((
            &patch.changes,
            authorities::version.eq(current.row.version + 1),
            authorities::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .on_constraint(constraint_error)?;
    if let Some(predecessors) = &patch.changes.predecessors {
        relations::replace_predecessors(conn, id, predecessors)?;
    }
    if let Some(successors) = &patch.changes.successors {
        relations::replace_successors(conn, id, successors)?;
    }
    let after = changes::stored(conn, &related)?;
    changes::record(conn, caller, &before, &after)?;
    one_of(after, id)
}

/// Removes an authority that nothing refers to.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `in_use`, or if the database fails.
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
    changes::record(conn, caller, &before, &after)
}

/// Keeps an authority from others, with those that it is or will be related to: its id, and the ids of all.
fn lock(
    conn: &mut PgConnection,
    key: &AuthorityKey,
    named: &[AuthorityId],
) -> Result<(AuthorityId, Vec<AuthorityId>), ApiError> {
    let id = resolve(conn, key)?;
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

fn constraint_error(constraint: &str) -> Option<ApiError> {
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

fn one(
    conn: &mut PgConnection,
    row: AuthorityRow,
    embed: Option<&Codes<AuthorityEmbed>>,
) -> Result<Authority, ApiError> {
    assemble(conn, vec![row], embed)?.pop().ok_or_else(|| ApiError::not_found("authority"))
}

fn one_of(authorities: Vec<Authority>, id: AuthorityId) -> Result<Authority, ApiError> {
    let found = authorities.into_iter().find(|authority| authority.row.authority_id == id);
    found.ok_or_else(|| ApiError::not_found("authority"))
}

/// Puts authorities together with their relations and what they carry: a fixed number of statements.
fn assemble(
    conn: &mut PgConnection,
    rows: Vec<AuthorityRow>,
    embed: Option<&Codes<AuthorityEmbed>>,
) -> Result<Vec<Authority>, ApiError> {
    let ids = rows.iter().map(|row| row.authority_id).collect::<Vec<_>>();
    let successions = relations::successions(conn, &ids)?;
    let embeds_neighbours = names(embed, &AuthorityEmbed::Neighbours);
    let neighbours = if embeds_neighbours { relations::neighbours_of(conn, &ids)? } else { Vec::new() };
    let standings = if names(embed, &AuthorityEmbed::Standing) {
        standings::query::of_authorities(conn, &ids, Date::today())?
    } else {
        Vec::new()
    };
    let authorities = rows.into_iter().map(|row| {
        let id = row.authority_id;
        Authority {
            predecessors: successions.iter().filter(|(_, heir)| *heir == id).map(|(former, _)| *former).collect(),
            successors: successions.iter().filter(|(former, _)| *former == id).map(|(_, heir)| *heir).collect(),
            standing: standings.iter().find(|standing| standing.row.authority_id == id).cloned(),
            neighbours: embeds_neighbours.then(|| {
                neighbours.iter().filter(|(of, _)| *of == id).map(|(_, neighbour)| neighbour.clone()).collect()
            }),
            row,
        }
    });
    Ok(authorities.collect())
}
