//! The follow-up of a graded inspection.

mod coverage;
mod gaps;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, Type};
use utoipa::openapi::{ObjectBuilder, Schema};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

pub use self::coverage::{
    Coverage, CoverageOutcome, RecommendationCoverage, Said, Sources, ThemeCoverage, VisitedRecommendation,
    VisitedTheme,
};
pub use self::gaps::{FollowUpGap, FollowUpGapReason, gaps, missing};
use crate::database::schema::inspections;
use crate::error::FieldError;
use crate::http::parameters::{Parameters, future};
use crate::register::inspections::model::InspectionSource;
use crate::values::date::Date;
use crate::values::ids::{InspectionId, RecommendationId};
use crate::values::inspection_kind::InspectionKind;
use crate::values::text::Lines;

/// The follow-up of a graded inspection, up to a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUp {
    /// The inspection.
    pub inspection_id: InspectionId,
    /// The last day that the follow-up includes.
    pub as_at: Date,
    /// The published visits of the series that it opened, the inspection that closed it, and others that examined its
    /// recommendations, in the order of their days; at most 100.
    #[schema(max_items = 100)]
    pub visits: Vec<FollowUpVisit>,
    /// True if there are more visits, of which nothing here speaks; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub is_truncated: bool,
    /// The numbers without a published monitoring visit in the series, up to the greatest one that has a visit.
    #[schema(schema_with = visit_numbers)]
    pub missing_visit_numbers: Vec<i32>,
    /// What is missing: the visits that are not recorded, by number, then those of `visits` whose text is not held.
    #[schema(max_items = 1100)]
    pub gaps: Vec<FollowUpGap>,
    /// The next published inspection of the authority, or of its successor, that determines its standing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by_inspection_id: Option<InspectionId>,
    /// The outcomes by theme and by recommendation.
    pub coverage: Coverage,
    /// The recommendations of which nothing that is held speaks: no visit is recorded to have examined them. The visits in
    /// `gaps` may have.
    #[schema(max_items = 1000)]
    pub never_examined: Vec<RecommendationId>,
}

/// The schema of the gaps; an attribute cannot give the numbers in a list their limits.
fn visit_numbers() -> Schema {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(99));
    let about =
        "The numbers without a published monitoring visit in the series, up to the greatest one that has a visit.";
    ArrayBuilder::new().items(number).max_items(Some(99)).description(Some(about)).into()
}

/// An inspection or visit that is part of the follow-up.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
#[diesel(table_name = inspections)]
pub struct FollowUpVisit {
    /// The inspection or visit.
    pub inspection_id: InspectionId,
    /// The kind; absent if no source gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<InspectionKind>,
    /// The graded inspection that opened the series of visits; absent if it is not part of a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by_inspection_id: Option<InspectionId>,
    /// The number in that series.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 99)]
    pub visit_number: Option<i32>,
    /// Whether Ofsted called it the last of its series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_final_visit: Option<bool>,
    /// First day of fieldwork.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<Date>,
    /// Last day of fieldwork.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// The day of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_on: Option<Date>,
    /// Whether the register holds the text of its report or letter, as in the inspection.
    #[diesel(sql_type = Bool)]
    pub is_text_held: bool,
    /// The source, which a gap names.
    #[serde(skip)]
    pub source: Option<InspectionSource>,
    /// A more exact reference to the source, which a gap names.
    #[serde(skip)]
    pub source_reference: Option<Lines>,
}

/// The parameters of a follow-up.
#[derive(Debug, Clone, Copy, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FollowUpParameters {
    /// Include what was published on or before this day (default: today in London; not later). An inspection without
    /// any date is always included.
    #[param(example = "2026-01-31")]
    pub as_at: Option<Date>,
}

impl Parameters for FollowUpParameters {
    fn broken_rules(&self) -> Vec<FieldError> {
        future("as_at", self.as_at).into_iter().collect()
    }
}
