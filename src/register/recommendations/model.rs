//! What a recommendation is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::timescale;
use crate::database::schema::recommendations;
use crate::http::extract::{nullable, present};
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::examinations::model::Examination;
use crate::register::improvement_actions::model::ImprovementAction;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::cohort::Cohort;
use crate::values::date::Date;
use crate::values::ids::{InspectionId, RecommendationId};
use crate::values::text::{Code, Name, Prose, Reason, SearchText};
use crate::values::text_enum::text_enum;

text_enum! {
    /// How pressing a recommendation is, in the terms of its framework.
    pub enum RecommendationKind {
        /// Serious weakness, to be put right at once.
        PriorityAction = "priority_action",
        /// What needs to improve.
        AreaForImprovement = "area_for_improvement",
        /// A recommendation without such a name.
        Recommendation = "recommendation",
    }
}

text_enum! {
    /// To whom a recommendation is addressed.
    pub enum RecommendationAddressee {
        /// The authority inspected.
        LocalAuthority = "local_authority",
        /// The Local Safeguarding Children Board.
        Lscb = "lscb",
        /// The authority and its partners together.
        Partnership = "partnership",
        /// Somebody else.
        Other = "other",
    }
}

text_enum! {
    /// What a recommendation can carry.
    pub enum RecommendationEmbed {
        /// The improvement actions that answer it.
        Actions = "actions",
        /// What later inspections and visits said of it.
        Examinations = "examinations",
    }
}

fn local_authority() -> RecommendationAddressee {
    RecommendationAddressee::LocalAuthority
}

/// What an inspection asks to be put right.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recommendation {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: RecommendationRow,
    /// The day that the printed timescale gives, counted from publication; absent if its words give none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// The improvement actions that answer it, by due date; with `embed=actions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000, no_recursion)]
    pub actions: Option<Vec<ImprovementAction>>,
    /// What later inspections and visits said of it, the earliest first; with `embed=examinations`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1000)]
    pub examinations: Option<Vec<Examination>>,
}

impl Recommendation {
    /// A recommendation of an inspection that was published on this day.
    #[must_use]
    pub fn new(row: RecommendationRow, published_on: Option<Date>) -> Self {
        let words = row.timescale_as_printed.as_ref();
        let due_on = words.zip(published_on).and_then(|(words, day)| timescale::due_on(words.as_str(), day));
        Self { row, due_on, actions: None, examinations: None }
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
    /// The id.
    pub recommendation_id: RecommendationId,
    /// The inspection that asks for it.
    pub inspection_id: InspectionId,
    /// Place in the report, from 1.
    #[schema(minimum = 1, maximum = 1000)]
    pub position: i32,
    /// How pressing it is.
    pub kind: RecommendationKind,
    /// To whom it is addressed.
    pub addressee: RecommendationAddressee,
    /// What is to be put right.
    pub text: Prose,
    /// The heading that it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Name>,
    /// What it is about.
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The children that it is about.
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
    /// The time allowed, in the words of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timescale_as_printed: Option<Name>,
    /// The printed number of the paragraph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<Name>,
    /// Raised by each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A new recommendation.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = recommendations)]
#[serde(deny_unknown_fields)]
pub struct NewRecommendation {
    /// Place in the report, from 1; after the last if it is absent.
    #[diesel(skip_insertion)]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    pub position: Option<i32>,
    /// How pressing it is.
    pub kind: RecommendationKind,
    /// To whom it is addressed.
    #[serde(default = "local_authority")]
    #[schema(default = "local_authority")]
    pub addressee: RecommendationAddressee,
    /// What is to be put right.
    #[validate(nested)]
    pub text: Prose,
    /// The heading that it stands under.
    #[validate(nested)]
    pub section: Option<Name>,
    /// What it is about.
    #[serde(default)]
    #[validate(length(max = 40), nested)]
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The children that it is about.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
    /// The time allowed, in the words of the report; `Immediately` and `Within three months` give a day.
    #[validate(nested)]
    pub timescale_as_printed: Option<Name>,
    /// The printed number of the paragraph.
    #[validate(nested)]
    pub paragraph: Option<Name>,
}

/// A change of a recommendation: absent members stay, null clears, a value sets.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = recommendations)]
#[serde(deny_unknown_fields)]
pub struct RecommendationPatch {
    /// Place in the report, from 1.
    #[serde(default, deserialize_with = "present")]
    #[validate(range(min = 1, max = 1000))]
    #[schema(nullable = false, minimum = 1, maximum = 1000)]
    pub position: Option<i32>,
    /// How pressing it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<RecommendationKind>,
    /// To whom it is addressed.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub addressee: Option<RecommendationAddressee>,
    /// What is to be put right.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub text: Option<Prose>,
    /// The heading that it stands under.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub section: Option<Option<Name>>,
    /// What it is about; replaces them all.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 40), nested)]
    #[schema(nullable = false, max_items = 40)]
    pub themes: Option<Vec<Code>>,
    /// The children that it is about; replaces them all.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 20))]
    #[schema(nullable = false, max_items = 20)]
    pub cohorts: Option<Vec<Cohort>>,
    /// The time allowed, in the words of the report.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub timescale_as_printed: Option<Option<Name>>,
    /// The printed number of the paragraph.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub paragraph: Option<Option<Name>>,
    /// Why a published inspection is changed.
    #[diesel(skip_update)]
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub reason: Option<Reason>,
}

/// Which recommendations are wanted.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecommendationFilter {
    /// Words of the recommendation, as in a web search.
    #[validate(nested)]
    #[param(example = "agencies")]
    pub q: Option<SearchText>,
    /// Authorities, by id or code.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityKey>>, max_items = 50, min_items = 1, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Inspections.
    #[param(style = Form, explode = false, value_type = Option<Vec<InspectionId>>, max_items = 50, min_items = 1, example = json!(["01a20431-0c26-7f6f-b048-41513696de59"]))]
    pub inspection: Option<Codes<InspectionId>>,
    /// Frameworks of their inspections.
    #[param(style = Form, explode = false, value_type = Option<Vec<Code>>, max_items = 50, min_items = 1, example = json!(["ilacs_2018"]))]
    pub framework: Option<Codes<Code>>,
    /// Themes.
    #[param(style = Form, explode = false, value_type = Option<Vec<Code>>, max_items = 50, min_items = 1, example = json!(["child_protection_enquiries"]))]
    pub theme: Option<Codes<Code>>,
    /// The children concerned.
    #[param(style = Form, explode = false, value_type = Option<Vec<Cohort>>, max_items = 50, min_items = 1, example = json!(["child_protection"]))]
    pub cohort: Option<Codes<Cohort>>,
    /// How pressing they are.
    #[param(style = Form, explode = false, value_type = Option<Vec<RecommendationKind>>, max_items = 50, min_items = 1, example = json!(["area_for_improvement"]))]
    pub kind: Option<Codes<RecommendationKind>>,
    /// Published on this day or later.
    #[param(example = "2012-01-01")]
    pub published_from: Option<Date>,
    /// Published on this day or earlier.
    #[param(example = "2025-12-31")]
    pub published_to: Option<Date>,
    /// Whether no published inspection or visit has examined them.
    #[param(example = false)]
    pub never_examined: Option<bool>,
    /// What each recommendation carries.
    #[param(style = Form, explode = false, value_type = Option<Vec<RecommendationEmbed>>, max_items = 50, min_items = 1, example = json!(["examinations"]))]
    pub embed: Option<Codes<RecommendationEmbed>>,
}

/// What recommendations carry.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecommendationParameters {
    /// What each recommendation carries.
    #[param(style = Form, explode = false, value_type = Option<Vec<RecommendationEmbed>>, max_items = 50, min_items = 1, example = json!(["examinations"]))]
    pub embed: Option<Codes<RecommendationEmbed>>,
}

/// A page of recommendations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecommendationPage {
    /// The recommendations.
    #[schema(max_items = 200)]
    pub items: Vec<Recommendation>,
    /// Where this page stands in the list.
    pub page: Page,
}
