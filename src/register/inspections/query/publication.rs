//! The events of whole inspections. When an inspection is published or withdrawn, all that is in it or about it becomes
//! public with it or ceases to be, and each of these rows has an event too.

use diesel::pg::PgConnection;
use serde::Serialize;

use super::rows::StoredInspection;
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::documents::query::rows as documents;
use crate::register::events;
use crate::register::events::model::Subject;
use crate::register::examinations::query::rows as examinations;
use crate::register::findings::query::rows as findings;
use crate::register::inspections::model::{Inspection, InspectionRow};
use crate::register::recommendations::query::rows as recommendations;
use crate::values::text::Reason;

/// Records that an inspection is new, with all that is in it.
pub fn record_created(conn: &mut PgConnection, caller: &Caller, inspection: &Inspection) -> Result<(), ApiError> {
    let stored = StoredInspection::from(inspection.clone());
    events::query::created(conn, caller, &stored.subject(), &stored)?;
    if inspection.finding_count > 0 {
        let findings = findings::stored_of(conn, &stored.row)?;
        events::query::all_created(conn, caller, &findings)?;
    }
    if inspection.recommendation_count > 0 {
        let recommendations = recommendations::stored_of(conn, &stored.row)?;
        events::query::all_created(conn, caller, &recommendations)?;
    }
    Ok(())
}

/// Records that an inspection was changed, and what became public with it or ceased to be.
pub fn record_updated(
    conn: &mut PgConnection,
    caller: &Caller,
    (before, after): (&StoredInspection, &StoredInspection),
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let subject = after.subject().visible_before(before.row.is_public());
    events::query::updated(conn, caller, &subject, (before, after), reason)?;
    if subject.changes_visibility() { record_publication(conn, caller, &after.row) } else { Ok(()) }
}

/// Records that an inspection is about to be removed, with all that is in it.
pub fn record_deleted(conn: &mut PgConnection, caller: &Caller, inspection: &StoredInspection) -> Result<(), ApiError> {
    let findings = findings::stored_of(conn, &inspection.row)?;
    let recommendations = recommendations::stored_of(conn, &inspection.row)?;
    let examinations = examinations::stored_of(conn, &inspection.row)?;
    let examinations = examinations.into_iter().map(|(subject, row, _)| (subject, row)).collect::<Vec<_>>();
    events::query::all_deleted(conn, caller, &examinations)?;
    events::query::all_deleted(conn, caller, &findings)?;
    events::query::all_deleted(conn, caller, &recommendations)?;
    events::query::deleted(conn, caller, &inspection.subject(), inspection, None)
}

/// Records that all that is in an inspection or about it became public with it, or ceased to be.
fn record_publication(conn: &mut PgConnection, caller: &Caller, inspection: &InspectionRow) -> Result<(), ApiError> {
    // One by one, since each may have a long text.
    for id in documents::ids_about(conn, inspection.inspection_id)? {
        let document = documents::stored(conn, &[id])?;
        record_turned(conn, caller, inspection, document)?;
    }
    let findings = findings::stored_of(conn, inspection)?;
    record_turned(conn, caller, inspection, findings)?;
    let recommendations = recommendations::stored_of(conn, inspection)?;
    record_turned(conn, caller, inspection, recommendations)?;
    // An examination is public if both of its inspections are: this one decides where the other is public.
    let mut examinations = examinations::stored_of(conn, inspection)?;
    examinations.extend(examinations::stored_about(conn, inspection)?);
    let decided = examinations.into_iter().filter(|(_, _, other_is_public)| *other_is_public);
    record_turned(conn, caller, inspection, decided.map(|(subject, row, _)| (subject, row)).collect())
}

fn record_turned<T: Serialize>(
    conn: &mut PgConnection,
    caller: &Caller,
    inspection: &InspectionRow,
    rows: Vec<(Subject, T)>,
) -> Result<(), ApiError> {
    let turned = |(subject, row): (Subject, T)| (subject.visible_before(!inspection.is_public()), row);
    events::query::all_turned(conn, caller, &rows.into_iter().map(turned).collect::<Vec<_>>())
}
