//! What events hold of authorities: the row with its predecessors and successors.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::{assemble, relations};
use crate::access::caller::Caller;
use crate::database::schema::authorities;
use crate::error::ApiError;
use crate::register::authorities::model::{Authority, AuthorityRow};
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::events::query as events;
use crate::values::ids::AuthorityId;
use crate::values::text::Reason;

/// The authorities with these ids as they are stored.
pub fn stored(conn: &mut PgConnection, ids: &[AuthorityId]) -> Result<Vec<Authority>, ApiError> {
    let query = authorities::table.filter(authorities::authority_id.eq_any(ids)).order(authorities::authority_id);
    let rows = query.select(AuthorityRow::as_select()).load(conn)?;
    assemble::all(conn, rows, None)
}

/// The authorities with these ids as they are stored, each with what its events are about.
pub fn stored_with_subjects(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<(Subject, Authority)>, ApiError> {
    let ids = ids.iter().copied().map(Into::into).collect::<Vec<_>>();
    Ok(stored(conn, &ids)?.into_iter().map(|authority| (subject(&authority), authority)).collect())
}

/// What the events of an authority are about.
fn subject(authority: &Authority) -> Subject {
    let authorities = vec![authority.row.authority_id];
    let id = authority.row.authority_id.as_uuid();
    Subject { resource: EventResource::Authority, id, aggregate: id, authorities, visibility: PublicVisibility::open() }
}

/// Records which of these authorities came, went, or have another version: a change of one may change those that it is
/// related to.
pub fn record(
    conn: &mut PgConnection,
    caller: &Caller,
    before: &[Authority],
    after: &[Authority],
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    for was in before {
        let subject = subject(was);
        match find(after, was) {
            None => events::deleted(conn, caller, &subject, was, reason)?,
            Some(is) if is.row.version != was.row.version => {
                events::updated(conn, caller, &subject, (was, is), reason)?;
            }
            Some(_) => {}
        }
    }
    for is in after.iter().filter(|is| find(before, is).is_none()) {
        events::created(conn, caller, &subject(is), is)?;
    }
    Ok(())
}

/// Records that an authority took over from one that is being recorded.
pub fn add_predecessor(
    conn: &mut PgConnection,
    caller: &Caller,
    id: AuthorityId,
    former: AuthorityId,
) -> Result<(), ApiError> {
    relations::lock(conn, &[id])?;
    let before = stored(conn, &[id])?;
    if relations::add(conn, former, id)? > 0 {
        relations::raise(conn, &[], &[id])?;
    }
    let after = stored(conn, &[id])?;
    record(conn, caller, &before, &after, None)
}

fn find<'a>(all: &'a [Authority], wanted: &Authority) -> Option<&'a Authority> {
    all.iter().find(|authority| authority.row.authority_id == wanted.row.authority_id)
}
