//! Improvement actions, and what becomes of them, as tables.

use super::model::{
    ImprovementAction, ImprovementActionDateRevision, ImprovementActionTransition, ImprovementActionUpdate,
};
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type ImprovementActionTable = Table<ImprovementAction>;

impl Tabular for ImprovementAction {
    const NAME: &'static str = "improvement-actions";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("title"),
        Column::of("due_on"),
        Column::of("original_due_on"),
        Column::of("slip_days"),
        Column::of("revision_count"),
        Column::of("proposed_on"),
        Column::of("completed_on"),
        Column::of("deferred_until"),
        Column::of("as_at").about("The day at the end of which it stood so."),
        Column::of("state"),
        Column::of("is_overdue"),
        Column::of("rag"),
        Column::of("priority"),
        Column::of("source"),
        Column::of("visibility"),
        Column::of("owner_role"),
        Column::of("partner_organisations"),
        Column::of("promised_to"),
        Column::of("themes"),
        Column::of("cohorts"),
        Column::of("description"),
        Column::of("success_measure"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("action_id"),
        Column::of("plan_id"),
        Column::of("recommendation_ids"),
        Column::of("finding_ids"),
        Column::of("authority_id"),
    ];
}

/// The table.
pub type ImprovementActionTransitionTable = Table<ImprovementActionTransition>;

impl Tabular for ImprovementActionTransition {
    const NAME: &'static str = "transitions";
    const COLUMNS: &'static [Column] = &[
        Column::of("position"),
        Column::of("effective_on"),
        Column::of("from_state"),
        Column::of("to_state"),
        Column::of("deferred_until"),
        Column::of("reason"),
        Column::of("recorded_by"),
        Column::of("recorded_at"),
        Column::of("transition_id"),
        Column::of("action_id"),
        Column::of("evidence_ids"),
    ];
}

/// The table.
pub type ImprovementActionDateRevisionTable = Table<ImprovementActionDateRevision>;

impl Tabular for ImprovementActionDateRevision {
    const NAME: &'static str = "date-revisions";
    const COLUMNS: &'static [Column] = &[
        Column::of("position"),
        Column::of("effective_on"),
        Column::of("previous_due_on"),
        Column::of("due_on"),
        Column::of("reason"),
        Column::of("recorded_by"),
        Column::of("recorded_at"),
        Column::of("date_revision_id"),
        Column::of("action_id"),
    ];
}

/// The table.
pub type ImprovementActionUpdateTable = Table<ImprovementActionUpdate>;

impl Tabular for ImprovementActionUpdate {
    const NAME: &'static str = "updates";
    const COLUMNS: &'static [Column] = &[
        Column::of("effective_on"),
        Column::of("rag"),
        Column::of("note"),
        Column::of("impact_on_children"),
        Column::of("recorded_by"),
        Column::of("recorded_at"),
        Column::of("update_id"),
        Column::of("action_id"),
    ];
}
