//! What an improvement action is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authorities::model::AuthorityId;
use crate::date::Date;
use crate::findings::model::Cohort;
use crate::id::Id;
use crate::improvement_plans::model::{PlanId, Visibility};
use crate::schema::improvement_actions;
use crate::text::{Code, Name, Prose, Title};
use crate::text_enum::text_enum;

/// The id of an improvement action.
pub type ActionId = Id<ImprovementActionRow>;

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
    /// How pressing it is.
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
    /// How it goes, as the latest update says.
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
    /// Raised by each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}
