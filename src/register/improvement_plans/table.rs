//! Improvement plans as a table.

use super::model::ImprovementPlan;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type ImprovementPlanTable = Table<ImprovementPlan>;

impl Tabular for ImprovementPlan {
    const NAME: &'static str = "improvement-plans";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("title"),
        Column::of("phase"),
        Column::of("starts_on"),
        Column::of("ends_on"),
        Column::of("due_on"),
        Column::of("endorsed_on"),
        Column::of("as_at").about("The day at the end of which it stood so."),
        Column::of("endorsed_by"),
        Column::of("state"),
        Column::of("visibility"),
        Column::at("actions_total", "action_counts.total").about("The number of its actions."),
        Column::at("actions_open", "action_counts.open")
            .about("The number of its actions that are neither completed nor verified nor cancelled."),
        Column::at("actions_overdue", "action_counts.overdue")
            .about("The number of its open actions whose due date has passed."),
        Column::at("actions_completed", "action_counts.completed").about("The number of its completed actions."),
        Column::at("actions_verified", "action_counts.verified").about("The number of its verified actions."),
        Column::at("actions_cancelled", "action_counts.cancelled").about("The number of its cancelled actions."),
        Column::at("consultation", "consultation.group").about("The groups that it plans to consult."),
        Column::of("url"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("plan_id"),
        Column::of("responds_to_inspection_id"),
        Column::of("authority_id"),
    ];
}
