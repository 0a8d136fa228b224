//! What an improvement plan is.

mod filter;
mod input;
mod proposal;
mod rules;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

pub use self::filter::{ImprovementPlanEmbed, ImprovementPlanFilter, ImprovementPlanParameters, ImprovementPlanSort};
pub use self::input::{ImprovementPlanPatch, NewImprovementPlan};
use crate::database::schema::improvement_plans;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::improvement_actions::model::ImprovementAction;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId, PlanId};
use crate::values::json::JsonList;
use crate::values::text::{Name, Prose, Title, WebAddress};
use crate::values::text_enum::text_enum;
use crate::values::visibility::Visibility;

text_enum! {
    /// Where a plan stands.
    pub enum PlanState {
        /// It is being written.
        Draft = "draft",
        /// The body that decides on it has endorsed it.
        Endorsed = "endorsed",
        /// It is no longer worked on.
        Closed = "closed",
    }
}

/// Who is to be asked about a plan, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consultation {
    /// The group.
    #[validate(nested)]
    pub group: Name,
    /// The day that is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_on: Option<Date>,
    /// How, or about what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub note: Option<Prose>,
}

/// What an authority undertakes to do about an inspection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementPlan {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: ImprovementPlanRow,
    /// The last day for the statement that the law asks for: 70 working days after the report that it answers was
    /// received. Absent if that day is not recorded, or beyond the bank holidays that are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// How its actions stand.
    pub action_counts: ActionCounts,
    /// Its actions by due date, the earliest first; with `embed=actions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000)]
    pub actions: Option<Vec<ImprovementAction>>,
}

impl Versioned for ImprovementPlan {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// An improvement plan as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = improvement_plans)]
pub struct ImprovementPlanRow {
    /// The id.
    pub plan_id: PlanId,
    /// The authority whose plan it is.
    pub authority_id: AuthorityId,
    /// Its title.
    pub title: Title,
    /// The phase, of a plan that is made in several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Name>,
    /// The inspection that it answers; of the same authority or its predecessor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responds_to_inspection_id: Option<InspectionId>,
    /// The body that endorsed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endorsed_by: Option<Name>,
    /// The day on which it was endorsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endorsed_on: Option<Date>,
    /// The first day that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<Date>,
    /// The last day that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// Where it stands.
    pub state: PlanState,
    /// Who may read it.
    pub visibility: Visibility,
    /// Who is to be asked about it, and when.
    #[schema(value_type = Vec<Consultation>, max_items = 100)]
    pub consultation: JsonList<Consultation>,
    /// Where it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// How the actions of a plan stand: today, or as at the day asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName, Serialize, ToSchema)]
pub struct ActionCounts {
    /// All.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub total: i64,
    /// Neither completed nor verified nor cancelled.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub open: i64,
    /// Open, and due before the day.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub overdue: i64,
    /// Done; the effect is not yet confirmed.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub completed: i64,
    /// Confirmed by somebody else: the actions worked.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub verified: i64,
    /// Not to be done.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub cancelled: i64,
}

/// How the actions of one plan stand.
#[derive(Debug, Clone, QueryableByName)]
pub struct CountedPlan {
    /// The plan.
    #[diesel(sql_type = SqlUuid)]
    pub plan_id: PlanId,
    /// How they stand.
    #[diesel(embed)]
    pub counts: ActionCounts,
}

/// The actions of a plan that answer the open recommendations of the inspection that it answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposedActions {
    /// How many of them are new.
    #[schema(minimum = 0, maximum = 1_000)]
    pub created_count: usize,
    /// The actions, new and old, in the order of the recommendations.
    #[schema(max_items = 10_000)]
    pub items: Vec<ImprovementAction>,
}

/// A page of improvement plans.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementPlanPage {
    /// The plans.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementPlan>,
    /// Where this page stands in the list.
    pub page: Page,
}
