//! What becomes of an action: its moves, the changes of its due date, and what is reported of it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::{ActionState, Rag};
use crate::database::schema::{
    improvement_action_date_revisions, improvement_action_transitions, improvement_action_updates,
};
use crate::http::page::Page;
use crate::values::date::Date;
use crate::values::ids::{ActionId, DateRevisionId, EvidenceId, TransitionId, UpdateId};
use crate::values::text::{Name, Prose, Reason};

/// A move of an action from state to state.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionTransition {
    /// What is recorded of itself.
    #[serde(flatten)]
    pub row: ImprovementActionTransitionRow,
    /// The evidence that it rests on.
    #[schema(max_items = 50)]
    pub evidence_ids: Vec<EvidenceId>,
}

/// A move as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = improvement_action_transitions)]
pub struct ImprovementActionTransitionRow {
    /// The id.
    pub transition_id: TransitionId,
    /// The action.
    pub action_id: ActionId,
    /// Place in the history of the action, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub position: i32,
    /// The state until then.
    pub from_state: ActionState,
    /// The state from then on.
    pub to_state: ActionState,
    /// Why it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The day from which it holds.
    pub effective_on: Date,
    /// The day until which the action is put off; of a move to `deferred` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred_until: Option<Date>,
    /// Who recorded it.
    pub recorded_by: Name,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A new move of an action.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_action_transitions)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementActionTransition {
    /// The state to move to.
    pub to_state: ActionState,
    /// Why it moves; required of moves to `blocked`, `deferred`, `cancelled` and `reopened`.
    #[validate(nested)]
    pub reason: Option<Reason>,
    /// The day from which it holds: today in London if it is absent, not later, and not before the move before.
    #[diesel(skip_insertion)]
    pub effective_on: Option<Date>,
    /// The evidence that it rests on, of the same action.
    #[diesel(skip_insertion)]
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub evidence_ids: Vec<EvidenceId>,
    /// The day until which the action is put off: required of a move to `deferred`, and later than `effective_on`.
    pub deferred_until: Option<Date>,
}

/// A page of moves.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionTransitionPage {
    /// The moves.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementActionTransition>,
    /// Where this page stands in the list.
    pub page: Page,
}

/// A change of the day by which an action is to be done.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = improvement_action_date_revisions)]
pub struct ImprovementActionDateRevision {
    /// The id.
    pub date_revision_id: DateRevisionId,
    /// The action.
    pub action_id: ActionId,
    /// Place in the history of the action, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub position: i32,
    /// The due date until then; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_due_on: Option<Date>,
    /// The due date from then on.
    pub due_on: Date,
    /// Why it changed.
    pub reason: Reason,
    /// The day from which it holds.
    pub effective_on: Date,
    /// Who recorded it.
    pub recorded_by: Name,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A new due date of an action.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_action_date_revisions)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementActionDateRevision {
    /// The day by which it is to be done; another than before.
    pub due_on: Date,
    /// Why it changes.
    #[validate(nested)]
    pub reason: Reason,
    /// The day from which it holds: today in London if it is absent, not later, and not before the change before.
    #[diesel(skip_insertion)]
    pub effective_on: Option<Date>,
}

/// A page of changes of the due date.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionDateRevisionPage {
    /// The changes.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementActionDateRevision>,
    /// Where this page stands in the list.
    pub page: Page,
}

/// What was reported of an action.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = improvement_action_updates)]
pub struct ImprovementActionUpdate {
    /// The id.
    pub update_id: UpdateId,
    /// The action.
    pub action_id: ActionId,
    /// The day that it speaks of.
    pub effective_on: Date,
    /// What is reported.
    pub note: Prose,
    /// How the action goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rag: Option<Rag>,
    /// What has become different for children.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact_on_children: Option<Prose>,
    /// Who recorded it.
    pub recorded_by: Name,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A new report on an action.
#[derive(Debug, Clone, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_action_updates)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementActionUpdate {
    /// The day that it speaks of: today in London if it is absent, not later, and not before the action was proposed.
    #[diesel(skip_insertion)]
    pub effective_on: Option<Date>,
    /// What is reported.
    #[validate(nested)]
    pub note: Prose,
    /// How the action goes.
    pub rag: Option<Rag>,
    /// What has become different for children.
    #[validate(nested)]
    pub impact_on_children: Option<Prose>,
}

/// A page of reports.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImprovementActionUpdatePage {
    /// The reports.
    #[schema(max_items = 200)]
    pub items: Vec<ImprovementActionUpdate>,
    /// Where this page stands in the list.
    pub page: Page,
}
