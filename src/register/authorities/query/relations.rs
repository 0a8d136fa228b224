//! How authorities relate: who took over from whom, and who is much like whom.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use uuid::Uuid;

use super::rows::resolve;
use crate::database::schema::{authorities, authority_successions, statistical_neighbours};
use crate::database::sql;
use crate::error::{ApiError, ConstraintExt};
use crate::http::page::{Page, Window};
use crate::register::authorities::model::{Neighbour, NeighbourFilter, NeighbourSet};
use crate::values::authority_key::AuthorityKey;
use crate::values::ids::AuthorityId;

/// The successions, former first, in which any of these authorities takes part.
pub fn successions(conn: &mut PgConnection, ids: &[AuthorityId]) -> QueryResult<Vec<(AuthorityId, AuthorityId)>> {
    use authority_successions::{predecessor_id, successor_id, table};
    table
        .filter(predecessor_id.eq_any(ids).or(successor_id.eq_any(ids)))
        .order((predecessor_id, successor_id))
        .select((predecessor_id, successor_id))
        .load(conn)
}

/// Whether the other authority is this one, or one that it took over from. If so, nobody can end the succession before
/// the transaction ends.
pub fn is_same_or_predecessor(
    conn: &mut PgConnection,
    authority: AuthorityId,
    other: AuthorityId,
) -> QueryResult<bool> {
    diesel::select(sql::is_same_or_predecessor(authority, other)).get_result(conn)
}

/// Says from which authorities this one took over.
///
/// # Errors
///
/// `validation_failed` if one of them does not exist or is this one.
pub fn replace_predecessors(
    conn: &mut PgConnection,
    id: AuthorityId,
    predecessors: &[AuthorityId],
) -> Result<(), ApiError> {
    use authority_successions::{predecessor_id, successor_id, table};
    let former = table.filter(successor_id.eq(id)).select(predecessor_id).load(conn)?;
    // What stays is not touched: others may rely on it at this moment.
    diesel::delete(table.filter(successor_id.eq(id).and(predecessor_id.ne_all(predecessors)))).execute(conn)?;
    let new = distinct(predecessors).filter(|other| !former.contains(other));
    let rows = new.map(|other| (predecessor_id.eq(other), successor_id.eq(id))).collect::<Vec<_>>();
    diesel::insert_into(table)
        .values(rows)
        .execute(conn)
        .on_constraint(|name| constraint_error(name, "/predecessors"))?;
    check_series(conn, id)?;
    let ended = former.iter().filter(|other| !predecessors.contains(other)).map(|other| (*other, id));
    check_not_relied_on(conn, ended)?;
    raise(conn, &former, predecessors)
}

/// Says which authorities took over from this one.
///
/// # Errors
///
/// `validation_failed` if one of them does not exist or is this one.
pub fn replace_successors(
    conn: &mut PgConnection,
    id: AuthorityId,
    successors: &[AuthorityId],
) -> Result<(), ApiError> {
    use authority_successions::{predecessor_id, successor_id, table};
    let former = table.filter(predecessor_id.eq(id)).select(successor_id).load(conn)?;
    diesel::delete(table.filter(predecessor_id.eq(id).and(successor_id.ne_all(successors)))).execute(conn)?;
    let new = distinct(successors).filter(|other| !former.contains(other));
    let rows = new.map(|other| (predecessor_id.eq(id), successor_id.eq(other))).collect::<Vec<_>>();
    diesel::insert_into(table)
        .values(rows)
        .execute(conn)
        .on_constraint(|name| constraint_error(name, "/successors"))?;
    check_series(conn, id)?;
    let ended = former.iter().filter(|other| !successors.contains(other)).map(|other| (id, *other));
    check_not_relied_on(conn, ended)?;
    raise(conn, &former, successors)
}

/// Says that one authority took over from another, unless that is known.
pub fn add(conn: &mut PgConnection, former: AuthorityId, heir: AuthorityId) -> QueryResult<usize> {
    use authority_successions::{predecessor_id, successor_id, table};
    let row = (predecessor_id.eq(former), successor_id.eq(heir));
    diesel::insert_into(table).values(row).on_conflict_do_nothing().execute(conn)
}

/// Keeps authorities from others until the transaction ends, always in the same order: two writers of one succession wait
/// for each other, and never both.
pub fn lock(conn: &mut PgConnection, ids: &[AuthorityId]) -> QueryResult<()> {
    authorities::table
        .filter(authorities::authority_id.eq_any(ids))
        .order(authorities::authority_id)
        .select(authorities::authority_id)
        .for_update()
        .load::<AuthorityId>(conn)?;
    Ok(())
}

/// Refuses to end a succession that a series of visits relies on: its opener is of the one authority, its visits of the
/// other.
fn check_series(conn: &mut PgConnection, id: AuthorityId) -> Result<(), ApiError> {
    let broken = diesel::sql_query(
        "select from inspections visit \
         join inspections opener on opener.inspection_id = visit.opened_by_inspection_id \
         where visit.authority_id <> opener.authority_id and $1 in (visit.authority_id, opener.authority_id) \
             and not exists (select from authority_successions \
                 where predecessor_id = opener.authority_id and successor_id = visit.authority_id) limit 1",
    );
    if broken.bind::<SqlUuid, _>(id).execute(conn)? > 0 {
        return Err(ApiError::in_use("a series of visits continues from one authority to the other"));
    }
    Ok(())
}

/// Refuses to end successions, former first, by which one authority answers for what was found at the other. The database
/// holds it too, at the end of the transaction.
fn check_not_relied_on(
    conn: &mut PgConnection,
    ended: impl Iterator<Item = (AuthorityId, AuthorityId)>,
) -> Result<(), ApiError> {
    for (former, heir) in ended {
        if diesel::select(sql::is_succession_relied_on(former, heir)).get_result(conn)? {
            let detail = "plans, actions, examinations or interventions of the successor refer to inspections of its \
                          predecessor";
            return Err(ApiError::in_use(detail));
        }
    }
    Ok(())
}

fn distinct(ids: &[AuthorityId]) -> impl Iterator<Item = AuthorityId> {
    let mut ids = ids.to_vec();
    ids.sort_by_key(|id| id.as_uuid());
    ids.dedup();
    ids.into_iter()
}

/// Raises the version of the authorities at the other end of the successions that came or went.
pub(super) fn raise(conn: &mut PgConnection, former: &[AuthorityId], latter: &[AuthorityId]) -> Result<(), ApiError> {
    let gone = former.iter().filter(|id| !latter.contains(id));
    let come = latter.iter().filter(|id| !former.contains(id));
    let changed = gone.chain(come).copied().collect::<Vec<_>>();
    if !changed.is_empty() {
        diesel::update(authorities::table.filter(authorities::authority_id.eq_any(changed)))
            .set((authorities::version.eq(authorities::version + 1), authorities::updated_at.eq(diesel::dsl::now)))
            .execute(conn)?;
    }
    Ok(())
}

fn constraint_error(constraint: &str, pointer: &str) -> Option<ApiError> {
    match constraint {
        "authority_successions_predecessor_id_fkey" | "authority_successions_successor_id_fkey" => {
            Some(ApiError::invalid_member(pointer, "unknown", "must name authorities of the register"))
        }
        "authority_successions_distinct_check" => {
            Some(ApiError::invalid_member(pointer, "distinct", "must not name the authority itself"))
        }
        _ => None,
    }
}

/// The neighbours of these authorities, each with whose neighbour it is, the current set first, the closest first.
pub fn neighbours_of(conn: &mut PgConnection, ids: &[AuthorityId]) -> QueryResult<Vec<(AuthorityId, Neighbour)>> {
    use statistical_neighbours::{authority_id, neighbour_id, neighbour_set, rank, table};
    let mut neighbours = table
        .inner_join(authorities::table.on(authorities::authority_id.eq(neighbour_id)))
        .filter(authority_id.eq_any(ids))
        .select((
            authority_id,
            (
                neighbour_set,
                rank,
                authorities::authority_id,
                authorities::name,
                authorities::gss_code,
                authorities::region,
            ),
        ))
        .load(conn)?;
    neighbours.sort_by_cached_key(|(_, neighbour)| place(neighbour));
    Ok(neighbours)
}

/// A page of the neighbours of one authority. An authority has a handful, so the page is cut from all of them.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn list_neighbours(
    conn: &mut PgConnection,
    key: &AuthorityKey,
    filter: &NeighbourFilter,
    window: &Window,
) -> Result<(Vec<Neighbour>, Page), ApiError> {
    let id = resolve(conn, key)?;
    let after = window.after::<Place>()?;
    let wanted = |neighbour: &Neighbour| filter.set.as_ref().is_none_or(|sets| sets.has(&neighbour.neighbour_set));
    let all =
        neighbours_of(conn, &[id])?.into_iter().map(|(_, neighbour)| neighbour).filter(wanted).collect::<Vec<_>>();
    let total = window.counts().then(|| i64::try_from(all.len()).unwrap_or(i64::MAX));
    let rows = all.into_iter().filter(|neighbour| after.as_ref().is_none_or(|after| place(neighbour) > *after));
    let rows = rows.take(usize::try_from(window.rows()).unwrap_or(usize::MAX)).collect::<Vec<_>>();
    window.page(rows, total, place)
}

/// Where a neighbour stands: its set, its rank or else the last, its name, its id.
type Place = (NeighbourSet, i32, String, Uuid);

fn place(neighbour: &Neighbour) -> Place {
    let (name, id) = (neighbour.name.as_str().to_owned(), neighbour.authority_id.as_uuid());
    (neighbour.neighbour_set, neighbour.rank.unwrap_or(i32::MAX), name, id)
}
