//! Interventions as a table.

use super::model::Intervention;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type InterventionTable = Table<Intervention>;

impl Tabular for Intervention {
    const NAME: &'static str = "interventions";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("kind"),
        Column::of("organisation"),
        Column::of("person"),
        Column::of("role"),
        Column::of("started_on"),
        Column::of("ended_on"),
        Column::of("note"),
        Column::of("url"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("intervention_id"),
        Column::of("triggered_by_inspection_id"),
        Column::of("authority_id"),
    ];
}
