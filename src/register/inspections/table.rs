//! Inspections as a table: one row for each inspection, one column for each area that is judged.

use super::model::Inspection;
use crate::http::table::column::{Column, Spread};
use crate::http::table::{Table, Tabular};

/// One column for each area.
const AREAS: Spread = Spread { key: "area", values: &["grade", "absence_reason"] };

/// The table.
pub type InspectionTable = Table<Inspection>;

impl Tabular for Inspection {
    const NAME: &'static str = "inspections";
    const COLUMNS: &'static [Column] = &[
        Column::of("authority_name"),
        Column::of("gss_code"),
        Column::of("inspected_name"),
        Column::of("framework"),
        Column::of("kind"),
        Column::of("title"),
        Column::of("started_on"),
        Column::of("ended_on"),
        Column::of("published_on"),
        Column::of("received_on"),
        Column::of("state"),
        Column::spread("{area}", "judgements", AREAS)
            .about("One column for each area, named by its code: the grade, or the reason why there is none."),
        Column::of("visit_number"),
        Column::of("is_final_visit"),
        Column::of("lead_inspectors"),
        Column::at("inspectors", "inspectors.name").about("The names of the inspectors."),
        Column::of("fieldwork_as_printed"),
        Column::at("periods_started_on", "fieldwork_periods.started_on")
            .about("The first days of the periods on site, if there was more than one."),
        Column::at("periods_ended_on", "fieldwork_periods.ended_on").about("The last days of these periods."),
        Column::at("areas_covered", "areas_covered.description"),
        Column::of("headline"),
        Column::of("is_text_held"),
        Column::of("finding_count"),
        Column::of("recommendation_count"),
        Column::of("addressee"),
        Column::of("copied_to"),
        Column::of("report_url"),
        Column::of("source"),
        Column::of("source_reference"),
        Column::of("kind_basis"),
        Column::of("version"),
        Column::of("created_at"),
        Column::of("updated_at"),
        Column::of("inspection_id"),
        Column::of("opened_by_inspection_id"),
        Column::of("authority_id"),
    ];
}
