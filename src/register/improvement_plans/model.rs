//! Improvement plans.

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
use crate::access::references::{Reference, Referred};
use crate::database::schema::improvement_plans;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::authorities::model::AuthorityNames;
use crate::register::improvement_actions::model::ImprovementAction;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId, PlanId};
use crate::values::json::JsonList;
use crate::values::text::{Name, Prose, Title, WebAddress};
use crate::values::text_enum::text_enum;
use crate::values::visibility::Visibility;

text_enum! {
    /// States of a plan.
    pub enum PlanState {
        /// The plan is a draft.
        Draft = "draft",
        /// The plan is endorsed by the body that decides on it.
        Endorsed = "endorsed",
        /// The plan is closed.
        Closed = "closed",
    }
}

/// A planned consultation about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consultation {
    /// The group.
    #[validate(nested)]
    pub group: Name,
    /// The planned day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_on: Option<Date>,
    /// The form or the subject of the consultation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub note: Option<Prose>,
}

/// An improvement plan of an authority.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementPlan {
    /// The stored members.
    #[serde(flatten)]
    pub row: ImprovementPlanRow,
    /// The names of the authority.
    #[serde(flatten)]
    pub authority: AuthorityNames,
    /// The last day for the statutory statement: 70 working days after the authority received the report of the
    /// inspection that the plan responds to. Absent if the day of receipt is not recorded, or if the bank holidays of
    /// that period are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// The numbers of its actions by state.
    pub action_counts: ActionCounts,
    /// Its actions by due date, earliest first; with `embed=actions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub actions: Option<Vec<ImprovementAction>>,
    /// The values of `embed` whose members here are incomplete: at most 200 items of each are embedded, and 4 MiB in one
    /// response. The rest is in `GET /improvement-actions?plan={plan_id}`. Absent if all is complete.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5, required = false)]
    pub truncated: Vec<ImprovementPlanEmbed>,
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
    /// The unique identifier.
    pub plan_id: PlanId,
    /// The authority that the plan belongs to.
    pub authority_id: AuthorityId,
    /// The title.
    pub title: Title,
    /// The phase, if the plan is made in several phases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Name>,
    /// The inspection that it responds to, of the same authority or its predecessor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responds_to_inspection_id: Option<InspectionId>,
    /// The body that endorsed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endorsed_by: Option<Name>,
    /// The day on which it was endorsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endorsed_on: Option<Date>,
    /// The first day of the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<Date>,
    /// The last day of the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// The state.
    pub state: PlanState,
    /// Whether everyone can read it, or only keys with access to the papers of the authority.
    pub visibility: Visibility,
    /// The planned consultations.
    #[schema(value_type = Vec<Consultation>, max_items = 100)]
    pub consultation: JsonList<Consultation>,
    /// The URL at which it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// The numbers of the actions of a plan by state, today or on the requested day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName, Serialize, ToSchema)]
pub struct ActionCounts {
    /// All actions.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub total: i64,
    /// Neither completed nor verified nor cancelled.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub open: i64,
    /// Open, with a due date before that day.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub overdue: i64,
    /// Done; the effect is not yet confirmed.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub completed: i64,
    /// Confirmed by somebody else: the action worked.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub verified: i64,
    /// Cancelled.
    #[diesel(sql_type = BigInt)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub cancelled: i64,
}

/// The numbers of the actions of one plan by state.
#[derive(Debug, Clone, QueryableByName)]
pub struct CountedPlan {
    /// The plan.
    #[diesel(sql_type = SqlUuid)]
    pub plan_id: PlanId,
    /// The numbers.
    #[diesel(embed)]
    pub counts: ActionCounts,
}

/// The actions of a plan for the open recommendations of the inspection that it responds to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposedActions {
    /// The number of new actions.
    #[schema(minimum = 0, maximum = 1_000)]
    pub created_count: usize,
    /// The actions, new and old, in the order of the recommendations, at most 1,000. The list of actions has them all.
    #[schema(max_items = 1000)]
    pub items: Vec<ImprovementAction>,
}

/// What it refers to and may not be visible while it is.
pub const REFERENCES: &[Reference] = &[Reference { member: "responds_to_inspection_id", to: Referred::Inspection }];

/// A page of improvement plans.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementPlanPage {
    /// The plans.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementPlan>,
    /// The position of this page in the list.
    pub page: Page,
}
