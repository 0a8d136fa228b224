//! The history of an action: transitions, date revisions and updates.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::{ActionState, Rag};
use crate::database::schema::{improvement_action_date_revisions, improvement_action_transitions, improvement_action_updates};
use crate::http::page::Page;
use crate::values::date::Date;
use crate::values::ids::{ActionId, DateRevisionId, EvidenceId, TransitionId, UpdateId};
use crate::values::text::{Name, Prose, Reason};

/// A transition of an action from one state to another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionTransition {
    /// The stored members.
    #[serde(flatten)]
    pub row: ImprovementActionTransitionRow,
    /// The evidence that it refers to.
    #[schema(max_items = 50)]
    pub evidence_ids: Vec<EvidenceId>,
}

/// A transition as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = improvement_action_transitions)]
pub struct ImprovementActionTransitionRow {
    /// The unique identifier.
    pub transition_id: TransitionId,
    /// The action.
    pub action_id: ActionId,
    /// The position in the history of the action, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub position: i32,
    /// The previous state.
    pub from_state: ActionState,
    /// The new state.
    pub to_state: ActionState,
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The day from which it applies.
    pub effective_on: Date,
    /// The day until which the action is deferred; only for a move to `deferred`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred_until: Option<Date>,
    /// The name of the key, or the command, that recorded it.
    pub recorded_by: Name,
    /// The time at which it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A new transition of an action.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_action_transitions)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementActionTransition {
    /// The new state.
    pub to_state: ActionState,
    /// The reason; required for a move to `blocked`, `deferred`, `cancelled` or `reopened`.
    #[validate(nested)]
    pub reason: Option<Reason>,
    /// The day from which it applies: today in London if absent, not later, and not before that of the previous
    /// transition.
    #[diesel(skip_insertion)]
    pub effective_on: Option<Date>,
    /// The evidence that it refers to, of the same action.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub evidence_ids: Vec<EvidenceId>,
    /// The day until which the action is deferred: required for a move to `deferred`, and later than `effective_on`.
    pub deferred_until: Option<Date>,
}

/// A page of transitions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionTransitionPage {
    /// The transitions.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementActionTransition>,
    /// The position of this page in the list.
    pub page: Page,
}

/// A change of the due date of an action.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = improvement_action_date_revisions)]
pub struct ImprovementActionDateRevision {
    /// The unique identifier.
    pub date_revision_id: DateRevisionId,
    /// The action.
    pub action_id: ActionId,
    /// The position in the history of the action, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub position: i32,
    /// The previous due date; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_due_on: Option<Date>,
    /// The new due date.
    pub due_on: Date,
    /// The reason.
    pub reason: Reason,
    /// The day from which it applies.
    pub effective_on: Date,
    /// The name of the key, or the command, that recorded it.
    pub recorded_by: Name,
    /// The time at which it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A new due date of an action.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_action_date_revisions)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementActionDateRevision {
    /// The new due date; must differ from the current one.
    pub due_on: Date,
    /// The reason.
    #[validate(nested)]
    pub reason: Reason,
    /// The day from which it applies: today in London if absent, not later, and not before that of the previous date
    /// revision.
    #[diesel(skip_insertion)]
    pub effective_on: Option<Date>,
}

/// A page of date revisions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionDateRevisionPage {
    /// The date revisions.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementActionDateRevision>,
    /// The position of this page in the list.
    pub page: Page,
}

/// An update of an action.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = improvement_action_updates)]
pub struct ImprovementActionUpdate {
    /// The unique identifier.
    pub update_id: UpdateId,
    /// The action.
    pub action_id: ActionId,
    /// The day that the update is about.
    pub effective_on: Date,
    /// The text of the update.
    pub note: Prose,
    /// The red, amber or green status of the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rag: Option<Rag>,
    /// The change for children.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact_on_children: Option<Prose>,
    /// The name of the key, or the command, that recorded it.
    pub recorded_by: Name,
    /// The time at which it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A new update of an action.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_action_updates)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementActionUpdate {
    /// The day that the update is about: today in London if absent, not later, and not before the day on which the
    /// action was proposed.
    #[diesel(skip_insertion)]
    pub effective_on: Option<Date>,
    /// The text of the update.
    #[validate(nested)]
    pub note: Prose,
    /// The red, amber or green status of the action.
    pub rag: Option<Rag>,
    /// The change for children.
    #[validate(nested)]
    pub impact_on_children: Option<Prose>,
}

/// A page of updates.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionUpdatePage {
    /// The updates.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementActionUpdate>,
    /// The position of this page in the list.
    pub page: Page,
}
