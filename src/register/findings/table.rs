//! Findings as a table.

use super::model::Finding;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type FindingTable = Table<Finding>;

impl Tabular for Finding {
    const NAME: &'static str = "findings";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("position"),
        Column::of("polarity"),
        Column::of("area"),
        Column::of("themes"),
        Column::of("cohorts"),
        Column::of("section"),
        Column::of("paragraph"),
        Column::of("text"),
        Column::of("quote"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("finding_id"),
        Column::of("inspection_id"),
        Column::of("document_id"),
        Column::of("authority_id"),
    ];
}
