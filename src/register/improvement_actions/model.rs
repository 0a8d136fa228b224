//! What an improvement action is.

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
use crate::database::schema::improvement_actions;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::evidence::model::Evidence;
use crate::register::recommendations::model::Recommendation;
use crate::values::cohort::Cohort;
use crate::values::date::Date;
use crate::values::ids::{ActionId, AuthorityId, FindingId, PlanId, RecommendationId};
use crate::values::text::{Code, Name, Prose, Title};
use crate::values::text_enum::text_enum;
use crate::values::visibility::Visibility;

text_enum! {
    /// Where an action stands.
    pub enum ActionState {
        /// Somebody proposed it.
        Proposed = "proposed",
        /// It is to be done.
        Agreed = "agreed",
        /// It is being done.
        InProgress = "in_progress",
        /// Something keeps it from being done.
        Blocked = "blocked",
        /// It is put off to a later day.
        Deferred = "deferred",
        /// It is done; whether it worked is not yet seen.
        Completed = "completed",
        /// Somebody else saw that it worked.
        Verified = "verified",
        /// It will not be done.
        Cancelled = "cancelled",
        /// It was done or cancelled, and has to be done again.
        Reopened = "reopened",
    }
}

text_enum! {
    /// What led to an action.
    pub enum ActionSource {
        /// A recommendation of an inspection.
        Recommendation = "recommendation",
        /// A finding of an inspection.
        Finding = "finding",
        /// An audit of the authority's own.
        Audit = "audit",
        /// A review of what can be learnt from a case.
        LearningReview = "learning_review",
        /// The authority's account of itself.
        SelfEvaluation = "self_evaluation",
        /// The improvement board.
        Board = "board",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// How pressing an action is.
    pub enum Priority {
        /// First.
        High = "high",
        /// Then.
        Medium = "medium",
        /// After that.
        Low = "low",
    }
}

text_enum! {
    /// How an action goes, as those who do it see it.
    pub enum Rag {
        /// It goes wrong.
        Red = "red",
        /// It may go wrong.
        Amber = "amber",
        /// It goes well.
        Green = "green",
    }
}

text_enum! {
    /// The orders of actions; `-` for descending. What is absent sorts last.
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
    /// What an action can carry.
    pub enum ImprovementActionEmbed {
        /// The recommendations that it answers.
        Recommendations = "recommendations",
        /// What was reported of it.
        Updates = "updates",
        /// The evidence that it had an effect.
        Evidence = "evidence",
        /// The changes of its due date.
        DateRevisions = "date_revisions",
        /// Its moves from state to state.
        Transitions = "transitions",
    }
}

/// What an authority does so that something gets better for children.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementAction {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: ImprovementActionRow,
    /// The recommendations that it answers.
    #[schema(max_items = 50)]
    pub recommendation_ids: Vec<RecommendationId>,
    /// The findings that it answers.
    #[schema(max_items = 50)]
    pub finding_ids: Vec<FindingId>,
    /// Whether its due date has passed while it is open.
    pub is_overdue: bool,
    /// The recommendations that it answers; with `embed=recommendations`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub recommendations: Option<Vec<Recommendation>>,
    /// What was reported of it, the earliest first; with `embed=updates`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000)]
    pub updates: Option<Vec<ImprovementActionUpdate>>,
    /// The evidence that it had an effect, in the order of recording; with `embed=evidence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000)]
    pub evidence: Option<Vec<Evidence>>,
    /// The changes of its due date, in their order; with `embed=date_revisions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000)]
    pub date_revisions: Option<Vec<ImprovementActionDateRevision>>,
    /// Its moves from state to state, in their order; with `embed=transitions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000)]
    pub transitions: Option<Vec<ImprovementActionTransition>>,
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

/// An action with what it refers to, as it is stored and as events tell it.
#[derive(Debug, Clone, Serialize)]
pub struct StoredImprovementAction<'a> {
    #[serde(flatten)]
    row: &'a ImprovementActionRow,
    recommendation_ids: &'a [RecommendationId],
    finding_ids: &'a [FindingId],
}

/// A page of actions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionPage {
    /// The actions.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementAction>,
    /// Where this page stands in the list.
    pub page: Page,
}

/// An action as it is stored.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Serialize, ToSchema)]
#[diesel(table_name = improvement_actions)]
pub struct ImprovementActionRow {
    /// The id.
    pub action_id: ActionId,
    /// The authority that acts.
    pub authority_id: AuthorityId,
    /// The plan that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<PlanId>,
    /// What is done, in a line.
    pub title: Title,
    /// What is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Prose>,
    /// What led to it.
    pub source: ActionSource,
    /// What it is about.
    #[schema(max_items = 40)]
    pub themes: Vec<Code>,
    /// The children that it is about.
    #[schema(max_items = 20)]
    pub cohorts: Vec<Cohort>,
    /// The role that answers for it; never a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_role: Option<Name>,
    /// The organisations that take part.
    #[schema(max_items = 50)]
    pub partner_organisations: Vec<Name>,
    /// The priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// What will be different for children.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_measure: Option<Prose>,
    /// To whom it was promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_to: Option<Name>,
    /// Who may read it.
    pub visibility: Visibility,
    /// The day on which it was proposed.
    pub proposed_on: Date,
    /// Where it stands; moves only by transitions.
    pub state: ActionState,
    /// The red, amber or green status given by the latest update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rag: Option<Rag>,
    /// The first day by which it was to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_due_on: Option<Date>,
    /// The day by which it is to be done; changes only by date revisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// Days from the first due date to the current one; negative if it was brought forward.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -80_000, maximum = 80_000)]
    pub slip_days: Option<i32>,
    /// How often the due date was changed.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub revision_count: i32,
    /// The day on which it was completed; absent unless it is completed or verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_on: Option<Date>,
    /// The day until which it is put off; absent unless it is deferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred_until: Option<Date>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl ImprovementActionRow {
    /// Whether everyone sees it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.visibility == Visibility::Public
    }

    /// Whether its due date has passed by this day while it is open. Without a due date it never has.
    #[must_use]
    pub fn is_overdue(&self, day: Date) -> bool {
        self.state.is_open() && self.due_on.is_some_and(|due_on| due_on < day)
    }
}
