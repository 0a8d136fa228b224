//! Recommendations.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::timescale;
use crate::database::schema::recommendations;
use crate::error::FieldError;
use crate::http::extract::{nullable, present};
use crate::http::page::Page;
use crate::http::parameters::{Parameters, reversed};
use crate::http::response::Versioned;
use crate::register::authorities::model::InspectedAuthority;
use crate::register::examinations::model::Examination;
use crate::register::improvement_actions::model::ImprovementAction;
use crate::register::inspections::model::InspectionDays;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::cohort::Cohort;
use crate::values::date::Date;
use crate::values::ids::{InspectionId, RecommendationId};
use crate::values::text::{Code, Name, Prose, Reason, SearchText};
use crate::values::text_enum::text_enum;

text_enum! {
    /// Kinds of recommendation, by priority in the terms of the framework.
    pub enum RecommendationKind {
        /// A serious weakness, which has to be put right at once.
        PriorityAction = "priority_action",
        /// An area that needs to improve.
        AreaForImprovement = "area_for_improvement",
        /// Another recommendation.
        Recommendation = "recommendation",
    }
}

text_enum! {
    /// Addressees of recommendations.
    pub enum RecommendationAddressee {
        /// The authority inspected.
        LocalAuthority = "local_authority",
        /// The Local Safeguarding Children Board.
        Lscb = "lscb",
        /// The authority and its partners together.
        Partnership = "partnership",
        /// Another addressee.
        Other = "other",
    }
}

text_enum! {
    /// The days from which timescales count.
    pub enum TimescaleStart {
        /// The day of publication.
        Publication = "publication",
        /// The last day of fieldwork.
        EndOfInspection = "end_of_inspection",
    }
}

text_enum! {
    /// Related resources that can be embedded in a recommendation.
    pub enum RecommendationEmbed {
        /// The improvement actions that respond to it.
        Actions = "actions",
        /// The examinations by later inspections and visits.
        Examinations = "examinations",
    }
}

fn local_authority() -> RecommendationAddressee {
    RecommendationAddressee::LocalAuthority
}

/// A recommendation of an inspection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recommendation {
    /// The stored members.
    #[serde(flatten)]
    pub row: RecommendationRow,
    /// The authority inspected.
    #[serde(flatten)]
    pub authority: InspectedAuthority,
    /// The due date according to the printed timescale, counted from the day that `timescale_counted_from` names; absent if
    /// the timescale gives no day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// The improvement actions that respond to it, by due date; with `embed=actions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200, no_recursion)]
    pub actions: Option<Vec<ImprovementAction>>,
    /// The examinations by later inspections and visits, earliest first; with `embed=examinations`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub examinations: Option<Vec<Examination>>,
    /// The values of `embed` whose members here are incomplete: at most 200 items of each are embedded, and 4 MiB in one
    /// response. The rest is in `GET /improvement-actions?recommendation={recommendation_id}`, and the examinations in those of the later inspections. Absent if all is complete.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5, required = false)]
    pub truncated: Vec<RecommendationEmbed>,
}

impl Recommendation {
    /// A recommendation of an inspection of this authority, with these days.
    #[must_use]
    pub fn new(row: RecommendationRow, authority: InspectedAuthority, days: InspectionDays) -> Self {
        let words = row.timescale_as_printed.as_ref();
        let from = match row.timescale_counted_from {
            Some(TimescaleStart::EndOfInspection) => days.ended_on,
            Some(TimescaleStart::Publication) | None => days.published_on,
        };
        let due_on = words.zip(from).and_then(|(words, day)| timescale::due_on(words.as_str(), day));
        Self { row, authority, due_on, actions: None, examinations: None, truncated: Vec::new() }
    }
}

impl Versioned for Recommendation {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// A recommendation as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = recommendations)]
pub struct RecommendationRow {
    /// The unique identifier.
    pub recommendation_id: RecommendationId,
    /// The inspection that made it.
    pub inspection_id: InspectionId,
    /// The position in the report, from 1.
    #[schema(minimum = 1, maximum = 1000)]
    pub position: i32,
    /// The kind of recommendation, which gives its priority.
    pub kind: RecommendationKind,
    /// The addressee.
    pub addressee: RecommendationAddressee,
    /// The text of the recommendation.
    pub text: Prose,
    /// The heading of the section that contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Name>,
    /// The themes.
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The groups of children concerned.
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
    /// The timescale in the words of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timescale_as_printed: Option<Name>,
    /// The day from which the timescale counts, if the report states one; absent: from publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timescale_counted_from: Option<TimescaleStart>,
    /// The number of the paragraph, as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<Name>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// A new recommendation.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = recommendations)]
#[serde(deny_unknown_fields)]
pub struct NewRecommendation {
    /// The position in the report, from 1; after the last one if absent.
    #[diesel(skip_insertion)]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    pub position: Option<i32>,
    /// The kind of recommendation, which gives its priority.
    pub kind: RecommendationKind,
    /// The addressee.
    #[serde(default = "local_authority")]
    #[schema(default = "local_authority")]
    pub addressee: RecommendationAddressee,
    /// The text of the recommendation.
    #[validate(nested)]
    pub text: Prose,
    /// The heading of the section that contains it.
    #[validate(nested)]
    pub section: Option<Name>,
    /// The themes.
    #[serde(default)]
    #[validate(length(max = 40), nested)]
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The groups of children concerned.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
    /// The timescale in the words of the report. The due date is computed from words such as `Immediately` and `Within
    /// three months`.
    #[validate(nested)]
    pub timescale_as_printed: Option<Name>,
    /// The day from which the timescale counts, if the report states one; absent: from publication.
    pub timescale_counted_from: Option<TimescaleStart>,
    /// The number of the paragraph, as printed.
    #[validate(nested)]
    pub paragraph: Option<Name>,
}

/// A change of a recommendation: absent members do not change, null clears a member, a value sets it.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = recommendations)]
#[serde(deny_unknown_fields)]
pub struct RecommendationPatch {
    /// The position in the report, from 1.
    #[serde(default, deserialize_with = "present")]
    #[validate(range(min = 1, max = 1000))]
    #[schema(nullable = false, minimum = 1, maximum = 1000)]
    pub position: Option<i32>,
    /// The kind of recommendation, which gives its priority.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<RecommendationKind>,
    /// The addressee.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub addressee: Option<RecommendationAddressee>,
    /// The text of the recommendation.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub text: Option<Prose>,
    /// The heading of the section that contains it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub section: Option<Option<Name>>,
    /// The themes; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 40), nested)]
    #[schema(nullable = false, max_items = 40)]
    pub themes: Option<Vec<Code>>,
    /// The groups of children concerned; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 20))]
    #[schema(nullable = false, max_items = 20)]
    pub cohorts: Option<Vec<Cohort>>,
    /// The timescale in the words of the report.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub timescale_as_printed: Option<Option<Name>>,
    /// The day from which the timescale counts, if the report states one; null: from publication.
    #[serde(default, deserialize_with = "nullable")]
    pub timescale_counted_from: Option<Option<TimescaleStart>>,
    /// The number of the paragraph, as printed.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub paragraph: Option<Option<Name>>,
    /// The reason for changing a published inspection.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub reason: Option<Reason>,
}

/// The filter of lists of recommendations.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecommendationFilter {
    /// Words of the recommendation, as in a web search.
    #[validate(nested)]
    #[param(example = "agencies")]
    pub q: Option<SearchText>,
    /// Authorities, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Inspections.
    #[param(value_type = Option<Vec<InspectionId>>, example = json!(["01a20431-0c26-7f6f-b048-41513696de59"]))]
    pub inspection: Option<Codes<InspectionId>>,
    /// Frameworks of their inspections.
    #[param(value_type = Option<Vec<Code>>, example = json!(["ilacs_2018"]))]
    pub framework: Option<Codes<Code>>,
    /// Themes.
    #[param(value_type = Option<Vec<Code>>, example = json!(["child_protection_enquiries"]))]
    pub theme: Option<Codes<Code>>,
    /// The groups of children concerned.
    #[param(value_type = Option<Vec<Cohort>>, example = json!(["child_protection"]))]
    pub cohort: Option<Codes<Cohort>>,
    /// Kinds of recommendation.
    #[param(value_type = Option<Vec<RecommendationKind>>, example = json!(["area_for_improvement"]))]
    pub kind: Option<Codes<RecommendationKind>>,
    /// Published on this day or later.
    #[param(example = "2012-01-01")]
    pub published_from: Option<Date>,
    /// Published on this day or earlier.
    #[param(example = "2025-12-31")]
    pub published_to: Option<Date>,
    /// Whether nothing that is held speaks of them: no published inspection or visit is recorded to have examined them. Those
    /// in the gaps of a follow-up may have.
    #[param(example = false)]
    pub never_examined: Option<bool>,
    /// Related resources to embed in each recommendation.
    #[param(value_type = Option<Vec<RecommendationEmbed>>, example = json!(["examinations"]))]
    pub embed: Option<Codes<RecommendationEmbed>>,
}

impl Parameters for RecommendationFilter {
    fn embeds(&self) -> bool {
        self.embed.is_some()
    }

    fn broken_rules(&self) -> Vec<FieldError> {
        reversed("published_to", self.published_from, self.published_to).into_iter().collect()
    }
}

/// What recommendations carry.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecommendationParameters {
    /// Related resources to embed in each recommendation.
    #[param(value_type = Option<Vec<RecommendationEmbed>>, example = json!(["examinations"]))]
    pub embed: Option<Codes<RecommendationEmbed>>,
}

impl Parameters for RecommendationParameters {
    fn embeds(&self) -> bool {
        self.embed.is_some()
    }
}

/// A page of recommendations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecommendationPage {
    /// The recommendations.
    #[schema(max_items = 200)]
    pub items: Vec<Recommendation>,
    /// The position of this page in the list.
    pub page: Page,
}
