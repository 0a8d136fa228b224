//! What events hold of inspections: the row with its judgements.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::access::caller::Caller;
use crate::database::schema::inspections;
use crate::error::ApiError;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::inspections::model::{Inspection, InspectionRow};
use crate::register::inspections::query::sight;
use crate::register::judgements::model::Judgement;
use crate::register::{events, examinations, findings, judgements, recommendations};
use crate::values::ids::InspectionId;
use crate::values::text::Reason;

/// An inspection as it is stored, without what is counted.
#[derive(Debug, Clone, Serialize)]
pub struct StoredInspection {
    /// The stored members.
    #[serde(flatten)]
    pub row: InspectionRow,
    /// What was judged, in the order of the framework.
    pub judgements: Vec<Judgement>,
}

impl From<Inspection> for StoredInspection {
    fn from(inspection: Inspection) -> Self {
        Self { row: inspection.row, judgements: inspection.judgements }
    }
}

impl StoredInspection {
    /// This row, with the judgements that it has at this moment.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn of(conn: &mut PgConnection, row: InspectionRow) -> QueryResult<Self> {
        let judgements = judgements::query::of_inspections(conn, &[row.inspection_id])?;
        Ok(Self { row, judgements: judgements.into_iter().map(|(_, judgement)| judgement).collect() })
    }

    /// What its events are about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let id = self.row.inspection_id.as_uuid();
        let authorities = vec![self.row.authority_id];
        let sight = PublicVisibility::of(self.row.is_public());
        Subject { resource: EventResource::Inspection, id, aggregate: id, authorities, sight }
    }
}

/// The inspections with these ids, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, StoredInspection)>> {
    let query = inspections::table.filter(inspections::inspection_id.eq_any(ids)).order(inspections::inspection_id);
    let rows = query.select(InspectionRow::as_select()).load(conn)?;
    let judgements = judgements::query::of_inspections(conn, &ids.iter().copied().map(Into::into).collect::<Vec<_>>())?;
    let inspections = rows.into_iter().map(|row| {
        let own = judgements.iter().filter(|(inspection, _)| *inspection == row.inspection_id);
        let inspection = StoredInspection { judgements: own.map(|(_, judgement)| judgement.clone()).collect(), row };
        (inspection.subject(), inspection)
    });
    Ok(inspections.collect())
}

/// Tells that an inspection is new, with all that its report holds.
///
/// # Errors
///
/// If the database fails.
pub fn created(conn: &mut PgConnection, caller: &Caller, inspection: &Inspection) -> Result<(), ApiError> {
    let stored = StoredInspection::from(inspection.clone());
    events::query::created(conn, caller, &stored.subject(), &stored)?;
    if inspection.finding_count > 0 {
        let findings = findings::query::stored_of(conn, &stored.row)?;
        events::query::all_created(conn, caller, &findings)?;
    }
    if inspection.recommendation_count > 0 {
        let recommendations = recommendations::query::stored_of(conn, &stored.row)?;
        events::query::all_created(conn, caller, &recommendations)?;
    }
    Ok(())
}

/// Tells that an inspection was changed, and the public of what came into view with it or went from it.
///
/// # Errors
///
/// If the database fails.
pub fn updated(
    conn: &mut PgConnection,
    caller: &Caller,
    (before, after): (&StoredInspection, &StoredInspection),
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let subject = after.subject().that_was_public(before.row.is_public());
    events::query::updated(conn, caller, &subject, (before, after), reason)?;
    if subject.comes_or_goes() { sight::tell(conn, caller, &after.row) } else { Ok(()) }
}

/// Tells that an inspection is about to go, with all that is in it.
///
/// # Errors
///
/// If the database fails.
pub fn deleted(conn: &mut PgConnection, caller: &Caller, inspection: &StoredInspection) -> Result<(), ApiError> {
    let findings = findings::query::stored_of(conn, &inspection.row)?;
    let recommendations = recommendations::query::stored_of(conn, &inspection.row)?;
    let examinations = examinations::query::stored_of(conn, &inspection.row)?;
    let examinations = examinations.into_iter().map(|(subject, row, _)| (subject, row)).collect::<Vec<_>>();
    events::query::all_deleted(conn, caller, &examinations)?;
    events::query::all_deleted(conn, caller, &findings)?;
    events::query::all_deleted(conn, caller, &recommendations)?;
    events::query::deleted(conn, caller, &inspection.subject(), inspection, None)
}

/// Raises the version of an inspection in which something was changed, and tells of it: `before` is the row that was
/// locked before the change.
///
/// # Errors
///
/// If the database fails.
pub fn mark_changed(
    conn: &mut PgConnection,
    caller: &Caller,
    before: &InspectionRow,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let before = StoredInspection::of(conn, before.clone())?;
    let after = StoredInspection { row: raise(conn, before.row.inspection_id)?, ..before.clone() };
    updated(conn, caller, (&before, &after), reason)
}

/// Raises the version of an inspection whose judgements were changed, and tells of it.
///
/// # Errors
///
/// If the database fails.
pub fn mark_judged(
    conn: &mut PgConnection,
    caller: &Caller,
    before: &StoredInspection,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let row = raise(conn, before.row.inspection_id)?;
    let after = StoredInspection::of(conn, row)?;
    updated(conn, caller, (before, &after), reason)
}

fn raise(conn: &mut PgConnection, id: InspectionId) -> QueryResult<InspectionRow> {
    diesel::update(inspections::table.find(id))
        .set((inspections::version.eq(inspections::version + 1), inspections::updated_at.eq(diesel::dsl::now)))
        .returning(InspectionRow::as_returning())
        .get_result(conn)
}

/// Whether the judgements of an inspection were ever changed, on purpose.
///
/// # Errors
///
/// If the database fails.
pub fn were_judgements_changed(conn: &mut PgConnection, id: InspectionId) -> QueryResult<bool> {
    let changes = diesel::sql_query(
        "select from events where resource = 'inspection' and resource_id = $1 and type = 'updated' \
             and before -> 'judgements' is distinct from after -> 'judgements' limit 1",
    );
    Ok(changes.bind::<diesel::sql_types::Uuid, _>(id).execute(conn)? > 0)
}
