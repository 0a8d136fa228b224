//! Improvement actions.

mod filter;
mod history;
mod input;
mod machine;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::filter::{ImprovementActionFilter, ImprovementActionParameters};
pub use self::history::{
    ImprovementActionDateRevision, ImprovementActionDateRevisionPage, ImprovementActionTransition,
    ImprovementActionTransitionPage, ImprovementActionTransitionRow, ImprovementActionUpdate,
    ImprovementActionUpdatePage, NewImprovementActionDateRevision, NewImprovementActionTransition,
    NewImprovementActionUpdate,
};
pub use self::input::{ImprovementActionPatch, NewImprovementAction};
use crate::access::references::{Reference, Referred};
use crate::database::schema::improvement_actions;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::authorities::model::AuthorityNames;
use crate::register::evidence::model::Evidence;
use crate::register::recommendations::model::Recommendation;
use crate::values::cohort::Cohort;
use crate::values::date::Date;
use crate::values::ids::{ActionId, AuthorityId, FindingId, PlanId, RecommendationId};
use crate::values::text::{Code, Name, Prose, Title};
use crate::values::text_enum::text_enum;
use crate::values::visibility::Visibility;

text_enum! {
    /// States of an action.
    pub enum ActionState {
        /// Proposed, and not yet agreed.
        Proposed = "proposed",
        /// Agreed, and not yet started.
        Agreed = "agreed",
        /// In progress.
        InProgress = "in_progress",
        /// Blocked by an obstacle.
        Blocked = "blocked",
        /// Deferred to a later day.
        Deferred = "deferred",
        /// Done; the effect is not yet confirmed.
        Completed = "completed",
        /// Confirmed by somebody else: the action worked.
        Verified = "verified",
        /// Cancelled.
        Cancelled = "cancelled",
        /// Open again after it was done or cancelled.
        Reopened = "reopened",
    }
}

text_enum! {
    /// Sources of actions.
    pub enum ActionSource {
        /// A recommendation of an inspection.
        Recommendation = "recommendation",
        /// A finding of an inspection.
        Finding = "finding",
        /// An internal audit of the authority.
        Audit = "audit",
        /// A learning review of a case.
        LearningReview = "learning_review",
        /// A self-evaluation of the authority.
        SelfEvaluation = "self_evaluation",
        /// The improvement board.
        Board = "board",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// Priorities of actions.
    pub enum Priority {
        /// High.
        High = "high",
        /// Medium.
        Medium = "medium",
        /// Low.
        Low = "low",
    }
}

text_enum! {
    /// The red, amber or green status of an action, as reported by those responsible for it.
    pub enum Rag {
        /// Off track.
        Red = "red",
        /// At risk.
        Amber = "amber",
        /// On track.
        Green = "green",
    }
}

text_enum! {
    /// The orders of actions; `-` for descending. Absent values sort last.
    pub enum ImprovementActionSort {
        /// By due date, the earliest first.
        DueOn = "due_on",
        /// By due date, the latest first.
        DueOnDescending = "-due_on",
        /// By the last change, the earliest first.
        UpdatedAt = "updated_at",
        /// By the last change, the latest first.
        UpdatedAtDescending = "-updated_at",
        /// By how far the due date slipped, the least first.
        SlipDays = "slip_days",
        /// By how far the due date slipped, the furthest first.
        SlipDaysDescending = "-slip_days",
    }
}

text_enum! {
    /// Related resources that can be embedded in an action.
    pub enum ImprovementActionEmbed {
        /// The recommendations that it responds to.
        Recommendations = "recommendations",
        /// The updates.
        Updates = "updates",
        /// The evidence that it had an effect.
        Evidence = "evidence",
        /// The date revisions.
        DateRevisions = "date_revisions",
        /// The transitions.
        Transitions = "transitions",
    }
}

/// An improvement action of an authority.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementAction {
    /// The stored members.
    #[serde(flatten)]
    pub row: ImprovementActionRow,
    /// The names of the authority.
    #[serde(flatten)]
    pub authority: AuthorityNames,
    /// The recommendations that it responds to.
    #[schema(max_items = 50)]
    pub recommendation_ids: Vec<RecommendationId>,
    /// The findings that it responds to.
    #[schema(max_items = 50)]
    pub finding_ids: Vec<FindingId>,
    /// Whether the action is open and its due date has passed.
    pub is_overdue: bool,
    /// The recommendations that it responds to; with `embed=recommendations`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub recommendations: Option<Vec<Recommendation>>,
    /// The updates, earliest first; with `embed=updates`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub updates: Option<Vec<ImprovementActionUpdate>>,
    /// The evidence that it had an effect, in the order of recording; with `embed=evidence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub evidence: Option<Vec<Evidence>>,
    /// The date revisions, in order; with `embed=date_revisions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub date_revisions: Option<Vec<ImprovementActionDateRevision>>,
    /// The transitions, in order; with `embed=transitions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200)]
    pub transitions: Option<Vec<ImprovementActionTransition>>,
    /// The values of `embed` whose members here are incomplete: at most 200 items of each are embedded, and 4 MiB in one
    /// response. The rest is in the lists below the action, and the recommendations by `recommendation_ids`. Absent if all is complete.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5, required = false)]
    pub truncated: Vec<ImprovementActionEmbed>,
}

impl ImprovementAction {
    /// The action as it is stored: without what is computed or embedded.
    #[must_use]
    pub fn stored(&self) -> StoredImprovementAction<'_> {
        StoredImprovementAction {
            row: &self.row,
            recommendation_ids: &self.recommendation_ids,
            finding_ids: &self.finding_ids,
        }
    }
}

impl Versioned for ImprovementAction {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// An action with its references, as it is stored and as events contain it.
#[derive(Debug, Clone, Serialize)]
pub struct StoredImprovementAction<'a> {
    #[serde(flatten)]
    row: &'a ImprovementActionRow,
    recommendation_ids: &'a [RecommendationId],
    finding_ids: &'a [FindingId],
}

/// What it refers to and may not be visible while it is.
pub const REFERENCES: &[Reference] = &[
    Reference { member: "plan_id", to: Referred::Plan },
    Reference { member: "recommendation_ids", to: Referred::Recommendation },
    Reference { member: "finding_ids", to: Referred::Finding },
];

/// A page of actions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionPage {
    /// The actions.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementAction>,
    /// The position of this page in the list.
    pub page: Page,
}

/// An action as it is stored.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Serialize, ToSchema)]
#[diesel(table_name = improvement_actions)]
pub struct ImprovementActionRow {
    /// The unique identifier.
    pub action_id: ActionId,
    /// The authority that the action belongs to.
    pub authority_id: AuthorityId,
    /// The plan that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<PlanId>,
    /// A title of one line.
    pub title: Title,
    /// A description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Prose>,
    /// The source of the action.
    pub source: ActionSource,
    /// The themes.
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The groups of children concerned.
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
    /// The role that is responsible for the action; never the name of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_role: Option<Name>,
    /// The partner organisations.
    #[schema(max_items = 50)]
    pub partner_organisations: Vec<Name>,
    /// The priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The expected change for children.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_measure: Option<Prose>,
    /// The persons or body that the action was promised to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_to: Option<Name>,
    /// Whether everyone can read it, or only keys with access to the papers of the authority.
    pub visibility: Visibility,
    /// The day on which it was proposed.
    pub proposed_on: Date,
    /// The state; changes only by transitions.
    pub state: ActionState,
    /// The red, amber or green status given by the latest update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rag: Option<Rag>,
    /// The original due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_due_on: Option<Date>,
    /// The current due date; changes only by date revisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// The number of days from the original due date to the current one; negative if it was brought forward.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -80_000, maximum = 80_000)]
    pub slip_days: Option<i32>,
    /// The number of date revisions.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub revision_count: i32,
    /// The day on which it was completed; absent unless it is completed or verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_on: Option<Date>,
    /// The day until which the action is deferred; absent unless it is deferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred_until: Option<Date>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

impl ImprovementActionRow {
    /// Whether everyone can read it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.visibility == Visibility::Public
    }

    /// Whether the action is open and its due date is before this day. Without a due date it is never overdue.
    #[must_use]
    pub fn is_overdue(&self, day: Date) -> bool {
        self.state.is_open() && self.due_on.is_some_and(|due_on| due_on < day)
    }
}
