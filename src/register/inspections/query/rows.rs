//! The rows of inspections. Lists, whole inspections and the rules that need other tables stand above: this file imports
//! none of them.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::access::caller::Caller;
use crate::database::schema::inspections;
use crate::error::{ApiError, ConstraintExt, NotFoundExt};
use crate::register::events;
use crate::register::events::model::{EventResource, PublicVisibility, Subject};
use crate::register::inspections::model::{Inspection, InspectionPatch, InspectionRow, NewInspection};
use crate::register::judgements::model::Judgement;
use crate::register::judgements::query::rows as judgements;
use crate::values::id::owned_by;
use crate::values::ids::InspectionId;
use crate::values::inspection_state::InspectionState;
use crate::values::text::Reason;

/// The inspection, if it is visible to the caller.
///
/// # Errors
///
/// `not_found`.
pub fn find(conn: &mut PgConnection, caller: &Caller, id: InspectionId) -> Result<InspectionRow, ApiError> {
    let row = inspections::table.find(id).select(InspectionRow::as_select()).first(conn).or_not_found("inspection")?;
    visible(caller, row)
}

/// The inspection, locked until the transaction ends: every change of an inspection or of something in it begins here.
///
/// # Errors
///
/// `not_found`.
pub fn lock(conn: &mut PgConnection, caller: &Caller, id: InspectionId) -> Result<InspectionRow, ApiError> {
    let query = inspections::table.find(id).select(InspectionRow::as_select()).for_update();
    visible(caller, query.first(conn).or_not_found("inspection")?)
}

fn visible(caller: &Caller, row: InspectionRow) -> Result<InspectionRow, ApiError> {
    if caller.access().may_read(row.state) { Ok(row) } else { Err(ApiError::not_found("inspection")) }
}

/// Keeps the state of inspections until the transaction ends, and returns which of them are public. A write that refers to
/// an inspection without locking it begins here, since its visibility depends on that state.
pub fn hold(conn: &mut PgConnection, ids: &[InspectionId]) -> QueryResult<Vec<(InspectionId, bool)>> {
    let held = inspections::table
        .filter(inspections::inspection_id.eq_any(ids))
        .order(inspections::inspection_id)
        .select((inspections::inspection_id, inspections::state))
        .for_share()
        .load::<(InspectionId, InspectionState)>(conn)?;
    Ok(held.into_iter().map(|(id, state)| (id, state == InspectionState::Published)).collect())
}

/// Inserts the row of a new inspection.
///
/// # Errors
///
/// `conflict` if the authority has an inspection of that kind published on that day, `validation_failed`.
pub fn insert(conn: &mut PgConnection, id: InspectionId, new: &NewInspection) -> Result<(), ApiError> {
    diesel::insert_into(inspections::table)
        .values((inspections::inspection_id.eq(id), new))
        .execute(conn)
        .on_constraint(constraint_error)?;
    Ok(())
}

/// Changes the row of an inspection.
///
/// # Errors
///
/// As [`insert`].
pub fn update(conn: &mut PgConnection, before: &InspectionRow, changes: &InspectionPatch) -> Result<(), ApiError> {
    diesel::update(inspections::table.find(before.inspection_id))
        .set((changes, inspections::version.eq(before.version + 1), inspections::updated_at.eq(diesel::dsl::now)))
        .execute(conn)
        .on_constraint(constraint_error)?;
    Ok(())
}

/// Removes an inspection with all that is in it.
///
/// # Errors
///
/// `in_use` if something outside of it refers to it or to something in it.
pub fn delete(conn: &mut PgConnection, id: InspectionId) -> Result<(), ApiError> {
    diesel::delete(inspections::table.find(id)).execute(conn).on_constraint(|name| {
        let what = match name {
            "inspections_opened_by_inspection_id_fkey" => "visits belong to the series that this inspection opened",
            "documents_inspection_id_fkey" => "documents speak of this inspection",
            "improvement_plans_responds_to_inspection_id_fkey" => "improvement plans respond to this inspection",
            "interventions_triggered_by_inspection_id_fkey" => "interventions were triggered by this inspection",
            "examinations_recommendation_id_fkey" => "later inspections examined its recommendations",
            "improvement_action_recommendations_recommendation_id_fkey" => {
                "improvement actions answer its recommendations"
            }
            "improvement_action_findings_finding_id_fkey" => "improvement actions answer its findings",
            _ => return None,
        };
        Some(ApiError::in_use(what))
    })?;
    Ok(())
}

/// An inspection as events hold it: the row with its judgements.
#[derive(Debug, Clone, Serialize)]
pub struct StoredInspection {
    /// The row.
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
    /// This row with its current judgements.
    pub fn of(conn: &mut PgConnection, row: InspectionRow) -> QueryResult<Self> {
        Ok(Self { judgements: judgements::of_inspection(conn, row.inspection_id)?, row })
    }

    /// The subject of its events.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let id = self.row.inspection_id.as_uuid();
        let authorities = vec![self.row.authority_id];
        let visibility = PublicVisibility::of(self.row.is_public());
        Subject { resource: EventResource::Inspection, id, aggregate: id, authorities, visibility }
    }
}

/// The inspections with these ids as events hold them, each with the subject of its events.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, StoredInspection)>> {
    let query = inspections::table.filter(inspections::inspection_id.eq_any(ids)).order(inspections::inspection_id);
    let rows = query.select(InspectionRow::as_select()).load::<InspectionRow>(conn)?;
    let ids = ids.iter().copied().map(Into::into).collect::<Vec<_>>();
    let judgements = judgements::of_inspections(conn, &ids)?;
    let inspections = rows.into_iter().map(|row| {
        let inspection = StoredInspection { judgements: owned_by(&judgements, row.inspection_id), row };
        (inspection.subject(), inspection)
    });
    Ok(inspections.collect())
}

/// Raises the version of an inspection after a change of something in it, and records the event. The state of the
/// inspection stays, so nothing becomes public or ceases to be.
pub(super) fn mark_changed(
    conn: &mut PgConnection,
    caller: &Caller,
    before: &StoredInspection,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let row = diesel::update(inspections::table.find(before.row.inspection_id))
        .set((inspections::version.eq(inspections::version + 1), inspections::updated_at.eq(diesel::dsl::now)))
        .returning(InspectionRow::as_returning())
        .get_result(conn)?;
    let after = StoredInspection::of(conn, row)?;
    events::query::updated(conn, caller, &after.subject(), (before, &after), reason)
}

/// Whether a caller ever changed the judgements of an inspection.
pub fn were_judgements_changed(conn: &mut PgConnection, id: InspectionId) -> QueryResult<bool> {
    let changes = diesel::sql_query(
        "select from events where resource = 'inspection' and resource_id = $1 and type = 'updated' \
             and before -> 'judgements' is distinct from after -> 'judgements' limit 1",
    );
    Ok(changes.bind::<diesel::sql_types::Uuid, _>(id).execute(conn)? > 0)
}

fn constraint_error(constraint: &str) -> Option<ApiError> {
    let invalid = |pointer, code, message: &str| Some(ApiError::invalid_member(pointer, code, message));
    match constraint {
        "inspections_authority_id_published_on_kind_key" => {
            Some(ApiError::conflict("the authority has an inspection of this kind published on this day"))
        }
        "inspections_opened_by_visit_number_key" => Some(ApiError::conflict("the series has a visit with this number")),
        "inspections_authority_id_fkey" => {
            invalid("/authority_id", "unknown", "must name an authority of the register")
        }
        "inspections_opened_by_inspection_id_fkey" => {
            invalid("/opened_by_inspection_id", "unknown", "must name an inspection of the register")
        }
        "inspections_framework_fkey" => invalid("/framework", "unknown", "must name a framework"),
        "inspections_framework_kind_fkey" | "inspections_kind_framework_check" => {
            invalid("/kind", "unknown", "must be a kind of inspection of the framework")
        }
        "inspections_fieldwork_check" => invalid("/ended_on", "order", "must not be before started_on"),
        "inspections_publication_check" => {
            invalid("/published_on", "order", "must not be before the end of fieldwork or the receipt")
        }
        "inspections_receipt_check" => invalid("/received_on", "order", "must not be before the end of fieldwork"),
        "inspections_series_check" => invalid(
            "/opened_by_inspection_id",
            "series",
            "is required for a monitoring visit, optional for a focused visit, and for no other kind",
        ),
        "inspections_visit_number_check" => {
            invalid("/visit_number", "series", "needs the inspection that opened the series")
        }
        "inspections_is_final_visit_check" => invalid("/is_final_visit", "series", "is for monitoring visits"),
        "inspections_opened_by_another_check" => {
            invalid("/opened_by_inspection_id", "series", "must name another inspection")
        }
        "judgements_framework_area_fkey"
        | "judgements_framework_grade_fkey"
        | "judgements_inspection_id_framework_fkey" => {
            invalid("/framework", "judgements", "must have the areas and grades of the inspection's judgements")
        }
        _ => None,
    }
}
