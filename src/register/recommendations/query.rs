//! Statements about recommendations: how one is read, and how it is written as a part of its inspection. Rows are in
//! [`rows`], lists in [`list`], and what a response contains in [`assemble`].

pub mod assemble;
pub mod list;
pub mod rows;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::model::{NewRecommendation, Recommendation, RecommendationEmbed, RecommendationPatch, RecommendationRow};
use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::register::events::model::EventResource;
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query::part::{self, Part};
use crate::register::{authorities, themes};
use crate::values::codes::Codes;
use crate::values::ids::{InspectionId, RecommendationId};
use crate::values::text::Reason;

/// The recommendation with this id, with what `embed` adds.
///
/// # Errors
///
/// `not_found`.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: RecommendationId,
    embed: Option<&Codes<RecommendationEmbed>>,
) -> Result<Recommendation, ApiError> {
    let (inspection, row) = part::find::<RecommendationRow>(conn, caller, id)?;
    let recommendation = row.whole(conn, &inspection)?;
    let all = assemble::all(conn, caller, vec![recommendation], embed)?.pop();
    all.ok_or_else(|| ApiError::not_found("recommendation"))
}

impl Part for RecommendationRow {
    type Id = RecommendationId;
    type New = NewRecommendation;
    type Patch = RecommendationPatch;
    type Whole = Recommendation;

    const RESOURCE: EventResource = EventResource::Recommendation;

    fn find(conn: &mut PgConnection, id: RecommendationId) -> QueryResult<Self> {
        rows::find(conn, id)
    }

    fn place(&self) -> (InspectionId, Uuid, i32) {
        (self.inspection_id, self.recommendation_id.as_uuid(), self.version)
    }

    fn whole(self, conn: &mut PgConnection, inspection: &InspectionRow) -> Result<Recommendation, ApiError> {
        let authority = authorities::query::names::of_inspections(conn, &[inspection.inspection_id])?;
        Ok(Recommendation::new(self, authority.of(inspection.inspection_id)?, inspection.days()))
    }

    fn insert(
        conn: &mut PgConnection,
        inspection: &InspectionRow,
        id: RecommendationId,
        new: &NewRecommendation,
    ) -> Result<Self, ApiError> {
        themes::query::check(conn, &new.themes, "/themes")?;
        rows::insert(conn, inspection.inspection_id, id, new, "")
    }

    fn check(conn: &mut PgConnection, _: &InspectionRow, changes: &RecommendationPatch) -> Result<(), ApiError> {
        themes::query::check(conn, changes.themes.as_deref().unwrap_or_default(), "/themes")
    }

    fn reason(changes: &RecommendationPatch) -> Option<&Reason> {
        changes.reason.as_ref()
    }

    fn update(&self, conn: &mut PgConnection, changes: &RecommendationPatch) -> Result<Self, ApiError> {
        rows::update(conn, self, changes)
    }

    fn delete(&self, conn: &mut PgConnection) -> Result<(), ApiError> {
        rows::delete(conn, self.recommendation_id)
    }
}
