//! Examinations.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::database::schema::examinations;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::authorities::model::InspectedAuthority;
use crate::values::ids::{ExaminationId, FindingId, InspectionId, RecommendationId};
use crate::values::text::{Prose, Reason};
use crate::values::text_enum::text_enum;

text_enum! {
    /// The outcome of a recommendation according to a later inspection, most favourable first.
    pub enum ExaminationOutcome {
        /// The matter was put right.
        Improved = "improved",
        /// The matter was put right in part.
        PartlyImproved = "partly_improved",
        /// Nothing has improved.
        NotImproved = "not_improved",
        /// The matter has become worse.
        Worse = "worse",
    }
}

/// The examination of an earlier recommendation by an inspection or visit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Examination {
    /// The stored members.
    #[serde(flatten)]
    pub row: ExaminationRow,
    /// The authority inspected.
    #[serde(flatten)]
    pub authority: InspectedAuthority,
}

/// An examination as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = examinations)]
pub struct ExaminationRow {
    /// The unique identifier.
    pub examination_id: ExaminationId,
    /// The inspection or visit that examined the recommendation.
    pub inspection_id: InspectionId,
    /// The recommendation, of an earlier inspection.
    pub recommendation_id: RecommendationId,
    /// The outcome.
    pub outcome: ExaminationOutcome,
    /// A summary in a few sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Prose>,
    /// A quotation from the report, if its licence permits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Prose>,
    /// The finding of that inspection that contains the examination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding_id: Option<FindingId>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

impl Versioned for Examination {
    fn version(&self) -> i32 {
        self.row.version
    }
}

impl ExaminationRow {
    /// Whether it is equal to a new examination.
    #[must_use]
    pub fn says(&self, new: &NewExamination) -> bool {
        let own = (self.outcome, &self.summary, &self.quote, self.finding_id);
        own == (new.outcome, &new.summary, &new.quote, new.finding_id)
    }
}

/// The examination of an earlier recommendation by an inspection; replaces the recorded one.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, AsChangeset, ToSchema)]
#[diesel(table_name = examinations, treat_none_as_null = true)]
#[serde(deny_unknown_fields)]
pub struct NewExamination {
    /// The outcome.
    pub outcome: ExaminationOutcome,
    /// A summary in a few sentences.
    #[validate(nested)]
    pub summary: Option<Prose>,
    /// A quotation from the report, if its licence permits.
    #[validate(nested)]
    pub quote: Option<Prose>,
    /// The finding of that inspection that contains the examination.
    pub finding_id: Option<FindingId>,
    /// The reason for changing a published inspection.
    #[diesel(skip_insertion, skip_update)]
    #[validate(nested)]
    pub reason: Option<Reason>,
}

/// A page of examinations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExaminationPage {
    /// The examinations.
    #[schema(max_items = 200)]
    pub items: Vec<Examination>,
    /// The position of this page in the list.
    pub page: Page,
}
