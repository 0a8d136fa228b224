//! Examinations as a table.

use super::model::Examination;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type ExaminationTable = Table<Examination>;

impl Tabular for Examination {
    const NAME: &'static str = "examinations";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("outcome"),
        Column::of("summary"),
        Column::of("quote"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("examination_id"),
        Column::of("inspection_id"),
        Column::of("recommendation_id"),
        Column::of("finding_id"),
        Column::of("authority_id"),
    ];
}
