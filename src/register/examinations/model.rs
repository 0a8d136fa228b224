//! What an examination is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::database::schema::examinations;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::values::ids::{ExaminationId, FindingId, InspectionId, RecommendationId};
use crate::values::text::{Prose, Reason};
use crate::values::text_enum::text_enum;

text_enum! {
    /// What became of a recommendation, as a later inspection saw it; the most favourable first.
    pub enum ExaminationOutcome {
        /// It is put right.
        Improved = "improved",
        /// Some of it is put right.
        PartlyImproved = "partly_improved",
        /// It is as it was.
        NotImproved = "not_improved",
        /// It has become worse.
        Worse = "worse",
    }
}

/// What an inspection or visit said of an earlier recommendation.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = examinations)]
pub struct Examination {
    /// The id.
    pub examination_id: ExaminationId,
    /// The inspection or visit that looked.
    pub inspection_id: InspectionId,
    /// The recommendation that it looked at, of an earlier inspection.
    pub recommendation_id: RecommendationId,
    /// What it saw.
    pub outcome: ExaminationOutcome,
    /// What it said, in a few sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Prose>,
    /// Words of the report, where its licence allows to repeat them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Prose>,
    /// The finding of that inspection in which it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding_id: Option<FindingId>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Versioned for Examination {
    fn version(&self) -> i32 {
        self.version
    }
}

impl Examination {
    /// Whether it says already what a new one would.
    #[must_use]
    pub fn says(&self, new: &NewExamination) -> bool {
        let own = (self.outcome, &self.summary, &self.quote, self.finding_id);
        own == (new.outcome, &new.summary, &new.quote, new.finding_id)
    }
}

/// What an inspection said of an earlier recommendation, in place of what is recorded of it.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, AsChangeset, ToSchema)]
#[diesel(table_name = examinations, treat_none_as_null = true)]
#[serde(deny_unknown_fields)]
pub struct NewExamination {
    /// What it saw.
    pub outcome: ExaminationOutcome,
    /// What it said, in a few sentences.
    #[validate(nested)]
    pub summary: Option<Prose>,
    /// Words of the report, where its licence allows to repeat them.
    #[validate(nested)]
    pub quote: Option<Prose>,
    /// The finding of that inspection in which it says so.
    pub finding_id: Option<FindingId>,
    /// Why a published inspection is changed.
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
    /// Where this page stands in the list.
    pub page: Page,
}
