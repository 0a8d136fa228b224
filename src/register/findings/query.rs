//! Statements about findings: how one is read, and how it is written as a part of its inspection. Rows are in [`rows`],
//! lists in [`list`], what a response contains in [`assemble`], and rules in [`rules`].

pub mod assemble;
pub mod list;
pub mod rows;
pub mod rules;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::model::{Finding, FindingEmbed, FindingPatch, FindingRow, NewFinding};
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::authorities;
use crate::register::events::model::EventResource;
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query::part::{self, Part};
use crate::values::codes::Codes;
use crate::values::ids::{FindingId, InspectionId};
use crate::values::text::Reason;

/// The finding with this id, with what `embed` adds.
///
/// # Errors
///
/// `not_found`.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: FindingId,
    embed: Option<&Codes<FindingEmbed>>,
) -> Result<Finding, ApiError> {
    let (inspection, row) = part::find::<FindingRow>(conn, caller, id)?;
    let finding = row.whole(conn, &inspection)?;
    assemble::all(conn, caller, vec![finding], embed)?.pop().ok_or_else(|| ApiError::not_found("finding"))
}

impl Part for FindingRow {
    type Id = FindingId;
    type New = NewFinding;
    type Patch = FindingPatch;
    type Whole = Finding;

    const RESOURCE: EventResource = EventResource::Finding;

    fn find(conn: &mut PgConnection, id: FindingId) -> QueryResult<Self> {
        rows::find(conn, id)
    }

    fn place(&self) -> (InspectionId, Uuid, i32) {
        (self.inspection_id, self.finding_id.as_uuid(), self.version)
    }

    fn whole(self, conn: &mut PgConnection, inspection: &InspectionRow) -> Result<Finding, ApiError> {
        let authority = authorities::query::names::of_inspections(conn, &[inspection.inspection_id])?;
        Ok(Finding::new(self, authority.of(inspection.inspection_id)?))
    }

    fn insert(
        conn: &mut PgConnection,
        inspection: &InspectionRow,
        id: FindingId,
        new: &NewFinding,
    ) -> Result<Self, ApiError> {
        rules::check(conn, inspection, new.area.as_ref(), &new.themes)?;
        rows::insert(conn, inspection.inspection_id, id, new, "")
    }

    fn check(conn: &mut PgConnection, inspection: &InspectionRow, changes: &FindingPatch) -> Result<(), ApiError> {
        let area = changes.area.as_ref().and_then(Option::as_ref);
        rules::check(conn, inspection, area, changes.themes.as_deref().unwrap_or_default())
    }

    fn reason(changes: &FindingPatch) -> Option<&Reason> {
        changes.reason.as_ref()
    }

    fn update(&self, conn: &mut PgConnection, changes: &FindingPatch) -> Result<Self, ApiError> {
        rows::update(conn, self, changes)
    }

    fn delete(&self, conn: &mut PgConnection) -> Result<(), ApiError> {
        rows::delete(conn, self.finding_id)
    }
}
