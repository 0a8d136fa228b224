//! How parts of inspections are written: findings, recommendations, judgements and examinations. Each change of a part
//! raises the version of its inspection and is recorded with it.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Uuid as SqlUuid};
use serde::Serialize;
use uuid::Uuid;

use super::rows::{self, StoredInspection};
use crate::access::caller::Caller;
use crate::error::{ApiError, NotFoundExt};
use crate::http::extract::{IfMatch, Patch};
use crate::register::events;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::inspections::model::InspectionRow;
use crate::values::ids::InspectionId;
use crate::values::text::Reason;

/// A row that belongs to one inspection, with an id and a version of its own.
pub trait Part: Serialize + Sized {
    /// Its id.
    type Id: Copy;
    /// The body that creates it.
    type New;
    /// The body that changes it.
    type Patch;
    /// The response that contains it.
    type Whole;

    /// Its name in events and in a 404.
    const RESOURCE: EventResource;

    /// The row with this id.
    fn find(conn: &mut PgConnection, id: Self::Id) -> QueryResult<Self>;

    /// The inspection, its id and its version.
    fn place(&self) -> (InspectionId, Uuid, i32);

    /// The row as the response to a write returns it.
    fn whole(self, conn: &mut PgConnection, inspection: &InspectionRow) -> Result<Self::Whole, ApiError>;

    /// Checks a new part against the inspection, and inserts it.
    ///
    /// # Errors
    ///
    /// `conflict` if the position is taken, `validation_failed`.
    fn insert(
        conn: &mut PgConnection,
        inspection: &InspectionRow,
        id: Self::Id,
        new: &Self::New,
    ) -> Result<Self, ApiError>;

    /// Checks a patch against the inspection.
    ///
    /// # Errors
    ///
    /// `validation_failed`.
    fn check(conn: &mut PgConnection, inspection: &InspectionRow, changes: &Self::Patch) -> Result<(), ApiError>;

    /// The reason in a patch.
    fn reason(changes: &Self::Patch) -> Option<&Reason>;

    /// Changes the row.
    ///
    /// # Errors
    ///
    /// `conflict` if the position is taken, `validation_failed`.
    fn update(&self, conn: &mut PgConnection, changes: &Self::Patch) -> Result<Self, ApiError>;

    /// Removes the row.
    ///
    /// # Errors
    ///
    /// `in_use` if something refers to it.
    fn delete(&self, conn: &mut PgConnection) -> Result<(), ApiError>;
}

/// Writes something in a locked inspection, raises the version of the inspection and records its event.
///
/// # Errors
///
/// Those of `write`.
pub fn change<T, E: From<ApiError> + From<diesel::result::Error>>(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: InspectionRow,
    reason: Option<&Reason>,
    write: impl FnOnce(&mut PgConnection, &StoredInspection) -> Result<T, E>,
) -> Result<T, E> {
    let before = StoredInspection::of(conn, inspection)?;
    let written = write(conn, &before)?;
    rows::mark_changed(conn, caller, &before, reason)?;
    Ok(written)
}

/// A part with its inspection, if that is visible to the caller.
///
/// # Errors
///
/// `not_found`.
pub fn find<P: Part>(conn: &mut PgConnection, caller: &Caller, id: P::Id) -> Result<(InspectionRow, P), ApiError> {
    let what = P::RESOURCE.as_str();
    let part = P::find(conn, id).or_not_found(what)?;
    let inspection = rows::find(conn, caller, part.place().0).map_err(|error| error.as_missing(what))?;
    Ok((inspection, part))
}

/// A part with its inspection, which is locked until the transaction ends.
fn lock<P: Part>(
    conn: &mut PgConnection,
    caller: &Caller,
    id: P::Id,
    if_match: &IfMatch,
) -> Result<(InspectionRow, P), ApiError> {
    let (inspection, _) = find::<P>(conn, caller, id)?;
    let inspection = rows::lock(conn, caller, inspection.inspection_id)?;
    // Another request may have changed or removed the part while this one waited for the lock.
    let part = P::find(conn, id).or_not_found(P::RESOURCE.as_str())?;
    if_match.check(part.place().2)?;
    Ok((inspection, part))
}

/// Records a part of an inspection.
///
/// # Errors
///
/// `not_found`, `conflict` if the position is taken, `validation_failed`.
pub fn insert<P: Part>(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: InspectionId,
    id: P::Id,
    new: &P::New,
) -> Result<P::Whole, ApiError> {
    let inspection = rows::lock(conn, caller, inspection)?;
    change(conn, caller, inspection, None, |conn, inspection| {
        let part = P::insert(conn, &inspection.row, id, new)?;
        events::query::created(conn, caller, &part_subject(&inspection.row, &part), &part)?;
        part.whole(conn, &inspection.row)
    })
}

/// Changes a part of an inspection.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `conflict`, `validation_failed`.
pub fn update<P: Part>(
    conn: &mut PgConnection,
    caller: &Caller,
    id: P::Id,
    if_match: &IfMatch,
    patch: &Patch<P::Patch>,
) -> Result<P::Whole, ApiError> {
    let (inspection, before) = lock::<P>(conn, caller, id, if_match)?;
    if patch.changes_nothing(&before) {
        return before.whole(conn, &inspection);
    }
    let reason = P::reason(&patch.changes);
    P::check(conn, &inspection, &patch.changes)?;
    inspection.check_reason(reason)?;
    change(conn, caller, inspection, reason, |conn, inspection| {
        let after = before.update(conn, &patch.changes)?;
        events::query::updated(conn, caller, &part_subject(&inspection.row, &after), (&before, &after), reason)?;
        after.whole(conn, &inspection.row)
    })
}

/// Removes a part of an inspection.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `in_use` if something refers to it.
pub fn delete<P: Part>(
    conn: &mut PgConnection,
    caller: &Caller,
    id: P::Id,
    if_match: &IfMatch,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let (inspection, before) = lock::<P>(conn, caller, id, if_match)?;
    inspection.check_reason(reason)?;
    change(conn, caller, inspection, reason, |conn, inspection| {
        before.delete(conn)?;
        events::query::deleted(conn, caller, &part_subject(&inspection.row, &before), &before, reason)
    })
}

fn part_subject<P: Part>(inspection: &InspectionRow, part: &P) -> Subject {
    subject(inspection, P::RESOURCE, part.place().1)
}

/// The subject of the events of a part of this inspection.
#[must_use]
pub fn subject(inspection: &InspectionRow, resource: EventResource, id: Uuid) -> Subject {
    let aggregate = inspection.inspection_id.as_uuid();
    let visibility = PublicVisibility::through(inspection.is_public(), vec![aggregate]);
    Subject { resource, id, aggregate, authorities: vec![inspection.authority_id], visibility }
}

/// The position after the last row of an inspection in this table.
pub fn next_position(conn: &mut PgConnection, table: &'static str, inspection: InspectionId) -> QueryResult<i32> {
    let next = format!("(select coalesce(max(position), 0) + 1 from {table} where inspection_id = ");
    diesel::select(diesel::dsl::sql::<Integer>(&next).bind::<SqlUuid, _>(inspection).sql(")")).get_result(conn)
}
