//! Judgements as a table, each with its inspection.

use super::model::InspectionJudgement;
use crate::http::table::column::Column;
use crate::http::table::{Table, Tabular};

/// The table.
pub type InspectionJudgementTable = Table<InspectionJudgement>;

impl Tabular for InspectionJudgement {
    const NAME: &'static str = "judgements";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("inspected_name"),
        Column::of("framework"),
        Column::of("kind"),
        Column::of("area"),
        Column::of("grade"),
        Column::of("grade_as_printed"),
        Column::of("absence_reason"),
        Column::of("started_on"),
        Column::of("ended_on"),
        Column::of("published_on"),
        Column::of("state"),
        Column::of("lead_inspectors"),
        Column::of("report_url"),
        Column::of("inspection_id"),
        Column::of("authority_id"),
    ];
}
